/// The client's address where proxies stand between.
package enum ForwardedAddress {
    /// The most entries of `X-Forwarded-For` that are looked at, from the right.
    static let mostEntries = 32

    /// The address of whoever spoke to the outermost trusted proxy.
    ///
    /// Each proxy appends the address that it saw, so the list is read from the right, and only as far as trusted proxies
    /// have written it: the first address that is not one of them is the client's, whatever stands left of it. All fields
    /// of that name count as one list, in order. From a peer that is no trusted proxy nothing is read; where a trusted one
    /// states no address, its own stands, which no account's list should hold. The fields `Forwarded` and `X-Real-IP` are
    /// never read: a proxy may pass through what the client made up.
    package static func client(peer: String, forwardedFor: [String], trusted: SourceAddresses) -> String {
        guard !trusted.blocks.isEmpty, trusted.contains(peer) else { return peer }
        let entries = forwardedFor.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        var client = peer
        for entry in entries.suffix(mostEntries).reversed() {
            guard let address = address(of: entry) else { return client }
            client = address
            guard trusted.contains(address) else { return client }
        }
        return client
    }

    /// The address of one entry, without a port; nil where it states none.
    private static func address(of entry: Substring) -> String? {
        var text = entry.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        if text.hasPrefix("[") {
            text = text.dropFirst().prefix { $0 != "]" }
        } else if text.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 1 {
            text = text.prefix { $0 != ":" }
        }
        return IPAddress(String(text)) == nil ? nil : String(text)
    }
}

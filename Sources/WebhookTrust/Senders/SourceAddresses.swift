/// The addresses that an account's webhooks come from: single ones and CIDR blocks, IPv4 and IPv6.
///
/// IPv4 is kept in its IPv4-mapped form (`::ffff:a.b.c.d`), so a mapped peer address and a plain one are the same.
package struct SourceAddresses: Hashable, Sendable {
    /// The blocks, in the order given.
    package let blocks: [AddressBlock]

    /// The most blocks a list may have.
    package static let mostBlocks = 256

    /// Takes blocks.
    package init(blocks: [AddressBlock]) { self.blocks = blocks }

    /// Reads a list; the error names the first entry that is no address and no block.
    package init(parsing texts: [String]) throws(AddressError) {
        guard texts.count <= Self.mostBlocks else { throw .tooMany(Self.mostBlocks) }
        var blocks: [AddressBlock] = []
        for text in texts {
            guard let block = AddressBlock(text) else { throw .notAnAddress(text) }
            blocks.append(block)
        }
        self.blocks = blocks
    }

    /// The three addresses that Bolna names (docs: guides/post-call/polling-call-status-webhooks, seen August 2026).
    /// They have changed once without notice, so they are a setting.
    package static let bolna = SourceAddresses(
        blocks: ["13.203.39.153", "13.126.9.249", "13.202.133.53"].compactMap(AddressBlock.init))

    /// Whether a peer's address is in one of the blocks; what is no address is in none.
    package func contains(_ address: String) -> Bool {
        guard let address = IPAddress(address) else { return false }
        return blocks.contains { $0.contains(address) }
    }
}

/// Why a list of addresses could not be read.
package enum AddressError: Error, Hashable, Sendable, CustomStringConvertible {
    /// This entry is neither an address nor a CIDR block.
    case notAnAddress(String)
    /// There are more entries than this.
    case tooMany(Int)

    /// The reason.
    package var description: String {
        switch self {
        case .notAnAddress(let text):
            "“\(text)” is no IP address and no CIDR block; write e.g. 203.0.113.7 or 2001:db8::/32"
        case .tooMany(let most): "a list of addresses has at most \(most) entries"
        }
    }
}

/// A CIDR block, or one address as the smallest block.
package struct AddressBlock: Hashable, Sendable {
    /// The address, host bits zero.
    package let network: IPAddress
    /// The length of the prefix in bits of the 128-bit form: an IPv4 block of /24 has 120.
    package let prefixLength: Int

    /// Reads `203.0.113.0/24`, `2001:db8::/32` or a single address; nil for anything else, also where host bits are set,
    /// since that is more likely a slip than a wish.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        var length = 128
        if parts.count == 2 {
            let isPlainIPv4 = !first.contains(":")
            let digits = parts[1]
            guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let bits = Int(digits), bits <= (isPlainIPv4 ? 32 : 128)
            else { return nil }
            length = isPlainIPv4 ? bits + 96 : bits
        }
        guard address.bits & ~Self.mask(length) == 0 else { return nil }
        self.network = address
        self.prefixLength = length
    }

    /// Whether an address lies in the block.
    package func contains(_ address: IPAddress) -> Bool {
        address.bits & Self.mask(prefixLength) == network.bits
    }

    private static func mask(_ length: Int) -> UInt128 {
        length == 0 ? 0 : UInt128.max << UInt128(128 - length)
    }
}

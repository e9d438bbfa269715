import CCurl
import CallDomain

/// Where a recording may be: an `https` address in libcurl's own reading, so that what is checked here is what is used there.
struct MediaAddress: Hashable, Sendable {
    /// The address as libcurl writes it, dots and slashes resolved.
    let text: String
    /// The host name in lower case.
    let host: String
    /// The port.
    let port: Int
    /// The path.
    let path: String

    /// The longest address that is looked at, in bytes; signed links have some 2 000.
    static let longestText = 8 << 10

    /// Reads an address, relative to another where that is given; nil for anything but `https` without user and password.
    init?(_ text: String, relativeTo base: MediaAddress? = nil) {
        guard text.utf8.count <= Self.longestText, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let url = unsafe curl_url()
        else { return nil }
        defer { unsafe curl_url_cleanup(url) }
        if let base {
            guard unsafe curl_url_set(url, CURLUPART_URL, base.text, 0) == CURLUE_OK else { return nil }
        }
        guard unsafe curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK,
            unsafe Self.part(CURLUPART_SCHEME, of: url) == "https",
            unsafe Self.part(CURLUPART_USER, of: url) == nil, unsafe Self.part(CURLUPART_PASSWORD, of: url) == nil,
            // Only for the request: no fragment goes over the wire.
            unsafe curl_url_set(url, CURLUPART_FRAGMENT, nil, 0) == CURLUE_OK,
            let host = unsafe Self.part(CURLUPART_HOST, of: url),
            let port = unsafe Self.part(CURLUPART_PORT, of: url, flags: UInt32(CURLU_DEFAULT_PORT)).flatMap(Int.init),
            let path = unsafe Self.part(CURLUPART_PATH, of: url),
            let whole = unsafe Self.part(CURLUPART_URL, of: url)
        else { return nil }
        self.text = whole
        self.host = host.lowercased()
        self.port = port
        self.path = path
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer, flags: UInt32 = 0) -> String? {
        var bytes: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(url, part, &bytes, flags) == CURLUE_OK, let bytes = unsafe bytes else { return nil }
        defer { unsafe curl_free(bytes) }
        return unsafe String(cString: bytes)
    }
}

/// The hosts that recordings may be fetched from.
struct RecordingHosts: Hashable, Sendable {
    /// Bolna's API.
    private let api: MediaAddress?
    private let patterns: [[Substring]]
    /// Hosts that are listed with their port, as `host:port`.
    private let exact: Set<String>

    /// The port of hosts that are listed without one.
    static let port = 443

    /// Takes the API's address, and host names: with a port exactly that host and port, else patterns in which `*` stands
    /// for one label.
    init(api: BolnaBaseURL, patterns: [String]) {
        self.api = MediaAddress(api.text)
        let names = patterns.map { $0.lowercased() }
        self.exact = Set(names.filter { $0.contains(":") })
        self.patterns = names.filter { !$0.contains(":") }.map(Self.labels)
    }

    /// How an address may be used.
    enum Standing: Hashable, Sendable {
        /// Bolna's API: the token goes there, and it may be inside, as in tests and behind a relay.
        case api
        /// A host that is listed with its port: no token. The operator named it exactly, so it may be inside.
        case exact
        /// A listed host: no token, and only on the public internet.
        case listed

        /// Whether it may have an address that is not of the public internet.
        var mayBePrivate: Bool { self != .listed }
    }

    /// How an address may be used; nil: not at all. Of the API only its recordings are: an address that a webhook named
    /// must not make the gateway ask for anything else with its token.
    func standing(of address: MediaAddress) -> Standing? {
        if let api, address.host == api.host, address.port == api.port {
            return isRecording(address.path, below: api.path) ? .api : nil
        }
        if exact.contains("\(address.host):\(address.port)") { return .exact }
        let labels = Self.labels(address.host)
        let isListed = patterns.contains { pattern in
            pattern.count == labels.count && zip(pattern, labels).allSatisfy { $0 == "*" || $0 == $1 }
        }
        return isListed && address.port == Self.port ? .listed : nil
    }

    /// Whether a path is `/recordings/call/{id}` or `/recordings/transfer/{id}` below the API's own.
    private func isRecording(_ path: String, below base: String) -> Bool {
        let prefix = base.hasSuffix("/") ? String(base.dropLast()) : base
        guard path.hasPrefix(prefix + "/") else { return false }
        let parts = path.dropFirst(prefix.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "recordings", parts[1] == "call" || parts[1] == "transfer" else {
            return false
        }
        return PercentEncoding.segment(String(parts[2])) == String(parts[2])
    }

    private static func labels(_ host: String) -> [Substring] {
        host.split(separator: ".", omittingEmptySubsequences: false)
    }
}

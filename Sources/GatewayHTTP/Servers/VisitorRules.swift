import HTTPTypes
import WebhookTrust

/// Which hosts a listener answers for, and where its clients' addresses come from.
struct VisitorRules: Sendable {
    private let hosts: Set<String>
    private let trustedProxies: SourceAddresses

    private static let host = HTTPField.Name("Host")
    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")

    /// Answers for these host names, in any spelling and with any port; for all where there are none.
    init(hosts: Set<String> = [], trustedProxies: SourceAddresses = SourceAddresses(blocks: [])) {
        self.hosts = Set(hosts.map { $0.lowercased() })
        self.trustedProxies = trustedProxies
    }

    /// Whether the request is for one of the hosts.
    func admit(_ head: HTTPRequest) -> Bool {
        guard !hosts.isEmpty else { return true }
        guard let authority = head.authority ?? Self.host.flatMap({ head.headerFields[$0] }) else { return false }
        return admit(authority: authority)
    }

    /// Whether a request that names this authority is for one of the hosts.
    func admit(authority: String) -> Bool { hosts.isEmpty || hosts.contains(Self.name(of: authority)) }

    /// The client's address: that of the connection, or what trusted proxies state.
    func address(of head: HTTPRequest, peer: String) -> String {
        guard !trustedProxies.blocks.isEmpty, let name = Self.forwardedFor else { return peer }
        return address(forwardedFor: head.headerFields[values: name], peer: peer)
    }

    /// The client's address, where these are all that is stated.
    func address(forwardedFor: [String], peer: String) -> String {
        guard !trustedProxies.blocks.isEmpty else { return peer }
        return ForwardedAddress.client(peer: peer, forwardedFor: forwardedFor, trusted: trustedProxies)
    }

    /// The host name without its port, in lower case; an IPv6 address keeps its brackets away.
    static func name(of authority: String) -> String {
        if authority.hasPrefix("[") {
            return String(authority.dropFirst().prefix { $0 != "]" }).lowercased()
        }
        return String(authority.prefix { $0 != ":" }).lowercased()
    }
}

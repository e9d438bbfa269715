import CallDomain
import WebhookTrust

extension FuzzTarget {
    private static let now = Timestamp(seconds: 1_772_615_708)
    private static let zeros = String(repeating: "0", count: 64)
    private static let body = Array("{}".utf8)

    /// Secrets that no input can know.
    private static func secrets() throws -> [WebhookSecret] {
        try ["one", "two"].map { try WebhookSecret(label: $0, value: "whsec_c2VjcmV0LW9mLXRoZS1mdXp6ZXI=") }
    }

    /// What shows, or claims, who sent something.
    static let credentials: [FuzzTarget] = [
        FuzzTarget(
            "signature",
            seeds: ["t=1772615708,v1=\(zeros)", "t=1,v0=a,v1=\(zeros),v1=\(zeros)", "v1=\(zeros)\nt=1772615708"]
        ) { input in
            let check = try SignatureVerifier.check(headers: lines(input), body: body, secrets: secrets(), now: now)
            guard case .refused = check else { throw BrokenPromise(description: "nobody guesses a code") }
        },
        FuzzTarget(
            "standard-signature",
            seeds: [
                "msg_1\n1772615708\nv1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= v2,b", "a\n1\nv1,AA==\nv1,AA==",
            ]
        ) { input in
            let values = lines(input)
            let headers = StandardWebhookHeaders(
                ids: Array(values.prefix(1)), timestamps: Array(values.dropFirst().prefix(1)),
                signatures: Array(values.dropFirst(2)))
            let check = try StandardSignature.check(headers: headers, body: body, secrets: secrets(), now: now)
            guard case .refused = check else { throw BrokenPromise(description: "nobody guesses a code") }
            let credentials = DeliveryCredentials(standardHeaders: headers, account: .default)
            _ = try credentials.signedContent(body: ContentHash.sha256(body))
        },
        FuzzTarget("token", seeds: ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]) { input in
            let label = try WebhookToken.verify(text(input), secrets: secrets(), account: .default, agent: nil)
            try hold(label == nil, "nobody guesses a token")
        },
        FuzzTarget("verdict", seeds: ["Bearer AAAA\n/token\nagent\n203.0.113.7", "t=1,v1=\(zeros)\nx\n-\n::1"]) {
            input in
            let values = lines(input)
            let credentials = DeliveryCredentials(
                signatureHeaders: Array(values.dropFirst(4)), authorizationHeader: values.first,
                urlToken: values.dropFirst().first, account: .default,
                agent: values.dropFirst(2).first.map(AgentID.init(rawValue:)), peerAddress: values.dropFirst(3).first)
            let trust = AccountTrust(account: .default, secrets: try secrets())
            let verdict = try WebhookVerifier().judge(credentials, body: body, trust: trust, now: now)
            guard case .accepted(let trusted, _, _, _) = verdict else { return }
            try hold(trusted == .addressed, "only an address can be guessed")
        },
        FuzzTarget("api-key", seeds: ["gwk_0123456789ab_\(String(zeros.prefix(43)))01234567"]) { input in
            guard let key = try APIKeyText(parsing: text(input)) else { return }
            try hold(key.secret == text(input) && !"\(key)".contains(key.secret), "a key shows its name alone")
        },
        FuzzTarget("forwarded-address", seeds: ["203.0.113.7, 10.0.0.1", "[2001:db8::7]:443\n10.0.0.9:80", "unknown"]) {
            let trusted = SourceAddresses(blocks: ["10.0.0.0/8"].compactMap(AddressBlock.init))
            let claimed = lines($0)
            let stranger = ForwardedAddress.client(peer: "203.0.113.9", forwardedFor: claimed, trusted: trusted)
            try hold(stranger == "203.0.113.9", "a stranger's claim changes nothing")
            let client = ForwardedAddress.client(peer: "10.0.0.1", forwardedFor: claimed, trusted: trusted)
            try hold(IPAddress(client) != nil, "a client has an address")
        },
        FuzzTarget("address-block", seeds: ["203.0.113.0/24", "2001:db8::/32", "::ffff:203.0.113.7", "fe80::1%eth0"]) {
            guard let block = AddressBlock(text($0)) else { return }
            try hold(block.contains(block.network), "a block holds its first address")
            try hold((0...128).contains(block.prefixLength), "a prefix has at most 128 bits")
        },
        FuzzTarget("encodings", seeds: ["c2VjcmV0", "YQ==", "616263", "-_8", "0x"]) { input in
            let given = text(input)
            if let bytes = Base64URL.decode(given) {
                try hold(Base64URL.encode(bytes) == given, "one text, one meaning")
            }
            if let bytes = Base64.decode(given) { try hold(Base64.encode(bytes) == given, "one text, one meaning") }
            if let bytes = Hex.decode(given) { try hold(Hex.encode(bytes) == given.lowercased(), "two digits a byte") }
            try hold(Base64URL.decode(Base64URL.encode(input)) == input, "what is written can be read")
            try hold(Base64.decode(Base64.encode(input)) == input, "what is written can be read")
            try hold(Hex.decode(Hex.encode(input)) == input, "what is written can be read")
        },
    ]
}

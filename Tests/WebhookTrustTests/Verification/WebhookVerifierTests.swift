import CallDomain
import Testing
import WebhookTrust

@Suite("WebhookVerifier")
struct WebhookVerifierTests {
    let verifier: WebhookVerifier
    let secret: WebhookSecret
    let agent = AgentID(rawValue: "5f0c1d2e-7a41-4c3b-9b10-a0a0a0a0a001")
    let now = Timestamp(seconds: Known.time)
    static let header = "t=\(Known.time),v1=\(Known.signature)"
    static let bolnaAddress = "13.203.39.153"

    init() throws {
        verifier = try WebhookVerifier()
        secret = try WebhookSecret(label: "one", value: Known.secret)
    }

    func judge(
        signature: [String] = [], authorization: String? = nil, token: String? = nil, agent: AgentID? = nil,
        address: String? = "192.0.2.1", policy: TrustPolicy = TrustPolicy(), account: AccountID = .default,
        isKnown: Bool = true, body: [UInt8] = Known.body
    ) throws -> Verdict {
        let credentials = DeliveryCredentials(
            signatureHeaders: signature, authorizationHeader: authorization, urlToken: token, account: account,
            agent: agent, peerAddress: address)
        let trust = AccountTrust(account: account, secrets: [secret], policy: policy)
        return try verifier.judge(credentials, body: body, trust: isKnown ? trust : nil, now: now)
    }

    @Test("The best of what is right counts: signature, then token, then address")
    func best() throws {
        let signed = Verdict.accepted(trust: .signed, standing: .applied, agent: nil, secretLabel: "one")
        #expect(try judge(signature: [Self.header]) == signed)
        #expect(try judge(signature: [Self.header], token: Known.anyAgentToken, address: Self.bolnaAddress) == signed)

        let authenticated = Verdict.accepted(trust: .authenticated, standing: .applied, agent: nil, secretLabel: "one")
        #expect(try judge(token: Known.anyAgentToken) == authenticated)
        #expect(try judge(token: Known.anyAgentToken, address: Self.bolnaAddress) == authenticated)

        let addressed = Verdict.accepted(trust: .addressed, standing: .hint, agent: nil, secretLabel: nil)
        #expect(try judge(address: Self.bolnaAddress) == addressed)
        #expect(try judge(address: "::ffff:13.126.9.249") == addressed)
    }

    @Test("Nothing that speaks for the sender is refused")
    func nothing() throws {
        #expect(try judge() == .refused(.noCredentials))
        #expect(try judge(address: nil) == .refused(.noCredentials))
    }

    @Test("The policy decides what weaker trust may do")
    func policy() throws {
        let strict = TrustPolicy(addressed: .refuse)
        #expect(try judge(address: Self.bolnaAddress, policy: strict) == .refused(.onlyAddressed))
        let open = TrustPolicy(addressed: .apply, none: .hint)
        #expect(
            try judge(address: Self.bolnaAddress, policy: open)
                == .accepted(trust: .addressed, standing: .applied, agent: nil, secretLabel: nil))
        #expect(try judge(policy: open) == .accepted(trust: .none, standing: .hint, agent: nil, secretLabel: nil))
    }

    @Test(
        "A signature that is there but wrong refuses, whatever else is right",
        arguments: [
            (["t=\(Known.time),v1=\(String(repeating: "0", count: 64))"], RefusalReason.wrongSignature),
            (["t=\(Known.time - 301),v1=\(Known.signature)"], .staleSignature),
            ([""], .malformedSignature),
            ([Self.header, Self.header], .malformedSignature),
        ])
    func wrongSignature(headers: [String], reason: RefusalReason) throws {
        let open = TrustPolicy(addressed: .apply, none: .hint)
        #expect(
            try judge(
                signature: headers, authorization: "Bearer \(Known.anyAgentToken)", token: Known.anyAgentToken,
                address: Self.bolnaAddress, policy: open) == .refused(reason))
    }

    @Test("A token for one agent binds the delivery to it")
    func agentToken() throws {
        let bound = Verdict.accepted(trust: .authenticated, standing: .applied, agent: agent, secretLabel: "one")
        #expect(try judge(token: Known.agentToken, agent: agent) == bound)
        #expect(try judge(authorization: "Bearer \(Known.agentToken)", agent: agent) == bound)
        #expect(
            try judge(authorization: "Bearer \(Known.agentToken)", token: Known.anyAgentToken, agent: agent) == bound)
        #expect(
            try judge(signature: [Self.header], token: Known.agentToken, agent: agent)
                == .accepted(trust: .signed, standing: .applied, agent: agent, secretLabel: "one"))
    }

    @Test("A token for any agent opens an agent's address without binding to it")
    func anyAgentToken() throws {
        #expect(
            try judge(token: Known.anyAgentToken, agent: agent)
                == .accepted(trust: .authenticated, standing: .applied, agent: nil, secretLabel: "one"))
    }

    @Test("A token for another account or agent is worth nothing")
    func foreignToken() throws {
        #expect(try judge(token: Known.otherAccountToken) == .refused(.wrongToken))
        #expect(try judge(token: Known.agentToken) == .refused(.wrongToken))
        #expect(try judge(token: Known.agentToken, agent: AgentID(rawValue: "another")) == .refused(.wrongToken))
        #expect(
            try judge(token: Known.agentToken, agent: agent, account: AccountID(rawValue: "other"))
                == .refused(.wrongToken))
        #expect(
            try judge(token: "nonsense", address: Self.bolnaAddress)
                == .accepted(trust: .addressed, standing: .hint, agent: nil, secretLabel: nil))
    }

    @Test(
        "The header takes the scheme in any case, and no other scheme",
        arguments: [
            ("Bearer \(Known.anyAgentToken)", true), ("bearer  \(Known.anyAgentToken)", true),
            ("BEARER \(Known.anyAgentToken)", true), (Known.anyAgentToken, false),
            ("Basic \(Known.anyAgentToken)", false),
            ("Bearer", false), ("Bearer ", false), ("", false), ("Bearer \(Known.anyAgentToken) x", false),
        ])
    func bearer(header: String, isAccepted: Bool) throws {
        let verdict = try judge(authorization: header)
        if isAccepted {
            #expect(
                verdict == .accepted(trust: .authenticated, standing: .applied, agent: nil, secretLabel: "one"))
        } else {
            #expect(verdict == .refused(.noCredentials) || verdict == .refused(.wrongToken))
        }
    }

    @Test("An account that does not exist is refused whatever is brought")
    func unknownAccount() throws {
        let open = TrustPolicy(addressed: .apply, none: .hint)
        #expect(try judge(policy: open, isKnown: false) == .refused(.unknownAccount))
        #expect(
            try judge(
                signature: [Self.header], token: Known.anyAgentToken, address: Self.bolnaAddress, policy: open,
                isKnown: false) == .refused(.unknownAccount))
    }

    @Test("What is printed of a secret is not the secret")
    func printed() throws {
        let trust = AccountTrust(account: .default, secrets: [secret])
        #expect(!"\(trust)".contains(Known.secret) && !String(reflecting: secret).contains(Known.secret))
        var dumped = ""
        dump(trust, to: &dumped)
        #expect(dumped.contains("one") && !dumped.contains(Known.secret))
    }

    /// `v1,…` over this id, the known time and body, under the known secret.
    static func standard(id: String = "msg_1", time: Int64 = Known.time) throws -> StandardWebhookHeaders {
        let key = try #require(Base64.decode(String(Known.secret.dropFirst(6))))
        let code = try HMACSHA256(key: key).code(prefix: Array("\(id).\(time).".utf8), for: Known.body)
        return StandardWebhookHeaders(ids: [id], timestamps: [String(time)], signatures: ["v1,\(Base64.encode(code))"])
    }

    func judge(standard: StandardWebhookHeaders, signature: [String] = []) throws -> Verdict {
        try verifier.judge(
            DeliveryCredentials(signatureHeaders: signature, standardHeaders: standard, account: .default),
            body: Known.body, trust: AccountTrust(account: .default, secrets: [secret]), now: now)
    }

    @Test("Standard Webhooks sign as well; of two signatures one that is wrong refuses")
    func standardWebhooks() throws {
        let signed = Verdict.accepted(trust: .signed, standing: .applied, agent: nil, secretLabel: "one")
        #expect(try judge(standard: Self.standard()) == signed)
        #expect(try judge(standard: Self.standard(), signature: [Self.header]) == signed)
        var wrong = try Self.standard()
        wrong.ids = ["msg_2"]
        #expect(try judge(standard: wrong) == .refused(.wrongSignature))
        #expect(try judge(standard: wrong, signature: [Self.header]) == .refused(.wrongSignature))
        #expect(try judge(standard: Self.standard(), signature: ["t=1,v1=zz"]) == .refused(.malformedSignature))
        #expect(try judge(standard: Self.standard(time: Known.time - 301)) == .refused(.staleSignature))
    }

    @Test("Stand-in secrets never verify, however many there are")
    func decoys() throws {
        let verifier = try WebhookVerifier(secrets: 5)
        let credentials = DeliveryCredentials(signatureHeaders: [Self.header], account: .default)
        let trust = AccountTrust(account: .default, secrets: [secret])
        let verdict = try verifier.judge(credentials, body: Known.body, trust: trust, now: now)
        #expect(verdict == .accepted(trust: .signed, standing: .applied, agent: nil, secretLabel: "one"))
        let none = AccountTrust(account: .default, secrets: [])
        #expect(
            try verifier.judge(credentials, body: Known.body, trust: none, now: now) == .refused(.wrongSignature))
        #expect(try verifier.judge(credentials, body: Known.body, trust: nil, now: now) == .refused(.unknownAccount))
    }

    @Test("The same signed content has one digest, whatever stands around it; another has another")
    func signedContent() throws {
        let digest = try ContentHash.sha256(Known.body)
        func content(_ headers: [String], account: AccountID = .default, body: ContentDigest? = nil) throws
            -> ContentDigest?
        {
            try DeliveryCredentials(signatureHeaders: headers, account: account).signedContent(body: body ?? digest)
        }
        let first = try content([Self.header])
        #expect(first != nil)
        #expect(try content([Self.header + ",v1=\(Known.secondSecretSignature),v0=x"]) == first)
        #expect(try content(["t=\(Known.time + 1),v1=\(Known.signature)"]) != first)
        #expect(try content([Self.header], account: AccountID(rawValue: "other")) != first)
        #expect(try content([Self.header], body: try ContentHash.sha256([])) != first)
        #expect(try content([]) == nil)
    }
}

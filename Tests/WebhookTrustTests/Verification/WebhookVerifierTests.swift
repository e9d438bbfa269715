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
}

import CallDomain
import Testing
import WebhookTrust

@Suite("WebhookToken")
struct WebhookTokenTests {
    let agent = AgentID(rawValue: "5f0c1d2e-7a41-4c3b-9b10-a0a0a0a0a001")
    let other = AccountID(rawValue: "other")

    func secret(_ label: String = "one", _ value: String = Known.secret) throws -> WebhookSecret {
        try WebhookSecret(label: label, value: value)
    }

    @Test("Tokens are those that Python's hmac and base64 make")
    func known() throws {
        #expect(try WebhookToken.mint(secret: secret(), account: .default, agent: nil) == Known.anyAgentToken)
        #expect(try WebhookToken.mint(secret: secret(), account: .default, agent: agent) == Known.agentToken)
        #expect(try WebhookToken.mint(secret: secret(), account: other, agent: nil) == Known.otherAccountToken)
    }

    @Test("A token is right for its account and agent only")
    func scope() throws {
        let secrets = [try secret()]
        func label(_ token: String, _ account: AccountID, _ agent: AgentID?) throws -> String? {
            try WebhookToken.verify(token, secrets: secrets, account: account, agent: agent)
        }
        #expect(try label(Known.anyAgentToken, .default, nil) == "one")
        #expect(try label(Known.agentToken, .default, agent) == "one")
        #expect(try label(Known.anyAgentToken, .default, agent) == nil)
        #expect(try label(Known.agentToken, .default, nil) == nil)
        #expect(try label(Known.agentToken, .default, AgentID(rawValue: "another")) == nil)
        #expect(try label(Known.agentToken, other, agent) == nil)
        #expect(try label(Known.otherAccountToken, .default, nil) == nil)
    }

    @Test("Any active secret will do, and the answer names it")
    func rotation() throws {
        let secrets = [try secret("new", Known.secondSecret), try secret("old")]
        func label(_ token: String) throws -> String? {
            try WebhookToken.verify(token, secrets: secrets, account: .default, agent: nil)
        }
        #expect(try label(Known.anyAgentToken) == "old")
        #expect(try label(Known.secondSecretToken) == "new")
        #expect(try WebhookToken.verify(Known.anyAgentToken, secrets: [], account: .default, agent: nil) == nil)
    }

    @Test("A token with any character changed, added or missing is refused")
    func changed() throws {
        let secrets = [try secret()]
        func isRight(_ token: String) throws -> Bool {
            try WebhookToken.verify(token, secrets: secrets, account: .default, agent: nil) != nil
        }
        let token = Array(Known.anyAgentToken)
        for index in token.indices {
            var other = token
            other[index] = other[index] == "A" ? "B" : "A"
            #expect(try !isRight(String(other)))
            other.remove(at: index)
            #expect(try !isRight(String(other)))
        }
        for text in ["", Known.anyAgentToken + "A", Known.anyAgentToken + "=", " " + Known.anyAgentToken] {
            #expect(try !isRight(text))
        }
        #expect(try !isRight(String(repeating: "A", count: 100_000)))
    }
}

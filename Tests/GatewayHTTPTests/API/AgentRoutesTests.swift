import BolnaWire
import CallDomain
import Foundation
import GatewayService
import Synchronization
import Testing
import WebhookTrust

@testable import GatewayHTTP

@Suite("/api/v1/agents")
struct AgentRoutesTests {
    private static let path = "/api/v1/agents/agent-1/webhook"

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// An agent at Bolna whose address can be read and set.
    private final class Agent: Sendable {
        private let state: Mutex<(url: String?, requests: [BolnaRequest.Endpoint])>

        init(url: String?) { state = Mutex((url, [])) }

        var url: String? { state.withLock { $0.url } }
        var patches: Int {
            state.withLock { state in
                state.requests.count { if case .setWebhook = $0 { true } else { false } }
            }
        }

        var lists: Int {
            state.withLock { state in
                state.requests.count { if case .agents = $0 { true } else { false } }
            }
        }

        func set(_ url: String?) { state.withLock { $0.url = url } }

        func answer(_ endpoint: BolnaRequest.Endpoint) -> BolnaAnswer.Outcome? {
            state.withLock { state in
                state.requests.append(endpoint)
                switch endpoint {
                case .agents: return Self.ok(#"[{"id":"agent-1","agent_name":"Sales"}]"#)
                case .agent(let id) where id.rawValue == "agent-1":
                    let url = state.url.map { "\"\($0)\"" } ?? "null"
                    return Self.ok(#"{"id":"agent-1","agent_name":"Sales","agent_config":{"webhook_url":\#(url)}}"#)
                case .agent: return .response(status: 404, retryAfter: nil, body: [])
                case .setWebhook(_, let body):
                    let config = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: [String: Any]]
                    state.url = config?["agent_config"]?["webhook_url"] as? String
                    return Self.ok(#"{"message":"success","state":"updated"}"#)
                default: return nil
                }
            }
        }

        private static func ok(_ json: String) -> BolnaAnswer.Outcome {
            .response(status: 200, retryAfter: nil, body: Array(json.utf8))
        }
    }

    private func run(
        url: String?, _ body: @escaping @Sendable (TestGateway, Agent) async throws -> Void
    ) async throws {
        let agent = Agent(url: url)
        try await TestGateway.run { gateway async throws in
            gateway.bolna.answerOthers(agent.answer)
            try await body(gateway, agent)
        }
    }

    private static func set(_ gateway: TestGateway, _ body: String, key: String = "key-admin") async throws
        -> TestGateway.Answer
    {
        try await gateway.send("POST", path, key: key, body: Array(body.utf8))
    }

    @Test("However often agents are looked at, Bolna is asked for them once a minute, and again after it failed")
    func cached() async throws {
        try await run(url: nil) { gateway, agent in
            for _ in 0..<5 {
                let answer = try await gateway.send("GET", "/api/v1/agents", key: "key-read")
                #expect(answer.status == 200 && answer.text.contains("Sales"))
            }
            #expect(agent.lists == 1)
            gateway.wall.advance(by: .seconds(59))
            #expect(try await gateway.send("GET", "/api/v1/agents", key: "key-read").status == 200)
            #expect(agent.lists == 1)
            gateway.wall.advance(by: .seconds(1))
            #expect(try await gateway.send("GET", "/api/v1/agents", key: "key-read").status == 200)
            #expect(agent.lists == 2)
            #expect(try await gateway.send("GET", "/api/v1/agents", key: "key-other").status != 200)

            gateway.wall.advance(by: .seconds(60))
            gateway.bolna.answerOthers { _ in nil }
            #expect(try await gateway.send("GET", "/api/v1/agents", key: "key-read").status == 502)
            gateway.bolna.answerOthers { agent.answer($0) }
            #expect(try await gateway.send("GET", "/api/v1/agents", key: "key-read").status == 200)
        }
    }

    @Test("Another token is asked for its own agents at once")
    func renewedToken() async throws {
        try await run(url: nil) { gateway, agent in
            let body = #"{"id":"acme","token":"bn-first-token-of-acme"}"#
            #expect(try await gateway.control("/api/v1/accounts", body: body).status == 201)
            let key = try await gateway.mintKey("acme").key
            for _ in 0..<2 { #expect(try await gateway.send("GET", "/api/v1/agents", key: key).status == 200) }
            #expect(agent.lists == 1)
            let label = try await gateway.control("/api/v1/account", account: "acme", body: #"{"label":"Acme"}"#)
            #expect(label.status == 200)
            #expect(try await gateway.send("GET", "/api/v1/agents", key: key).status == 200)
            #expect(agent.lists == 1)
            let token = try await gateway.control(
                "/api/v1/account", account: "acme", body: #"{"token":"bn-second-token-of-acme"}"#)
            #expect(token.status == 200)
            #expect(try await gateway.send("GET", "/api/v1/agents", key: key).status == 200)
            #expect(agent.lists == 2)
        }
    }

    @Test("Agents are listed by their names")
    func list() async throws {
        try await run(url: nil) { gateway, _ async throws in
            let answer = try await gateway.send("GET", "/api/v1/agents", key: "key-read")
            #expect(answer.text == #"{"data":[{"id":"agent-1","name":"Sales"}]}"#)
        }
    }

    @Test("An address is set where it is still the one that was shown, and read back")
    func set() async throws {
        try await run(url: "https://old.example/hook?key=canary") { gateway, agent async throws in
            let shown = try Self.object(try await gateway.send("GET", Self.path, key: "key-admin").text)
            #expect(shown["webhookUrl"] as? String == "https://old.example/hook?***")
            #expect(shown["tokenSecret"] is NSNull)
            let version = try #require(shown["version"] as? String)
            let url = "https://gateway.example/webhooks/bolna/default/agent-1"
            let answer = try await Self.set(gateway, #"{"url":"\#(url)","version":"\#(version)"}"#)
            let shownNow = try Self.object(answer.text)
            #expect(answer.status == 200 && shownNow["webhookUrl"] as? String == url)
            #expect(agent.url == url && agent.patches == 1)

            // What was shown first is not there any more.
            let late = try await Self.set(gateway, #"{"url":null,"version":"\#(version)"}"#)
            #expect(late.status == 409 && agent.url == url && agent.patches == 1)
        }
    }

    @Test("The address can be taken away")
    func remove() async throws {
        try await run(url: "https://old.example/hook") { gateway, agent async throws in
            let shown = try Self.object(try await gateway.send("GET", Self.path, key: "key-admin").text)
            let version = try #require(shown["version"] as? String)
            #expect(try await Self.set(gateway, #"{"url":null,"version":"\#(version)"}"#).status == 200)
            #expect(agent.url == nil)
        }
    }

    @Test("A token of ours in the address is named by its secret, and not shown")
    func token() async throws {
        let secret = try WebhookSecret(label: "test", value: TestGateway.secret)
        let token = try WebhookToken.mint(secret: secret, account: .default, agent: AgentID(rawValue: "agent-1"))
        try await run(url: "https://gateway.example/webhooks/bolna/default/agent-1/\(token)") {
            gateway, _ async throws in
            let answer = try await gateway.send("GET", Self.path, key: "key-admin")
            #expect(!answer.text.contains(token))
            #expect(try Self.object(answer.text)["tokenSecret"] as? String == "test")
        }
    }

    @Test(
        "Wishes that could do harm are refused before Bolna is asked",
        arguments: [
            "", "{}", "[]", #"{"url":null}"#, #"{"version":"00"}"#, #"{"url":null,"version":"00"}"#,
            #"{"url":"http://a.example","version":"VERSION"}"#, #"{"url":"https://u:p@a.example","version":"VERSION"}"#,
            #"{"url":"a.example","version":"VERSION"}"#, #"{"url":"","version":"VERSION"}"#,
            #"{"url":"https://a.example/ b","version":"VERSION"}"#,
            #"{"url":"https://a.example#b","version":"VERSION"}"#,
            #"{"url":null,"version":"VERSION","more":1}"#, #"{"url":1,"version":"VERSION"}"#,
        ])
    func refused(body: String) async throws {
        let version = String(repeating: "0", count: 64)
        try await run(url: nil) { gateway, agent async throws in
            let answer = try await Self.set(gateway, body.replacing("VERSION", with: version))
            #expect(answer.status == 400)
            #expect(agent.patches == 0)
        }
    }

    @Test("Only admin reads and sets addresses; an agent that is not there is not found")
    func scopes() async throws {
        try await run(url: nil) { gateway, _ async throws in
            for scope in Scope.allCases where scope != .admin {
                let look = try await gateway.send("GET", Self.path, key: "key-\(scope.rawValue)")
                #expect(look.status == 403)
                #expect(try await Self.set(gateway, "{}", key: "key-\(scope.rawValue)").status == 403)
            }
            #expect(try await gateway.send("GET", "/api/v1/agents/none/webhook", key: "key-admin").status == 404)
            #expect(try await gateway.send("GET", Self.path, key: "key-other").status == 503, "it has no token")
        }
    }

    @Test("What to enter in Bolna is told with the newest secret's token and the last use of each")
    func address() async throws {
        try await run(url: nil) { gateway, _ async throws in
            _ = try await gateway.post(TestGateway.execution("e-1", "ringing"))
            let path = "/api/v1/webhook-address?agent=agent%2F1"
            let entry = try Self.object(try await gateway.send("GET", path, key: "key-admin").text)
            #expect(entry["path"] as? String == "/webhooks/bolna/default/agent%2F1")
            let secrets = try #require(entry["secrets"] as? [[String: Any]])
            #expect(secrets.map { $0["label"] as? String } == ["test"])
            #expect(secrets.first?["lastUsed"] as? String == gateway.wall.now.iso8601())
            let token = try #require(entry["token"] as? String)
            let secret = try WebhookSecret(label: "test", value: TestGateway.secret)
            let label = try WebhookToken.verify(
                token, secrets: [secret], account: .default, agent: AgentID(rawValue: "agent/1"))
            #expect(label == "test")
            #expect(try await gateway.send("GET", path, key: "key-read").status == 403)
            #expect(try await gateway.send("GET", path, key: "key-other").status == 404, "it has no secret")
        }
    }
}

@Suite("WebhookAddress")
struct WebhookAddressTests {
    @Test(
        "What may let a sender in is not shown",
        arguments: [
            ("https://a.example/hook", "https://a.example/hook"),
            ("https://a.example:8443/", "https://a.example:8443/"),
            ("https://u:p@a.example/x?k=v", "https://***@a.example/x?***"),
            ("https://a.example/hooks/0123456789abcdefghijk", "https://a.example/hooks/***"),
            (
                "https://a.example/f54886af-64c6-5dec-8a52-c3f9ab4af601",
                "https://a.example/f54886af-64c6-5dec-8a52-c3f9ab4af601"
            ),
            ("no address", "***"),
        ])
    func masked(url: String, shown: String) { #expect(WebhookAddress.masked(url) == shown) }
}

import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import Testing
import WebhookTrust

@Suite("/api/v1/refusals")
struct RefusalRoutesTests {
    private static let newSecret = "whsec_bmV3LXNlY3JldC1vZi10aGUtdGVzdHMtMTIz"

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// A signature under a secret that the account does not have yet.
    private static func signature(of json: String, at time: Timestamp) throws -> String {
        let seconds = time.rawValue / 1_000_000
        let code = try HMACSHA256(key: newSecret).code(prefix: Array("\(seconds).".utf8), for: Array(json.utf8))
        return "t=\(seconds),v1=\(Hex.encode(code))"
    }

    private static func rows(_ gateway: TestGateway) async throws -> [[String: Any]] {
        let list = try await gateway.send("GET", "/api/v1/refusals", key: "key-operate")
        return try #require(try object(list.text)["data"] as? [[String: Any]])
    }

    private static func verify(_ gateway: TestGateway, _ id: Int, key: String = "key-operate") async throws
        -> TestGateway.Answer
    {
        try await gateway.send("POST", "/api/v1/refusals/\(id)/verify", key: key, body: Array("{}".utf8))
    }

    @Test("Once the missing secret is there, a refused delivery is verified and stored with its first time of receipt")
    func accepted() async throws {
        try await TestGateway.run { gateway async throws in
            let json = TestGateway.execution("e-1", "completed")
            let receivedAt = gateway.wall.now
            let refused = try await gateway.post(json, signature: try Self.signature(of: json, at: receivedAt))
            #expect(refused.status == 401)
            let row = try #require(try await Self.rows(gateway).first)
            let id = try #require(row["id"] as? Int)
            #expect(row["reason"] as? String == "wrong-signature")
            #expect(row["credentials"] as? [String] == ["bolna-signature"])
            #expect(row["canBeVerified"] as? Bool == true)

            // Still wrong, and nothing changes by asking; long after the tolerance of its time it is judged as of then.
            gateway.wall.advance(by: .seconds(3_600))
            let again = try Self.object(try await Self.verify(gateway, id).text)
            #expect(again["verdict"] as? String == "refused" && again["reason"] as? String == "wrong-signature")
            #expect(try await gateway.send("GET", "/api/v1/calls/e-1", key: "key-read").status == 404)

            try gateway.trust([Self.newSecret])
            let answer = try await Self.verify(gateway, id)
            let verdict = try Self.object(answer.text)
            #expect(answer.status == 200 && verdict["verdict"] as? String == "accepted")
            #expect(verdict["status"] as? String == "stored" && verdict["trust"] as? String == "signed")
            let call = try Self.object(try await gateway.send("GET", "/api/v1/calls/e-1", key: "key-read").text)
            #expect(call["createdAt"] as? String == receivedAt.iso8601())

            #expect(try await Self.rows(gateway).isEmpty)
            #expect(try await Self.verify(gateway, id).status == 404)
            #expect(gateway.refusals.count == 1, "it stays counted")
        }
    }

    @Test("A token in the address and a bearer token are kept and verified, and never shown")
    func tokens() async throws {
        try await TestGateway.run { gateway async throws in
            let secret = try WebhookSecret(label: "new", value: Self.newSecret)
            let token = try WebhookToken.mint(secret: secret, account: .default, agent: AgentID(rawValue: "agent-1"))
            let body = Array(TestGateway.execution("e-1", "ringing").utf8)
            let path = "/webhooks/bolna/default/agent-1"
            #expect(try await gateway.send("POST", "\(path)/\(token)", body: body).status == 401)
            let bearer = ["Authorization": "Bearer \(token)"]
            #expect(try await gateway.send("POST", path, headers: bearer, body: body).status == 401)
            let list = try await gateway.send("GET", "/api/v1/refusals", key: TestGateway.allScopes).text
            #expect(!list.contains(token) && list.contains("url-token") && list.contains("authorization"))
            #expect(!"\(gateway.refusals.newest)".contains(token))

            try gateway.trust([Self.newSecret])
            for row in try await Self.rows(gateway) {
                let answer = try await Self.verify(gateway, try #require(row["id"] as? Int))
                #expect(try Self.object(answer.text)["trust"] as? String == "authenticated")
            }
        }
    }

    @Test("What was cut cannot be verified, and says so")
    func cut() async throws {
        try await TestGateway.run { gateway async throws in
            let json = "{\"id\":\"e-1\",\"transcript\":\"\(String(repeating: "x", count: Refusal.mostBytes))\"}"
            _ = try await gateway.post(json, signature: try Self.signature(of: json, at: gateway.wall.now))
            let long = String(repeating: "a", count: 4_000)
            let headers = ["Bolna-Signature": long, "webhook-signature": long, "Authorization": "Bearer \(long)"]
            _ = try await gateway.send(
                "POST", "/webhooks/bolna", headers: headers, body: Array(TestGateway.execution("e-2", "x").utf8))
            try gateway.trust([Self.newSecret])
            for row in try await Self.rows(gateway) {
                #expect(row["canBeVerified"] as? Bool == false)
                #expect(try await Self.verify(gateway, try #require(row["id"] as? Int)).status == 409)
            }
        }
    }

    @Test("Another account's refusals are not there, and operate is needed")
    func accounts() async throws {
        try await TestGateway.run { gateway async throws in
            _ = try await gateway.post(TestGateway.execution("e-1", "x"), signature: "t=1,v1=00")
            let id = try #require(try await Self.rows(gateway).first?["id"] as? Int)
            #expect(try await Self.verify(gateway, id, key: "key-other").status == 404)
            #expect(try await Self.verify(gateway, id, key: "key-read").status == 403)
            #expect(try await Self.verify(gateway, 99).status == 404)
        }
    }
}

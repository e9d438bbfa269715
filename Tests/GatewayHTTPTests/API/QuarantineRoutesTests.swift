import CallDomain
import Foundation
import GatewayHTTP
import Testing

@Suite struct QuarantineRoutesTests {
    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func post(
        _ gateway: TestGateway, _ path: String, _ body: String, key: String = TestGateway.allScopes
    ) async throws -> TestGateway.Answer {
        try await gateway.send("POST", path, key: key, body: Array(body.utf8))
    }

    /// A call webhook that comes by the address of another agent.
    private func mismatch(_ gateway: TestGateway, _ id: String, _ status: String = "ringing") async throws {
        let answer = try await gateway.post(
            TestGateway.execution(id, status), to: "/webhooks/bolna/default/another-agent")
        #expect(answer.text.contains("agent-mismatch"))
    }

    @Test(
        "Each route needs the scope operate",
        arguments: [
            ("GET", "/api/v1/quarantine"), ("GET", "/api/v1/quarantine/1"), ("POST", "/api/v1/quarantine/replay"),
            ("POST", "/api/v1/quarantine/discard"), ("POST", "/api/v1/calls/x/rulings"),
        ])
    func scopes(method: String, path: String) async throws {
        try await TestGateway.run { gateway in
            let body = method == "POST" ? Array("{}".utf8) : nil
            #expect(try await gateway.send(method, path, body: body).status == 401)
            for scope in Scope.allCases {
                let answer = try await gateway.send(method, path, key: "key-\(scope.rawValue)", body: body)
                #expect((answer.status == 403) == (scope != .operate), "\(scope): \(answer.status)")
            }
        }
    }

    @Test("Entries are listed with reason, advice and counts, page by page, without bodies")
    func list() async throws {
        try await TestGateway.run { gateway in
            for body in ["no JSON", "{\"status\":\"x\"}", "{\"status\":\"y\"}"] { _ = try await gateway.post(body) }
            let first = try await gateway.send("GET", "/api/v1/quarantine?limit=2", key: TestGateway.allScopes)
            #expect(first.status == 200)
            let page = try Self.object(first.text)
            let rows = try #require(page["data"] as? [[String: Any]])
            #expect(rows.compactMap { $0["reason"] as? String } == ["no-id", "no-id"])
            #expect(rows.allSatisfy { $0["body"] == nil && ($0["advice"] as? String)?.isEmpty == false })
            let counts = try #require(page["counts"] as? [String: Any])
            #expect(counts["open"] as? Int == 3)
            let cursor = try #require(page["nextCursor"] as? String)
            let second = try await gateway.send(
                "GET", "/api/v1/quarantine?limit=2&cursor=\(cursor)", key: TestGateway.allScopes)
            let rest = try #require(try Self.object(second.text)["data"] as? [[String: Any]])
            #expect(rest.compactMap { $0["reason"] as? String } == ["not-json"])
            let foreign = try await gateway.send(
                "GET", "/api/v1/quarantine?cursor=\(cursor)", key: "key-other")
            #expect(foreign.status == 400, "a cursor is bound to its account")
            let filtered = try await gateway.send(
                "GET", "/api/v1/quarantine?reason=not-json", key: TestGateway.allScopes)
            #expect(try (Self.object(filtered.text)["data"] as? [Any])?.count == 1)
            #expect(try await !gateway.send("GET", "/api/v1/quarantine", key: "key-other").text.contains("no-id"))
        }
    }

    @Test(
        "A wrong parameter is told by its name",
        arguments: [
            ("reason=nonsense", "reason"), ("state=half", "state"), ("limit=0", "limit"), ("limit=201", "limit"),
            ("from=yesterday", "from"), ("cursor=x", "cursor"),
        ])
    func wrongParameters(query: String, name: String) async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.send("GET", "/api/v1/quarantine?\(query)", key: TestGateway.allScopes)
            #expect(answer.status == 400)
            #expect(answer.text.contains(name))
        }
    }

    @Test("One entry shows its bytes to those who may see them only; those of other accounts are not there")
    func entry() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post("canary-body")
            let shown = try await gateway.send("GET", "/api/v1/quarantine/1", key: TestGateway.allScopes)
            #expect(shown.text.contains("\"body\":\"canary-body\""))
            #expect(shown.text.contains("\"advice\""))
            let masked = try await gateway.send("GET", "/api/v1/quarantine/1", key: "key-masked")
            #expect(masked.status == 200)
            #expect(!masked.text.contains("canary-body"))
            for path in ["/api/v1/quarantine/2", "/api/v1/quarantine/x"] {
                #expect(try await gateway.send("GET", path, key: TestGateway.allScopes).status == 404)
            }
            #expect(try await gateway.send("GET", "/api/v1/quarantine/1", key: "key-other").status == 404)
        }
    }

    @Test("A replay tells what it would do, does it, page by page, and does nothing twice")
    func replay() async throws {
        try await TestGateway.run { gateway in
            try await self.mismatch(gateway, "a")
            try await self.mismatch(gateway, "b")
            let dry = try await self.post(
                gateway, "/api/v1/quarantine/replay", "{\"filter\":{},\"dryRun\":true,\"acceptAgents\":true}")
            #expect(dry.status == 200)
            #expect(dry.text.contains("\"outcome\":\"stored\"") && dry.text.contains("\"outcome\":\"created\""))
            #expect(try await gateway.send("GET", "/api/v1/calls/a", key: TestGateway.allScopes).status == 404)
            let first = try await self.post(
                gateway, "/api/v1/quarantine/replay",
                "{\"filter\":{\"reason\":\"agent-mismatch\"},\"acceptAgents\":true,\"limit\":1}")
            let cursor = try #require(try Self.object(first.text)["nextCursor"] as? String)
            #expect(try await gateway.send("GET", "/api/v1/calls/b", key: TestGateway.allScopes).status == 404)
            let foreign = try await gateway.send(
                "POST", "/api/v1/quarantine/replay", key: "key-other",
                body: Array("{\"filter\":{},\"cursor\":\"\(cursor)\"}".utf8))
            #expect(foreign.status == 400, "a cursor is bound to its account")
            let second = try await self.post(
                gateway, "/api/v1/quarantine/replay",
                "{\"filter\":{},\"acceptAgents\":true,\"limit\":1,\"cursor\":\"\(cursor)\"}")
            #expect(try Self.object(second.text)["nextCursor"] as? String == nil)
            for id in ["a", "b"] {
                #expect(try await gateway.send("GET", "/api/v1/calls/\(id)", key: TestGateway.allScopes).status == 200)
            }
            let again = try await self.post(
                gateway, "/api/v1/quarantine/replay", "{\"ids\":[1,2],\"acceptAgents\":true}")
            #expect(try (Self.object(again.text)["results"] as? [Any])?.isEmpty == true)
            let settled = try await gateway.send(
                "GET", "/api/v1/quarantine?state=settled", key: TestGateway.allScopes)
            #expect(settled.text.contains("replayed by hand"))
        }
    }

    @Test("Without the agents being accepted it stays; discarded it ends")
    func discard() async throws {
        try await TestGateway.run { gateway in
            try await self.mismatch(gateway, "a")
            let kept = try await self.post(gateway, "/api/v1/quarantine/replay", "{\"ids\":[1]}")
            #expect(kept.text.contains("\"outcome\":\"unusable\"") && kept.text.contains("agent-mismatch"))
            let done = try await self.post(gateway, "/api/v1/quarantine/discard", "{\"ids\":[1]}")
            #expect(done.text.contains("\"outcome\":\"discarded\""))
            #expect(try await gateway.send("GET", "/api/v1/calls/a", key: TestGateway.allScopes).status == 404)
        }
    }

    @Test(
        "A wish that is not understood changes nothing and is told why",
        arguments: [
            ("", "JSON"), ("[]", "JSON"), ("{}", "ids or filter"), ("{\"ids\":[1],\"filter\":{}}", "ids or filter"),
            ("{\"filter\":{},\"dryrun\":true}", "dryrun"), ("{\"filter\":{\"reasons\":\"x\"}}", "reasons"),
            ("{\"filter\":{\"reason\":\"x\"}}", "reason"), ("{\"ids\":[]}", "ids"), ("{\"ids\":[\"1\"]}", "ids"),
            ("{\"ids\":[1.5]}", "JSON"), ("{\"filter\":{},\"dryRun\":\"yes\"}", "dryRun"),
            ("{\"filter\":{},\"limit\":0}", "limit"), ("{\"filter\":{},\"cursor\":\"x\"}", "cursor"),
        ])
    func misunderstood(body: String, word: String) async throws {
        try await TestGateway.run { gateway in
            try await self.mismatch(gateway, "a")
            let answer = try await self.post(gateway, "/api/v1/quarantine/discard", body)
            #expect(answer.status == 400)
            #expect(answer.text.contains(word), "\(answer.text)")
            let open = try await gateway.send("GET", "/api/v1/quarantine", key: TestGateway.allScopes)
            #expect(open.text.contains("agent-mismatch"))
        }
    }

    @Test("A ruling takes a statement back; what cannot be one is refused")
    func rulings() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("a", "ringing", minute: 1))
            _ = try await gateway.post(TestGateway.execution("a", "completed", minute: 2))
            let journal = try await gateway.send("GET", "/api/v1/calls/a/journal", key: TestGateway.allScopes)
            let rows = try #require(try Self.object(journal.text)["data"] as? [[String: Any]])
            let position = try #require(rows.last?["position"] as? Int)
            let path = "/api/v1/calls/a/rulings"
            for (body, status) in [
                ("{}", 400), ("{\"withdraws\":[],\"note\":\"x\"}", 400),
                ("{\"withdraws\":[\(position)],\"note\":\"\"}", 400),
                ("{\"withdraws\":[99999],\"note\":\"x\"}", 400),
            ] as [(String, UInt)] {
                #expect(try await self.post(gateway, path, body).status == status, "\(body)")
            }
            #expect(
                try await self.post(gateway, "/api/v1/calls/b/rulings", "{\"withdraws\":[1],\"note\":\"x\"}").status
                    == 404)
            gateway.wall.advance(by: .seconds(5))
            let made = try await self.post(gateway, path, "{\"withdraws\":[\(position)],\"note\":\"wrong\"}")
            #expect(made.status == 201)
            #expect(made.text.contains("\"status\":\"ringing\""))
            let call = try await gateway.send("GET", "/api/v1/calls/a", key: TestGateway.allScopes)
            #expect(try Self.object(call.text)["status"] as? String == "ringing")
        }
    }
}

import CallDomain
import Foundation
import GatewayHTTP
import Testing

@Suite struct AuditRoutesTests {
    private struct Record: Decodable, Equatable {
        var actor: String
        var action: String
        var subject: String
    }

    private struct Page: Decodable {
        var data: [Record]
        var nextCursor: String?
    }

    private func audit(_ gateway: TestGateway, _ query: String = "", key: String = TestGateway.allScopes) async throws
        -> Page
    {
        let answer = try await gateway.send("GET", "/api/v1/audit\(query)", key: key)
        #expect(answer.status == 200)
        return try JSONDecoder().decode(Page.self, from: Data(answer.text.utf8))
    }

    @Test("Who revealed, exported, replayed, discarded, ruled and deleted is written down, newest first, once")
    func trail() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("e1", "completed"))
            _ = try await gateway.post("no JSON")
            func get(_ path: String, _ key: String = TestGateway.allScopes) async throws {
                #expect(try await gateway.send("GET", path, key: key).status == 200, "\(path)")
            }
            func post(_ path: String, _ body: String) async throws {
                let answer = try await gateway.send("POST", path, key: TestGateway.allScopes, body: Array(body.utf8))
                #expect((200..<300).contains(answer.status), "\(path) \(answer.text)")
            }
            for path in ["/api/v1/calls/e1", "/api/v1/calls/e1/journal", "/api/v1/calls/e1/explain", "/api/v1/calls"] {
                try await get(path)
                try await get(path)
                try await get(path, "key-masked")
            }
            try await get("/api/client-call/call-history/details/e1")
            try await get("/api/v1/quarantine/1")
            try await get("/api/v1/quarantine/1", "key-masked")
            try await get("/api/v1/reports/reconciliation/figures/calls/calls?output=csv")
            try await post("/api/v1/quarantine/replay", "{\"ids\":[1],\"dryRun\":true}")
            try await post("/api/v1/quarantine/replay", "{\"ids\":[1]}")
            try await post("/api/v1/quarantine/discard", "{\"ids\":[1]}")
            try await post("/api/v1/calls/e1/rulings", "{\"withdraws\":[1],\"note\":\"wrong\"}")
            try await post("/api/v1/forget", "{\"number\":\"+14155550100\"}")

            let page = try await audit(gateway)
            let seen = page.data.reversed().map { "\($0.action) \($0.subject.prefix { $0 != ":" })" }
            let call = try #require(seen.first { $0.hasPrefix("reveal call ") })
            let forgotten = try #require(seen.last { $0.hasPrefix("forget number ") })
            // What is deleted is written at once, all else with the next beat or who asks first.
            #expect(seen.filter { $0 == forgotten }.count == 2)
            #expect(
                seen.filter { $0 != forgotten } == [
                    call, "reveal lists of calls", "reveal kept aside 1", "export figure calls",
                    "replay 1 kept aside", "discard 1 kept aside", "ruling " + call.dropFirst("reveal ".count),
                ])
            #expect(page.data.allSatisfy { $0.actor == "all" })
            #expect(!page.data.contains { $0.subject.contains("4155550100") })
        }
    }

    @Test("It comes page by page, to admins of the account only")
    func pages() async throws {
        try await TestGateway.run { gateway in
            for number in 1...3 {
                _ = try await gateway.post(TestGateway.execution("e\(number)", "completed"))
                _ = try await gateway.send("GET", "/api/v1/calls/e\(number)", key: TestGateway.allScopes)
            }
            let first = try await audit(gateway, "?limit=2")
            #expect(first.data.count == 2)
            let cursor = try #require(first.nextCursor)
            let second = try await audit(gateway, "?limit=2&cursor=\(cursor)")
            #expect(second.data.count == 1)
            #expect(second.nextCursor == nil)
            #expect(try await audit(gateway, key: "key-other").data.isEmpty)
            #expect(try await gateway.send("GET", "/api/v1/audit?cursor=\(cursor)", key: "key-other").status == 400)
            #expect(try await gateway.send("GET", "/api/v1/audit", key: "key-operate").status == 403)
            #expect(try await gateway.send("GET", "/api/v1/audit").status == 401)
        }
    }
}

import CallDomain
import Testing

@testable import BolnaClient

@Suite("Exchange")
struct ExchangeTests {
    private func url(_ endpoint: BolnaRequest.Endpoint, base: String = "https://api.bolna.ai") throws -> String? {
        let token = try #require(BolnaToken("bn-token"))
        return Exchange(endpoint, baseURL: try BolnaBaseURL(validating: base), token: token)?.url
    }

    @Test("Each endpoint has its address")
    func addresses() throws {
        #expect(try url(.execution(ExecutionID(rawValue: "e"))) == "https://api.bolna.ai/executions/e")
        #expect(try url(.agents) == "https://api.bolna.ai/v2/agent/all")
        #expect(try url(.agent(AgentID(rawValue: "a"))) == "https://api.bolna.ai/v2/agent/a")
        #expect(try url(.me) == "https://api.bolna.ai/user/me")
        #expect(try url(.call(body: [])) == "https://api.bolna.ai/call")
        #expect(try url(.me, base: "https://127.0.0.1:8443/bolna/") == "https://127.0.0.1:8443/bolna/user/me")
    }

    @Test("A list names its page and its window, in UTC without Z")
    func list() throws {
        let window = BolnaRequest.ListWindow(
            from: Timestamp(rawValue: 1_772_615_708_000_000), to: Timestamp(rawValue: 1_772_615_708_112_345), page: 3,
            size: 50, status: .unknown("on hold&x=1"))
        #expect(
            try url(.executions(AgentID(rawValue: "a/b"), window))
                == "https://api.bolna.ai/v2/agent/a%2Fb/executions?page_number=3&page_size=50"
                + "&from=2026-03-04T09%3A15%3A08.000000%2B00%3A00&to=2026-03-04T09%3A15%3A08.112345%2B00%3A00"
                + "&status=on%20hold%26x%3D1")
    }

    @Test(
        "An id stays one segment of the path, whatever its bytes",
        arguments: [
            ("3fa8-11_~.x", "3fa8-11_~.x"),
            ("agent#1733#", "agent%231733%23"),
            ("../user/me", "..%2Fuser%2Fme"),
            ("a?b=c&d", "a%3Fb%3Dc%26d"),
            ("a\r\nHost: evil", "a%0D%0AHost%3A%20evil"),
            ("%2e%2e", "%252e%252e"),
            ("é\u{0}\u{7F}", "%C3%A9%00%7F"),
            ("...", "..."),
        ])
    func oddIdentifiers(id: String, segment: String) throws {
        #expect(try url(.execution(ExecutionID(rawValue: id))) == "https://api.bolna.ai/executions/\(segment)")
    }

    @Test(
        "An id that would make another path has no address",
        arguments: ["", ".", "..", String(repeating: "x", count: 257)])
    func impossibleIdentifiers(id: String) throws {
        #expect(try url(.execution(ExecutionID(rawValue: id))) == nil)
        #expect(try url(.agent(AgentID(rawValue: id))) == nil)
    }

    @Test("Odd bytes of an id arrive at the server as they were encoded")
    func oddIdentifierOnTheWire() async throws {
        try await ClientFixture.run(script: { _ in .answer("404 Not Found") }) { fixture in
            let answer = await fixture.send(.execution(ExecutionID(rawValue: "../a b#?%\u{0}")))
            #expect(answer.status == 404)
            #expect(fixture.server.lines == ["GET /executions/..%2Fa%20b%23%3F%25%00 HTTP/1.1"])
        }
    }

    @Test("A request with an id that has no address fails, and nothing is sent")
    func impossibleIdentifierOnTheWire() async throws {
        try await ClientFixture.run(script: { _ in .answer("200 OK") }) { fixture in
            #expect(await fixture.send(.execution(ExecutionID(rawValue: ".."))).failure?.kind == .broken)
            #expect(fixture.server.connections == 0)
        }
    }
}

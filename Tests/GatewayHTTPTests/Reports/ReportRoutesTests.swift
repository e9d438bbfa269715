import CallDomain
import Foundation
import Testing

@testable import GatewayHTTP

@Suite("ReportRoutes")
struct ReportRoutesTests {
    private static let path = "/api/v1/reports/reconciliation"
    private static let window = "from=2026-03-01T00:00:00Z&to=2026-03-08T00:00:00Z"

    private struct Report: Decodable {
        var position: Int
        var figures: [Figure]

        struct Figure: Decodable {
            var id: String
            var value: Int?
            var calls: String
        }
    }

    private struct Page: Decodable {
        var data: [Item]
        var next: String?

        struct Item: Decodable {
            var executionId: String?
        }
    }

    @Test("Each figure's address lists as much as it says, page by page, as of the report's position")
    func lists() async throws {
        try await TestGateway.run { gateway in
            let key = TestGateway.allScopes
            for number in 1...5 { _ = try await gateway.post(TestGateway.execution("exec-\(number)", "ringing")) }
            let answer = try await gateway.send("GET", "\(Self.path)?\(Self.window)", key: key)
            let report = try JSONDecoder().decode(Report.self, from: Data(answer.text.utf8))
            _ = try await gateway.post(TestGateway.execution("exec-6", "ringing"))
            for figure in report.figures {
                let answer = try await gateway.send("GET", figure.calls, key: key)
                #expect(answer.status == 200, "\(figure.id)")
            }
            let calls = try #require(report.figures.first { $0.id == "calls" })
            #expect(calls.value == 5)
            var listed: [String] = []
            var next: String? = calls.calls + "&limit=2"
            while let path = next {
                let answer = try await gateway.send("GET", path, key: key)
                let page = try JSONDecoder().decode(Page.self, from: Data(answer.text.utf8))
                #expect(page.data.count <= 2)
                #expect((answer.headers["link"] != nil) == (page.next != nil))
                if let next = page.next {
                    let foreign = try await gateway.send("GET", next, key: "key-other")
                    #expect(foreign.status == 400, "a cursor is bound to its account")
                }
                listed += page.data.compactMap(\.executionId)
                next = page.next.map { $0 + "&limit=2" }
            }
            #expect(listed.sorted() == (1...5).map { "exec-\($0)" })
        }
    }

    @Test(
        "The same window as of the same position is the same bytes, also after more has arrived",
        arguments: ReportFormat.allCases)
    func asOf(format: ReportFormat) async throws {
        try await TestGateway.run { gateway in
            let key = TestGateway.allScopes
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            let newest = try await gateway.send("GET", "\(Self.path)?\(Self.window)", key: key)
            let position = try JSONDecoder().decode(Report.self, from: Data(newest.text.utf8)).position
            let path = "\(Self.path)?\(Self.window)&as-of=\(position)&output=\(format.rawValue)"
            let before = try await gateway.send("GET", path, key: key)
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            _ = try await gateway.post("not json")
            let after = try await gateway.send("GET", path, key: key)
            #expect(before.status == 200)
            #expect(before.text == after.text)
            #expect(before.headers["content-type"] == format.mediaType)
            #expect(
                (before.headers["content-security-policy"]?.contains("default-src 'none'") == true) == (format == .html)
            )
        }
    }

    @Test(
        "The format follows Accept, and output before it",
        arguments: [
            ("text/html,application/xhtml+xml;q=0.9", ReportFormat.html), ("text/csv", .csv), ("text/plain", .table),
            ("application/json", .json), ("*/*", .json), ("", .json), ("image/png, text/csv;q=0.5", .csv),
        ])
    func accept(header: String, format: ReportFormat) {
        #expect(ReportFormat(accept: header) == format)
    }

    @Test(
        "What cannot be reported is refused with what was expected",
        arguments: [
            ("?from=2025-01-01&to=2026-01-01", 400), ("?from=soon", 400), ("?from=now&to=-1h", 400),
            ("?as-of=-1", 400), ("?as-of=99999", 400), ("?output=pdf", 400), ("/figures/nonsense/calls", 404),
            ("/figures/calls/calls?cursor=x", 400), ("/figures/calls/calls?limit=0", 400),
            ("/figures/calls/calls?cursor=99999_0_0_0", 400),
        ])
    func refusals(suffix: String, status: Int) async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.send("GET", Self.path + suffix, key: TestGateway.allScopes)
            #expect(answer.status == status)
            #expect(answer.text.contains(#""detail":""#))
        }
    }

    @Test("A cursor belongs to its account and figure; a figure that knows no agents is not told of one")
    func cursors() async throws {
        try await TestGateway.run { gateway in
            for number in 1...2 { _ = try await gateway.post(TestGateway.execution("exec-\(number)", "ringing")) }
            let path = Self.path + "/figures/calls/calls?\(Self.window)&limit=1"
            let first = try await gateway.send("GET", path, key: TestGateway.allScopes)
            let page = try JSONDecoder().decode(Page.self, from: Data(first.text.utf8))
            let next = try #require(page.next)
            #expect(try await gateway.send("GET", next, key: TestGateway.allScopes).status == 200)
            #expect(try await gateway.send("GET", next, key: "key-other").status == 400)
            let foreign = next.replacing("/figures/calls/", with: "/figures/changes/")
            #expect(try await gateway.send("GET", foreign, key: TestGateway.allScopes).status == 400)
            for figure in ["api-requests", "new-names.field", "refused-deliveries", "budget-used.call"] {
                let path = Self.path + "/figures/\(figure)/calls?\(Self.window)"
                #expect(try await gateway.send("GET", path, key: TestGateway.allScopes).status == 200)
                #expect(try await gateway.send("GET", path + "&agent=a", key: TestGateway.allScopes).status == 400)
            }
        }
    }

    @Test("No more reports are computed at a time than there are turns; what is given back can be taken again")
    func turns() throws {
        let turns = ReportTurns()
        for _ in 1...ReportTurns.most { try turns.take() }
        let problem = #expect(throws: Problem.self) { try turns.take() }
        #expect(problem?.kind == .busy)
        #expect((problem?.retryAfterSeconds ?? 0) > 0)
        turns.give()
        try turns.take()
    }

    @Test("Another account's report and lists have nothing of ours")
    func accounts() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            for path in [Self.path + "?\(Self.window)", Self.path + "/figures/calls/calls?\(Self.window)"] {
                let answer = try await gateway.send("GET", path, key: "key-other")
                #expect(!answer.text.contains("exec-1"))
                #expect(
                    !answer.text.contains(
                        #""id":"calls","group":"Completeness","title":"Calls","explanation":"Calls that became known in the window.","value":1"#
                    ))
            }
        }
    }
}

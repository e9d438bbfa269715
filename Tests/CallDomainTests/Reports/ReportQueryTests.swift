import CallDomain
import Testing

@Suite("ReportQuery")
struct ReportQueryTests {
    private static let now = Timestamp(iso8601: "2026-03-04T09:15:08.112345Z") ?? .distantPast

    private static func query(
        _ from: String?, _ to: String?, agent: String? = nil, asOf: String? = nil
    ) throws(ReportQueryProblem) -> ReportQuery {
        try ReportQuery(account: .default, from: from, to: to, agent: agent, asOf: asOf, now: now)
    }

    @Test(
        "Times are understood",
        arguments: [
            ("now", "2026-03-04T09:15:08.112Z"), ("-24h", "2026-03-03T09:15:08.112Z"),
            ("-90s", "2026-03-04T09:13:38.112Z"), ("-30m", "2026-03-04T08:45:08.112Z"),
            ("-7d", "2026-02-25T09:15:08.112Z"), ("today", "2026-03-04T00:00:00.000Z"),
            ("yesterday", "2026-03-03T00:00:00.000Z"), ("2026-02-27", "2026-02-27T00:00:00.000Z"),
            ("2026-03-04T10:00:00+05:30", "2026-03-04T04:30:00.000Z"),
        ])
    func times(text: String, expected: String) throws {
        #expect(try Self.query(text, "2026-03-05").from.iso8601() == expected)
    }

    @Test(
        "What is no time is refused in a sentence that names the parameter",
        arguments: ["tomorrow", "-", "-h", "-1", "-1w", "24h", "--5m", "-+5m", "-999999999999h", "2026-13-01", "-1.5h"])
    func wrongTimes(text: String) throws {
        let problem = #expect(throws: ReportQueryProblem.self) { try Self.query(text, nil) }
        #expect(problem?.description.hasPrefix("from must be a time such as") == true)
    }

    @Test("Without times it is the last day; what is empty counts as not given")
    func defaults() throws {
        let query = try Self.query(nil, "", agent: "", asOf: "")
        #expect(query.to.iso8601() == "2026-03-04T09:15:08.112Z")
        #expect(query.to.duration(since: query.from) == .seconds(86_400))
        #expect(query.agent == nil)
        #expect(query.asOf == nil)
    }

    @Test("A window that was printed can be asked for again")
    func roundTrip() throws {
        let query = try Self.query("-3h", nil)
        #expect(try Self.query(query.from.iso8601(), query.to.iso8601()) == query)
    }

    @Test(
        "Windows that are empty, turned or too long are refused",
        arguments: [("now", "now"), ("now", "-1h"), ("-93d", "now"), ("2020-01-01", "2026-03-04")])
    func wrongWindows(from: String, to: String) {
        #expect(throws: ReportQueryProblem.self) { try Self.query(from, to) }
    }

    @Test("A position is a whole number that is not negative")
    func positions() throws {
        #expect(try Self.query(nil, nil, asOf: "1042").asOf == 1_042)
        for text in ["-1", "x", "1.5", "99999999999999999999"] {
            #expect(throws: ReportQueryProblem.self) { try Self.query(nil, nil, asOf: text) }
        }
    }

    @Test(
        "A series has at most its bound of steps, and they cover the window",
        arguments: ["-1m", "-1h", "-24h", "-7d", "-92d"])
    func steps(from: String) throws {
        let query = try Self.query(from, nil)
        #expect((1...ReportQuery.mostSteps).contains(query.steps))
        #expect(query.step * query.steps >= query.to.duration(since: query.from))
        #expect(query.step * (query.steps - 1) < query.to.duration(since: query.from))
    }

    @Test("A cursor is read as it is written, and nothing else is")
    func cursors() {
        let cursor = ReportCursor(asOf: 7, at: Timestamp(rawValue: -5), position: 3, number: 9)
        #expect(ReportCursor(text: cursor.text) == cursor)
        for text in ["", "7_5_3", "7_5_3_x", "7_5_3_9_1", "7__3_9"] { #expect(ReportCursor(text: text) == nil) }
    }
}

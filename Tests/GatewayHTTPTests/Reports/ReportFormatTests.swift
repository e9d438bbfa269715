import CallDomain
import Foundation
import Testing

@testable import GatewayHTTP

@Suite("ReportFormat")
struct ReportFormatTests {
    private static let query = ReportQuery(
        account: .default, agent: AgentID(rawValue: "<agent> & \"co\""), from: Timestamp(seconds: 1_772_582_400),
        to: Timestamp(seconds: 1_772_586_000))

    private static func report(value: Int = 1_234_567, detail: String = "<script>alert('x')</script>")
        -> ReconciliationReport
    {
        var histogram = LatencyHistogram()
        for seconds in 1...40 { histogram.record(.seconds(seconds)) }
        let incident = Incident(
            account: .default, kind: .outage, cause: .ownOutage, from: query.from, to: query.to, detail: detail)
        return ReconciliationReport(
            query: query, position: 1_042, asOf: query.to,
            coverage: ReportCoverage(
                .init(
                    query: query, asOf: query.to, journalBegins: query.from, incidents: [incident], withoutToken: nil,
                    changes: 1, deliveries: 1)),
            figures: FigureID.all.map { ReconciliationReport.Figure(id: $0, value: value) }, leftOut: [],
            latencies: [.init(kind: .webhookLatency, histogram: histogram)],
            series: .init(step: query.step, byWebhook: [1, 0, 3], byRead: [0, 2, 0], requests: [0, 0, 1]),
            incidents: [incident],
            names: [.init(kind: .field, name: detail, firstSeenAt: query.from, count: 3)])
    }

    private static let list = FigureList(
        query: query, figure: FigureID(.calls), position: 1_042,
        items: [
            ReportItem(
                execution: ExecutionID(rawValue: "a,\"b\""), call: nil, at: query.from, position: 7,
                detail: "=SUM(A1)\r\n<b>", count: 1)
        ], next: nil)

    @Test("CSV has a header and one row per figure, all of one width, ended by CRLF")
    func csv() throws {
        let lines = ReportFormat.csv.write(Self.report()).components(separatedBy: "\r\n")
        #expect(lines.count == FigureID.all.count + 2)
        #expect(lines.last?.isEmpty == true)
        #expect(lines[0].hasPrefix("id,group,title,value,unit,part_of,"))
        #expect(lines[1].hasPrefix("webhook-deliveries,Deliveries,Webhook deliveries,1234567,deliveries,,"))
    }

    @Test("CSV quotes what it must, and makes no formulas")
    func csvQuotes() {
        #expect(
            ReportFormat.csv.write(Self.list)
                == "execution_id,call_id,at,position,detail,count\r\n"
                + "\"a,\"\"b\"\"\",,2026-03-04T00:00:00.000Z,7,\"'=SUM(A1)\r\n<b>\",1\r\n")
    }

    @Test("The page is whole by itself: no scripts, nothing from elsewhere, and texts cannot become tags")
    func html() {
        for text in [ReportFormat.html.write(Self.report()), ReportFormat.html.write(Self.list)] {
            #expect(text.hasPrefix("<!doctype html>"))
            for part in ["<script", "src=", "url(", "@import", "http", "onload", "<b>\","] {
                #expect(!text.contains(part))
            }
            #expect(text.contains("&lt;agent&gt; &amp; &quot;co&quot;"))
            #expect(text.components(separatedBy: "<table").count == text.components(separatedBy: "</table>").count)
            #expect(text.components(separatedBy: "<section").count == text.components(separatedBy: "</section>").count)
        }
    }

    @Test("The page says first what could not be seen, then has every group, and plots as SVG")
    func htmlOrder() throws {
        let text = ReportFormat.html.write(Self.report())
        let coverage = try #require(text.range(of: "The gateway was out"))
        var last = coverage.lowerBound
        for group in FigureID.Group.allCases {
            let heading = try #require(text.range(of: "<h2>\(group.rawValue)</h2>"))
            #expect(heading.lowerBound > last)
            last = heading.lowerBound
        }
        #expect(text.components(separatedBy: "<svg").count > 5)
        #expect(text.contains("1\u{202F}234\u{202F}567"))
    }

    @Test("A table keeps its columns, and leaves out parts of zero")
    func table() {
        let text = ReportFormat.table.write(Self.report(value: 0))
        #expect(text.contains("Webhook deliveries"))
        #expect(!text.contains("by trust"))
        #expect(ReportFormat.table.write(Self.report()).contains("by trust"))
        #expect(!ReportFormat.table.write(Self.report(detail: "\u{1B}[2J")).contains("\u{1B}[2J ("))
    }

    @Test("An empty report can be written in every format", arguments: ReportFormat.allCases)
    func empty(format: ReportFormat) {
        let empty = ReconciliationReport(
            query: Self.query, position: 0, asOf: nil,
            coverage: ReportCoverage(
                .init(
                    query: Self.query, asOf: nil, journalBegins: nil, incidents: [], withoutToken: nil, changes: 0,
                    deliveries: 0)),
            figures: FigureID.all.map { .init(id: $0, value: nil) }, leftOut: [], latencies: [],
            series: .init(step: Self.query.step, byWebhook: [], byRead: [], requests: []), incidents: [], names: [])
        #expect(format.write(empty).contains(format == .csv ? "webhook-deliveries" : "The journal was empty"))
    }

    @Test(
        "Numbers and durations read well",
        arguments: [
            (0, "0 ms"), (999, "999 ms"), (1_000, "1.0 s"), (59_999, "59.9 s"), (60_000, "1 min 0 s"),
            (3_600_000, "1 h 0 min"), (90_000_000, "1 d 1 h"),
        ])
    func durations(milliseconds: Int, text: String) {
        #expect(ReportText.value(milliseconds, unit: .milliseconds) == text)
    }

    @Test(
        "Shares are rounded, and a small one is not nothing",
        arguments: [
            (1, 3, "33 %"), (1, 100, "1 %"), (1, 64, "1.6 %"), (1, 5_000, "< 0.1 %"), (0, 5, "0 %"), (5, 5, "100 %"),
            (1, 0, ""),
        ])
    func shares(part: Int, whole: Int, text: String) {
        #expect(ReportText.share(part, of: whole) == text)
    }
}

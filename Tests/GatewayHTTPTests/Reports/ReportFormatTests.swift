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
            series: .init(
                step: query.step, byWebhook: [1, 0, 3], byRead: [0, 2, 0], byOther: [1, 0, 0], requests: [0, 0, 1]),
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
        #expect(lines.count == FigureID.all.count + 3)
        #expect(lines.last?.isEmpty == true)
        #expect(lines[0].hasPrefix("id,group,title,value,unit,part_of,"))
        #expect(lines[1].hasPrefix("coverage,Coverage,\"The gateway was out once,"))
        #expect(lines[2].hasPrefix("webhook-deliveries,Deliveries,Webhook statements,1234567,deliveries,,"))
    }

    @Test("CSV quotes what it must, and makes no formulas")
    func csvQuotes() {
        #expect(
            ReportFormat.csv.write(Self.list)
                == "execution_id,call_id,at,position,detail,count\r\n"
                + "\"a,\"\"b\"\"\",,2026-03-04T00:00:00.000Z,7,\"'=SUM(A1)\r\n<b>\",1\r\n")
    }

    @Test(
        "A field of CSV is read by scalars: a quote with a mark on it is a quote, and a formula is none",
        arguments: [
            ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("\"\u{301}", "\"\"\"\u{301}\""), ("-5", "-5"),
            ("-5,3", "\"'-5,3\""), ("=1", "'=1"), ("a\r\nb", "\"a\r\nb\""), ("a\u{2028}b", "a\u{2028}b"),
            ("=\u{301}1", "'=\u{301}1"), ("\t\"", "\"'\t\"\"\""),
        ])
    func csvFields(text: String, field: String) {
        #expect(Array(CSVText.field(text).utf8) == Array(field.utf8))
    }

    @Test("Nothing from outside steers a terminal: C0, C1 and directions are replaced, line breaks on request")
    func terminal() {
        #expect(TerminalText.safe("a\u{1B}[2J\u{9B}K\u{202E}\n\tb") == "a\u{FFFD}[2J\u{FFFD}K\u{FFFD}\u{FFFD}\u{FFFD}b")
        #expect(TerminalText.safe("a\n\tb\u{85}", keepsLines: true) == "a\n\tb\u{FFFD}")
        var list = Self.list
        list.items[0].detail = "\u{9B}2J"
        list.items[0].execution = ExecutionID(rawValue: "\u{1B}c")
        let text = ReportFormat.table.write(list)
        #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
    }

    @Test("A list that is written page by page is the list written at once", arguments: ReportFormat.allCases)
    func pages(format: ReportFormat) throws {
        var list = Self.list
        list.items = (1...3).map { number in
            ReportItem(
                execution: ExecutionID(rawValue: "e\(number)"), call: nil, at: Self.query.from, position: Int64(number),
                detail: nil, count: number)
        }
        var pages = format.head(of: list) + format.rows(Array(list.items[..<1]), isFirst: true)
        pages += format.rows(Array(list.items[1...]), isFirst: false) + format.tail(of: list, isEmpty: false)
        #expect(pages == format.write(list))
        if format == .json {
            let object = try JSONSerialization.jsonObject(with: Data(pages.utf8)) as? [String: Any]
            #expect((object?["data"] as? [Any])?.count == 3)
            #expect(object?["figure"] as? String == "calls" && object?["next"] is NSNull)
        }
        list.items = []
        #expect(format.write(list).lowercased().contains("nothing") == [.table, .html].contains(format))
    }

    @Test("Values lead to their lists where the page is served, and ids stand beside them everywhere")
    func drill() throws {
        let linked = ReportFormat.html.write(Self.report())
        let address = "/api/v1/reports/reconciliation/figures/deliveries-by-trust.signed/calls?"
        #expect(linked.contains("<a href=\"\(address)"))
        let alone = ReportFormat.html.write(Self.report(), isLinked: false)
        #expect(!alone.contains("<a href"))
        for text in [linked, alone, ReportFormat.table.write(Self.report())] {
            for id in FigureID.all { #expect(text.contains(id.rawValue), "\(id)") }
        }
    }

    @Test("The footer's command names all that the report was asked for, in words a shell takes whole")
    func footer() {
        let text = ReportFormat.html.write(Self.report())
        let agent = "&#39;&lt;agent&gt; &amp; &quot;co&quot;&#39;"
        #expect(text.contains("gateway report --from 2026-03-04T00:00:00.000Z --to 2026-03-04T01:00:00.000Z"))
        #expect(text.contains("--agent=\(agent) --as-of 1042"))
        var other = Self.report()
        other.query.account = AccountID(rawValue: "sales")
        other.query.agent = AgentID(rawValue: "it's")
        let theirs = ReportFormat.html.write(other)
        #expect(theirs.contains("--account sales "))
        #expect(theirs.contains("--agent=&#39;it&#39;\\&#39;&#39;s&#39;"))
    }

    @Test("The plot of changes shows those that neither webhooks nor reads told")
    func others() {
        #expect(ReportFormat.html.write(Self.report()).contains("1 by webhook, 0 by read, 1 by other"))
        #expect(ReportFormat.json.write(Self.report()).contains("\"changesByOther\":[1,0,0]"))
    }

    @Test("The page has the charts that the gateway's own page has, and each agent's path")
    func charts() {
        var report = Self.report()
        let agent = AgentID(rawValue: "<b>")
        report.series.latency = [.init(p50: 400, p90: 2_500), nil, nil]
        (report.series.missed, report.series.healed) = ([0, 2, 0], [0, 0, 1])
        report.series.agents = [.init(agent: agent, byWebhook: [0, 0, 0], byRead: [0, 2, 0])]
        let text = ReportFormat.html.write(report)
        for chart in ReportChart.all(of: report) {
            #expect(text.contains("<b>\(HTMLText.escaped(chart.title))</b>") && text.contains(chart.svg))
        }
        #expect(ReportChart.all(of: report).count == 4)
        #expect(text.contains("<code>&lt;b&gt;</code>") && text.contains("0 % of 2 changes by webhook"))
        #expect(text.contains("no webhook came first"))
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
        #expect(text.contains("Webhook statements"))
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
            series: .init(step: Self.query.step, byWebhook: [], byRead: [], byOther: [], requests: []), incidents: [],
            names: [])
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

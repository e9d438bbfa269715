import CallDomain
import Foundation
import GatewayService
import Testing

@testable import GatewayHTTP

@Suite("What pages say, in words") struct PageWordsTests {
    @Test("Times stand apart in sentences, with the day where the sentence leaves it out")
    func sentences() throws {
        func parts(_ text: String, day: String? = nil) throws -> [String] {
            let parts = try #require(PageText.sentence(text, day: day)["parts"] as? [PageView])
            return parts.flatMap { part -> [String] in
                let time = part["time"] as? PageView
                return [part["text"] as? String ?? "", time?["iso"] as? String ?? "", time?["as"] as? String ?? ""]
            }.filter { !$0.isEmpty }
        }
        #expect(
            try parts("It began at 2026-03-04 09:15:08 UTC: all is known.")
                == ["It began at ", "2026-03-04T09:15:08.000Z", "exact", ": all is known."])
        #expect(
            try parts("Now: busy, as of 10:02:11, told.", day: "2026-03-04")
                == ["Now: busy, as of ", "2026-03-04T10:02:11.000Z", "clock", ", told."])
        #expect(try parts("as of 10:02:11, told.") == ["as of 10:02:11, told."], "of which day is not known")
        #expect(try parts("at 99:99:99", day: "2026-03-04") == ["at 99:99:99"])
        #expect(try parts("") == [])
    }

    @Test("Agents are called by their names beside the beginning of their ids")
    func agents() {
        let id = "0f8fad5b-d9cb-469f-a165-70867728950e"
        let names = [AgentID(rawValue: id): "Front desk"]
        #expect(PageText.agentLabel(id, names: names) == "Front desk (0f8fad5b…)")
        #expect(PageText.agentLabel(id, names: [:]) == id)
        #expect(PageText.agent(id, names: names)["short"] as? String == "0f8fad5b…")
        #expect(PageText.agent("agent-1", names: [:])["short"] as? String == "agent-1")
    }

    private static func platform(
        _ set: (inout PlatformChecks) -> Void = { _ in }
    ) -> [String: String] {
        var checks = PlatformChecks(
            connections: (open: 3, most: 10), refused: [:],
            facts: StoreFacts(
                engine: "SQLite", schemaVersion: 1, settings: [:], sizeBytes: 20_000_000, logBytes: 4_000,
                freeBytes: 50_000_000_000),
            queued: 0, mostQueued: 100, oldestWait: nil, showsSizes: true)
        set(&checks)
        return Dictionary(uniqueKeysWithValues: checks.all.map { ($0.name, "\($0.look.rawValue): \($0.text)") })
    }

    @Test("Listener, store, disk and queue are judged by what they say of themselves")
    func platform() {
        let good = Self.platform()
        #expect(good.values.allSatisfy { $0.hasPrefix("good: ") })
        #expect(good["Store"] == "good: SQLite, schema 1, 20 MB, log 4 kB.")
        #expect(good["Disk"] == "good: 50 GB free.")
        #expect(Self.platform { $0.showsSizes = false }["Store"] == "good: SQLite, schema 1.")
        #expect(Self.platform { $0.connections = nil }["Listener"]?.hasPrefix("bad: It does not run") == true)
        #expect(Self.platform { $0.connections = (open: 8, most: 10) }["Listener"]?.hasPrefix("attention") == true)
        let met = Self.platform { $0.refused = [.connectionsPerAddress: 4, .headers: 1] }["Listener"]
        #expect(met?.contains("connections per address 4, headers 1") == true)
        #expect(
            Self.platform { $0.facts.freeBytes = 1_000_000_000 }["Disk"]?.hasPrefix(
                "attention: 1000 MB free. Make room") == true)
        #expect(Self.platform { $0.facts.freeBytes = 100_000_000 }["Disk"]?.hasPrefix("bad") == true)
        #expect(Self.platform { $0.facts.freeBytes = nil }["Disk"]?.hasPrefix("attention") == true)
        #expect(Self.platform { $0.facts.logBytes = 300_000_000 }["Store"]?.hasPrefix("attention") == true)
        #expect(Self.platform { $0.queued = 50 }["Queue"]?.hasPrefix("attention: 50 of 100 entries wait") == true)
        #expect(Self.platform { $0.queued = 90 }["Queue"]?.hasPrefix("bad") == true)
        let slow = Self.platform {
            $0.queued = 1
            $0.oldestWait = .seconds(3)
        }
        #expect(slow["Queue"] == "attention: 1 of 100 entries wait for the disk, the oldest for 3.0 s.")
    }

    private static let query = ReportQuery(
        account: .default, from: Timestamp(seconds: 1_772_582_400), to: Timestamp(seconds: 1_772_586_000), asOf: 9)

    private static func report(_ set: (inout ReconciliationReport.Series) -> Void) -> ReconciliationReport {
        let none = Array(repeating: 0, count: query.steps)
        var series = ReconciliationReport.Series(
            step: query.step, byWebhook: none, byRead: none, byOther: none, requests: none)
        series.requestsByBudget = RequestBudget.allCases.map { _ in none }
        (series.missed, series.healed) = (none, none)
        series.latency = none.map { _ in nil }
        set(&series)
        let coverage = ReportCoverage(
            .init(
                query: query, asOf: query.to, journalBegins: query.from, incidents: [], withoutToken: nil, changes: 1,
                deliveries: 1))
        return ReconciliationReport(
            query: query, position: 9, asOf: query.to, coverage: coverage, figures: [], leftOut: [], latencies: [],
            series: series, incidents: [], names: [])
    }

    @Test("Each chart has its numbers in a table whose rows lead to what the step's window counts")
    func charts() throws {
        #expect(ReportCharts(report: Self.report { _ in }, names: [:]).view.isEmpty)
        let report = Self.report { series in
            series.byWebhook[1] = 3
            series.latency[1] = .init(p50: 400, p90: 2_500)
            series.missed[2] = 2
            series.requests[3] = 6
            series.requestsByBudget[RequestBudget.other.rawValue][3] = 6
        }
        let charts = ReportCharts(report: report, names: [:]).view
        #expect(
            charts.map { ($0["title"] as? String)?.prefix { $0 != "," } } == [
                "Changes of status", "Latency of webhooks", "Missed webhooks and healed calls",
                "Requests to Bolna's API against their budget",
            ])
        for chart in charts {
            let rows = try #require(chart["rows"] as? [PageView])
            #expect(rows.count == 1 && (chart["svg"] as? String)?.hasPrefix("<svg") == true)
            let cells = try #require(rows[0]["cells"] as? [PageView])
            let link = try #require((rows[0]["href"] as? String) ?? cells.compactMap { $0["href"] as? String }.first)
            #expect(link.hasPrefix("/reports/figures/") && link.contains("as-of=9"))
        }
        let changes = try #require((charts[0]["rows"] as? [PageView])?.first?["href"] as? String)
        #expect(changes.contains("from=2026-03-04T00%3A02%3A00.000Z&to=2026-03-04T00%3A04%3A00.000Z"))
        let latency = try #require((charts[1]["rows"] as? [PageView])?.first?["cells"] as? [PageView])
        #expect(latency.map { $0["text"] as? String } == ["400 ms", "2.5 s"])
        // Six in two minutes, of 600 a minute.
        #expect((charts[3]["note"] as? String)?.contains("at most 6, 0.5 % of what the fullest budget allows") == true)
    }

    @Test("An agent of which no webhook told a change first is said so, and is blamed where none came at all")
    func paths() {
        var report = Self.report { series in
            var told = series.byRead
            told[0] = 4
            series.agents = [
                .init(agent: AgentID(rawValue: "a"), byWebhook: told, byRead: series.byRead),
                .init(agent: AgentID(rawValue: "b"), byWebhook: series.byRead, byRead: told),
            ]
        }
        let paths = ReportCharts(report: report, names: [:]).paths
        #expect(paths.map { $0["doubt"] as? String } == [nil, "no webhook came first"])
        #expect(
            paths.map { $0["words"] as? String } == ["100 % of 4 changes by webhook", "0 % of 4 changes by webhook"])
        #expect((paths[1]["href"] as? String)?.contains("agent=b") == true)
        report.query.agent = AgentID(rawValue: "b")
        for (deliveries, doubt) in [(2, "no webhook came first"), (0, "no webhook: is webhook_url set in Bolna?")] {
            report.figures = [.init(id: FigureID(.deliveries), value: deliveries)]
            #expect(ReportCharts(report: report, names: [:]).paths[1]["doubt"] as? String == doubt)
        }
    }

    @Test("Parts of a whole are drawn in eighths, and neighbours that are alike as one")
    func parts() {
        let svg = ReportPlots.parts([4, 8, 0, 0], [0, 0, 0, 2])
        #expect(svg.contains("<rect class=\"a\" x=\"0\" y=\"0\" width=\"2\" height=\"8\"/>"))
        #expect(svg.contains("<rect class=\"b\" x=\"3\" width=\"1\" height=\"8\"/>"))
        #expect(svg.components(separatedBy: "<rect").count == 4, "the track and two bars")
        #expect(ReportPlots.parts([], []).contains("viewBox=\"0 0 1 8\""))
    }
}

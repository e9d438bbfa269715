import CallDomain

/// One of a report's series as a chart with its numbers, for the pages and for the report that stands alone.
struct ReportChart {
    /// A column of a chart's numbers, one for each step.
    struct Column {
        var title: String
        var cells: [String]
        /// The list that its cells lead to; nil where the step's time does.
        var figure: FigureID?
    }

    var title: String
    /// How high it goes, in words.
    var note: String
    var svg: String
    /// What its colours stand for, from the first one on; empty where there is one.
    var key: [String]
    var columns: [Column]
    /// The list that the time of a step leads to; nil where the columns do.
    var figure: FigureID?
    /// Whether a step has anything to tell.
    var isShown: (_ step: Int) -> Bool

    /// The classes of the colours of a key, in their order.
    static let looks = ["a", "b", "c"]

    /// The charts of a report that have anything to show.
    static func all(of report: ReconciliationReport) -> [ReportChart] {
        let charts = [changes(report), latency(report), healing(report), requests(report)]
        return charts.filter { !$0.svg.isEmpty }
    }

    private static func changes(_ report: ReconciliationReport) -> ReportChart {
        let series = report.series
        let told = [
            ReportPlots.Layer(name: "by webhook", numbers: series.byWebhook),
            ReportPlots.Layer(name: "by read", numbers: series.byRead),
            ReportPlots.Layer(name: "by other", numbers: series.byOther),
        ]
        return ReportChart(
            title: "Changes of status, each \(step(report))",
            note: "at most \(ReportText.grouped(ReportPlots.most(told)))",
            svg: ReportPlots.stacked(told, times: times(report)),
            key: ["told by webhook", "by read", "by dialling, import, ruling"],
            columns: told.map { Column(title: $0.name, cells: $0.numbers.map(ReportText.grouped)) },
            figure: FigureID(.changes), isShown: { index in told.contains { $0.numbers[index] > 0 } })
    }

    private static func latency(_ report: ReconciliationReport) -> ReportChart {
        let latency = report.series.latency
        let layers = [
            ReportPlots.Layer(name: "median", numbers: latency.map { $0?.p50 ?? 0 }),
            ReportPlots.Layer(name: "nine of ten", numbers: latency.map { $0.map { $0.p90 - $0.p50 } ?? 0 }),
        ]
        func words(_ milliseconds: Int) -> String { ReportText.value(milliseconds, unit: .milliseconds) }
        let p50 = latency.map { $0.map { words($0.p50) } ?? "–" }
        let p90 = latency.map { $0.map { words($0.p90) } ?? "–" }
        return ReportChart(
            title: "Latency of webhooks, each \(step(report))",
            note: "nine of ten at most \(words(ReportPlots.most(layers)))",
            svg: ReportPlots.stacked(
                layers, times: times(report), words: zip(p50, p90).map { "median \($0), nine of ten \($1)" }),
            key: ["median", "nine of ten"],
            columns: [Column(title: "median", cells: p50), Column(title: "nine of ten", cells: p90)],
            figure: FigureID(.webhookLatency, part: "count"), isShown: { latency[$0] != nil })
    }

    private static func healing(_ report: ReconciliationReport) -> ReportChart {
        let (missed, healed) = (report.series.missed, report.series.healed)
        let layers = [
            ReportPlots.Layer(name: "missed webhooks", numbers: missed),
            ReportPlots.Layer(name: "healed calls", numbers: healed),
        ]
        return ReportChart(
            title: "Missed webhooks and healed calls, each \(step(report))",
            note: "at most \(missed.max() ?? 0) missed, \(healed.max() ?? 0) healed",
            svg: ReportPlots.stacked(layers, times: times(report)), key: layers.map(\.name),
            columns: [
                Column(title: "missed", cells: missed.map(ReportText.grouped), figure: FigureID(.missedWebhooks)),
                Column(title: "healed", cells: healed.map(ReportText.grouped), figure: FigureID(.healed)),
            ], figure: nil, isShown: { missed[$0] + healed[$0] > 0 })
    }

    /// What was asked for, as the share that the fullest budget was used to.
    private static func requests(_ report: ReconciliationReport) -> ReportChart {
        let series = report.series
        let minutes = max(1, Int(series.step.components.seconds / 60))
        // Hundredths of a per cent, so that a little is not nothing.
        let shares = series.requests.indices.map { index in
            zip(RequestBudget.allCases, series.requestsByBudget).map { budget, numbers in
                numbers[index] * 10_000 / (budget.usedPerMinute * minutes)
            }.max() ?? 0
        }
        let words = shares.map { ReportText.share($0, of: 10_000) }
        let layer = ReportPlots.Layer(
            name: "share of the budget of requests",
            numbers: zip(series.requests, shares).map { $0 > 0 ? max($1, 1) : 0 })
        return ReportChart(
            title: "Requests to Bolna's API against their budget, each \(step(report))",
            note: "at most \(ReportText.grouped(series.requests.max() ?? 0)), "
                + "\(ReportText.share(shares.max() ?? 0, of: 10_000)) of what the fullest budget allows",
            svg: ReportPlots.stacked(
                [layer], times: times(report),
                words: zip(series.requests, words).map { "\($0) requests, \($1) of the fullest budget" }), key: [],
            columns: [
                Column(title: "requests", cells: series.requests.map(ReportText.grouped)),
                Column(title: "of the fullest budget", cells: words),
            ], figure: FigureID(.requests), isShown: { series.requests[$0] > 0 })
    }

    private static func step(_ report: ReconciliationReport) -> String { ReportText.short(report.series.step) }

    private static func times(_ report: ReconciliationReport) -> [String] {
        (0..<report.query.steps).map {
            ReportText.time(report.query.from.advanced(by: report.series.step * $0)) + " UTC"
        }
    }
}

/// Who told the changes of one agent's calls, over a report's window.
struct ReportPath {
    /// The agent; nil for calls whose agent is not known.
    var agent: AgentID?
    var byWebhook: Int
    var byRead: Int
    /// The steps of which reads told most.
    var poor: Int
    var svg: String
    /// What to think of where no webhook told a change first; nil where one did.
    var doubt: String?

    /// The most agents whose path is drawn.
    static let mostAgents = 12

    /// The paths of a report's agents, those with the most changes first.
    static func all(of report: ReconciliationReport) -> [ReportPath] {
        report.series.agents.prefix(mostAgents).map { agent in
            let byWebhook = agent.byWebhook.reduce(0, +)
            return ReportPath(
                agent: agent.agent, byWebhook: byWebhook, byRead: agent.byRead.reduce(0, +),
                poor: zip(agent.byWebhook, agent.byRead).count { $0 < $1 },
                svg: ReportPlots.parts(agent.byWebhook, agent.byRead),
                doubt: byWebhook > 0 ? nil : Self.doubt(of: agent.agent, in: report))
        }
    }

    /// Webhooks that came late were told first by reads; only an agent's own report knows whether any came.
    private static func doubt(of agent: AgentID?, in report: ReconciliationReport) -> String {
        let isOwn = agent != nil && report.query.agent == agent
        return isOwn && report.value(.deliveries) == 0
            ? "no webhook: is webhook_url set in Bolna?" : "no webhook came first"
    }

    /// The share of the changes that webhooks told, in words.
    var words: String {
        "\(ReportText.share(byWebhook, of: byWebhook + byRead)) of \(ReportText.grouped(byWebhook + byRead)) changes by webhook"
    }
}

import CallDomain

/// A report's numbers over time as charts, each with its numbers in a table whose rows lead to what was counted.
struct ReportCharts {
    let report: ReconciliationReport
    /// What agents are called.
    let names: [AgentID: String]

    /// The most agents whose path is drawn.
    static let mostAgents = 12

    private var query: ReportQuery { report.query }
    private var series: ReconciliationReport.Series { report.series }
    private var step: String { ReportText.short(series.step) }

    /// A column of a chart's table.
    private struct Column {
        var title: String
        var cells: [String]
        /// The list that its cells lead to; nil where the row's time does.
        var figure: FigureID?
    }

    /// The charts that have anything to show.
    var view: [PageView] { [changes, latency, healing, requests].compactMap(\.self) }

    private var changes: PageView? {
        let told = [
            ReportPlots.Layer(name: "by webhook", numbers: series.byWebhook),
            ReportPlots.Layer(name: "by read", numbers: series.byRead),
            ReportPlots.Layer(name: "by other", numbers: series.byOther),
        ]
        return chart(
            "Changes of status, each \(step)", note: "at most \(ReportText.grouped(ReportPlots.most(told)))",
            svg: ReportPlots.stacked(told, times: times),
            key: ["told by webhook", "by read", "by dialling, import, ruling"],
            columns: told.map { Column(title: $0.name, cells: $0.numbers.map(ReportText.grouped)) },
            figure: FigureID(.changes), isShown: { index in told.contains { $0.numbers[index] > 0 } })
    }

    private var latency: PageView? {
        let layers = [
            ReportPlots.Layer(name: "median", numbers: series.latency.map { $0?.p50 ?? 0 }),
            ReportPlots.Layer(name: "nine of ten", numbers: series.latency.map { $0.map { $0.p90 - $0.p50 } ?? 0 }),
        ]
        func words(_ milliseconds: Int) -> String { ReportText.value(milliseconds, unit: .milliseconds) }
        let p50 = series.latency.map { $0.map { words($0.p50) } ?? "–" }
        let p90 = series.latency.map { $0.map { words($0.p90) } ?? "–" }
        return chart(
            "Latency of webhooks, each \(step)", note: "nine of ten at most \(words(ReportPlots.most(layers)))",
            svg: ReportPlots.stacked(
                layers, times: times, words: zip(p50, p90).map { "median \($0), nine of ten \($1)" }),
            key: ["median", "nine of ten"],
            columns: [Column(title: "median", cells: p50), Column(title: "nine of ten", cells: p90)],
            figure: FigureID(.webhookLatency, part: "count"), isShown: { series.latency[$0] != nil })
    }

    private var healing: PageView? {
        let layers = [
            ReportPlots.Layer(name: "missed webhooks", numbers: series.missed),
            ReportPlots.Layer(name: "healed calls", numbers: series.healed),
        ]
        return chart(
            "Missed webhooks and healed calls, each \(step)",
            note: "at most \(series.missed.max() ?? 0) missed, \(series.healed.max() ?? 0) healed",
            svg: ReportPlots.stacked(layers, times: times), key: layers.map(\.name),
            columns: [
                Column(
                    title: "missed", cells: series.missed.map(ReportText.grouped), figure: FigureID(.missedWebhooks)),
                Column(title: "healed", cells: series.healed.map(ReportText.grouped), figure: FigureID(.healed)),
            ], figure: nil, isShown: { series.missed[$0] + series.healed[$0] > 0 })
    }

    /// What was asked for, as the share that the fullest budget was used to.
    private var requests: PageView? {
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
            numbers: zip(series.requests, shares).map {
                $0 > 0 ? max($1, 1) : 0
            })
        return chart(
            "Requests to Bolna's API against their budget, each \(step)",
            note: "at most \(ReportText.grouped(series.requests.max() ?? 0)), "
                + "\(ReportText.share(shares.max() ?? 0, of: 10_000)) of what the fullest budget allows",
            svg: ReportPlots.stacked(
                [layer], times: times,
                words: zip(series.requests, words).map { "\($0) requests, \($1) of the fullest budget" }), key: [],
            columns: [
                Column(title: "requests", cells: series.requests.map(ReportText.grouped)),
                Column(title: "of the fullest budget", cells: words),
            ], figure: FigureID(.requests), isShown: { series.requests[$0] > 0 })
    }

    private var times: [String] {
        (0..<query.steps).map { ReportText.time(query.from.advanced(by: series.step * $0)) + " UTC" }
    }

    /// Nil where there is nothing to draw.
    private func chart(
        _ title: String, note: String, svg: String, key: [String], columns: [Column], figure: FigureID?,
        isShown: (Int) -> Bool
    ) -> PageView? {
        guard !svg.isEmpty else { return nil }
        let rows = (0..<query.steps).filter(isShown).map { index -> PageView in
            var window = query
            window.from = query.from.advanced(by: series.step * index)
            window.to = min(query.to, window.from.advanced(by: series.step))
            return [
                "step": index, "time": PageText.time(window.from), "href": link(figure, window).orAbsent,
                "cells": columns.map { column in
                    let text = column.cells[index]
                    return ["text": text, "href": (text == "0" ? nil : link(column.figure, window)).orAbsent]
                        as PageView
                },
            ]
        }
        return [
            "title": title, "note": note, "svg": svg, "steps": query.steps, "hasKey": !key.isEmpty,
            "key": zip(["a", "b", "c"], key).map { ["look": $0, "text": $1] as PageView },
            "columns": columns.map { ["text": $0.title] as PageView }, "rows": rows,
            "start": PageText.time(query.from), "end": PageText.time(query.to),
        ]
    }

    /// The list of a step; nil where the figure has none for what the report is about.
    private func link(_ figure: FigureID?, _ window: ReportQuery) -> String? {
        figure.flatMap { query.agent == nil || $0.isToldByAgent ? ReportLink.figure(window, $0) : nil }
    }

    // MARK: Path health

    /// Who told the changes of each agent's calls, over time.
    var paths: [PageView] {
        series.agents.prefix(Self.mostAgents).map { agent in
            let (byWebhook, byRead) = (agent.byWebhook.reduce(0, +), agent.byRead.reduce(0, +))
            var query = query
            query.agent = agent.agent
            let isSilent = byWebhook == 0
            return [
                "agent": agent.agent.map { PageText.agent($0.rawValue, names: names) }.orAbsent,
                "href": agent.agent == nil ? false : ReportLink.report(query) as Any,
                "svg": ReportPlots.parts(agent.byWebhook, agent.byRead), "isSilent": isSilent,
                "changes": ReportText.grouped(byWebhook + byRead), "byWebhook": ReportText.grouped(byWebhook),
                "byRead": ReportText.grouped(byRead), "share": ReportText.share(byWebhook, of: byWebhook + byRead),
                "poor": zip(agent.byWebhook, agent.byRead).count { $0 < $1 },
            ]
        }
    }
}

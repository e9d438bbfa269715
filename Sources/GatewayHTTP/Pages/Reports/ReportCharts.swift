import CallDomain

/// A report's charts as the page takes them: each with its numbers in a table whose rows lead to what was counted.
struct ReportCharts {
    let report: ReconciliationReport
    /// What agents are called.
    let names: [AgentID: String]

    private var query: ReportQuery { report.query }

    /// The charts that have anything to show.
    var view: [PageView] { ReportChart.all(of: report).map(view) }

    private func view(_ chart: ReportChart) -> PageView {
        let rows = (0..<query.steps).filter(chart.isShown).map { index -> PageView in
            var window = query
            window.from = query.from.advanced(by: report.series.step * index)
            window.to = min(query.to, window.from.advanced(by: report.series.step))
            return [
                "step": index, "time": PageText.time(window.from), "href": link(chart.figure, window).orAbsent,
                "cells": chart.columns.map { column in
                    let text = column.cells[index]
                    return ["text": text, "href": (text == "0" ? nil : link(column.figure, window)).orAbsent]
                        as PageView
                },
            ]
        }
        return [
            "title": chart.title, "note": chart.note, "svg": chart.svg, "steps": query.steps,
            "hasKey": !chart.key.isEmpty,
            "key": zip(ReportChart.looks, chart.key).map { ["look": $0, "text": $1] as PageView },
            "columns": chart.columns.map { ["text": $0.title] as PageView }, "rows": rows,
            "start": PageText.time(query.from), "end": PageText.time(query.to),
        ]
    }

    /// The list of a step; nil where the figure has none for what the report is about.
    private func link(_ figure: FigureID?, _ window: ReportQuery) -> String? {
        figure.flatMap { query.agent == nil || $0.isToldByAgent ? ReportLink.figure(window, $0) : nil }
    }

    /// Who told the changes of each agent's calls, over time.
    var paths: [PageView] {
        ReportPath.all(of: report).map { path in
            var query = query
            query.agent = path.agent
            return [
                "agent": path.agent.map { PageText.agent($0.rawValue, names: names) }.orAbsent,
                "href": path.agent == nil ? false : ReportLink.report(query) as Any,
                "svg": path.svg, "doubt": path.doubt.orAbsent, "words": path.words,
                "changes": ReportText.grouped(path.byWebhook + path.byRead),
                "byWebhook": ReportText.grouped(path.byWebhook), "byRead": ReportText.grouped(path.byRead),
                "poor": path.poor,
            ]
        }
    }
}

import CallDomain

/// Reports as one page of HTML: no scripts, nothing from elsewhere, light and dark, fit to be printed.
enum ReportPageHTML {
    static func write(_ report: ReconciliationReport) -> String {
        let query = report.query
        var body = head(query, title: "Reconciliation", asOf: asOf(report))
        body += "<section class=\"coverage\(report.isComplete ? "" : " gaps")\"><h2>What this report could see</h2>"
        body += (report.coverage + report.leftOut).map { "<p>\(HTMLText.escaped($0))</p>" }.joined() + "</section>"
        body += series(report)
        body += "<div class=\"groups\">"
        for group in FigureID.Group.allCases { body += section(group, of: report) }
        body += "</div>" + incidents(report) + names(report) + foot(report)
        return page(title: "Reconciliation of \(query.account.rawValue)", body: body)
    }

    static func write(_ list: FigureList) -> String {
        let id = list.figure
        let name = id.part == nil ? id.title : "\(id.kind.title): \(id.title)"
        var body = head(list.query, title: name, asOf: "as of position \(ReportText.grouped(Int(list.position)))")
        body += "<p class=\"muted\">\(HTMLText.escaped(id.explanation))</p>"
        body += "<table class=\"list\"><thead><tr><th>Time (UTC)</th><th>Call at Bolna</th><th>What</th>"
        body += "<th class=\"n\">Count</th></tr></thead><tbody>"
        for item in list.items {
            body +=
                "<tr><td>\(ReportText.time(item.at))</td><td>\(HTMLText.escaped(item.execution?.rawValue ?? ""))</td>"
            body +=
                "<td>\(HTMLText.escaped(item.detail ?? ""))</td><td class=\"n\">\(ReportText.grouped(item.count))</td></tr>"
        }
        body += "</tbody></table>"
        if list.items.isEmpty { body += "<p>Nothing.</p>" }
        if let next = list.next {
            let path = ReportAddress.path(list.query, figure: id, cursor: next, format: .html)
            body += "<p><a href=\"\(HTMLText.escaped(path))\">Next page</a></p>"
        }
        return page(title: name, body: body)
    }

    private static func page(title: String, body: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><title>\(HTMLText.escaped(title))</title>
        <style>\(style)</style></head><body><main>\(body)</main></body></html>

        """
    }

    private static func head(_ query: ReportQuery, title: String, asOf: String) -> String {
        let agent = query.agent.map { ", agent <b>\(HTMLText.escaped($0.rawValue))</b>" } ?? ""
        return """
            <header><h1>\(HTMLText.escaped(title))</h1>
            <p>Account <b>\(HTMLText.escaped(query.account.rawValue))</b>\(agent) · \
            <b>\(ReportText.time(query.from))</b> to <b>\(ReportText.time(query.to))</b> UTC</p>
            <p class="muted">\(asOf)</p></header>
            """
    }

    private static func asOf(_ report: ReconciliationReport) -> String {
        "as of position \(ReportText.grouped(Int(report.position))) of the journal"
            + (report.asOf.map { ", \(ReportText.time($0)) UTC" } ?? "")
    }

    private static func section(_ group: FigureID.Group, of report: ReconciliationReport) -> String {
        let rows = FigureRow.rows(of: report, in: group)
        guard !rows.isEmpty else { return "" }
        var text = "<section><h2>\(HTMLText.escaped(group.rawValue))</h2><table><tbody>"
        for row in rows {
            if let division = row.division {
                let isAlone = row.figure.id.total == nil
                let note = isAlone ? "<span class=\"muted\">\(HTMLText.escaped(row.figure.id.explanation))</span>" : ""
                text +=
                    "<tr class=\"division\(isAlone ? " alone" : "")\"><th colspan=\"3\">\(division)\(note)</th></tr>"
            }
            text += self.row(row)
        }
        text += "</tbody></table>"
        if group == .latency { text += report.latencies.map(latency).joined() }
        return text + "</section>"
    }

    private static func row(_ row: FigureRow) -> String {
        let id = row.figure.id
        let value = ReportText.value(row.figure.value, unit: id.unit)
        let note = row.isPart ? "" : "<span class=\"muted\">\(HTMLText.escaped(id.explanation))</span>"
        return """
            <tr id="\(id.rawValue)"\(row.isPart ? " class=\"part\"" : "")><th>\(HTMLText.escaped(id.title))\(note)</th>\
            <td class="n">\(value)</td><td class="n muted">\(ReportText.share(row.figure.value, of: row.whole))</td></tr>
            """
    }

    private static func latency(_ latency: ReconciliationReport.Latency) -> String {
        let bars = latency.histogram.plot
        let most = bars.map(\.count).max() ?? 0
        guard most > 0 else { return "" }
        var text = "<h3>\(HTMLText.escaped(latency.kind.title)), spread</h3><table class=\"spread\"><tbody>"
        for bar in bars {
            let end = bar.upTo.map { "≤ \(ReportText.short($0))" } ?? "> \(ReportText.short(bar.from))"
            text += "<tr><th class=\"n\">\(end)</th><td>\(ReportPlots.share(bar.count, of: most))</td>"
            text += "<td class=\"n\">\(ReportText.grouped(bar.count))</td></tr>"
        }
        return text + "</tbody></table>"
    }

    private static func series(_ report: ReconciliationReport) -> String {
        let series = report.series
        let times = series.byWebhook.indices.map { index in
            ReportText.time(report.query.from.advanced(by: series.step * index))
        }
        let step = ReportText.short(series.step)
        let changes = ReportPlots.stacked(
            first: series.byWebhook, second: series.byRead, names: ("by webhook", "by read"), times: times)
        let requests = ReportPlots.plain(series.requests, name: "requests", times: times)
        var plots = ""
        if !changes.isEmpty {
            plots += figure(
                "Changes of status, each \(step)", most: zip(series.byWebhook, series.byRead).map(+).max() ?? 0,
                changes,
                query: report.query,
                key: "<span class=\"key a\"></span>told by webhook <span class=\"key b\"></span>told by read")
        }
        if !requests.isEmpty {
            plots += figure(
                "Requests to Bolna's API, each \(step)", most: series.requests.max() ?? 0, requests,
                query: report.query,
                key: "")
        }
        return plots.isEmpty ? "" : "<section class=\"plots\">\(plots)</section>"
    }

    private static func figure(_ title: String, most: Int, _ plot: String, query: ReportQuery, key: String) -> String {
        """
        <figure><figcaption><b>\(title)</b><span class="muted">at most \(ReportText.grouped(most))</span>\
        <span class="legend">\(key)</span></figcaption>\(plot)
        <div class="axis muted"><span>\(ReportText.time(query.from))</span><span>\(ReportText.time(query.to))</span></div>\
        </figure>
        """
    }

    private static func incidents(_ report: ReconciliationReport) -> String {
        guard !report.incidents.isEmpty else { return "" }
        let end = min(report.asOf ?? report.query.to, report.query.to)
        var text = "<section><h2>Path health and incidents</h2><table class=\"strips\"><tbody>"
        for kind in Incident.Kind.allCases {
            let spans = report.incidents.filter { $0.kind == kind }.map { (from: $0.from, to: $0.to ?? end) }
            guard !spans.isEmpty else { continue }
            text += "<tr><th>\(HTMLText.escaped(ReportText.words(kind.rawValue)))</th>"
            text += "<td>\(ReportPlots.spans(spans, in: report.query))</td></tr>"
        }
        text += "</tbody></table><table class=\"list\"><tbody>"
        for incident in report.incidents {
            let end = incident.to.map { $0 == incident.from ? "" : " to \(ReportText.time($0))" } ?? ", going on"
            let cause = incident.cause.map { " (\(ReportText.words($0.rawValue)))" } ?? ""
            let agent = incident.agent.map { "agent \(HTMLText.escaped($0.rawValue)): " } ?? ""
            text += "<tr><td>\(ReportText.time(incident.from))\(end)</td>"
            text += "<td>\(HTMLText.escaped(ReportText.words(incident.kind.rawValue) + cause))</td>"
            text += "<td>\(agent)\(HTMLText.escaped(incident.detail))</td></tr>"
        }
        return text + "</tbody></table></section>"
    }

    private static func names(_ report: ReconciliationReport) -> String {
        guard !report.names.isEmpty else { return "" }
        var text = "<section><h2>Seen for the first time</h2><table class=\"list\"><tbody>"
        for name in report.names {
            text += "<tr><td>\(ReportText.time(name.firstSeenAt))</td><td>\(HTMLText.escaped(name.kind.rawValue))</td>"
            text += "<td>\(HTMLText.escaped(name.name))</td><td class=\"n\">\(ReportText.grouped(name.count))</td></tr>"
        }
        return text + "</tbody></table></section>"
    }

    private static func foot(_ report: ReconciliationReport) -> String {
        let query = report.query
        let agent = query.agent.map { " --agent \(HTMLText.escaped($0.rawValue))" } ?? ""
        let command =
            "gateway report --from \(query.from.iso8601()) --to \(query.to.iso8601())\(agent)"
            + " --as-of \(report.position)"
        return """
            <footer class="muted"><p>The same again: <code>\(command)</code></p>
            <p>What a figure counts: the same with <code>--figure ID</code>. Lines without a part are zero there.</p></footer>
            """
    }
}

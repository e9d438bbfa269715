import CallDomain

/// Reports as one page of HTML: no scripts, nothing from elsewhere, light and dark, fit to be printed.
struct ReportPageHTML {
    /// Whether values lead to the addresses of their lists.
    var isLinked: Bool

    func write(_ report: ReconciliationReport) -> String {
        let query = report.query
        var body = Self.head(query, title: "Reconciliation", asOf: Self.asOf(report))
        body += "<section class=\"coverage\(report.isComplete ? "" : " gaps")\"><h2>What this report could see</h2>"
        body += (report.coverage + report.leftOut).map { "<p>\(HTMLText.escaped($0))</p>" }.joined() + "</section>"
        body += Self.series(report) + Self.paths(report)
        body += "<div class=\"groups\">"
        for group in FigureID.Group.allCases { body += section(group, of: report) }
        body += "</div>" + Self.incidents(report) + Self.names(report) + Self.foot(report)
        return Self.page(title: "Reconciliation of \(query.account.rawValue)", body: body)
    }

    static func head(of list: FigureList) -> String {
        let name = name(of: list.figure)
        return start(title: name)
            + head(list.query, title: name, asOf: "as of position \(ReportText.grouped(Int(list.position)))")
            + "<p class=\"muted\">\(HTMLText.escaped(list.figure.explanation)) <code>\(list.figure)</code></p>"
            + "<table class=\"list\"><thead><tr><th>Time (UTC)</th><th>Call at Bolna</th><th>What</th>"
            + "<th class=\"n\">Count</th></tr></thead><tbody>"
    }

    static func rows(_ items: [ReportItem]) -> String {
        items.map { item in
            "<tr><td>\(ReportText.time(item.at))</td><td>\(HTMLText.escaped(item.execution?.rawValue ?? ""))</td>"
                + "<td>\(HTMLText.escaped(item.detail ?? ""))</td>"
                + "<td class=\"n\">\(ReportText.grouped(item.count))</td></tr>"
        }.joined()
    }

    static func tail(of list: FigureList, isEmpty: Bool) -> String {
        var text = "</tbody></table>"
        if isEmpty { text += "<p>Nothing.</p>" }
        if let next = list.next {
            let path = ReportAddress.path(list.query, figure: list.figure, cursor: next, format: .html)
            text += "<p><a href=\"\(HTMLText.escaped(path))\">Next page</a></p>"
        }
        return text + end
    }

    private static func name(of id: FigureID) -> String {
        id.part == nil ? id.title : "\(id.kind.title): \(id.title)"
    }

    private static func page(title: String, body: String) -> String { start(title: title) + body + end }

    private static func start(title: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><title>\(HTMLText.escaped(title))</title>
        <style>\(style)</style></head><body><main>
        """
    }

    private static let end = "</main></body></html>\n"

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

    private func section(_ group: FigureID.Group, of report: ReconciliationReport) -> String {
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
            text += self.row(row, of: report.query)
        }
        text += "</tbody></table>"
        if group == .latency { text += report.latencies.map(Self.latency).joined() }
        return text + "</section>"
    }

    private func row(_ row: FigureRow, of query: ReportQuery) -> String {
        let id = row.figure.id
        let note = row.isPart ? "" : "<span class=\"muted\">\(HTMLText.escaped(id.explanation))</span>"
        return """
            <tr id="\(id)"\(row.isPart ? " class=\"part\"" : "")><th>\(HTMLText.escaped(id.title)) \
            <code>\(id)</code>\(note)</th><td class="n">\(value(of: row.figure, in: query))</td>\
            <td class="n muted">\(ReportText.share(row.figure.value, of: row.whole))</td></tr>
            """
    }

    /// The value, where the page is linked as the way to what it counts.
    private func value(of figure: ReconciliationReport.Figure, in query: ReportQuery) -> String {
        let value = ReportText.value(figure.value, unit: figure.id.unit)
        guard isLinked, figure.value != nil else { return value }
        let path = ReportAddress.path(query, figure: figure.id, format: .html)
        return "<a href=\"\(HTMLText.escaped(path))\">\(value)</a>"
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
        let plots = ReportChart.all(of: report).map { figure($0, query: report.query) }.joined()
        return plots.isEmpty ? "" : "<section class=\"plots\">\(plots)</section>"
    }

    private static func figure(_ chart: ReportChart, query: ReportQuery) -> String {
        let key = zip(ReportChart.looks, chart.key).map { "<span class=\"key \($0)\"></span>\($1) " }.joined()
        return """
            <figure><figcaption><b>\(HTMLText.escaped(chart.title))</b><span class="muted">\(chart.note)</span>\
            <span class="legend">\(key)</span></figcaption>\(chart.svg)
            <div class="axis muted"><span>\(ReportText.time(query.from))</span><span>\(ReportText.time(query.to))</span></div>\
            </figure>
            """
    }

    private static func paths(_ report: ReconciliationReport) -> String {
        let paths = ReportPath.all(of: report)
        guard !paths.isEmpty else { return "" }
        let rows = paths.map { path in
            let agent = path.agent.map { "<code>\(HTMLText.escaped($0.rawValue))</code>" } ?? "agent not known"
            let doubt = path.doubt.map { " <b>\($0)</b>" } ?? ""
            return "<tr><th>\(agent)</th><td>\(path.svg)<span class=\"muted\">\(path.words)\(doubt)</span></td></tr>"
        }
        return """
            <section><h2>Path health by agent</h2><p class="muted"><span class="key a"></span>told by webhook \
            <span class="key b"></span>by read</p><table class="strips"><tbody>\(rows.joined())</tbody></table></section>
            """
    }

    private static func incidents(_ report: ReconciliationReport) -> String {
        guard !report.incidents.isEmpty else { return "" }
        let end = min(report.asOf ?? report.query.to, report.query.to)
        var text = "<section><h2>Incidents</h2><table class=\"strips\"><tbody>"
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
        var words = ["gateway report"]
        if query.account != .default { words.append("--account \(quoted(query.account.rawValue))") }
        words.append("--from \(query.from.iso8601()) --to \(query.to.iso8601())")
        // The sign keeps an id that begins with a dash from being taken for an option.
        if let agent = query.agent { words.append("--agent=\(quoted(agent.rawValue))") }
        words.append("--as-of \(report.position)")
        return """
            <footer class="muted"><p>The same again: <code>\(HTMLText.escaped(words.joined(separator: " ")))</code></p>
            <p>What a figure counts: the same with <code>--figure ID</code>. Lines without a part are zero there.</p></footer>
            """
    }

    /// A word as a shell takes it whole.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-_.".unicodeScalars.contains(scalar))
        }
        return isPlain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}

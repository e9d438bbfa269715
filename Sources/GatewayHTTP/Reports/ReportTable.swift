import CallDomain

/// Reports as lines for a terminal.
enum ReportTable {
    static func write(_ report: ReconciliationReport) -> String {
        var lines = [
            title(report.query),
            "as of position \(report.position)" + (report.asOf.map { ", \(ReportText.time($0)) UTC" } ?? ""), "",
        ]
        lines += report.coverage.flatMap { wrapped($0) } + report.leftOut.flatMap { wrapped($0) }
        let groups = FigureID.Group.allCases.map { ($0, FigureRow.rows(of: report, in: $0)) }
        let width = groups.flatMap(\.1).map { name($0).count }.max() ?? 0
        for (group, rows) in groups where !rows.isEmpty {
            lines += ["", group.rawValue]
            lines += rows.flatMap { row in division(row) + [line(row, width: width)] }
        }
        lines += ["", "What a figure counts is listed by --figure with the id at the end of its line."]
        lines += incidents(report) + names(report)
        return lines.joined(separator: "\n") + "\n"
    }

    static func head(of list: FigureList) -> String {
        let id = list.figure
        let name = id.part == nil ? id.title : "\(id.kind.title): \(id.title)"
        let lines = [
            "\(name) (\(id))", id.explanation, title(list.query) + ", as of position \(list.position)", "",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    static func rows(_ items: [ReportItem]) -> String {
        items.map { item in
            let count = item.count == 1 ? nil : "\(item.count) ×"
            let words = [ReportText.time(item.at), item.execution?.rawValue, count, item.detail].compactMap { $0 }
            return TerminalText.safe(words.joined(separator: "  ")) + "\n"
        }.joined()
    }

    static func tail(isEmpty: Bool) -> String { isEmpty ? "nothing\n" : "" }

    private static func title(_ query: ReportQuery) -> String {
        let agent = query.agent.map { " of agent \(TerminalText.safe($0.rawValue))" } ?? ""
        return "Reconciliation of account \(query.account.rawValue)\(agent), "
            + "\(ReportText.time(query.from)) to \(ReportText.time(query.to)) UTC"
    }

    private static func name(_ row: FigureRow) -> String {
        (row.isPart ? "      " : "  ") + row.figure.id.title
    }

    private static func division(_ row: FigureRow) -> [String] { row.division.map { ["    \($0)"] } ?? [] }

    private static func line(_ row: FigureRow, width: Int) -> String {
        let value = ReportText.value(row.figure.value, unit: row.figure.id.unit)
        let share = ReportText.share(row.figure.value, of: row.whole)
        return padded(name(row), width + 2) + leading(value, 12) + "  " + leading(share, 7) + "  \(row.figure.id)"
    }

    private static func incidents(_ report: ReconciliationReport) -> [String] {
        guard !report.incidents.isEmpty else { return [] }
        return ["", "Incidents"]
            + report.incidents.map { incident in
                let end = incident.to.map { $0 == incident.from ? "" : " to \(ReportText.time($0))" } ?? " until now"
                let agent = incident.agent.map { ", agent \(TerminalText.safe($0.rawValue))" } ?? ""
                let cause = incident.cause.map { " (\(ReportText.words($0.rawValue)))" } ?? ""
                return "  \(ReportText.time(incident.from))\(end)  \(ReportText.words(incident.kind.rawValue))\(cause)"
                    + "\(agent): \(TerminalText.safe(incident.detail))"
            }
    }

    private static func names(_ report: ReconciliationReport) -> [String] {
        guard !report.names.isEmpty else { return [] }
        return ["", "Seen for the first time"]
            + report.names.map { name in
                "  \(ReportText.time(name.firstSeenAt))  \(padded(name.kind.rawValue, 9))\(TerminalText.safe(name.name)) "
                    + "(\(ReportText.grouped(name.count)))"
            }
    }

    private static func wrapped(_ sentence: String, width: Int = 100) -> [String] {
        var lines = [""]
        for word in sentence.split(separator: " ") {
            if let last = lines.last, !last.isEmpty, last.count + 1 + word.count > width {
                lines.append(String(word))
            } else {
                lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
            }
        }
        return lines
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private static func leading(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

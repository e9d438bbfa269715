import CallDomain

/// Reports as CSV by RFC 4180: a header line, CRLF, quotes where they are needed.
enum ReportCSV {
    static func write(_ report: ReconciliationReport) -> String {
        let header = [
            "id", "group", "title", "value", "unit", "part_of", "from", "to", "position", "explanation", "calls",
        ]
        let rows = report.figures.map { figure in
            [
                figure.id.rawValue, figure.id.group.rawValue, figure.id.title, figure.value.map(String.init) ?? "",
                figure.id.unit.rawValue, figure.id.total?.rawValue ?? "", report.query.from.iso8601(),
                report.query.to.iso8601(), String(report.position), figure.id.explanation,
                ReportAddress.path(report.query, figure: figure.id),
            ]
        }
        return lines([header] + rows)
    }

    static func write(_ list: FigureList) -> String {
        let header = ["execution_id", "call_id", "at", "position", "detail", "count"]
        let rows = list.items.map { item in
            [
                item.execution?.rawValue ?? "", item.call?.rawValue ?? "", item.at.iso8601(), String(item.position),
                item.detail ?? "", String(item.count),
            ]
        }
        return lines([header] + rows)
    }

    private static func lines(_ rows: [[String]]) -> String {
        rows.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// A field; one that a spreadsheet would take for a formula gets an apostrophe before it.
    private static func field(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        let text = isFormula && Int(text) == nil ? "'" + text : text
        let needsQuotes = text.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
        guard needsQuotes else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

import CallDomain

/// Reports as CSV by RFC 4180: a header line, CRLF, quotes where they are needed.
///
/// A report's first rows say what it could not see, with the id `coverage` or `left-out` and the sentence as title; then
/// comes a row for each figure.
enum ReportCSV {
    static func write(_ report: ReconciliationReport) -> String {
        let header = [
            "id", "group", "title", "value", "unit", "part_of", "from", "to", "position", "explanation", "calls",
        ]
        let window = [report.query.from.iso8601(), report.query.to.iso8601(), String(report.position)]
        func sentences(_ id: String, _ sentences: [String]) -> [[String]] {
            sentences.map { [id, "Coverage", $0, "", "", ""] + window + ["", ""] }
        }
        let rows = report.figures.map { figure in
            [
                figure.id.rawValue, figure.id.group.rawValue, figure.id.title, figure.value.map(String.init) ?? "",
                figure.id.unit.rawValue, figure.id.total?.rawValue ?? "",
            ] + window + [figure.id.explanation, ReportAddress.path(report.query, figure: figure.id)]
        }
        return CSVText.lines(
            [header] + sentences("coverage", report.coverage) + sentences("left-out", report.leftOut) + rows)
    }

    static let listHead = CSVText.lines([["execution_id", "call_id", "at", "position", "detail", "count"]])

    static func rows(_ items: [ReportItem]) -> String {
        CSVText.lines(
            items.map { item in
                [
                    item.execution?.rawValue ?? "", item.call?.rawValue ?? "", item.at.iso8601(),
                    String(item.position), item.detail ?? "", String(item.count),
                ]
            })
    }
}

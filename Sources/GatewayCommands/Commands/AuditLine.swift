import BolnaWire
import CallDomain
import GatewayHTTP

/// One record of the audit as a line.
struct AuditLine {
    private let record: AuditRecord

    init(_ record: AuditRecord) { self.record = record }

    /// The names of the columns.
    private static let names = ["at", "actor", "action", "subject"]

    /// The first line of CSV.
    static var csvHeader: String { CSVText.lines([names]) }

    /// The line with its end.
    func text(as format: AuditCommand.Format) -> String {
        let columns = [record.at.iso8601(), record.actor, record.action.rawValue, record.subject]
        switch format {
        case .table:
            return "\(columns[0])  \(Self.padded(columns[2]))  \(Self.padded(columns[1]))  \(columns[3])\n"
        case .csv: return CSVText.lines([columns])
        case .json:
            var json = JSONWriter()
            json.object { json in
                for (name, value) in zip(Self.names, columns) { json.member(name, value) }
            }
            return json.text + "\n"
        }
    }

    private static func padded(_ text: String) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// The columns of the table that have words are this wide.
    private static let width = 16
}

import CallDomain
import Foundation
import GRDB

/// The conditions of a list of calls. What outsiders give is bound, never part of the text.
struct CallFilter {
    private(set) var conditions: [String]
    private(set) var arguments: StatementArguments

    /// The calls of an account that clients see, under a query's conditions.
    init(account: AccountID, query: CallQuery) {
        conditions = ["calls.account = ?", "status IS NOT NULL"]
        arguments = [account.rawValue]
        if !query.statuses.isEmpty {
            let words = query.statuses.map(\.word).sorted()
            conditions.append("status IN (\(words.map { _ in "?" }.joined(separator: ", ")))")
            arguments += StatementArguments(words)
        }
        if let agent = query.agent { add("agent = ?", agent.rawValue) }
        if let number = query.number {
            let digits = number.digits ?? ""
            add("(from_digits = ? OR to_digits = ?)", digits, digits)
        }
        if let from = query.from { add("created_at >= ?", from.rawValue) }
        if let to = query.to { add("created_at < ?", to.rawValue) }
        if let lead = query.lead { add("lead = ?", String(lead.unicodeScalars.prefix(StoreBounds.longestLabel))) }
        if query.hasRecording { add("has_recording = ?", true) }
        if let time = query.overdueAt { add("next_due_at <= ?", time.rawValue) }
        if let text = query.text {
            add(
                "EXISTS (SELECT 1 FROM call_texts WHERE call_texts.call = calls.id AND instr(call_texts.text, ?) > 0)",
                String(text.prefix(StoreBounds.longestSearch)).lowercased())
        }
    }

    /// The condition of a `WHERE` over `calls`.
    var sql: String { conditions.joined(separator: " AND ") }

    /// Adds a condition with its values.
    mutating func add(_ condition: String, _ values: any DatabaseValueConvertible...) {
        conditions.append(condition)
        arguments += StatementArguments(values)
    }
}

extension ContentDigest {
    /// As a value of a column.
    var blob: Data { Data(bytes) }
}

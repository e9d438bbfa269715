import CallDomain
import Foundation
import GRDB
import SQLiteStore

/// Stores whose calls wait for what comes next, some of them for too long.
enum OverdueStore {
    /// How many calls are made in one transaction.
    private static let batch = 512

    /// Lets calls of an account ring from a time on, a millisecond after each other; their numbers begin at `first`.
    static func ring(
        _ count: Int, in store: SQLiteStore, account: AccountID, from start: Timestamp, bytes: Int, first: Int = 0
    ) throws {
        let sample = SampleCall(bytes: bytes)
        var made = 0
        while made < count {
            let entries = try (made..<min(made + batch, count)).map { number in
                try SampleCall.observation(
                    sample.body(number: first + number, status: 1),
                    at: start.advanced(by: .milliseconds(number)), account: account)
            }
            _ = try store.apply(entries)
            made += entries.count
        }
    }

    /// Copies the calls of a closed store until so many wait, the copies until `due` and later. They have no journal.
    static func copy(path: String, until count: Int, due: Timestamp) throws {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        try queue.write { db in
            let columns = try db.columns(in: "calls").map(\.name).filter { $0 != "id" }
            let values = columns.map { column in
                switch column {
                case "call_id", "execution": "\(column) || '-' || n"
                case "next_due_at": "?2 + n * 1000 + calls.id"
                default: "calls.\(column)"
                }
            }
            let there = try Int.fetchOne(db, sql: "SELECT count(*) FROM calls") ?? 0
            guard there > 0, count > there else { return }
            try db.execute(
                sql: """
                    WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < ?1)
                    INSERT INTO calls (\(columns.joined(separator: ", ")))
                    SELECT \(values.joined(separator: ", ")) FROM copies, calls WHERE calls.id <= ?3
                    """, arguments: [(count - there) / there, due.rawValue, there])
        }
    }
}

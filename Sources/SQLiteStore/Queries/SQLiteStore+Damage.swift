package import CallDomain
import GRDB

extension SQLiteStore {
    /// The most complaints that are told.
    static let mostComplaints = 10

    /// What SQLite's own check complains of, in its words, which name tables and pages, never values; empty where the
    /// database is intact. Reads all of it.
    package func damage() throws(StoreError) -> [String] {
        let complaints = try read { db in
            let integrity = try String.fetchAll(db, sql: "PRAGMA integrity_check(\(Self.mostComplaints))")
            let references = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(Self.mostComplaints)
            return integrity
                + references.map { row in "\(row["table"] as String? ?? "a table") refers to a row that is gone" }
        }
        return complaints.filter { $0 != "ok" }
    }
}

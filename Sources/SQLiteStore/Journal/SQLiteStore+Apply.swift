package import CallDomain
import GRDB
import GRDBSQLite
import Synchronization

extension SQLiteStore {
    /// Stores a batch in one transaction and returns when it is synced to disk.
    package func apply(_ batch: [JournalEntry]) throws(StoreError) -> [JournalReceipt] {
        // Also where it fails: a commit whose syncing failed may be there all the same.
        defer { editions.withLock { $0.note(batch) } }
        do {
            return try pool.writeWithoutTransaction { db in
                do {
                    return try apply(batch, isolated: false, in: db)
                } catch {
                    guard StoreError(error).kind == .invalid else { throw error }
                    // Something is wrong with an entry: once more, so that it is wrong with that one alone.
                    return try apply(batch, isolated: true, in: db)
                }
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// Stores a batch in one transaction, each entry in a savepoint of its own or without. Savepoints are dear: SQLite
    /// keeps each page that an entry is the first to change.
    private func apply(_ batch: [JournalEntry], isolated: Bool, in db: Database) throws -> [JournalReceipt] {
        var receipts: [JournalReceipt] = []
        receipts.reserveCapacity(batch.count)
        let statements = unsafe statements
        do {
            try db.inTransaction(.immediate) {
                statements.calls.begin(at: Self.version(db))
                var journal = try JournalTransaction(
                    db: db, statements: statements, reconciler: reconciler, calculus: calculus,
                    isolatesEntries: isolated)
                for entry in batch { receipts.append(try journal.apply(entry)) }
                try journal.finish()
                return .commit
            }
        } catch {
            statements.calls.removeAll()
            throw error
        }
        statements.calls.end(at: Self.version(db))
        return receipts
    }

    /// A number that changes with each commit of any connection, as far as the running transaction sees them
    /// (https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html, `SQLITE_FCNTL_DATA_VERSION`).
    private static func version(_ db: Database) -> UInt32 {
        var version: UInt32 = 0
        _ = unsafe sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_DATA_VERSION, &version)
        return version
    }
}

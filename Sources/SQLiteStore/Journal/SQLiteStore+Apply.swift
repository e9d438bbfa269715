package import CallDomain
import GRDB

extension SQLiteStore {
    /// Stores a batch in one transaction and returns when it is synced to disk.
    package func apply(_ batch: [JournalEntry]) throws(StoreError) -> [JournalReceipt] {
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
        try db.inTransaction(.immediate) {
            var journal = try JournalTransaction(
                db: db, statements: unsafe statements, reconciler: reconciler, calculus: calculus,
                isolatesEntries: isolated)
            for entry in batch { receipts.append(try journal.apply(entry)) }
            try journal.finish()
            return .commit
        }
        return receipts
    }
}

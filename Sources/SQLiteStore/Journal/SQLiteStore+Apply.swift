package import CallDomain
import GRDB

extension SQLiteStore {
    /// Stores a batch in one transaction, each entry in a savepoint, and returns when it is synced to disk.
    package func apply(_ batch: [JournalEntry]) throws(StoreError) -> [JournalReceipt] {
        do {
            return try pool.writeWithoutTransaction { db in
                var receipts: [JournalReceipt] = []
                receipts.reserveCapacity(batch.count)
                try db.inTransaction(.immediate) {
                    var journal = try JournalTransaction(db: db, reconciler: reconciler, calculus: calculus)
                    for entry in batch { receipts.append(try journal.apply(entry)) }
                    try journal.finish()
                    return .commit
                }
                return receipts
            }
        } catch {
            throw StoreError(error)
        }
    }
}

package import CallDomain
import GRDB

extension SQLiteStore {
    /// The changes after a cursor, in commit order; nil where the cursor is older than what is kept, or from another
    /// store.
    package func changes(
        account: AccountID, after: ChangeCursor, limit: Int
    ) throws(StoreError) -> [Change]? {
        try read { db in
            let bounds = try Self.keptChanges(db, account: account)
            guard bounds.contains(after.sequence) else { return nil }
            return try Row.fetchAll(
                db.cachedStatement(sql: Self.changesSQL),
                arguments: [account.rawValue, after.sequence, Self.bounded(limit)]
            ).map { row in
                guard let status = CallStatus(spelling: try row.value(3)),
                    let source = Source(rawValue: try row.value(4))
                else {
                    throw MalformedBytes()
                }
                return Change(
                    cursor: ChangeCursor(sequence: try row.value(0)), account: account,
                    call: CallID(rawValue: try row.value(1)),
                    execution: ExecutionID(rawValue: try row.value(2)), status: status, source: source,
                    at: Timestamp(rawValue: try row.value(5)))
            }
        }
    }

    /// The newest change's cursor.
    package func latestCursor(account: AccountID) throws(StoreError) -> ChangeCursor {
        try read { db in ChangeCursor(sequence: try Self.keptChanges(db, account: account).upperBound) }
    }

    static let changesSQL = """
        SELECT sequence, call_id, execution, changes.status, source, at
        FROM changes JOIN calls ON calls.id = changes.call
        WHERE changes.account = ? AND sequence > ? ORDER BY sequence LIMIT ?
        """

    /// The cursors from which everything that followed is still there.
    private static func keptChanges(_ db: Database, account: AccountID) throws -> ClosedRange<Int64> {
        let pruned = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT sequence FROM pruned_changes WHERE account = ?"),
            arguments: [account.rawValue])
        let newest = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT max(sequence) FROM changes WHERE account = ?"),
            arguments: [account.rawValue])
        let floor = pruned ?? 0
        return floor...max(floor, newest ?? 0)
    }
}

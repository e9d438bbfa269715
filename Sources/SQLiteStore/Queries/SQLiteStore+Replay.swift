package import CallDomain
import GRDB

extension SQLiteStore {
    /// The journals of the calls that were first heard of within a window, in the order in which the calls were stored,
    /// also of those that only hints tell of. Runs over the table: no delivery pays an index for it.
    package func journals(
        account: AccountID, from: Timestamp, to: Timestamp, after: Int64?, limit: Int
    ) throws(StoreError) -> (calls: [ReplayedCall], next: Int64?) {
        let limit = Self.bounded(limit)
        return try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: Self.replayedSQL),
                arguments: [after ?? .min, account.rawValue, from.rawValue, to.rawValue, limit])
            let calls = try rows.map { row in
                let id: Int64 = try row.value(0)
                return ReplayedCall(
                    call: CallID(rawValue: try row.value(1)), execution: ExecutionID(rawValue: try row.value(2)),
                    agent: (try row.value(3) as String?).map(AgentID.init(rawValue:)),
                    journal: CallJournal(
                        rows: try Journal.rows(db, call: id, withBodies: false), reads: try Journal.reads(db, call: id))
                )
            }
            return (calls, rows.count == limit ? try rows.last?.value(0) : nil)
        }
    }

    /// A page of calls by their number.
    static let replayedSQL = """
        SELECT id, call_id, execution, agent FROM calls
        WHERE id > ? AND +account = ? AND first_heard_at >= ? AND first_heard_at < ? AND erased_at IS NULL
        ORDER BY id LIMIT ?
        """
}

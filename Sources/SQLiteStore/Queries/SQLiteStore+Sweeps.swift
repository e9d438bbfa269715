package import CallDomain
import GRDB

extension SQLiteStore {
    /// When each agent's listing was last swept.
    package func sweepMarks(account: AccountID) throws(StoreError) -> [AgentID: Timestamp] {
        try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT agent, swept_at FROM sweep_marks WHERE account = ?"),
                arguments: [account.rawValue])
            return try rows.reduce(into: [:]) { marks, row in
                marks[AgentID(rawValue: try row.value(0))] = Timestamp(rawValue: try row.value(1))
            }
        }
    }

    /// What is still to be listed of an account, ordered.
    package func sweepGaps(account: AccountID) throws(StoreError) -> [SweepGap] {
        try read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT agent, from_at, to_at FROM sweep_gaps WHERE account = ? ORDER BY agent, from_at, to_at
                        """),
                arguments: [account.rawValue]
            ).map { row in
                let agent: String = try row.value(0)
                return SweepGap(
                    account: account, agent: agent.isEmpty ? nil : AgentID(rawValue: agent),
                    from: Timestamp(rawValue: try row.value(1)), to: Timestamp(rawValue: try row.value(2)))
            }
        }
    }

    /// When the oldest call was created that is not final and is still waited for; nil without one.
    package func oldestOpen(account: AccountID) throws(StoreError) -> Timestamp? {
        try read { db in
            try Int64.fetchOne(
                db.cachedStatement(sql: Self.oldestOpenSQL),
                arguments: [account.rawValue, CallPhase.final.rawValue]
            ).map(Timestamp.init(rawValue:))
        }
    }

    /// The phase of an unknown status is not known, so such a call counts as open.
    static let oldestOpenSQL = """
        SELECT min(created_at) FROM calls INDEXED BY calls_by_due
        WHERE account = ?1 AND next_due_at IS NOT NULL AND born_at IS NOT NULL AND waiting_outcome IS NULL
            AND phase IS NOT ?2
        """
}

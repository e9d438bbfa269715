package import CallDomain
import GRDB

extension SQLiteStore {
    /// The audits whose read was answered in a window, oldest first; of more than ``StoreBounds/mostRows``, the newest.
    package func audits(account: AccountID, from: Timestamp, to: Timestamp) throws(StoreError) -> [Audit] {
        try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT calls.call_id, calls.agent, at, outcome, differing
                        FROM audits JOIN calls ON calls.id = audits.call
                        WHERE audits.account = ? AND at >= ? AND at < ? ORDER BY at DESC, audits.id DESC LIMIT ?
                        """),
                arguments: [account.rawValue, from.rawValue, to.rawValue, StoreBounds.mostRows])
            return try rows.reversed().map { row in
                guard let outcome = Audit.Outcome(rawValue: try row.value(3)) else { throw MalformedBytes() }
                let differing: String = try row.value(4)
                return Audit(
                    account: account, call: CallID(rawValue: try row.value(0)),
                    agent: (try row.value(1) as String?).map(AgentID.init(rawValue:)),
                    at: Timestamp(rawValue: try row.value(2)), outcome: outcome,
                    differing: differing.split(separator: " ").map(String.init))
            }
        }
    }
}

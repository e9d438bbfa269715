package import CallDomain
import GRDB

extension SQLiteStore {
    /// The incidents that overlap a window, oldest first; where there are more than ``StoreBounds/mostRows``, those that
    /// began last.
    package func incidents(account: AccountID, from: Timestamp, to: Timestamp) throws(StoreError) -> [Incident] {
        try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: Self.incidentsSQL),
                arguments: [account.rawValue, from.rawValue, to.rawValue, StoreBounds.mostRows])
            return try rows.reversed().map { row in
                let agent: String = try row.value(0)
                let call: String = try row.value(1)
                let cause: String? = try row.value(3)
                guard let kind = Incident.Kind(rawValue: try row.value(2)) else { throw MalformedBytes() }
                return Incident(
                    account: account, agent: agent.isEmpty ? nil : AgentID(rawValue: agent),
                    call: call.isEmpty ? nil : CallID(rawValue: call), kind: kind,
                    cause: cause.flatMap(Incident.Cause.init(rawValue:)), from: Timestamp(rawValue: try row.value(4)),
                    to: (try row.value(5) as Int64?).map(Timestamp.init(rawValue:)), detail: try row.value(6))
            }
        }
    }

    /// Something without a duration belongs to a window that begins with it; what ended as the window begins does not.
    static let incidentsSQL = """
        SELECT agent, call, kind, cause, from_at, to_at, detail FROM incidents
        WHERE account = ?1 AND ifnull(to_at, 9223372036854775807) >= ?2 AND from_at < ?3
            AND (from_at >= ?2 OR to_at IS NULL OR to_at > ?2)
        ORDER BY from_at DESC, id DESC LIMIT ?4
        """
}

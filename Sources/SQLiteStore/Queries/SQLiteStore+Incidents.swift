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
            return try rows.reversed().map { try Incident(row: $0, account: account) }
        }
    }

    /// What happened to a call, to its agent and to the whole account since a time, oldest first; of too many, the
    /// newest.
    package func incidents(
        account: AccountID, call: CallID, agent: AgentID?, since: Timestamp
    ) throws(StoreError) -> [Incident] {
        try read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: Self.incidentsOfCallSQL),
                arguments: [
                    account.rawValue, since.rawValue, call.rawValue, agent?.rawValue ?? "", StoreBounds.mostRows,
                ])
            return try rows.reversed().map { try Incident(row: $0, account: account) }
        }
    }

    /// The incident of this kind that goes on for a call; nil where none does.
    package func openIncident(
        _ kind: Incident.Kind, account: AccountID, call: CallID
    ) throws(StoreError) -> Incident? {
        try read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: Self.openIncidentSQL),
                arguments: [account.rawValue, kind.rawValue, call.rawValue]
            ).map { try Incident(row: $0, account: account) }
        }
    }

    static let openIncidentSQL = """
        SELECT agent, call, kind, cause, from_at, to_at, detail FROM incidents
        WHERE account = ?1 AND kind = ?2 AND call = ?3 AND to_at IS NULL ORDER BY from_at DESC LIMIT 1
        """
    static let incidentsOfCallSQL = """
        SELECT agent, call, kind, cause, from_at, to_at, detail FROM incidents
        WHERE account = ?1 AND ifnull(to_at, 9223372036854775807) >= ?2
            AND (call = ?3 OR call = '' AND agent IN ('', ?4))
        ORDER BY from_at DESC, id DESC LIMIT ?5
        """

    /// Something without a duration belongs to a window that begins with it; what ended as the window begins does not.
    static let incidentsSQL = """
        SELECT agent, call, kind, cause, from_at, to_at, detail FROM incidents
        WHERE account = ?1 AND ifnull(to_at, 9223372036854775807) >= ?2 AND from_at < ?3
            AND (from_at >= ?2 OR to_at IS NULL OR to_at > ?2)
        ORDER BY from_at DESC, id DESC LIMIT ?4
        """
}

extension Incident {
    /// Reads agent, call, kind, cause, beginning, end and detail from a row.
    fileprivate init(row: Row, account: AccountID) throws {
        let agent: String = try row.value(0)
        let call: String = try row.value(1)
        let cause: String? = try row.value(3)
        guard let kind = Incident.Kind(rawValue: try row.value(2)) else { throw MalformedBytes() }
        self.init(
            account: account, agent: agent.isEmpty ? nil : AgentID(rawValue: agent),
            call: call.isEmpty ? nil : CallID(rawValue: call), kind: kind,
            cause: cause.flatMap(Incident.Cause.init(rawValue:)), from: Timestamp(rawValue: try row.value(4)),
            to: (try row.value(5) as Int64?).map(Timestamp.init(rawValue:)), detail: try row.value(6))
    }
}

import CallDomain
import GRDB

extension ReportComputation {
    /// The incidents that overlap the window, as they stood at the position.
    func incidents() throws -> [Incident] {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: Self.incidentsSQL),
            arguments: ["account": query.account.rawValue, "to": query.to.rawValue, "position": position])
        var newest: [IncidentKey: (order: Int, incident: Incident)] = [:]
        for (number, row) in rows.enumerated() {
            let incident = try Incident(row: row, account: query.account)
            let key = IncidentKey(incident)
            newest[key] = (newest[key]?.order ?? number, incident)
        }
        return newest.values.sorted { ($0.incident.from, $0.order) < ($1.incident.from, $1.order) }.map(\.incident)
            .filter { incident in
                let isInWindow = incident.from >= query.from || incident.to.map { $0 > query.from } ?? true
                return isInWindow && (query.agent == nil || incident.agent == nil || incident.agent == query.agent)
            }
    }

    /// The kinds of which incidents are no longer kept, with when the latest of those began.
    func forgotten() throws -> [Incident.Kind: Timestamp] {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT kind, from_at FROM incident_horizons WHERE account = :account"),
            arguments: ["account": query.account.rawValue])
        return try rows.reduce(into: [:]) { forgotten, row in
            guard let kind = Incident.Kind(rawValue: try row.value(0)) else { throw MalformedBytes() }
            forgotten[kind] = Timestamp(rawValue: try row.value(1))
        }
    }

    static let incidentsSQL = """
        SELECT agent, call, kind, cause, from_at, to_at, detail FROM incident_log
        WHERE account = :account AND from_at < :to AND position <= :position ORDER BY id
        """

    private struct IncidentKey: Hashable {
        var agent: AgentID?
        var call: CallID?
        var kind: Incident.Kind
        var from: Timestamp

        init(_ incident: Incident) {
            agent = incident.agent
            call = incident.call
            kind = incident.kind
            from = incident.from
        }
    }
}

extension Incident {
    /// Reads agent, call, kind, cause, beginning, end and detail from a row.
    fileprivate init(row: Row, account: AccountID) throws {
        let agent: String = try row.value(0)
        let call: String = try row.value(1)
        guard let kind = Kind(rawValue: try row.value(2)) else { throw MalformedBytes() }
        self.init(
            account: account, agent: agent.isEmpty ? nil : AgentID(rawValue: agent),
            call: call.isEmpty ? nil : CallID(rawValue: call), kind: kind,
            cause: (try row.value(3) as String?).flatMap(Cause.init(rawValue:)),
            from: Timestamp(rawValue: try row.value(4)),
            to: (try row.value(5) as Int64?).map(Timestamp.init(rawValue:)),
            detail: try row.value(6))
    }
}

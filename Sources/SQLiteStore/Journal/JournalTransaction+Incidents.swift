import CallDomain
import GRDB

extension JournalTransaction {
    /// Writes an incident, or what came to be known of one that is there: its end, its cause, its figures. An incident
    /// that has ended stays so. Each kind is bounded by itself, so that a noisy one takes none of another's away.
    func store(_ incident: Incident) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO incidents (account, agent, call, kind, cause, from_at, to_at, detail, position, ended_position)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, iif(?7 IS NULL, NULL, ?9))
                ON CONFLICT (account, kind, agent, call, from_at) DO UPDATE SET
                    cause = ifnull(excluded.cause, cause), to_at = ifnull(to_at, excluded.to_at),
                    detail = excluded.detail, ended_position = ifnull(ended_position, excluded.ended_position)
                """
        ).execute(arguments: [
            incident.account.rawValue, incident.agent?.rawValue ?? "", incident.call?.rawValue ?? "",
            incident.kind.rawValue, incident.cause?.rawValue, incident.from.rawValue, incident.to?.rawValue,
            incident.detail, position,
        ])
        try db.cachedStatement(
            sql: """
                DELETE FROM incidents WHERE id IN (
                    SELECT id FROM incidents WHERE account = ? AND kind = ?
                    ORDER BY ifnull(to_at, 9223372036854775807) DESC, id DESC LIMIT 1 OFFSET ?)
                """
        ).execute(arguments: [incident.account.rawValue, incident.kind.rawValue, StoreBounds.mostIncidents])
    }
}

extension JournalTransaction {
    /// Writes what an audit showed.
    func store(_ audit: Audit) throws {
        let call = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM calls WHERE call_id = ? AND account = ?"),
            arguments: [audit.call.rawValue, audit.account.rawValue])
        guard let call else {
            throw StoreError(kind: .invalid, message: "The account has no call with this id.")
        }
        try db.cachedStatement(
            sql: "INSERT INTO audits (account, call, at, outcome, differing, position) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            audit.account.rawValue, call, audit.at.rawValue, audit.outcome.rawValue,
            audit.differing.joined(separator: " "), position,
        ])
    }
}

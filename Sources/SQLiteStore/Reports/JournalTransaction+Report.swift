import CallDomain
import Foundation
import GRDB

/// What is written beside the journal for reports. Rows are only ever added, each with its position, so that a report as
/// of a position finds what it found then.
extension JournalTransaction {
    /// Writes down what an entry came to, as far as no other row tells it.
    func log(_ entry: JournalEntry) throws {
        guard case .incident(let incident) = entry else { return }
        try log(incident)
    }

    /// The incident as it stands after it was stored, and no more of its kind than are of use; when what had to go began
    /// is remembered.
    private func log(_ incident: Incident) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO incident_log (position, account, agent, call, kind, cause, from_at, to_at, detail)
                SELECT ?, account, agent, call, kind, cause, from_at, to_at, detail FROM incidents
                WHERE account = ? AND kind = ? AND agent = ? AND call = ? AND from_at = ?
                """
        ).execute(arguments: [
            position, incident.account.rawValue, incident.kind.rawValue, incident.agent?.rawValue ?? "",
            incident.call?.rawValue ?? "", incident.from.rawValue,
        ])
        let last: StatementArguments = [
            incident.account.rawValue, incident.kind.rawValue, StoreBounds.mostLoggedIncidents,
        ]
        try db.cachedStatement(
            sql: """
                INSERT INTO incident_horizons (account, kind, from_at)
                SELECT account, kind, from_at FROM incident_log WHERE account = ? AND kind = ?
                ORDER BY from_at DESC, id DESC LIMIT 1 OFFSET ?
                ON CONFLICT DO UPDATE SET from_at = max(from_at, excluded.from_at)
                """
        ).execute(arguments: last)
        try db.cachedStatement(
            sql: """
                DELETE FROM incident_log WHERE id IN (
                    SELECT id FROM incident_log WHERE account = ? AND kind = ?
                    ORDER BY from_at DESC, id DESC LIMIT 1 OFFSET ?)
                """
        ).execute(arguments: last)
    }

    /// Says in a call's row from which position on it is known, has its agent, and waits for what it waits for.
    func place(_ call: inout StoredCall, previous: StoredCall, at time: Timestamp) {
        if call.bornAt == nil, call.state != nil {
            call.bornAt = time
            call.bornPosition = position
        }
        if call.state?.agentID != previous.state?.agentID { call.agentPosition = position }
        if !call.waitsAlike(previous) { call.ledgerPosition = position }
    }

    /// Writes down an expectation that was overdue and is no more as it was, and what waiting ended in.
    func logWaiting(_ call: StoredCall, id: Int64, previous: StoredCall, at time: Timestamp) throws {
        let now = max(time, newestMark ?? time)
        if let open = previous.ledger.open, open.due <= now, previous.state != nil,
            !call.waitsAlike(previous)
        {
            try db.cachedStatement(
                sql: """
                    INSERT INTO overdue_spans (position, opened_position, account, call, rule, due_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                position, previous.ledgerPosition, call.account.rawValue, id, open.why.rawValue, open.due.rawValue,
            ])
        }
        if let outcome = call.ledger.outcome, outcome != previous.ledger.outcome, outcome.isLogged {
            try logEnding(of: call, id: id, outcome: outcome, what: "", at: time)
        }
        for artefact in call.ledger.artefactsGivenUp(since: previous.ledger) {
            try logEnding(of: call, id: id, outcome: artefact.outcome, what: artefact.word, at: time)
        }
    }

    private func logEnding(
        of call: StoredCall, id: Int64, outcome: ExpectationLedger.Outcome, what: String, at time: Timestamp
    ) throws {
        try db.cachedStatement(
            sql: "INSERT INTO endings (position, account, call, at, outcome, what) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            position, call.account.rawValue, id, time.rawValue, outcome.rawValue, what,
        ])
    }

    /// Writes down a contradiction that came up.
    func logBegin(_ contradiction: Contradiction, of call: StoredCall, id: Int64, at time: Timestamp) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO contradiction_log (position, account, call, at, rule, attempt, standing, against, statuses)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            position, call.account.rawValue, id, time.rawValue, contradiction.rule.rawValue, contradiction.attempt,
            Data(contradiction.standing.columnBytes), Data(contradiction.against.columnBytes),
            "\(contradiction.standingStatus.word) against \(contradiction.againstStatus.word)",
        ])
    }

    /// Writes down the end of a contradiction, and the rule that decided the statement that ended it.
    func logEnd(
        _ contradiction: Contradiction, of call: StoredCall, id: Int64, by rule: ReconciliationRule, at time: Timestamp
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO contradiction_log (position, account, call, at, rule, attempt, standing, against, statuses,
                    begun, settled_by)
                SELECT ?, account, call, ?, rule, attempt, standing, against, statuses, id, ?
                FROM contradiction_log AS begin
                WHERE call = ? AND begun IS NULL AND rule = ? AND attempt = ? AND standing = ? AND against = ?
                    AND NOT EXISTS (SELECT 1 FROM contradiction_log AS ended WHERE ended.begun = begin.id)
                """
        ).execute(arguments: [
            position, time.rawValue, ContradictionEnd(settledBy: rule).rawValue, id, contradiction.rule.rawValue,
            contradiction.attempt, Data(contradiction.standing.columnBytes), Data(contradiction.against.columnBytes),
        ])
    }

    /// Writes down that a call was an agent's up to now, where it is another one's from now on.
    func logAgent(of call: StoredCall, id: Int64, previous: StoredCall) throws {
        guard let agent = previous.state?.agentID, agent != call.state?.agentID else { return }
        try db.cachedStatement(
            sql: "INSERT INTO agent_spans (call, from_position, until_position, agent) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [id, previous.agentPosition ?? 0, position, agent.rawValue])
    }

    /// Writes down what was counted. A name that is one too many of its kind counts as ``Tally/otherNames``.
    func store(_ tallies: [Tally], at time: Timestamp) throws {
        for tally in tallies {
            let name = try known(tally, at: time) ? tally.name : Tally.otherNames
            try db.cachedStatement(
                sql: "INSERT INTO tallies (position, account, kind, at, name, count) VALUES (?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [
                position, tally.account.rawValue, tally.kind.rawValue, (tally.at ?? time).rawValue, name, tally.count,
            ])
        }
    }

    /// Whether a name is one of those that are kept; remembers one that is new, and, by the day, when it was seen last.
    private func known(_ tally: Tally, at time: Timestamp) throws -> Bool {
        let key: StatementArguments = [tally.account.rawValue, tally.kind.rawValue, tally.name]
        let last = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT last_at FROM tally_names WHERE account = ? AND kind = ? AND name = ?"),
            arguments: key)
        if let last {
            guard Timestamp(rawValue: last).advanced(by: .seconds(86_400)) <= time else { return true }
            try db.cachedStatement(
                sql: "UPDATE tally_names SET last_at = ? WHERE account = ? AND kind = ? AND name = ?"
            ).execute(arguments: [time.rawValue] + key)
            return true
        }
        let count = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT count(*) FROM tally_names WHERE account = ? AND kind = ?"),
            arguments: [tally.account.rawValue, tally.kind.rawValue])
        guard (count ?? 0) < Tally.mostNames, tally.name.utf8.count <= Tally.longestName else { return false }
        try db.cachedStatement(
            sql: """
                INSERT INTO tally_names (account, kind, name, first_at, last_at, position) VALUES (?, ?, ?, ?4, ?4, ?5)
                """
        ).execute(arguments: key + [time.rawValue, position])
        return true
    }

    /// The newest mark: what reports take for the gateway's time at a position.
    static func newestMark(_ db: Database) throws -> Timestamp? {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT at FROM marks ORDER BY position DESC LIMIT 1"))
            .map(Timestamp.init(rawValue:))
    }

    /// Marks the time at the end of a batch, where the last mark is old; returns whether it did. Marks never go back.
    func mark(_ time: Timestamp?) throws -> Bool {
        guard let time else { return false }
        if let newestMark, time < newestMark.advanced(by: StoreBounds.markInterval) { return false }
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO marks (position, at) VALUES (?, ?)")
            .execute(arguments: [position, time.rawValue])
        return true
    }
}

extension JournalEntry {
    /// The gateway's time when it was made, for marks; nil where it is about another time.
    var markTime: Timestamp? {
        switch self {
        case .observation(let incoming): incoming.appliedAt
        case .quarantine(let delivery): delivery.receivedAt
        case .readFailed(let failed): failed.at
        case .recompute(_, _, _, let now), .reopen(_, _, _, let now): now
        case .heartbeat(let time), .tallies(_, let time): time
        default: nil
        }
    }
}

extension ExpectationLedger.Outcome {
    /// Whether it is written down: the regular end is not.
    fileprivate var isLogged: Bool {
        switch self {
        case .abandoned, .attemptOver, .unknownToBolna, .disputed: true
        case .settled, .missing, .notProvided: false
        }
    }
}

extension StoredCall {
    /// Whether the same is overdue from the same time on. A call that a ruling leaves with nothing but hints is overdue
    /// no more, and anew once something is known of it again.
    fileprivate func waitsAlike(_ other: StoredCall) -> Bool {
        let (open, otherOpen) = (ledger.open, other.ledger.open)
        return open?.due == otherOpen?.due && open?.why == otherOpen?.why && (state == nil) == (other.state == nil)
    }
}

extension ExpectationLedger {

    /// The artefacts that were waited for in the ledger before and are given up in this one.
    fileprivate func artefactsGivenUp(since previous: ExpectationLedger) -> [(word: String, outcome: Outcome)] {
        let waitedFor = (previous.artefacts?.waits ?? []).filter { $0.state == .expected }.map(\.artefact)
        return (artefacts?.waits ?? []).compactMap { wait in
            guard waitedFor.contains(wait.artefact) else { return nil }
            switch wait.state {
            case .missing: return (wait.artefact.word, .missing)
            case .notProvided: return (wait.artefact.word, .notProvided)
            case .expected, .arrived: return nil
            }
        }
    }
}

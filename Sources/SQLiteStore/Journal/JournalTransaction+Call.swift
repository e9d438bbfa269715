import CallDomain
import Foundation
import GRDB

extension JournalTransaction {
    /// Computes a call's expectation anew, where nothing was said about the call itself.
    mutating func revise(
        account: AccountID, call: CallID, profile: ScopeProfile, event: LedgerEvent, now: Timestamp
    ) throws -> JournalReceipt {
        guard let previous = try StoredCall.find(db, account: account, call: call, reconciler: reconciler) else {
            throw StoreError(kind: .invalid, message: "The account has no call with this id.")
        }
        guard previous.erasedAt == nil else { return .revised(nil) }
        var revised = previous
        revised.ledger = calculus.ledger(
            after: previous.state, previous: previous.ledger, profile: profile, event: event, now: now)
        guard revised.ledger != previous.ledger else { return .revised(nil) }
        let source = previous.state?.current.statusWinner.observation.source ?? .poll
        return .revised(try save(&revised, previous: previous, source: source, at: now).change)
    }

    /// Writes a call's row and, where clients see a difference, its change.
    mutating func save(
        _ call: inout StoredCall, previous: StoredCall, source: Source, at time: Timestamp
    ) throws -> (row: Int64, change: Change?) {
        let changedStatus = call.differsForClients(from: previous) ? call.state?.status : nil
        if changedStatus != nil {
            call.updatedAt = time
            call.changeSequence = position
        }
        place(&call, previous: previous, at: time)
        let row = try call.save(db, with: statements, previous: previous, edition: reconciler.edition)
        call.id = row
        call.isRefolded = false
        statements.calls.keep(call)
        try logAgent(of: call, id: row, previous: previous)
        try logWaiting(call, id: row, previous: previous, at: time)
        let change = try changedStatus.map {
            try recordChange(of: call, id: row, status: $0, source: source, at: time)
        }
        return (row, change)
    }

    /// Records a full read of ours with what it led to.
    func insert(
        _ read: ReadRecord, call: Int64, observation: Int64, incoming: IncomingObservation, result: Reconciliation,
        previous: ExpectationLedger
    ) throws {
        let told = ToldChange(
            result.decision, position: result.state?.current.statusWinner.position, source: incoming.key.source,
            profile: incoming.profile)
        let verdict = previous.verdict(onReadSentAt: read.sentAt, told: told)
        let dueAt = verdict == .missedWebhook ? previous.open?.due.rawValue : nil
        try db.cachedStatement(
            sql: """
                INSERT INTO reads (call, account, source, observation, sent_at, received_at, attempt, outcome,
                    status_after, position, is_missed_webhook, due_at, stated_at, is_audit)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            call, incoming.account.rawValue, incoming.key.source.rawValue, observation, read.sentAt.rawValue,
            read.receivedAt.rawValue, incoming.statement.retryCount ?? result.state?.current.number ?? 0,
            result.decision.outcome.rawValue, result.decision.statusAfter?.word, position,
            verdict == .missedWebhook, dueAt, incoming.statement.updatedAt?.rawValue, incoming.isAudit,
        ])
    }

    /// Brings the rows of contradictions in line with those that stand.
    func recordContradictions(
        of call: StoredCall, id: Int64, previous: CallState?, by result: Reconciliation, at time: Timestamp
    ) throws {
        let before = previous?.contradictions ?? []
        let now = call.state?.contradictions ?? []
        guard before != now else { return }
        for contradiction in now where !before.contains(contradiction) {
            try db.cachedStatement(
                sql: """
                    INSERT INTO contradictions (call, rule, attempt, standing, against, account, standing_status,
                        against_status, since, position)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT DO UPDATE SET standing_status = excluded.standing_status,
                        against_status = excluded.against_status, since = excluded.since, settled_at = NULL
                    """
            ).execute(arguments: [
                id, contradiction.rule.rawValue, contradiction.attempt, Data(contradiction.standing.columnBytes),
                Data(contradiction.against.columnBytes), call.account.rawValue, contradiction.standingStatus.word,
                contradiction.againstStatus.word, contradiction.since.rawValue, position,
            ])
            if !before.contains(where: { $0.hasKey(of: contradiction) }) {
                try logBegin(contradiction, of: call, id: id, at: time)
            }
        }
        for contradiction in before where !now.contains(where: { $0.hasKey(of: contradiction) }) {
            try db.cachedStatement(
                sql: """
                    UPDATE contradictions SET settled_at = ?
                    WHERE call = ? AND rule = ? AND attempt = ? AND standing = ? AND against = ?
                    """
            ).execute(arguments: [
                time.rawValue, id, contradiction.rule.rawValue, contradiction.attempt,
                Data(contradiction.standing.columnBytes), Data(contradiction.against.columnBytes),
            ])
            try logEnd(contradiction, of: call, id: id, by: result.decision.rule, at: time)
        }
    }
}

extension IncomingObservation {
    /// The bytes, as far as they may be kept.
    var keptBody: [UInt8] { redaction == .none && !isForgotten ? body : [] }

    /// What it is to its call's expectations.
    var ledgerEvent: LedgerEvent {
        read.map { .read(sentAt: $0.sentAt) } ?? (key.standing == .hint ? .hint : .statement)
    }
}

extension CallState {
    /// The agent, where a statement named one.
    var agentID: AgentID? { shared.values.text(.agentID).map(AgentID.init(rawValue:)) }
}

extension StoredCall {
    /// Whether clients see another call than before: anything believed, where it came from and how fresh it is, what is
    /// unverified beside it, and what is expected. While only hints are known they see none.
    fileprivate func differsForClients(from previous: StoredCall) -> Bool {
        guard let state else { return false }
        guard let before = previous.state else { return true }
        return state.shared != before.shared || state.attempts != before.attempts
            || state.contradictions != before.contradictions || unverifiedStatus != previous.unverifiedStatus
            || ledger.open != previous.ledger.open || ledger.outcome != previous.ledger.outcome
            || ledger.artefacts != previous.ledger.artefacts
    }
}

extension Contradiction {
    /// Whether both are about the same statements under the same rule.
    fileprivate func hasKey(of other: Contradiction) -> Bool {
        (rule, attempt, standing, against) == (other.rule, other.attempt, other.standing, other.against)
    }
}

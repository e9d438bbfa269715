import CallDomain
import GRDB

/// One transaction of the writer: applies entries one by one.
struct JournalTransaction {
    let db: Database
    let statements: JournalStatements
    let reconciler: Reconciler
    let calculus: ExpectationCalculus

    /// The place of the entry that is being applied: positions of observations and cursors of changes are drawn from one
    /// counter, so that both grow in the order of commits.
    private(set) var position: Int64
    /// The newest time of a change by account, from which older changes are pruned.
    private var changedAccounts: [AccountID: Timestamp] = [:]
    /// The newest mark of time before this transaction; nil without one.
    let newestMark: Timestamp?
    /// The latest time of the entries.
    private var latestTime: Timestamp?

    /// Whether each entry has a savepoint of its own.
    private let isolatesEntries: Bool

    /// Starts behind the last position that was committed.
    init(
        db: Database, statements: JournalStatements, reconciler: Reconciler, calculus: ExpectationCalculus,
        isolatesEntries: Bool
    ) throws {
        self.db = db
        self.statements = statements
        self.isolatesEntries = isolatesEntries
        self.reconciler = reconciler
        self.calculus = calculus
        position = try Int64.fetchOne(db.cachedStatement(sql: "SELECT position FROM meta")) ?? 0
        newestMark = try Self.newestMark(db)
    }

    /// Applies one entry. Where entries are isolated, what is wrong with the entry alone leaves nothing of it but its
    /// bytes in quarantine; all else that is wrong throws, and the batch with it.
    mutating func apply(_ entry: JournalEntry) throws -> JournalReceipt {
        position += 1
        if let time = entry.markTime { latestTime = max(time, latestTime ?? time) }
        do {
            return try inSavepoint { journal in
                let receipt = try journal.store(entry)
                try journal.log(entry)
                return receipt
            }
        } catch {
            statements.calls.removeAll()
            let failure = StoreError(error)
            guard isolatesEntries, failure.kind == .invalid else { throw failure }
            guard case .observation(let incoming) = entry else { return .failed(failure) }
            return try keepAside(incoming, failure: failure)
        }
    }

    /// Remembers the position and removes changes that are too old.
    mutating func finish() throws {
        try db.cachedStatement(sql: "UPDATE meta SET position = ?").execute(arguments: [position])
        if try mark(latestTime), let latestTime {
            try writeRepeats(before: latestTime)
            try pruneReportRows(at: latestTime)
        }
        for (account, now) in changedAccounts { try pruneChanges(account: account, now: now) }
    }

    private mutating func store(_ entry: JournalEntry) throws -> JournalReceipt {
        switch entry {
        case .observation(let incoming): return try observe(incoming)
        case .quarantine(let delivery): return try quarantine(delivery, agent: delivery.agent)
        case .quarantineTrial(let trial): return .tried(try attempt(trial))
        case .readFailed(let failed):
            return try revise(
                account: failed.account, call: failed.call, profile: failed.profile,
                event: .readFailed(retryAt: failed.retryAt, isNotFound: failed.isNotFound), now: failed.at)
        case .listed(let account, let call, let profile, let sentAt, let receivedAt):
            return try revise(
                account: account, call: call, profile: profile, event: .listed(sentAt: sentAt), now: receivedAt)
        case .recompute(let account, let call, let profile, let now):
            return try revise(account: account, call: call, profile: profile, event: .recompute, now: now)
        case .reopen(let account, let call, let profile, let now):
            return try revise(account: account, call: call, profile: profile, event: .reopened, now: now)
        case .dialIntent(let intent): return try store(intent)
        case .dialOutcome(let outcome): return try store(outcome)
        case .pathHealth(let account, let agent, let record, let time):
            try storePathHealth(account: account, agent: agent, record: record, at: time)
        case .learned(let record): try storeLearned(record)
        case .sweepMark(let account, let agent, let sweptAt):
            try storeSweepMark(account: account, agent: agent, sweptAt: sweptAt)
        case .sweepGaps(let closed, let opened): try storeSweepGaps(closed: closed, opened: opened)
        case .heartbeat(let time): try storeHeartbeat(at: time)
        case .incident(let incident): try store(incident)
        case .tallies(let tallies, let time): try store(tallies, at: time)
        case .audit(let audit): try store(audit)
        case .account(let change, let record):
            try apply(change)
            try store(record.map { [$0] } ?? [])
        case .auditTrail(let records): try store(records)
        case .erase(let erasure): return .erased(try erase(erasure))
        case .retain(let step): return .erased(try retain(step))
        case .forgetNumber(let number, let time): try store(number, at: time)
        case .indexTexts(let time): return try indexTexts(unchangedSince: time)
        }
        return .done
    }

    private mutating func keepAside(
        _ incoming: IncomingObservation, failure: StoreError
    ) throws -> JournalReceipt {
        if incoming.isForgotten { return .forgotten }
        let delivery = QuarantinedDelivery(
            account: incoming.account, agent: nil, execution: incoming.statement.executionID,
            source: incoming.key.source, trust: incoming.key.trust, standing: incoming.key.standing,
            receivedAt: incoming.receivedAt, sentAt: incoming.sentAt, reason: .poisoned, detail: failure.message,
            digest: incoming.key.digest,
            body: incoming.keptBody)
        do {
            return try inSavepoint { journal in
                try journal.quarantine(delivery, agent: incoming.statement.agentID)
            }
        } catch {
            let second = StoreError(error)
            guard second.kind == .invalid else { throw second }
            return .failed(failure)
        }
    }

    /// The place of a further observation of the entry that is being applied.
    mutating func takePosition() { position += 1 }

    private mutating func inSavepoint(
        _ body: (inout JournalTransaction) throws -> JournalReceipt
    ) throws -> JournalReceipt {
        guard isolatesEntries else { return try body(&self) }
        var receipt = JournalReceipt.done
        try db.inSavepoint {
            receipt = try body(&self)
            return .commit
        }
        return receipt
    }

    /// Writes a change of a call that clients see; its cursor is this entry's position.
    mutating func recordChange(
        of call: StoredCall, id: Int64, status: CallStatus, source: Source, at time: Timestamp
    ) throws -> Change {
        try statements.insertChange.run(db) { values in
            values.add(call.account.rawValue)
            values.add(position)
            values.add(id)
            values.add(status.word)
            values.add(source.rawValue)
            values.add(time.rawValue)
        }
        changedAccounts[call.account] = max(time, changedAccounts[call.account] ?? time)
        return Change(
            cursor: ChangeCursor(sequence: position), account: call.account, call: call.callID,
            execution: call.execution, status: status, source: source, at: time)
    }

    /// Removes the oldest changes of an account as long as they are too old, a bounded number at a time; where the
    /// removed ones end is remembered, so that cursors before it are known to be too old.
    private func pruneChanges(account: AccountID, now: Timestamp) throws {
        let oldest = now.advanced(by: .zero - StoreBounds.changesKept).rawValue
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT sequence, at FROM changes WHERE account = ? ORDER BY sequence LIMIT ?"),
            arguments: [account.rawValue, StoreBounds.changesPrunedPerBatch])
        // A clock that was far ahead must not keep what it dated for as long as it was ahead.
        let plausible = oldest..<now.advanced(by: StoreBounds.changesKept).rawValue
        var last: Int64?
        while let row = try rows.next(), try !plausible.contains(row.value(1)) { last = try row.value(0) }
        guard let sequence = last else { return }
        try db.cachedStatement(sql: "DELETE FROM changes WHERE account = ? AND sequence <= ?")
            .execute(arguments: [account.rawValue, sequence])
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO pruned_changes (account, sequence) VALUES (?, ?)")
            .execute(arguments: [account.rawValue, sequence])
    }
}

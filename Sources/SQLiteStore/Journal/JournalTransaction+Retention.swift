import CallDomain
import Foundation
import GRDB

/// Deleting data whose time is over, a bounded number of rows at a time. Marks say up to which time nothing of a kind
/// is left, so that each step begins where the last one ended; what comes in later with an earlier time is stored
/// without what is gone. A call that cannot be read costs only itself: it is erased all the same when its time is over,
/// but no single words can be taken from it.
extension JournalTransaction {
    /// Takes one step.
    func retain(_ step: RetentionStep) throws -> ErasedData {
        switch step.kind {
        case .bodies: try removeOldBodies(step)
        case .transcripts: try removeOldWords(step)
        case .calls: try removeOldCalls(step)
        case .quarantine: try emptyOldQuarantine(step)
        case .audit: try remove("audit_log", "at < ?", orderedBy: "at", step)
        case .dials:
            try remove("dials", "created_at < ? AND state <> \(DialState.open.rawValue)", orderedBy: "created_at", step)
        }
    }

    private func removeOldBodies(_ step: RetentionStep) throws -> ErasedData {
        let rows = try old(Self.oldBodiesSQL, step, limit: RetentionStep.mostRows)
        for row in rows { try run("DELETE FROM bodies WHERE position = ?", [row.id]) }
        return try finish(step, rows, limit: RetentionStep.mostRows)
    }

    private func emptyOldQuarantine(_ step: RetentionStep) throws -> ErasedData {
        let rows = try old(Self.oldQuarantineSQL, step, limit: RetentionStep.mostRows)
        for row in rows { try emptyQuarantine("id = ?", [row.id], account: step.account, .expired, at: step.at) }
        return try finish(step, rows, limit: RetentionStep.mostRows)
    }

    private func removeOldWords(_ step: RetentionStep) throws -> ErasedData {
        let rows = try old(Self.oldWordsSQL, step, limit: RetentionStep.mostCalls)
        let damaged = try rows.compactMap { try removeWords(of: $0.id, account: step.account) }
        _ = try finish(step, rows, limit: RetentionStep.mostCalls)
        let hints = try eraseOldCalls(Self.oldHintsSQL, step, limit: RetentionStep.mostCalls - rows.count)
        let count = rows.count + hints
        return ErasedData(
            count: count - damaged.count, isDone: count < RetentionStep.mostCalls, damaged: damaged)
    }

    /// Takes the words from a call; its name where it cannot be read, and stays as it is.
    private func removeWords(of id: Int64, account: AccountID) throws -> DamagedCall? {
        do {
            try db.inSavepoint {
                let row = try Row.fetchOne(
                    db.cachedStatement(sql: "SELECT \(StoredCall.columns) FROM calls WHERE id = ?"), arguments: [id])
                if let row { _ = try redact(StoredCall(row: row, db: db, reconciler: reconciler), to: .words) }
                return .commit
            }
            return nil
        } catch {
            let failure = StoreError(error)
            guard failure.kind == .invalid else { throw failure }
            return try String.fetchOne(
                db.cachedStatement(sql: "SELECT call_id FROM calls WHERE id = ?"), arguments: [id]
            ).map { DamagedCall(account: account, call: CallID(rawValue: $0)) }
        }
    }

    private func removeOldCalls(_ step: RetentionStep) throws -> ErasedData {
        let count = try eraseOldCalls(Self.oldCallsSQL, step, limit: RetentionStep.mostCalls)
        return ErasedData(count: count, isDone: count < RetentionStep.mostCalls)
    }

    /// Erases calls with their journals. The mark of calls says how far back reports then lack something, which is
    /// later than a call's creation.
    private func eraseOldCalls(_ sql: String, _ step: RetentionStep, limit: Int) throws -> Int {
        let ids = try Int64.fetchAll(
            db.cachedStatement(sql: sql), arguments: [step.account.rawValue, step.before.rawValue, limit])
        for id in ids {
            guard let call = try StoredCall.findToErase(db, "id = ?", [id], reconciler: reconciler) else { continue }
            let last = try Int64.fetchOne(db.cachedStatement(sql: Self.lastReportedSQL), arguments: [id])
            if let last { try mark(step.account, .calls, through: last) }
            try erase(call, keepsJournal: false, at: step.at)
        }
        return ids.count
    }

    /// Removes the oldest rows of a table that have an account and are found by their time.
    private func remove(
        _ table: String, _ condition: String, orderedBy time: String, _ step: RetentionStep
    ) throws -> ErasedData {
        try run(
            """
            DELETE FROM \(table) WHERE rowid IN (
                SELECT rowid FROM \(table) WHERE account = ? AND \(condition) ORDER BY \(time) LIMIT ?)
            """, [step.account.rawValue, step.before.rawValue, RetentionStep.mostRows])
        return ErasedData(count: db.changesCount, isDone: db.changesCount < RetentionStep.mostRows)
    }

    /// The rows behind the mark of a kind that are too old, oldest first, with their times.
    private func old(_ sql: String, _ step: RetentionStep, limit: Int) throws -> [(id: Int64, at: Int64)] {
        let mark = try Int64.fetchOne(
            db.cachedStatement(sql: Self.markSQL), arguments: [step.account.rawValue, step.kind.rawValue])
        return try Row.fetchAll(
            db.cachedStatement(sql: sql),
            arguments: [step.account.rawValue, mark ?? .min, step.before.rawValue, limit]
        ).map { (try $0.value(0), try $0.value(1)) }
    }

    /// Moves the mark to where the step has come.
    private func finish(
        _ step: RetentionStep, _ rows: [(id: Int64, at: Int64)], limit: Int
    ) throws -> ErasedData {
        let isDone = rows.count < limit
        let through = isDone ? step.before.rawValue : rows.last?.at
        if let through { try mark(step.account, step.kind, through: through) }
        return ErasedData(count: rows.count, isDone: isDone)
    }

    private func mark(_ account: AccountID, _ kind: RetentionStep.Kind, through: Int64) throws {
        try run(
            """
            INSERT INTO retention_marks (account, kind, through) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET through = max(through, excluded.through)
            """, [account.rawValue, kind.rawValue, through])
    }

    /// When the last row of a call was told that reports count and erasing takes.
    static let lastReportedSQL = """
        SELECT max(at) FROM (
            SELECT max(delivered_at) AS at FROM observations WHERE call = ?1
            UNION ALL SELECT max(received_at) FROM reads WHERE call = ?1)
        """

    /// How far retention has come.
    static let markSQL = "SELECT through FROM retention_marks WHERE account = ? AND kind = ?"
    static let oldBodiesSQL = """
        SELECT observations.position, delivered_at FROM observations INDEXED BY observations_by_delivery
            JOIN bodies ON bodies.position = observations.position
        WHERE account = ? AND delivered_at >= ? AND delivered_at < ? ORDER BY delivered_at LIMIT ?
        """
    static let oldQuarantineSQL = """
        SELECT id, received_at FROM quarantine INDEXED BY quarantine_by_receipt
        WHERE account = ? AND received_at >= ? AND received_at < ? AND (length(body) > 0 OR resolution IS NULL)
        ORDER BY received_at LIMIT ?
        """
    static let oldWordsSQL = """
        SELECT id, created_at FROM calls INDEXED BY calls_by_creation
        WHERE account = ? AND created_at >= ? AND created_at < ? AND born_at IS NOT NULL AND erased_at IS NULL AND redaction = 0
        ORDER BY created_at LIMIT ?
        """
    static let oldHintsSQL = """
        SELECT id FROM calls INDEXED BY hints_by_first_heard
        WHERE account = ? AND first_heard_at < ? AND born_at IS NULL AND erased_at IS NULL
        ORDER BY first_heard_at LIMIT ?
        """
    static let oldCallsSQL = """
        SELECT id FROM calls INDEXED BY calls_by_creation
        WHERE account = ? AND created_at < ? AND born_at IS NOT NULL AND erased_at IS NULL AND next_due_at IS NULL
        ORDER BY created_at LIMIT ?
        """
}

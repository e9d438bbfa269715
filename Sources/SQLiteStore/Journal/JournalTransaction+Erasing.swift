import CallDomain
import Foundation
import GRDB

/// Taking away persons' data. A call of which something is gone still equals the fold of its journal: statements are
/// rewritten without what is gone, and the call is folded from them again.
extension JournalTransaction {
    /// Takes away what an erasure names.
    mutating func erase(_ erasure: Erasure) throws -> ErasedData {
        var count = 0
        for id in erasure.calls.prefix(Erasure.most) {
            let found = try StoredCall.findToErase(
                db, "call_id = ? AND account = ?", [id.rawValue, erasure.account.rawValue], reconciler: reconciler)
            guard let call = found, call.erasedAt == nil else { continue }
            try erase(call, keepsJournal: true, at: erasure.at)
            count += 1
        }
        for entry in erasure.quarantine.prefix(Erasure.most) {
            try emptyQuarantine("id = ?", [entry], account: erasure.account, .forgotten, at: erasure.at)
        }
        for key in erasure.dials.prefix(Erasure.most) { try eraseDial(key, account: erasure.account) }
        return ErasedData(count: count, isDone: true)
    }

    /// Drops a statement about a person who is forgotten, or the first one about a call whose time is over, and sees to
    /// it that the call is known as erased. What strangers claim drops nothing but itself.
    mutating func forget(_ incoming: IncomingObservation, call: StoredCall?) throws {
        guard incoming.key.standing == .applied else { return }
        if let call {
            if call.erasedAt == nil { try erase(call, keepsJournal: true, at: incoming.appliedAt) }
            return
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO calls (call_id, account, execution, created_at, first_heard_at, updated_at, has_recording,
                    change_sequence, rules_version, observation_count, ledger, redaction, erased_at)
                VALUES (?1, ?2, ?3, ?4, ?4, ?4, 0, 0, ?5, 0, ?6, ?7, ?4)
                """
        ).execute(arguments: [
            incoming.proposedCallID.rawValue, incoming.account.rawValue, incoming.statement.executionID.rawValue,
            incoming.appliedAt.rawValue, reconciler.edition, Data(ExpectationLedger().encoded),
            Redaction.person.rawValue,
        ])
        try emptyQuarantine(of: incoming.statement.executionID, account: incoming.account, at: incoming.appliedAt)
    }

    /// Whether a call is one of those of which everything is gone.
    func isErased(_ execution: ExecutionID, account: AccountID) throws -> Bool {
        try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT 1 FROM calls WHERE account = ? AND execution = ? AND erased_at IS NOT NULL"),
            arguments: [account.rawValue, execution.rawValue]) != nil
    }

    /// Takes fields from all statements of a call that is stored, with their bytes, and folds it again. Clients are not
    /// told of a change: nothing was said about the call.
    func redact(_ call: StoredCall, to redaction: Redaction) throws -> StoredCall {
        guard let id = call.id, call.redaction < redaction else { return call }
        statements.calls.forget(call)
        try removeBodies(of: id)
        try removeFromIndex(id, at: call.updatedAt)
        var redacted = call
        redacted.redaction = redaction
        try redactStatements(of: &redacted, id: id)
        if call.state != nil { redacted.state = reconciler.fold(try Journal.evidence(db, call: id)) }
        _ = try redacted.save(db, with: statements, previous: call, edition: reconciler.edition)
        return redacted
    }

    /// Takes everything that tells of a person from a call, and hides it. With its journal, reports keep adding up.
    func erase(_ call: StoredCall, keepsJournal: Bool, at time: Timestamp) throws {
        guard let id = call.id else { return }
        statements.calls.forget(call)
        try removeBodies(of: id)
        try run("DELETE FROM call_texts WHERE call = ?", [id])
        // Marked by the call's own time, its block is indexed again at once, however many calls are erased after it.
        if db.changesCount > 0 { try removeFromIndex(id, at: call.updatedAt) }
        if keepsJournal {
            var erased = call
            erased.redaction = .person
            try redactStatements(of: &erased, id: id)
            try emptyQuarantine(of: call.execution, account: call.account, at: time)
        } else {
            for table in ["contradictions", "reads", "observations"] {
                try run("DELETE FROM \(table) WHERE call = ?", [id])
            }
        }
        if let data = call.state?.shared.values.json(.recipientData) { try eraseDial(of: data, account: call.account) }
        var quiet = call
        quiet.ledger = ExpectationLedger()
        try logWaiting(quiet, id: id, previous: call, at: time)
        try run(
            """
            UPDATE calls SET status = NULL, phase = NULL, from_digits = NULL, to_digits = NULL, has_recording = 0,
                lead = NULL, next_due_at = NULL, waiting_outcome = NULL, unverified_status = NULL, waits_by = NULL,
                state = NULL, ledger = ?, observation_count = ?, updated_at = ?, redaction = ?, erased_at = ?
            WHERE id = ?
            """,
            [
                Data(quiet.ledger.encoded), keepsJournal ? call.observationCount : 0, time.rawValue,
                Redaction.person.rawValue, time.rawValue, id,
            ])
    }

    /// Ends the entries of an account's quarantine under a condition, and takes their bytes.
    func emptyQuarantine(
        _ condition: String, _ arguments: StatementArguments, account: AccountID, _ resolution: QuarantineResolution,
        at time: Timestamp
    ) throws {
        try run(
            """
            UPDATE quarantine SET resolution = ifnull(resolution, ?), settled_at = ifnull(settled_at, ?), body = NULL
            WHERE account = ? AND \(condition)
            """, [resolution.rawValue, time.rawValue, account.rawValue] + arguments)
    }

    /// Ends the entries about a call that is erased, and takes the bytes also of those that had ended. Each condition has
    /// an index of its own.
    private func emptyQuarantine(of execution: ExecutionID, account: AccountID, at time: Timestamp) throws {
        for condition in ["resolution IS NULL", "resolution IS NOT NULL AND body IS NOT NULL"] {
            try emptyQuarantine(
                "execution = ? AND \(condition)", [execution.rawValue], account: account, .forgotten, at: time)
        }
    }

    /// Takes what a request to place a call tells of a person: its fingerprint, too, is made of the number, and clients
    /// make idempotency keys of what they like.
    private func eraseDial(_ key: String, account: AccountID) throws {
        try run(
            """
            UPDATE dials SET request = x'', detail = '', idempotency_key = NULL, fingerprint = zeroblob(32)
            WHERE account = ? AND correlation_key = ?
            """, [account.rawValue, key])
    }

    /// Takes what is left of the request that a call came of, by the key in what was given when it was dialled.
    private func eraseDial(of recipientData: String, account: AccountID) throws {
        let key = try String.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT CAST(json_extract(data, '$.gateway_dial') AS TEXT)
                    FROM (SELECT CASE WHEN json_valid(?1) THEN ?1 ELSE '{}' END AS data)
                    """), arguments: [recipientData])
        if let key { try eraseDial(key, account: account) }
    }

    /// Remembers a number that is to stay forgotten.
    func store(_ number: ForgottenNumber, at time: Timestamp) throws {
        try run(
            "INSERT OR IGNORE INTO forgotten_numbers (account, digest, at) VALUES (?, ?, ?)",
            [number.account.rawValue, number.digest.blob, time.rawValue])
    }

    private func removeBodies(of call: Int64) throws {
        try run("DELETE FROM bodies WHERE position IN (SELECT position FROM observations WHERE call = ?)", [call])
    }

    /// Takes from all statements of a call what its redaction says. All of them are written anew, and packed with another
    /// root: the old one had what is to go. A statement that cannot be read may tell of a person, too: where everything that
    /// does is to go, it says nothing any more.
    private func redactStatements(of call: inout StoredCall, id: Int64) throws {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT position, statement FROM observations WHERE call = ? ORDER BY position"),
            arguments: [id])
        var unpacker = Unpacker(db)
        let redacted = try rows.map { row -> CallDomain.Statement in
            do {
                return try Statement(encoded: try unpacker.value(try row.bytes(1))).redacted(call.redaction)
            } catch {
                guard call.redaction == .person else { throw error }
                return Statement(executionID: call.execution, status: nil)
            }
        }
        call.root = nil
        for (row, statement) in zip(rows, redacted) {
            let position: Int64 = try row.value(0)
            let bytes = pack(statement, of: &call, at: position)
            try run("UPDATE observations SET statement = ? WHERE position = ?", [Data(bytes), position])
        }
    }

    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}

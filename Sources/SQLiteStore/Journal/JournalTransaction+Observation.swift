import CallDomain
import Foundation
import GRDB

/// A row of `observations`, as far as a repeat needs it.
private struct StoredObservation {
    var position: Int64
    var receivedAt: Timestamp
    var count: Int
}

extension JournalTransaction {
    /// Puts an observation into the journal, reconciles it, and stores what follows.
    mutating func observe(_ incoming: IncomingObservation) throws -> JournalReceipt {
        let execution = incoming.statement.executionID
        let found =
            try statements.calls.call(account: incoming.account, execution: execution)
            ?? StoredCall.find(
                db, with: statements, account: incoming.account, execution: execution, reconciler: reconciler)
        if incoming.isForgotten || found?.erasedAt != nil || (found == nil && incoming.isOverAge) {
            try forget(incoming, call: found)
            return .forgotten
        }
        // Before all else, also where the bytes are known: a repeat must not bring back what is gone.
        var incoming = incoming
        incoming.redaction = max(incoming.redaction, found?.redaction ?? .none)
        incoming.statement = incoming.statement.redacted(incoming.redaction)
        let call = try found.map { try redact($0, to: incoming.redaction) }
        guard let call, let id = call.id else { return try add(incoming, to: StoredCall(incoming), id: nil) }
        if let stored = try storedObservation(call: id, key: incoming.key) {
            return try repeated(incoming, of: stored, in: call, id: id)
        }
        guard try hasRoom(for: incoming, in: call, id: id) else { return try overflow(incoming, call: call) }
        return try add(incoming, to: call, id: id)
    }

    /// Adds an observation that is new.
    private mutating func add(
        _ incoming: IncomingObservation, to call: StoredCall, id: Int64?
    ) throws -> JournalReceipt {
        let observation = Observation(
            key: incoming.key, receivedAt: incoming.receivedAt, statement: incoming.statement,
            withdraws: incoming.withdraws)
        let read = incoming.read
        let result = try reconciler.reconcile(previous: call.state, observation: observation, read: read) {
            var evidence = try id.map { try Journal.evidence(db, call: $0) } ?? Evidence()
            evidence.observations.append(observation)
            if let read { evidence.reads.append(read) }
            return evidence
        }
        var revised = call
        revised.observationCount += 1
        revised.firstHeardAt = min(call.firstHeardAt, incoming.receivedAt)
        if try isPlacedWithPriority(incoming, call) { revised.ledger.isPriority = true }
        let statement = pack(observation.statement, of: &revised, at: position)
        let (row, change) = try settle(&revised, from: call, incoming: incoming, result: result)
        try insert(observation, as: statement, call: row, incoming: incoming, result: result)
        try insertBody(incoming, of: revised)
        if let read {
            try insert(
                read, call: row, observation: position, incoming: incoming, result: result, previous: call.ledger)
        }
        try recordContradictions(of: revised, id: row, previous: call.state, by: result, at: incoming.receivedAt)
        if incoming.key.standing == .applied, let key = incoming.correlationKey {
            try placeDial(account: incoming.account, correlationKey: key, call: row)
        }
        return receipt(incoming, call: revised, previous: call, result: result, change: change)
    }

    /// Whether a statement is the first to tell that the call was placed here, with priority.
    private func isPlacedWithPriority(_ incoming: IncomingObservation, _ call: StoredCall) throws -> Bool {
        guard incoming.key.standing == .applied, let key = incoming.correlationKey,
            call.state?.shared.values[.recipientData] == nil
        else { return false }
        return try isPriority(account: incoming.account, correlationKey: key)
    }

    /// Counts a repeat. It means something only where it was received earlier than the first, or is a further read.
    private mutating func repeated(
        _ incoming: IncomingObservation, of stored: StoredObservation, in call: StoredCall, id: Int64
    ) throws -> JournalReceipt {
        try db.cachedStatement(
            sql: """
                UPDATE observations SET count = count + 1, received_at = min(received_at, ?1),
                    last_received_at = max(last_received_at, ?1)
                WHERE position = ?2
                """
        ).execute(arguments: [incoming.receivedAt.rawValue, stored.position])
        var read = incoming.read
        if let known = read, try isStored(known, call: id, observation: stored.position) { read = nil }
        guard read != nil || incoming.receivedAt < stored.receivedAt else {
            let decision = Decision(outcome: .duplicate, rule: .sameBytes)
            try logRepeat(incoming, call: id, decision: decision, earlier: stored.count)
            let result = Reconciliation(state: call.state, decision: decision, didRefold: false)
            return receipt(incoming, call: call, previous: call, result: result, change: nil)
        }
        let observation = Observation(
            key: incoming.key, receivedAt: min(stored.receivedAt, incoming.receivedAt), statement: incoming.statement,
            withdraws: incoming.withdraws)
        let result = try reconciler.reconcile(previous: call.state, observation: observation, read: read) {
            var evidence = try Journal.evidence(db, call: id)
            if let read { evidence.reads.append(read) }
            return evidence
        }
        var revised = call
        revised.firstHeardAt = min(call.firstHeardAt, incoming.receivedAt)
        let (row, change) = try settle(&revised, from: call, incoming: incoming, result: result)
        if let read {
            try insert(
                read, call: row, observation: stored.position, incoming: incoming, result: result,
                previous: call.ledger)
        }
        try recordContradictions(of: revised, id: row, previous: call.state, by: result, at: incoming.receivedAt)
        try logRepeat(incoming, call: row, decision: result.decision, earlier: stored.count)
        return receipt(incoming, call: revised, previous: call, result: result, change: change)
    }

    /// Whether one more distinct observation, or hint, is folded.
    private func hasRoom(for incoming: IncomingObservation, in call: StoredCall, id: Int64) throws -> Bool {
        let bound = Evidence.bound(for: incoming.key, status: incoming.statement.status)
        guard call.observationCount < bound else { return false }
        guard incoming.key.standing == .hint, call.observationCount >= Evidence.mostHints else { return true }
        let hints = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT count(*) FROM observations WHERE call = ? AND standing = ?"),
            arguments: [id, Standing.hint.rawValue])
        return (hints ?? 0) < Evidence.mostHints
    }

    /// A call with as many distinct observations as are folded: the bytes are kept aside. A read still counts as a look,
    /// so that the call is not read for ever.
    private mutating func overflow(_ incoming: IncomingObservation, call: StoredCall) throws -> JournalReceipt {
        // What comes out of quarantine is kept there already.
        if incoming.replayedAt != nil { return .quarantined(reason: .tooManyObservations, isRepeat: true) }
        if let read = incoming.read {
            _ = try revise(
                account: call.account, call: call.callID, profile: incoming.profile,
                event: .read(sentAt: read.sentAt), now: incoming.receivedAt)
        }
        let delivery =
            QuarantinedDelivery(
                account: incoming.account, agent: call.state?.agentID, execution: call.execution,
                source: incoming.key.source, trust: incoming.key.trust, standing: incoming.key.standing,
                receivedAt: incoming.receivedAt, sentAt: incoming.sentAt, reason: .tooManyObservations,
                detail: incoming.key.standing == .hint
                    ? "The call has as many distinct hints or observations as are kept."
                    : "The call has as many distinct observations as are folded.",
                digest: incoming.key.digest, body: incoming.keptBody)
        return try quarantine(delivery, agent: incoming.statement.agentID)
    }

    /// Computes what follows from a new state and writes the call's row and, where clients see it, the change.
    private mutating func settle(
        _ call: inout StoredCall, from previous: StoredCall, incoming: IncomingObservation, result: Reconciliation
    ) throws -> (row: Int64, change: Change?) {
        call.state = result.state
        call.ledger = calculus.ledger(
            after: result.state, previous: call.ledger, profile: incoming.profile,
            event: incoming.ledgerEvent, now: incoming.appliedAt)
        call.unverifiedStatus = try unverifiedStatus(of: call, incoming: incoming)
        let saved = try save(&call, previous: previous, source: incoming.key.source, at: incoming.appliedAt)
        if let read = incoming.read { try settleQuarantine(of: call, by: read, at: incoming.appliedAt) }
        return saved
    }

    /// The status of the newest hint that states one and that no read has cleared; nil without one.
    private func unverifiedStatus(of call: StoredCall, incoming: IncomingObservation) throws -> CallStatus? {
        if let state = call.state, state.context.openHintAt == nil { return nil }
        let since = call.state?.context.lastReadSentAt ?? .distantPast
        var newest: (at: Timestamp, digest: ContentDigest, status: CallStatus)?
        if incoming.key.standing == .hint, incoming.receivedAt >= since, let status = incoming.statement.status {
            newest = (incoming.receivedAt, incoming.key.digest, status)
        }
        guard let id = call.id, let row = try newestHint(call: id, since: since),
            let digest = ContentDigest(bytes: try row.bytes(1)), let status = CallStatus(spelling: try row.value(2))
        else { return newest?.status }
        let received = Timestamp(rawValue: try row.value(0))
        if let newest, (newest.at, newest.digest) > (received, digest) { return newest.status }
        return status
    }

    private func newestHint(call: Int64, since: Timestamp) throws -> Row? {
        try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT received_at, digest, status FROM observations
                    WHERE call = ? AND standing = ? AND status IS NOT NULL AND received_at >= ?
                    ORDER BY received_at DESC, digest DESC LIMIT 1
                    """),
            arguments: [call, Standing.hint.rawValue, since.rawValue])
    }

    private func receipt(
        _ incoming: IncomingObservation, call: StoredCall, previous: StoredCall, result: Reconciliation, change: Change?
    ) -> JournalReceipt {
        .observed(
            ObservedCall(
                call: call.callID, execution: call.execution, agent: call.state?.agentID,
                decision: result.decision, status: call.state?.status,
                position: call.state?.current.statusWinner.position,
                metExpectation: previous.ledger.open, ledger: call.ledger, change: change,
                artefactsBefore: previous.ledger.artefacts, claimed: result.place?.position))
    }
}

extension JournalTransaction {
    /// A statement as it is to be stored at a position. One that has little in common with the call's root is packed by
    /// itself, and is its root from then on: the first one, and mostly the one that brings the transcript.
    func pack(_ statement: CallDomain.Statement, of call: inout StoredCall, at position: Int64) -> [UInt8] {
        statements.packer.packed(statement: statement.encoded, at: position, root: &call.root)
    }

    private func storedObservation(call: Int64, key: ObservationKey) throws -> StoredObservation? {
        try statements.findObservation.first(db) { values in
            values.add(call)
            values.add(key.source.rawValue)
            values.add(key.trust.rawValue)
            values.add(key.standing.rawValue)
            values.add(key.digest.bytes)
        } _: { row in
            StoredObservation(
                position: try row.value(0), receivedAt: Timestamp(rawValue: try row.value(1)),
                count: Int(clamping: try row.value(2) as Int64))
        }
    }

    private func isStored(_ read: ReadRecord, call: Int64, observation: Int64) throws -> Bool {
        try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT 1 FROM reads WHERE call = ? AND sent_at = ? AND received_at = ? AND observation = ?"),
            arguments: [call, read.sentAt.rawValue, read.receivedAt.rawValue, observation]) != nil
    }

    private func insert(
        _ observation: Observation, as packed: [UInt8], call: Int64, incoming: IncomingObservation,
        result: Reconciliation
    ) throws {
        let decision = result.decision
        let statement = observation.statement
        let changed = decision.changedFields.map { UInt8(truncatingIfNeeded: $0.rawValue) }
        let withdraws = observation.withdraws.flatMap(\.columnBytes)
        try statements.insertObservation.run(db) { values in
            values.add(position)
            values.add(call)
            values.add(incoming.account.rawValue)
            values.add(observation.key.source.rawValue)
            values.add(observation.key.trust.rawValue)
            values.add(observation.key.standing.rawValue)
            values.add(observation.key.digest.bytes)
            values.add(observation.receivedAt.rawValue)
            values.add(statement.status?.word)
            values.add(statement.status.map { $0.phase != nil } ?? true)
            values.add(statement.retryCount ?? result.state?.current.number ?? 0)
            values.add(decision.outcome.rawValue)
            values.add(decision.rule.rawValue)
            values.add(decision.statusBefore?.word)
            values.add(decision.statusAfter?.word)
            values.add(changed.isEmpty ? nil : changed)
            values.add(withdraws.isEmpty ? nil : withdraws)
            values.add(packed)
            // A body that tells no change says nothing of how long one took to arrive.
            values.add(statement.looksPreCall ? nil : statement.updatedAt?.rawValue)
        }
    }

    private func insertBody(_ incoming: IncomingObservation, of call: StoredCall) throws {
        guard incoming.redaction == .none || incoming.key.source == .ruling else { return }
        let packed = statements.packer.packed(incoming.body, with: call.root)
        try statements.insertBody.run(db) { values in
            values.add(position)
            values.add(packed)
            // What cannot be packed stands as it is, and is as long as before.
            values.add(packed.count < incoming.body.count)
        }
    }
}

/// Foretells what storing observations would do, without storing anything: the dry run of a replay.
///
/// Calls that several observations are about are kept, so that each is judged after the ones before it.
package struct QuarantineForecast: Sendable {
    private let reconciler: Reconciler
    private var calls: [ExecutionID: Evidence] = [:]

    /// Foretells by rules.
    package init(reconciler: Reconciler) { self.reconciler = reconciler }

    /// Whether the evidence of a call is known already.
    package func knows(_ execution: ExecutionID) -> Bool { calls[execution] != nil }

    /// Takes the evidence of a call as it is stored; empty for one that is not known.
    package mutating func learn(_ evidence: Evidence, of execution: ExecutionID) { calls[execution] = evidence }

    /// Lets go of a call that nothing further is about.
    package mutating func forget(_ execution: ExecutionID) { calls[execution] = nil }

    /// What would be done with an observation; nil where the call has no room for it.
    package mutating func decide(_ incoming: IncomingObservation) -> Decision? {
        let execution = incoming.statement.executionID
        var evidence = calls[execution] ?? Evidence()
        let read = incoming.read
        let known = evidence.observations.firstIndex { $0.key == incoming.key }
        var observation = Observation(
            key: incoming.key, receivedAt: incoming.receivedAt, statement: incoming.statement,
            withdraws: incoming.withdraws)
        if let known {
            let held = evidence.observations[known]
            let isNewRead = read.map { !evidence.reads.contains($0) } ?? false
            guard isNewRead || incoming.receivedAt < held.receivedAt else {
                return Decision(outcome: .duplicate, rule: .sameBytes)
            }
            observation = held
            observation.receivedAt = min(held.receivedAt, incoming.receivedAt)
        } else if !evidence.hasRoom(for: incoming.key, status: incoming.statement.status) {
            return nil
        }
        let previous = evidence.observations.isEmpty ? nil : reconciler.fold(evidence)
        if let known { evidence.observations[known] = observation } else { evidence.observations.append(observation) }
        if let read, !evidence.reads.contains(read) { evidence.reads.append(read) }
        calls[execution] = evidence
        return reconciler.reconcile(previous: previous, observation: observation, read: read, evidence: { evidence })
            .decision
    }
}

extension Evidence {
    /// Whether one more distinct observation of this kind is folded, or kept beside the call.
    package func hasRoom(for key: ObservationKey, status: CallStatus?) -> Bool {
        guard observations.count < Self.bound(for: key, status: status) else { return false }
        guard key.standing == .hint else { return true }
        return observations.count { $0.key.standing == .hint } < Self.mostHints
    }
}

extension IncomingObservation {
    /// When it is put into the journal, as far as the wall clock knows: at its receipt, unless it was in quarantine.
    package var appliedAt: Timestamp { replayedAt ?? receivedAt }

    /// The full read that brought it; nil for all else.
    package var read: ReadRecord? {
        guard key.source.isFullRead else { return nil }
        return ReadRecord(sentAt: sentAt ?? receivedAt, receivedAt: receivedAt, observation: key)
    }
}

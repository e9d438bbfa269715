extension Reconciler {
    /// The call that a set of evidence makes; nil while there is nothing but hints. Order and repetition mean nothing.
    package func fold(_ evidence: Evidence) -> CallState? { fold(sift(evidence)) }

    /// The call that sifted evidence makes.
    func fold(_ sifted: SiftedEvidence) -> CallState? {
        let reads = sifted.reads
        guard let last = sifted.remaining.last else { return nil }

        var folding = Folding()
        for statement in sifted.remaining {
            folding.add(
                statement.observation.statement, status: statement.status, key: statement.key, asOf: statement.asOf)
        }
        let mustRefold = !sifted.rulings.isEmpty || sifted.applied.contains { $0.statement.status?.step == nil }
        let lastSentAt = reads.records.last?.sentAt
        let openHints = sifted.standing.lazy.filter { observation in
            observation.isHint && lastSentAt.map { observation.receivedAt >= $0 } ?? true
        }
        let context = FoldContext(
            observations: sifted.observations.count, reads: reads.records.count, lastReadSentAt: lastSentAt,
            lastReadReceivedAt: reads.lastReceivedAt,
            lastReceivedAt: sifted.observations.lazy.map(\.receivedAt).max() ?? last.observation.receivedAt,
            lastUpdatedAt: sifted.placement.lastUpdatedAt, countedAttempt: sifted.placement.counter.attempt,
            hasOpenRetryableFinal: sifted.placement.counter.hasOpenRetryableFinal,
            retriesVoicemail: sifted.retriesVoicemail,
            mustRefold: mustRefold, openHintAt: openHints.map(\.receivedAt).max())
        let known = Set(sifted.observations.map(\.key))
        return CallState(
            executionID: last.observation.statement.executionID, shared: folding.shared, attempts: folding.attempts,
            frontier: last.key, context: context, contradictions: contradictions(among: sifted.remaining, reads: reads),
            withdrawn: sifted.ruledOut.intersection(known).union(sifted.withdrawals.keys).sorted())
    }

    /// Takes away what rulings and reads withdraw, and puts the rest in its places.
    func sift(_ evidence: Evidence) -> SiftedEvidence {
        let reads = ReadLog(evidence.reads)
        let observations = distinct(evidence.observations)
        let rulings = observations.filter { $0.key.source == .ruling }
        let ruledOut = ruledOut(by: rulings, reads: reads)
        let standing = observations.filter { !ruledOut.contains($0.key) }
        let applied = standing.filter(\.isApplied)
        let retriesVoicemail = applied.contains { $0.statement.retryPolicy?.retriesVoicemail == true }
        let placement = Placement(applied, reads: reads, retriesVoicemail: retriesVoicemail)
        let withdrawals = withdrawals(from: placement.placed, reads: reads)
        return SiftedEvidence(
            observations: observations, reads: reads, rulings: rulings, ruledOut: ruledOut, standing: standing,
            applied: applied, retriesVoicemail: retriesVoicemail, placement: placement, withdrawals: withdrawals,
            remaining: placement.placed.filter { withdrawals[$0.observation.key] == nil })
    }

    /// Each observation once, at its first receipt.
    private func distinct(_ observations: [Observation]) -> [Observation] {
        var places: [ObservationKey: Int] = [:]
        var distinct: [Observation] = []
        for observation in observations {
            if let place = places[observation.key] {
                distinct[place].receivedAt = min(distinct[place].receivedAt, observation.receivedAt)
            } else {
                places[observation.key] = distinct.count
                distinct.append(observation)
            }
        }
        return distinct
    }
}

/// Evidence before it is folded: what counts, and what was taken away from it by what.
struct SiftedEvidence {
    /// Each observation once, at its first receipt.
    let observations: [Observation]
    /// The reads in the order in which they were sent.
    let reads: ReadLog
    /// The rulings among the observations.
    let rulings: [Observation]
    /// What rulings withdraw by name, whether it is among the observations or not.
    let ruledOut: Set<ObservationKey>
    /// The observations that no ruling withdraws.
    let standing: [Observation]
    /// Those of them that state something that may be folded.
    let applied: [Observation]
    /// Whether any statement carries a policy that retries voicemail.
    let retriesVoicemail: Bool
    /// The places of the statements that may be folded.
    let placement: Placement
    /// What two agreeing reads withdraw, with these reads.
    let withdrawals: [ObservationKey: AgreeingReads]
    /// The statements that are folded, in canonical order.
    let remaining: [PlacedObservation]
}

extension Observation {
    /// Whether it is kept beside the call as unverified: its sender may not do more, or it does not say a status.
    /// A ruling without a status is none: it withdraws, and states nothing.
    var isHint: Bool { key.standing == .hint || statement.status == nil && key.source != .ruling }

    /// Whether it is folded, as far as nothing withdraws it.
    var isApplied: Bool { key.standing == .applied && statement.status != nil }
}

/// Fields and attempts while statements are added to them in canonical order.
struct Folding {
    /// The fields of the call as a whole.
    var shared = WonFields()
    /// The attempts, ordered by number.
    var attempts: [Attempt] = []

    /// Adds a statement that sorts after all that were added: it wins the status and every field it states.
    mutating func add(_ statement: Statement, status: CallStatus, key: CanonicalKey, asOf: Timestamp) {
        if let last = attempts.indices.last, attempts[last].number == key.attempt {
            attempts[last].status = status
            attempts[last].statusWinner = key
            attempts[last].statusAsOf = asOf
        } else {
            attempts.append(Attempt(number: key.attempt, status: status, statusWinner: key, statusAsOf: asOf))
        }
        let last = attempts.count - 1
        if let retryPolicy = statement.retryPolicy { attempts[last].retryPolicy = retryPolicy }
        for field in statement.fields.fields {
            guard let value = statement.fields[field], statement.states(field, as: status) else { continue }
            if field.belongsToCall {
                shared.win(field, value, key)
            } else {
                attempts[last].fields.win(field, value, key)
            }
        }
    }
}

extension Statement {
    /// Whether it gives a field a value that counts under its status: a zero duration or cost before a final one
    /// stands for "not known yet" and must not erase what is known.
    func states(_ field: CallField, as status: CallStatus) -> Bool {
        guard let value = fields[field] else { return false }
        return value != .number(0) || status.isFinal || !field.isZeroEmptyBeforeFinal
    }
}

extension WonFields {
    /// Gives a field a value and its winner.
    fileprivate mutating func win(_ field: CallField, _ value: FieldValue, _ key: CanonicalKey) {
        values[field] = value
        winners[field] = key
    }
}

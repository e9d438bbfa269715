extension Reconciler {
    /// The call that a set of evidence makes; nil while there is nothing but hints. Order and repetition mean nothing.
    package func fold(_ evidence: Evidence) -> CallState? {
        let reads = ReadLog(evidence.reads)
        let observations = distinct(evidence.observations)
        let rulings = observations.filter { $0.key.source == .ruling }
        let ruledOut = ruledOut(by: rulings, reads: reads)
        let standing = observations.filter { !ruledOut.contains($0.key) }
        let applied = standing.filter(\.isApplied)
        let retriesVoicemail = applied.contains { $0.statement.retryPolicy?.retriesVoicemail == true }
        let placement = Placement(applied, reads: reads, retriesVoicemail: retriesVoicemail)
        let withdrawn = withdrawn(from: placement.placed, reads: reads)
        let remaining = placement.placed.filter { !withdrawn.contains($0.observation.key) }
        guard let last = remaining.last else { return nil }

        var folding = Folding()
        for statement in remaining {
            folding.add(
                statement.observation.statement, status: statement.status, key: statement.key, asOf: statement.asOf)
        }
        let mustRefold = !rulings.isEmpty || applied.contains { $0.statement.status?.step == nil }
        let lastSentAt = reads.records.last?.sentAt
        let openHints = standing.lazy.filter { observation in
            observation.isHint && lastSentAt.map { observation.receivedAt >= $0 } ?? true
        }
        let context = FoldContext(
            observations: observations.count, reads: reads.records.count, lastReadSentAt: lastSentAt,
            lastReadReceivedAt: reads.lastReceivedAt,
            lastReceivedAt: observations.lazy.map(\.receivedAt).max() ?? last.observation.receivedAt,
            lastUpdatedAt: placement.lastUpdatedAt, countedAttempt: placement.counter.attempt,
            hasOpenRetryableFinal: placement.counter.hasOpenRetryableFinal, retriesVoicemail: retriesVoicemail,
            mustRefold: mustRefold, openHintAt: openHints.map(\.receivedAt).max())
        let known = Set(observations.map(\.key))
        return CallState(
            executionID: last.observation.statement.executionID, shared: folding.shared, attempts: folding.attempts,
            frontier: last.key, context: context, contradictions: contradictions(among: remaining, reads: reads),
            withdrawn: ruledOut.intersection(known).union(withdrawn).sorted())
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

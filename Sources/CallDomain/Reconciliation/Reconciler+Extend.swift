extension Reconciler {
    /// Folds one more new observation in place, without looking at the evidence; nil where that could differ from
    /// folding all of it.
    package func extend(_ state: CallState, with observation: Observation) -> CallState? {
        guard !state.context.mustRefold, observation.receivedAt >= state.context.lastReceivedAt else { return nil }
        if observation.isHint { return extend(state, withHint: observation) }
        guard let (key, counter) = placeInFront(observation, of: state), let status = observation.statement.status
        else { return nil }

        var extended = state
        var folding = Folding(shared: extended.shared, attempts: extended.attempts)
        folding.add(observation.statement, status: status, key: key, asOf: observation.receivedAt)
        extended.shared = folding.shared
        extended.attempts = folding.attempts
        extended.frontier = key
        extended.context.observations += 1
        extended.context.lastReceivedAt = observation.receivedAt
        extended.context.lastUpdatedAt = key.updatedAt
        extended.context.countedAttempt = counter.attempt
        extended.context.hasOpenRetryableFinal = counter.hasOpenRetryableFinal
        return extended
    }

    /// A hint changes nothing but what is known of hints.
    private func extend(_ state: CallState, withHint observation: Observation) -> CallState {
        var extended = state
        extended.context.observations += 1
        extended.context.lastReceivedAt = observation.receivedAt
        if state.context.lastReadSentAt.map({ observation.receivedAt >= $0 }) ?? true {
            extended.context.openHintAt = observation.receivedAt
        }
        return extended
    }

    /// The place of a new statement that sorts after all others and moves none of them; nil for any other.
    ///
    /// Dated after all others, it cannot change their attempts; received after every read, it can neither be withdrawn
    /// nor keep a pair of reads from withdrawing; and where nothing contradicts before, nothing does after, unless it
    /// is another final.
    private func placeInFront(_ observation: Observation, of state: CallState) -> (CanonicalKey, AttemptCounter)? {
        let context = state.context
        let statement = observation.statement
        guard !observation.key.source.isFullRead, observation.key.source != .ruling, state.contradictions.isEmpty,
            let status = statement.status, let step = status.step, let updatedAt = statement.updatedAt,
            updatedAt > context.lastUpdatedAt ?? .distantPast,
            observation.receivedAt > context.lastReadSentAt ?? .distantPast,
            observation.receivedAt > context.lastReadReceivedAt ?? .distantPast,
            context.retriesVoicemail || statement.retryPolicy?.retriesVoicemail != true
        else { return nil }
        var counter = AttemptCounter(
            attempt: context.countedAttempt, hasOpenRetryableFinal: context.hasOpenRetryableFinal,
            retriesVoicemail: context.retriesVoicemail)
        let key = CanonicalKey(
            attempt: counter.count(statement), step: step, generation: context.reads, updatedAt: updatedAt,
            observation: observation.key)
        guard key > state.frontier else { return nil }
        let isSameAttempt = key.attempt == state.current.number
        if isSameAttempt, status.isFinal, state.status.isFinal, state.status != status { return nil }
        return (key, counter)
    }
}

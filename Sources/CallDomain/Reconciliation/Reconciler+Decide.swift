extension Reconciler {
    /// Reconciles an observation that is new, that repeats one with an earlier receipt, or that a further read repeats.
    ///
    /// `read` is the read that brought it, nil for all else; `evidence` is the whole evidence, the observation and the
    /// read included, and is asked for only where the call cannot be folded in place.
    package func reconcile<Failure: Error>(
        previous: CallState?, observation: Observation, read: ReadRecord?, evidence: () throws(Failure) -> Evidence
    ) throws(Failure) -> Reconciliation {
        if let previous, read == nil, let extended = extend(previous, with: observation) {
            let decision = decide(observation, previous: previous, state: extended, isRuledOut: false)
            let place = observation.isHint ? nil : extended.frontier
            return Reconciliation(state: extended, decision: decision, didRefold: false, place: place)
        }
        let evidence = try evidence()
        let sifted = sift(evidence)
        let state = fold(sifted)
        let isRuledOut = evidence.observations.contains { $0.withdraws.contains(observation.key) }
        let decision = decide(observation, previous: previous, state: state, isRuledOut: isRuledOut)
        let placed = sifted.placement.placed.first { $0.observation.key == observation.key }
        return Reconciliation(state: state, decision: decision, didRefold: true, place: placed?.key)
    }

    /// Names what an observation did, by comparing what was believed before and after it.
    private func decide(
        _ observation: Observation, previous: CallState?, state: CallState?, isRuledOut: Bool
    ) -> Decision {
        if observation.isHint { return Decision(outcome: .hinted, rule: .unverified) }
        guard let state else {
            return previous.map { Decision(outcome: .reopened, rule: .ruling, statusBefore: $0.status) }
                ?? Decision(outcome: .stale, rule: .ruling)
        }
        var decision = Decision(outcome: .created, rule: .first)
        decision.changedFields = changedFields(from: previous, to: state)
        let isMoved = previous?.status != state.status || previous?.current.number != state.current.number
        if isMoved {
            decision.statusBefore = previous?.status
            decision.statusAfter = state.status
        }
        decision.newContradictions = state.contradictions.filter { contradiction in
            !(previous?.contradictions.contains { $0.isSame(as: contradiction) } ?? false)
        }
        guard let previous else { return decision }
        (decision.outcome, decision.rule) = judge(
            observation, previous: previous, state: state, isMoved: isMoved,
            isChanged: !decision.changedFields.isEmpty || !isSame(previous.attempts, state.attempts),
            isRuledOut: isRuledOut)
        return decision
    }

    /// The outcome of an observation of a call that was known before, and the rule that decided: the first that holds.
    private func judge(
        _ observation: Observation, previous: CallState, state: CallState, isMoved: Bool, isChanged: Bool,
        isRuledOut: Bool
    ) -> (Decision.Outcome, ReconciliationRule) {
        let held = previous.current.statusWinner
        let winner = state.current.statusWinner
        let isWinner = winner.observation == observation.key
        let hasWithdrawn = state.withdrawn.contains { $0 != observation.key && !previous.withdrawn.contains($0) }
        let withdrawal: ReconciliationRule = observation.key.source == .ruling ? .ruling : .twoReadsWithdraw

        if isMoved, hasWithdrawn, winner.position <= held.position { return (.reopened, withdrawal) }
        if isMoved { return (.advanced, rule(from: held, to: winner, status: state.status)) }
        if let against = state.contradictions.first(where: { $0.against == observation.key }) {
            return (.contradicted, against.rule)
        }
        if hasWithdrawn { return (isChanged ? .refined : .confirmed, withdrawal) }
        if isChanged {
            return (.refined, isWinner ? rule(from: held, to: winner, status: state.status) : .fillsEmpty)
        }
        if previous.context.observations == state.context.observations { return (.duplicate, .sameBytes) }
        if state.withdrawn.contains(observation.key) { return (.stale, isRuledOut ? .ruling : .twoReadsWithdraw) }
        if isWinner { return (.confirmed, rule(from: held, to: winner, status: state.status)) }
        return (isBelieved(observation.statement, in: state) ? .confirmed : .stale, .behind)
    }

    /// The first part of the canonical order in which two winners of the status differ.
    private func rule(from held: CanonicalKey, to winner: CanonicalKey, status: CallStatus) -> ReconciliationRule {
        if winner.attempt != held.attempt { return .nextAttempt }
        if winner.step != held.step { return status.step == nil ? .unknownStatus : .laterStep }
        if winner.generation != held.generation { return .laterGeneration }
        return winner.updatedAt != held.updatedAt ? .laterUpdate : .tieBreak
    }

    /// Whether a statement says nothing but what is believed.
    private func isBelieved(_ statement: Statement, in state: CallState) -> Bool {
        guard let status = statement.status, status == state.status else { return false }
        return statement.fields.fields.allSatisfy { field in
            !statement.states(field, as: status) || statement.fields[field] == state[field]
        }
    }

    /// The fields whose value changed, in the call or in one of its attempts, in the order of their raw values.
    private func changedFields(from previous: CallState?, to state: CallState) -> [CallField] {
        var pairs = [(previous?.shared.values ?? FieldSet(), state.shared.values)]
        let before = previous?.attempts ?? []
        for attempt in state.attempts {
            let held = before.first { $0.number == attempt.number }
            pairs.append((held?.fields.values ?? FieldSet(), attempt.fields.values))
        }
        for attempt in before where !state.attempts.contains(where: { $0.number == attempt.number }) {
            pairs.append((attempt.fields.values, FieldSet()))
        }
        pairs.removeAll { $0 == $1 }
        guard !pairs.isEmpty else { return [] }
        return CallField.allCases.filter { field in pairs.contains { $0[field] != $1[field] } }
    }

    /// Whether attempts agree in what is believed of each, fields apart.
    private func isSame(_ left: [Attempt], _ right: [Attempt]) -> Bool {
        left.elementsEqual(right) {
            $0.number == $1.number && $0.status == $1.status && $0.retryPolicy == $1.retryPolicy
        }
    }
}

extension Contradiction {
    /// Whether this is the same disagreement, whichever statements stand for its sides.
    func isSame(as other: Contradiction) -> Bool {
        rule == other.rule && attempt == other.attempt && standingStatus == other.standingStatus
            && againstStatus == other.againstStatus
    }
}

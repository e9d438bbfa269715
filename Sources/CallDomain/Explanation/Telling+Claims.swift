extension Telling {
    /// How each claim of an observation fares now: its status first, then its fields in the order of their raw values.
    func claims(of observation: Observation) -> [ClaimVerdict] {
        let statement = observation.statement
        var stated: [StatedField] = statement.status == nil ? [] : [.status]
        stated += statement.fields.fields.map(StatedField.field)
        let exclusion = exclusion(of: observation)
        return stated.map { claim in
            if let exclusion { return ClaimVerdict(claim: claim, result: .isNotFolded(exclusion)) }
            return ClaimVerdict(claim: claim, result: result(of: claim, in: observation))
        }
    }

    /// Why an observation takes no part as a whole; nil where it does.
    private func exclusion(of observation: Observation) -> ExclusionReason? {
        if let withdrawal = withdrawal(of: observation.key) { return .withdrawn(withdrawal) }
        if observation.key.standing == .hint { return .hintOnly }
        return observation.statement.status == nil ? .noStatus : nil
    }

    private func result(of claim: StatedField, in observation: Observation) -> ClaimVerdict.Result {
        guard let place = placed[observation.key], let state,
            let attempt = state.attempts.first(where: { $0.number == place.key.attempt })
        else { return .isNotFolded(.noStatus) }
        let winner: CanonicalKey?
        let isSame: Bool
        let belongsToCall: Bool
        switch claim {
        case .status:
            winner = attempt.statusWinner
            isSame = attempt.status == place.status
            belongsToCall = false
        case .field(let field):
            guard observation.statement.states(field, as: place.status) else { return .isNotFolded(.zeroBeforeFinal) }
            let fields = field.belongsToCall ? state.shared : attempt.fields
            winner = fields.winners[field]
            isSame = fields.values[field] == observation.statement.fields[field]
            belongsToCall = field.belongsToCall
        }
        // A statement that is folded and says something is at least beaten by somebody.
        guard let winner else { return .isNotFolded(.noStatus) }
        if winner == place.key {
            return belongsToCall || attempt.number == state.current.number ? .wins : .winsEarlierAttempt
        }
        return .loses(place.key.reasonToLose(to: winner), to: winner.observation, isSameValue: isSame)
    }

    /// What is believed of the call as a whole and of each attempt, each with the step that gave it.
    var winners: [FieldWinner] {
        guard let state else { return [] }
        var winners: [FieldWinner] = []
        func add(_ claim: StatedField, attempt: Int?, place: CanonicalKey, value: FieldValue?) {
            winners.append(
                FieldWinner(
                    claim: claim, attempt: attempt, place: place, step: numbers[place.observation] ?? 0, value: value,
                    emptyLater: emptyLater(claim, attempt: attempt, than: place)))
        }
        for field in CallField.allCases where field.belongsToCall {
            guard let place = state.shared.winners[field] else { continue }
            add(.field(field), attempt: nil, place: place, value: state.shared.values[field])
        }
        for attempt in state.attempts {
            add(.status, attempt: attempt.number, place: attempt.statusWinner, value: nil)
            for field in CallField.allCases {
                guard let place = attempt.fields.winners[field] else { continue }
                add(.field(field), attempt: attempt.number, place: place, value: attempt.fields.values[field])
            }
        }
        return winners
    }

    /// How many statements of the same scope sort after a winner and leave its field empty.
    private func emptyLater(_ claim: StatedField, attempt: Int?, than place: CanonicalKey) -> Int {
        guard case .field(let field) = claim else { return 0 }
        return sifted.remaining.count { statement in
            statement.key > place && (attempt.map { statement.key.attempt == $0 } ?? true)
                && !statement.observation.statement.states(field, as: statement.status)
        }
    }

    /// The attempts, each with why there is one.
    var attempts: [AttemptStory] {
        guard let state else { return [] }
        return state.attempts.map { attempt in
            let own = sifted.remaining.filter { $0.key.attempt == attempt.number }
            let isStated = own.contains { AttemptCounter.stated($0.observation.statement) == attempt.number }
            return AttemptStory(
                number: attempt.number, status: attempt.status, asOf: attempt.statusAsOf,
                step: numbers[attempt.statusWinner.observation] ?? 0,
                why: attempt.number == 0 ? .first : isStated ? .stated : .counted,
                firstStep: own.first.flatMap { numbers[$0.observation.key] } ?? 0)
        }
    }
}

extension CanonicalKey {
    /// The first part of the order in which a key that sorts after this one differs from it.
    func reasonToLose(to winner: CanonicalKey) -> LosingReason {
        if winner.attempt != attempt { return .laterAttempt }
        if winner.step != step { return .laterStep }
        if winner.generation != generation { return .laterGeneration }
        if winner.updatedAt != updatedAt { return .laterUpdate }
        if winner.observation.trust != observation.trust { return .moreTrust }
        return winner.observation.digest != observation.digest ? .greaterDigest : .otherSource
    }
}

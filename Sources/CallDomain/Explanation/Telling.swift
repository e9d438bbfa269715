extension CallDossier {
    /// Explains the call from its journal alone, and compares the outcome with what is stored.
    ///
    /// - Parameters:
    ///   - incidents: what was written down of the account; those that cannot concern the call are left out.
    ///   - now: the time at which it is explained.
    package func explained(incidents: [Incident] = [], now: Timestamp) -> CallExplanation {
        let state = reconciler.fold(evidence)
        let telling = Telling(dossier: self, sifted: reconciler.sift(evidence), state: state)
        let agent = state?.shared.values.text(.agentID)
        return CallExplanation(
            record: record, state: state, steps: telling.steps, winners: telling.winners, attempts: telling.attempts,
            contradictions: telling.contradictionStories, comparison: compared(with: state),
            incidents: incidents.filter { incident in
                if let call = incident.call { return call == record.call }
                return incident.agent == nil || incident.agent?.rawValue == agent
            }, now: now)
    }
}

/// What is looked up again and again while a call is explained.
struct Telling {
    let dossier: CallDossier
    let sifted: SiftedEvidence
    let state: CallState?
    /// The statements with a place, also those that reads withdraw.
    let placed: [ObservationKey: PlacedObservation]
    /// The steps without claims, in order.
    private let outline: [EvidenceStep]
    /// The number of the step that brought each observation first.
    let numbers: [ObservationKey: Int]

    init(dossier: CallDossier, sifted: SiftedEvidence, state: CallState?) {
        self.dossier = dossier
        self.sifted = sifted
        self.state = state
        var placed: [ObservationKey: PlacedObservation] = [:]
        for statement in sifted.placement.placed { placed[statement.observation.key] = statement }
        self.placed = placed
        outline = Self.outline(of: dossier)
        var numbers: [ObservationKey: Int] = [:]
        for step in outline where !step.isReadAgain { numbers[step.observation] = step.number }
        self.numbers = numbers
    }

    /// The steps with what they are worth now.
    var steps: [EvidenceStep] {
        let observations = Dictionary(dossier.rows.map { ($0.observation.key, $0.observation) }) { first, _ in first }
        return outline.map { step in
            guard let observation = observations[step.observation] else { return step }
            var step = step
            step.place = placed[step.observation]?.key
            step.standing = standing(of: observation)
            if !step.isReadAgain {
                step.withdraws = observation.withdraws.compactMap { numbers[$0] }.sorted()
                step.claims = claims(of: observation)
            }
            return step
        }
    }

    /// What took an observation back; nil where nothing did.
    func withdrawal(of key: ObservationKey) -> Withdrawal? {
        if sifted.ruledOut.contains(key) {
            let rulings = sifted.rulings.filter { $0.withdraws.contains(key) && !sifted.ruledOut.contains($0.key) }
            let last = rulings.max { ($0.receivedAt, $0.key) < ($1.receivedAt, $1.key) }
            if let last { return .ruling(last.key) }
        }
        return sifted.withdrawals[key].map { .reads(first: $0.first, second: $0.second) }
    }

    private func standing(of observation: Observation) -> EvidenceStep.Standing {
        if let withdrawal = withdrawal(of: observation.key) { return .withdrawn(withdrawal) }
        if observation.isHint {
            let lastSentAt = sifted.reads.records.last?.sentAt
            return lastSentAt.map { observation.receivedAt >= $0 } ?? true ? .openHint : .clearedHint
        }
        return observation.isApplied ? .counts : .onlyWithdraws
    }

    /// Receipts in their order: each row at its first one, and each further read that changed something.
    private static func outline(of dossier: CallDossier) -> [EvidenceStep] {
        var steps: [EvidenceStep] = []
        var rows: [ObservationKey: JournalRow] = [:]
        var firstReads: [ObservationKey: JournalRead] = [:]
        for read in dossier.reads {
            let known = firstReads[read.read.observation]
            if known.map({ read.read.receivedAt < $0.read.receivedAt }) ?? true {
                firstReads[read.read.observation] = read
            }
        }
        for row in dossier.rows {
            let observation = row.observation
            rows[observation.key] = row
            let lag = observation.statement.updatedAt.map { observation.receivedAt.duration(since: $0) }
            steps.append(
                EvidenceStep(
                    number: 0, observation: observation.key, position: row.position, isReadAgain: false,
                    receivedAt: observation.receivedAt, sentAt: firstReads[observation.key]?.read.sentAt,
                    count: row.count, lastReceivedAt: row.lastReceivedAt, lag: lag,
                    status: observation.statement.status, place: nil,
                    arrival: EvidenceStep.Arrival(
                        outcome: row.decision.outcome, rule: row.decision.rule,
                        statusBefore: row.decision.statusBefore, statusAfter: row.decision.statusAfter,
                        changedFields: row.decision.changedFields),
                    withdraws: [], standing: .counts, claims: []))
        }
        for read in dossier.reads where read.changedSomething && firstReads[read.read.observation] != read {
            guard let row = rows[read.read.observation] else { continue }
            let statement = row.observation.statement
            steps.append(
                EvidenceStep(
                    number: 0, observation: read.read.observation, position: row.position, isReadAgain: true,
                    receivedAt: read.read.receivedAt, sentAt: read.read.sentAt, count: 1,
                    lastReceivedAt: read.read.receivedAt,
                    lag: statement.updatedAt.map { read.read.receivedAt.duration(since: $0) },
                    status: statement.status, place: nil,
                    arrival: EvidenceStep.Arrival(outcome: read.outcome, rule: nil, statusAfter: read.statusAfter),
                    withdraws: [], standing: .counts, claims: []))
        }
        steps.sort { ($0.receivedAt, $0.position) < ($1.receivedAt, $1.position) }
        for index in steps.indices { steps[index].number = index + 1 }
        return steps
    }
}

extension JournalRead {
    /// Whether it did more than confirm what was believed.
    fileprivate var changedSomething: Bool {
        switch outcome {
        case .created, .advanced, .refined, .reopened, .contradicted: true
        case .confirmed, .stale, .duplicate, .hinted: false
        }
    }
}

/// Tells when a policy would have had a call read, from nothing but its journal.
///
/// What others sent, and reads that persons, sweeps and audits asked for, happen when they were received. The poller's
/// own reads are made anew: at the first tick at which one is due, answered with what Bolna had last stated by then, by
/// its own `updated_at`. What the journal never learned of, no simulated read learns either; lists, budgets, back-off
/// and outages are left out, and all ticks lie on one grid, so that two policies can be compared read by read.
struct ReadSimulation {
    /// The rules.
    let policy: ReplayPolicy
    /// How the call's scope fares, all the time.
    let profile: ScopeProfile
    /// When the simulation ends.
    let end: Timestamp

    /// The most reads of one call that are followed; a day of ticks has 2880.
    var mostReads = 4_000

    /// The reads that would be made of a call, in their order, and whether there were too many to follow.
    func reads(of journal: CallJournal) -> (reads: [SimulatedRead], isCut: Bool) {
        var call = SimulatedCall(simulation: self, truth: Truth(journal))
        var events = events(of: journal)[...]
        while true {
            let next = events.first.map(\.at)
            if let read = call.nextRead(), read.at < min(next ?? end, end) {
                guard call.reads.count < mostReads else { return (call.reads, true) }
                call.perform(read)
            } else if let event = events.popFirst() {
                call.take(event)
            } else {
                return (call.reads, false)
            }
        }
    }

    /// One thing that reached the gateway without the poller's doing.
    struct Event {
        var at: Timestamp
        var observation: Observation
        var read: ReadRecord?
    }

    /// What reached the gateway without the poller's doing, as the policy would have taken it, in the order of receipt.
    private func events(of journal: CallJournal) -> [Event] {
        var events: [Event] = []
        var byKey: [ObservationKey: Observation] = [:]
        for row in journal.rows {
            guard let observation = policy.observation(row.observation) else { continue }
            if observation.key.source.isFullRead {
                byKey[row.observation.key] = observation
            } else {
                events.append(Event(at: observation.receivedAt, observation: observation, read: nil))
            }
        }
        for read in journal.reads where read.observation.source != .poll {
            guard var observation = byKey[read.observation] else { continue }
            observation.receivedAt = read.receivedAt
            events.append(Event(at: read.receivedAt, observation: observation, read: read))
        }
        return events.sorted { ($0.at, $0.observation.key) < ($1.at, $1.observation.key) }
    }
}

/// What Bolna had stated of a call by when, as far as the journal knows.
struct Truth {
    private var statements: [(at: Timestamp, observation: Observation)] = []

    /// Takes the statements of those whom any policy believes.
    init(_ journal: CallJournal) {
        for row in journal.rows {
            let observation = row.observation
            guard observation.key.trust >= .authenticated, observation.statement.status != nil,
                observation.key.source != .ruling
            else { continue }
            let stated = observation.statement.updatedAt ?? observation.receivedAt
            statements.append((min(stated, observation.receivedAt), observation))
        }
        statements.sort { ($0.at, $0.observation.key) < ($1.at, $1.observation.key) }
    }

    /// What a read at a time would have been answered; nil where the journal knows of no statement of that time.
    func answer(at time: Timestamp) -> Observation? { statements.last { $0.at <= time }?.observation }
}

/// A call while its reads are being simulated.
private struct SimulatedCall {
    let simulation: ReadSimulation
    let truth: Truth
    var evidence = Evidence()
    var state: CallState?
    var ledger = ExpectationLedger()
    var reads: [SimulatedRead] = []
    /// The answer of the last reads, and how many of them in a row had it with nothing else in between.
    private var run: (answer: ObservationKey, length: Int)?

    init(simulation: ReadSimulation, truth: Truth) {
        self.simulation = simulation
        self.truth = truth
    }

    /// The read that the ledger asks for, at the tick that would take it up.
    func nextRead() -> SimulatedRead? {
        guard let open = ledger.open else { return nil }
        let tick = max(simulation.policy.calculus.settings.tick, .milliseconds(1))
        let earliest = reads.last.map { max(open.due, $0.at.advanced(by: tick)) } ?? open.due
        let past = earliest.rawValue % max(tick.microseconds, 1)
        let at = past == 0 ? earliest : earliest.advanced(by: tick - .microseconds(past))
        return SimulatedRead(at: at, why: open.why)
    }

    /// Makes a read and takes its answer.
    mutating func perform(_ read: SimulatedRead) {
        reads.append(read)
        guard let answer = truth.answer(at: read.at) else {
            let settings = simulation.policy.calculus.settings
            return revise(
                .readFailed(retryAt: read.at.advanced(by: settings.tick), isNotFound: true), now: read.at)
        }
        let length = run?.answer == answer.key ? (run?.length ?? 0) + 1 : 1
        run = (answer.key, length)
        // Two reads settle all that reads can settle; more of the same change nothing but the ledger.
        if length > 2, let state, state.contradictions.isEmpty, state.context.openHintAt == nil {
            return revise(.read(sentAt: read.at), now: read.at)
        }
        let key = ObservationKey(source: .poll, trust: .authoritative, standing: .applied, digest: answer.key.digest)
        let record = ReadRecord(sentAt: read.at, receivedAt: read.at, observation: key)
        let before = ledger
        let decision = reconcile(
            Observation(key: key, receivedAt: read.at, statement: answer.statement), read: record)
        let told = decision.flatMap {
            ToldChange(
                $0, position: state?.current.statusWinner.position, source: .poll, profile: simulation.profile)
        }
        let verdict = before.verdict(onReadSentAt: read.at, told: told)
        reads[reads.count - 1].isMissedWebhook = verdict == .missedWebhook
        revise(.read(sentAt: read.at), now: read.at)
    }

    /// Takes something that came by itself.
    mutating func take(_ event: ReadSimulation.Event) {
        run = nil
        reconcile(event.observation, read: event.read)
        let statement: LedgerEvent = event.observation.isHint ? .hint : .statement
        revise(event.read.map { .read(sentAt: $0.sentAt) } ?? statement, now: event.at)
    }

    @discardableResult
    private mutating func reconcile(_ observation: Observation, read: ReadRecord?) -> Decision? {
        let isNew = !evidence.observations.contains { $0.key == observation.key }
        guard isNew || read != nil else { return nil }
        if isNew { evidence.observations.append(observation) }
        if let read { evidence.reads.append(read) }
        let result = simulation.policy.reconciler.reconcile(
            previous: state, observation: observation, read: read, evidence: { evidence })
        state = result.state
        return result.decision
    }

    private mutating func revise(_ event: LedgerEvent, now: Timestamp) {
        ledger = simulation.policy.calculus.ledger(
            after: state, previous: ledger, profile: simulation.profile, event: event, now: now)
    }
}

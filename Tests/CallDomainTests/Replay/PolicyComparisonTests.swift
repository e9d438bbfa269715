import Testing

@testable import CallDomain

/// Puts journals and policies together.
enum Rerun {
    /// A call with what it received, in this order.
    static func call(_ receipts: [Receipt], agent: AgentID? = nil) -> ReplayedCall {
        let rows = receipts.enumerated().map { number, receipt in
            JournalRow(
                position: Int64(number + 1), observation: receipt.observation,
                decision: Decision(outcome: .confirmed, rule: .behind), count: 1,
                lastReceivedAt: receipt.observation.receivedAt, body: nil)
        }
        return ReplayedCall(
            call: CallID(rawValue: "c"), execution: Receipt.execution, agent: agent,
            journal: CallJournal(rows: rows, reads: receipts.compactMap(\.read)))
    }

    static func policy(
        addressed: TrustPolicy.Disposition = .hint, none: TrustPolicy.Disposition = .refuse,
        reopening: ReopeningPolicy = ReopeningPolicy(), _ change: (inout ExpectationSettings) -> Void = { _ in }
    ) -> ReplayPolicy {
        var settings = ExpectationSettings()
        change(&settings)
        return ReplayPolicy(
            trust: TrustPolicy(addressed: addressed, none: none), reconciler: Reconciler(policy: reopening),
            calculus: ExpectationCalculus(settings: settings))
    }

    static func compare(
        _ receipts: [Receipt], of agent: AgentID? = nil, from present: ReplayPolicy = policy(),
        to given: ReplayPolicy, end: Int = 100_000
    ) -> CallComparison {
        PolicyComparison(present: present, given: given, end: Timestamp(second: end))
            .compare(call(receipts, agent: agent))
    }

    static func addressed(_ status: CallStatus, updated: Int, at second: Int, standing: Standing = .hint) -> Receipt {
        .of(Receipt.statement(status, updated: updated), trust: .addressed, standing: standing, at: second)
    }
}

@Suite("PolicyComparison") struct PolicyComparisonTests {
    @Test("Under the same rules nothing differs")
    func same() {
        let receipts: [Receipt] = [
            .webhook(.initiated, updated: 10, at: 11), Rerun.addressed(.busy, updated: 20, at: 21),
            .read(.ringing, updated: 15, sent: 300),
        ]
        let result = Rerun.compare(receipts, to: Rerun.policy())
        #expect(!result.differs && !result.reads.differs && result.standings.isEmpty)
        #expect(result.reads.recorded == 1)
        #expect(!result.reads.present.isEmpty)
    }

    @Test("Hints that become statements win what they say, and are told as taken differently")
    func hintsApply() {
        let receipts: [Receipt] = [
            .webhook(.ringing, updated: 10, at: 11), Rerun.addressed(.completed, updated: 20, at: 21),
        ]
        let result = Rerun.compare(receipts, to: Rerun.policy(addressed: .apply))
        #expect(
            result.standings == [StandingDifference(position: 2, trust: .addressed, before: .hint, after: .applied)])
        #expect(
            result.differences.contains(
                CallDifference(what: .status(attempt: 0), before: .text("ringing"), after: .text("completed"))))
        #expect(
            result.differences.contains(
                CallDifference(what: .hasOpenHint, before: .flag(true), after: .flag(false))))
    }

    @Test("The standing is derived from the trust under both policies, whatever it was when it was stored")
    func derivedStanding() {
        let receipts: [Receipt] = [
            .webhook(.ringing, updated: 10, at: 11),
            Rerun.addressed(.completed, updated: 20, at: 21, standing: .applied),
        ]
        #expect(!Rerun.compare(receipts, to: Rerun.policy()).differs)
        #expect(Rerun.compare(receipts, to: Rerun.policy(addressed: .apply)).differs)
    }

    @Test("What is refused is left out; a call that nothing else tells of is not known")
    func refused() {
        let receipts = [Rerun.addressed(.ringing, updated: 10, at: 11)]
        let result = Rerun.compare(
            receipts, from: Rerun.policy(addressed: .apply), to: Rerun.policy(addressed: .refuse))
        #expect(result.standings.map(\.after) == [nil])
        #expect(
            result.differences.first == CallDifference(what: .isKnown, before: .flag(true), after: .flag(false)))
        #expect(result.reads.given.isEmpty)
    }

    @Test("A ruling goes on naming a statement whose standing is another one")
    func rulings() {
        let hint = Rerun.addressed(.completed, updated: 20, at: 21)
        let receipts: [Receipt] = [
            .webhook(.ringing, updated: 10, at: 11), hint, .ruling(nil, withdraws: [hint], at: 30),
        ]
        let result = Rerun.compare(receipts, to: Rerun.policy(addressed: .apply))
        #expect(!result.differences.contains { $0.what == .status(attempt: 0) })
    }

    @Test(
        "Two reads take back what was claimed only if they are far, and soon, enough",
        arguments: [(60, 86_400, false), (61, 86_400, true), (60, 100, true), (10, 86_400, false)])
    func reopening(pause: Int, window: Int, differs: Bool) {
        let receipts: [Receipt] = [
            .webhook(.completed, updated: 10, at: 11), .read(.inProgress, updated: 9, sent: 100),
            .read(.inProgress, updated: 9, fields: [.totalCost: .number(1)], sent: 160),
        ]
        let given = Rerun.policy(
            reopening: ReopeningPolicy(pause: .seconds(pause), window: .seconds(window)))
        let result = Rerun.compare(receipts, to: given)
        #expect(result.differs == differs)
        guard differs else { return }
        #expect(
            result.differences.contains(
                CallDifference(what: .status(attempt: 0), before: .text("in-progress"), after: .text("completed"))))
    }

    @Test("What is stated of an agent counts for its calls alone; what is stated of all, for those of every other")
    func agents() {
        let receipts: [Receipt] = [.webhook(.initiated, updated: 10, at: 11), .webhook(.busy, updated: 400, at: 401)]
        let patient = ScopeProfile(path: .healthy, statedDeadlines: [.initiated: .seconds(300)])
        let ours = AgentID(rawValue: "ours")
        var given = Rerun.policy()
        given.agents[ours] = patient
        let reads = Rerun.compare(receipts, of: ours, to: given).reads
        #expect(reads.given.first?.at == Timestamp(second: 330), "300 s after 11, at the next tick")
        #expect(reads.present.first?.at == Timestamp(second: 60))
        #expect(!Rerun.compare(receipts, of: AgentID(rawValue: "theirs"), to: given).reads.differs)
        #expect(!Rerun.compare(receipts, to: given).reads.differs)
        given = Rerun.policy()
        given.usual = patient
        for agent in [ours, nil] { #expect(Rerun.compare(receipts, of: agent, to: given).reads.differs) }
    }

    @Test("Differences name the attempt, and the fields of the call as a whole once")
    func names() {
        let what: [CallDifference.What] = [
            .isKnown, .status(attempt: 0), .status(attempt: 2), .field(.agentID, attempt: nil),
            .field(.transcript, attempt: 0), .field(.transcript, attempt: 1), .hasOpenHint, .contradictions,
        ]
        #expect(
            what.map { CallDifference(what: $0, before: nil, after: nil).name } == [
                "known", "status", "attempt 2: status", "agentId", "transcript", "attempt 1: transcript",
                "unverified hint", "contradictions",
            ])
    }
}

@Suite("ReadSimulation") struct ReadSimulationTests {
    /// When reads would be made, in seconds, and for what.
    private func reads(
        _ receipts: [Receipt], _ policy: ReplayPolicy = Rerun.policy(), end: Int = 100_000
    ) -> [String] {
        ReadSimulation(policy: policy, profile: ScopeProfile(path: .healthy), end: Timestamp(second: end))
            .reads(of: Rerun.call(receipts).journal).reads.map { "\($0.at.rawValue / 1_000_000) \($0.why.rawValue)" }
    }

    private static let complete: [Receipt] = [
        .webhook(.queued, updated: 0, at: 1), .webhook(.initiated, updated: 10, at: 11),
        .webhook(.ringing, updated: 14, at: 15), .webhook(.inProgress, updated: 20, at: 21),
        .webhook(.callDisconnected, updated: 80, at: 81), .webhook(.busy, updated: 90, at: 91),
    ]

    @Test("A call whose webhooks all come in time is not read")
    func quiet() {
        #expect(reads(Self.complete).isEmpty)
    }

    @Test("A webhook that is late is read at the first tick after it was due, and the read's answer counts")
    func late() {
        // Ringing is due 45 s after initiated at 11: at 56, so at the tick of 60. Bolna had told nothing newer by then.
        let receipts: [Receipt] = [
            .webhook(.initiated, updated: 10, at: 11), .webhook(.ringing, updated: 95, at: 100),
            .webhook(.busy, updated: 101, at: 101),
        ]
        #expect(reads(receipts) == ["60 initiated", "90 initiated"])
    }

    @Test("A simulated read learns what Bolna had stated by then, though its webhook came later")
    func learns() {
        let receipts: [Receipt] = [
            .webhook(.initiated, updated: 10, at: 11), .webhook(.busy, updated: 50, at: 5_000),
        ]
        #expect(
            reads(receipts) == ["60 initiated"], "busy since 50: the read at 60 tells, and nothing more is expected")
    }

    @Test("A read before anything that is trusted was stated is answered as of a call that is not known")
    func nothingYet() {
        let receipts: [Receipt] = [
            Rerun.addressed(.ringing, updated: 10, at: 11), .webhook(.busy, updated: 5_000, at: 5_001),
        ]
        let simulation = ReadSimulation(
            policy: Rerun.policy(), profile: ScopeProfile(path: .healthy), end: Timestamp(second: 10_000))
        #expect(Truth(Rerun.call(receipts).journal).answer(at: Timestamp(second: 4_999)) == nil)
        #expect(simulation.reads(of: Rerun.call(receipts).journal).reads.count > 1, "404 is asked again")
    }

    @Test("The poller's own reads are not taken for granted, those of persons are")
    func endogenous() {
        let polled: [Receipt] = [.webhook(.initiated, updated: 10, at: 11), .read(.busy, updated: 50, sent: 52)]
        #expect(reads(polled) == ["60 initiated"])
        let checked: [Receipt] = [
            .webhook(.initiated, updated: 10, at: 11), .read(.busy, updated: 50, from: .check, sent: 52),
        ]
        #expect(reads(checked).isEmpty)
    }

    @Test("A call that never ends is read to the end of waiting, each read after the one before it")
    func endless() {
        let simulation = ReadSimulation(
            policy: Rerun.policy(), profile: ScopeProfile(path: .unproven), end: Timestamp(second: 1_000_000))
        let journal = Rerun.call([.webhook(.queued, updated: 10, at: 11)]).journal
        let (made, isCut) = simulation.reads(of: journal)
        #expect(!isCut)
        #expect(made.count > 500)
        #expect(zip(made, made.dropFirst()).allSatisfy { $0.at < $1.at })
        #expect(made.last.map { $0.at <= Timestamp(second: 11 + 86_400 + 900) } == true)
    }

    @Test("A hint asks for a read at once; one of a call that Bolna never told of ends after three answers of 404")
    func hints() {
        let lonely = [Rerun.addressed(.ringing, updated: 10, at: 11)]
        let made = reads(lonely)
        #expect(made.first == "30 hint")
        #expect((3...40).contains(made.count), "\(made)")
        let known: [Receipt] = Self.complete + [Rerun.addressed(.completed, updated: 100, at: 121)]
        #expect(reads(known) == ["150 hint"])
    }

    @Test("Other durations give other reads; the comparison pairs those that stay")
    func durations() {
        let receipts: [Receipt] = [
            .webhook(.initiated, updated: 10, at: 11), .webhook(.ringing, updated: 125, at: 130),
            .webhook(.busy, updated: 131, at: 131),
        ]
        let slower = Rerun.policy { $0.initiated = .seconds(90) }
        #expect(reads(receipts) == ["60 initiated", "90 initiated", "120 initiated"])
        #expect(reads(receipts, slower) == ["120 initiated"])
        let result = Rerun.compare(receipts, to: slower)
        #expect(result.reads.dropped.map { $0.at.rawValue / 1_000_000 } == [60, 90])
        #expect(result.reads.added.isEmpty)
        let reverse = Rerun.compare(receipts, from: slower, to: Rerun.policy())
        #expect(reverse.reads.added.map { $0.at.rawValue / 1_000_000 } == [60, 90])
        #expect(reverse.reads.dropped.isEmpty)
    }

    @Test("The scale stretches every deadline")
    func scale() {
        let receipts: [Receipt] = [.webhook(.initiated, updated: 10, at: 11), .webhook(.busy, updated: 400, at: 401)]
        let stretched = Rerun.policy { $0.scale = 4 }
        #expect(reads(receipts, stretched).first == "210 initiated", "4 × 45 s after 11 is 191")
    }

    @Test("No read is made after the end, and a call that would be read for ever is cut")
    func bounds() {
        let receipts: [Receipt] = [.webhook(.initiated, updated: 10, at: 11)]
        #expect(reads(receipts, end: 60).isEmpty)
        #expect(reads(receipts, end: 61) == ["60 initiated"])
        let simulation = ReadSimulation(
            policy: Rerun.policy(), profile: ScopeProfile(path: .unproven), end: Timestamp(second: 100_000),
            mostReads: 7)
        let (made, isCut) = simulation.reads(of: Rerun.call(receipts).journal)
        #expect(made.count == 7)
        #expect(isCut)
    }
}

@Suite("ReadComparison and PolicyTotals") struct PolicyTotalsTests {
    private func reads(_ seconds: [Int]) -> [SimulatedRead] {
        seconds.map { SimulatedRead(at: Timestamp(second: $0), why: .ringing) }
    }

    @Test(
        "Reads that are near each other are one",
        arguments: [
            ([10, 40], [10, 40], [], []), ([10, 40], [25, 55], [], []), ([10, 40], [26, 56], [56], [10]),
            ([], [5], [5], []), ([5], [], [], [5]), ([10, 20], [15], [], [20]), ([100], [10, 200], [10, 200], [100]),
        ] as [([Int], [Int], [Int], [Int])])
    func pairing(present: [Int], given: [Int], added: [Int], dropped: [Int]) {
        let comparison = ReadComparison(
            recorded: 0, present: reads(present), given: reads(given), tolerance: .seconds(15), isCut: false)
        #expect(comparison.added == reads(added))
        #expect(comparison.dropped == reads(dropped))
        #expect(comparison.added.count - comparison.dropped.count == given.count - present.count)
    }

    @Test("Totals are the sums of the calls, by hour too")
    func totals() {
        let receipts: [Receipt] = [
            .webhook(.initiated, updated: 10, at: 11), .webhook(.ringing, updated: 125, at: 130),
            .webhook(.busy, updated: 131, at: 131),
        ]
        var totals = PolicyTotals()
        #expect(totals.sentence == "There is no call in this window, so nothing can be said.")
        let slower = Rerun.policy { $0.initiated = .seconds(90) }
        totals.add(Rerun.compare(receipts, to: slower))
        totals.add(Rerun.compare([.webhook(.busy, updated: 1, at: 2)], to: slower))
        #expect(totals.calls == 2)
        #expect(totals.changedCalls == 0)
        #expect(totals.otherwiseReadCalls == 1)
        #expect((totals.presentReads, totals.givenReads) == (3, 1))
        #expect((totals.addedReads, totals.droppedReads) == (0, 2))
        #expect(totals.hours.keys.sorted() == [Timestamp(second: 0)])
        #expect(totals.hours.values.map(\.present) == [3])
        #expect(totals.hours.values.map(\.given) == [1])
        #expect(
            totals.sentence
                == "Of 2 calls, none would be believed differently, and 1 would be read at other times: "
                + "1 reads instead of 3, 2 fewer.")
    }

    @Test("Where nothing differs the sentence says so")
    func nothing() {
        var totals = PolicyTotals()
        totals.add(Rerun.compare([.webhook(.busy, updated: 1, at: 2)], to: Rerun.policy()))
        #expect(
            totals.sentence
                == "Of 1 call, none would be believed differently, and they would be read at the same times (0 reads).")
    }
}

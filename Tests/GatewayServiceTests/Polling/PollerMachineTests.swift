import CallDomain
import GatewayService
import Testing

@Suite struct PollerMachineTests {
    private func due(
        _ number: Int, why: ExpectationRule = .ringing, status: CallStatus = .ringing, failures: Int = 0,
        what: Expected = .answerOrFinal
    ) -> DueCall {
        var ledger = ExpectationLedger()
        ledger.failures = failures
        ledger.open = Expectation(
            what: what, path: .webhook, since: .start, due: .at(Double(number)), endsAt: .at(90_000), isProbe: false,
            why: why)
        return DueCall(
            account: .default, call: CallID(rawValue: "call-\(number)"),
            execution: ExecutionID(rawValue: "exec-\(number)"),
            agent: nil, createdAt: .start, status: status, ledger: ledger)
    }

    private func listed(_ number: Int) -> DueCall {
        var call = due(number)
        call.agent = AgentID(rawValue: "agent-1")
        return call
    }

    private func take(
        _ due: [DueCall], hasMore: Bool = false, into machine: inout PollerMachine,
        _ profile: (DueCall) -> ScopeProfile, at now: Timestamp
    ) -> PollerMachine.Taken {
        _ = machine.beginTake(at: now)
        return machine.took(due, hasMore: hasMore, profile: profile)
    }

    private func gate() -> RequestGateMachine {
        RequestGateMachine(accounts: [.default], settings: ExpectationSettings())
    }

    private func profile(_ path: PathState) -> (DueCall) -> ScopeProfile {
        { _ in ScopeProfile(path: path) }
    }

    private func answer(_ outcome: BolnaAnswer.Outcome, at seconds: Double = 100) -> BolnaAnswer {
        BolnaAnswer(sentAt: .at(seconds), receivedAt: .at(seconds), outcome: outcome)
    }

    @Test("Due calls are read once, earliest deadline first")
    func reads() {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        let tick = take([due(3), due(1), due(2)], into: &machine, profile(.healthy), at: .at(100))
        #expect(tick.toRead == 3)
        let reads = machine.next(gate: &gate, now: .at(100))
        #expect(reads.flatMap(\.calls).map(\.execution.rawValue) == ["exec-1", "exec-2", "exec-3"])
        #expect(machine.next(gate: &gate, now: .at(100)).isEmpty)
        _ = take([due(1)], into: &machine, profile(.healthy), at: .at(130))
        #expect(machine.next(gate: &gate, now: .at(130)).isEmpty, "it is still under way")
    }

    @Test("A take that found room for few calls does not hide that the store has more of other accounts")
    func shortTakes() {
        let names = ["one", "two", "three"]
        let calls = names.enumerated().map { number, name in
            var call = due(number)
            call.account = AccountID(rawValue: name)
            return call
        }
        let accounts = calls.map(\.account)
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = RequestGateMachine(accounts: accounts, settings: ExpectationSettings())
        _ = take(calls, hasMore: true, into: &machine, profile(.healthy), at: .at(100))
        #expect(machine.next(gate: &gate, now: .at(100)).count == 3)
        #expect(machine.wantsMore)
        _ = take([], hasMore: true, into: &machine, profile(.healthy), at: .at(101))
        #expect(machine.wantsMore, "no room")
        var more = due(9)
        more.account = accounts[0]
        _ = take([more], hasMore: true, into: &machine, profile(.healthy), at: .at(102))
        #expect(machine.wantsMore, "room for a call of one account only")
        var others = [due(10), due(11), due(12)]
        for place in others.indices { others[place].account = accounts[0] }
        _ = take(others, hasMore: true, into: &machine, profile(.healthy), at: .at(103))
        #expect(!machine.wantsMore, "each account had its turn, and two have nothing left")
        _ = take([], into: &machine, profile(.healthy), at: .at(104))
        #expect(!machine.wantsMore)
    }

    @Test("Calls that were taken before the clock was set back by hours are given back, since they may have changed")
    func clockSetBack() {
        var machine = PollerMachine(settings: ExpectationSettings())
        #expect(take([due(1)], into: &machine, profile(.healthy), at: .at(36_000)).toRead == 1)
        #expect(take([], into: &machine, profile(.healthy), at: .at(36_010)).toRead == 1)
        #expect(take([], into: &machine, profile(.healthy), at: .at(100)).toRead == 0)
    }

    @Test("At most 32 requests are under way, and each answer makes room for one more")
    func bound() {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take((0..<40).map { due($0) }, into: &machine, profile(.healthy), at: .at(100))
        let first = machine.next(gate: &gate, now: .at(100))
        #expect(first.count == 32)
        _ = machine.answered(first[0], with: answer(.status(404)), profile: profile(.healthy), chance: { 0 })
        #expect(machine.next(gate: &gate, now: .at(100)).count == 1)
        #expect(machine.requestsInFlight == 32)
    }

    @Test("What was not read while its lease lasted is given back")
    func lease() {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take((0..<40).map { due($0) }, into: &machine, profile(.healthy), at: .at(100))
        let reads = machine.next(gate: &gate, now: .at(100))
        #expect(take([], into: &machine, profile(.healthy), at: .at(130)).toRead == 0)
        #expect(machine.room == PollerMachine.mostHeld - reads.count)
    }

    @Test("Room is counted once what is given back is gone")
    func room() {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take((0..<PollerMachine.mostHeld).map { due($0) }, into: &machine, profile(.healthy), at: .at(100))
        let reads = machine.next(gate: &gate, now: .at(100))
        #expect(machine.beginTake(at: .at(110)) == 0, "the lease is not over")
        #expect(machine.beginTake(at: .at(130)) == PollerMachine.mostHeld - reads.count)
    }

    @Test("More calls than there is room for are not held")
    func mostHeld() {
        var machine = PollerMachine(settings: ExpectationSettings())
        let taken = take(
            (0..<PollerMachine.mostHeld + 10).map { due($0) }, into: &machine, profile(.healthy), at: .at(100))
        #expect(taken.toRead == PollerMachine.mostHeld)
        #expect(machine.room == 0)
    }

    @Test("A call is held until what was read of it is stored, also where the store gives it out as it was before")
    func held() throws {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take([due(1)], into: &machine, profile(.healthy), at: .at(100))
        let read = try #require(machine.next(gate: &gate, now: .at(100)).first)
        let outcome = machine.answered(read, with: answer(.status(500)), profile: profile(.healthy), chance: { 0 })
        #expect(take([due(1)], into: &machine, profile(.healthy), at: .at(130)).toRead == 0)
        _ = machine.beginTake(at: .at(131))
        machine.stored(outcome)
        #expect(machine.took([due(1)], hasMore: false, profile: profile(.healthy)).toRead == 0)
        #expect(take([due(1)], into: &machine, profile(.healthy), at: .at(132)).toRead == 1)
    }

    @Test("A page whose outcome is stored lets go of those of its calls alone that it settles")
    func heldByPage() throws {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take((1...6).map(listed), into: &machine, profile(.healthy), at: .at(100))
        let page = try #require(machine.next(gate: &gate, now: .at(100)).first)
        let rows = (1...4).map { "{\"id\":\"exec-\($0)\",\"status\":\"ringing\"}" }.joined(separator: ",")
        let list = "{\"data\":[\(rows)],\"has_more\":false}"
        let outcome = machine.answered(page, with: answer(.json(list)), profile: profile(.healthy), chance: { 0 })
        #expect(machine.next(gate: &gate, now: .at(101)).count == 2)
        machine.stored(outcome)
        let again = take((1...6).map(listed), into: &machine, profile(.healthy), at: .at(102))
        #expect(again.toRead == 4, "two are being read singly")
    }

    @Test("A call that is due only for its scope's pace is computed anew once the scope is healthy, not read")
    func recompute() {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        let paced = due(1, why: .pace)
        let tick = take([paced, due(2)], into: &machine, profile(.healthy), at: .at(100))
        #expect(tick.recomputed == [paced])
        #expect(machine.next(gate: &gate, now: .at(100)).flatMap(\.calls) == [due(2)])
    }

    @Test("A call at the pace of a scope that is not healthy is read", arguments: [PathState.unproven, .degraded])
    func pace(path: PathState) {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        let tick = take([due(1, why: .pace)], into: &machine, profile(path), at: .at(100))
        #expect(tick.recomputed.isEmpty)
        #expect(machine.next(gate: &gate, now: .at(100)).count == 1)
    }

    @Test("Calls of a paused account wait; an account whose breaker is open is probed once per tick")
    func gates() {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        let me = BolnaRequest.Endpoint.me
        _ = gate.answered(me, account: .default, outcome: .status(401), organization: nil, now: .start)
        _ = take([due(1), due(2)], into: &machine, profile(.healthy), at: .at(100))
        #expect(machine.next(gate: &gate, now: .at(100)).isEmpty)
        _ = gate.answered(me, account: .default, outcome: .json("{}"), organization: nil, now: .at(101))
        for _ in 0..<20 {
            _ = gate.answered(me, account: .default, outcome: .status(500), organization: nil, now: .at(101))
        }
        #expect(machine.next(gate: &gate, now: .at(102)).flatMap(\.calls) == [due(1)])
        #expect(machine.next(gate: &gate, now: .at(103)).isEmpty)
    }

    @Test(
        "A read without a usable answer puts the call off by the back-off",
        arguments: [
            BolnaAnswer.Outcome.status(500), .status(429), .json("<html>"), .status(404),
            .failed(TransportFailure(kind: .timeout, detail: "")),
        ])
    func failure(outcome: BolnaAnswer.Outcome) throws {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take([due(1, failures: 2)], into: &machine, profile(.healthy), at: .at(100))
        let read = try #require(machine.next(gate: &gate, now: .at(100)).first)
        let result = machine.answered(
            read, with: answer(outcome, at: 110), profile: profile(.degraded), chance: { 0.5 })
        let failed = try #require(result.failures.first)
        #expect(failed.call == due(1).call)
        #expect(failed.at == .at(110))
        #expect(failed.profile.path == .degraded)
        #expect(failed.retryAt == .at(110 + 30 + (240 - 30) / 2))
        #expect(failed.isNotFound == (result.verdict == .notFound))
        #expect(result.detail != nil)
    }

    @Test("A refused token leaves the calls as they are: their account is paused instead")
    func refused() throws {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take([due(1)], into: &machine, profile(.healthy), at: .at(100))
        let read = try #require(machine.next(gate: &gate, now: .at(100)).first)
        let result = machine.answered(read, with: answer(.status(401)), profile: profile(.healthy), chance: { 0 })
        #expect(result.failures.isEmpty)
    }

    @Test("A page stands for its calls: unchanged ones are put off, changed and missing ones are read singly")
    func page() throws {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take((1...6).map(listed), into: &machine, profile(.healthy), at: .at(100))
        let reads = machine.next(gate: &gate, now: .at(100))
        #expect(reads.count == 1)
        let page = try #require(reads.first)
        guard case .executions(let agent, let window) = page.endpoint else {
            Issue.record("it must be a page")
            return
        }
        #expect(agent.rawValue == "agent-1")
        #expect(window.status == .ringing)
        let rows =
            (1...4).map { "{\"id\":\"exec-\($0)\",\"status\":\"ringing\"}" } + [
                "{\"id\":\"exec-5\",\"status\":\"busy\"}"
            ]
        let list = "{\"data\":[\(rows.joined(separator: ","))],\"has_more\":false}"
        let result = machine.answered(page, with: answer(.json(list)), profile: profile(.healthy), chance: { 0 })
        #expect(result.unchanged.map(\.execution.rawValue) == ["exec-1", "exec-2", "exec-3", "exec-4"])
        let singles = machine.next(gate: &gate, now: .at(101)).flatMap(\.calls).map(\.execution.rawValue)
        #expect(singles == ["exec-5", "exec-6"])
    }

    @Test(
        "A listing that cannot be used is replaced by single reads",
        arguments: [BolnaAnswer.Outcome.json("<html>"), .status(404)])
    func brokenPage(outcome: BolnaAnswer.Outcome) throws {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take((1...6).map(listed), into: &machine, profile(.healthy), at: .at(100))
        let page = try #require(machine.next(gate: &gate, now: .at(100)).first)
        #expect(
            machine.answered(page, with: answer(outcome), profile: profile(.healthy), chance: { 0 }).failures.isEmpty)
        #expect(machine.next(gate: &gate, now: .at(101)).count == 6)
    }

    @Test("A page that Bolna could not serve puts off all its calls")
    func failedPage() throws {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take((1...6).map(listed), into: &machine, profile(.healthy), at: .at(100))
        let page = try #require(machine.next(gate: &gate, now: .at(100)).first)
        #expect(
            machine.answered(page, with: answer(.status(503)), profile: profile(.healthy), chance: { 0 }).failures.count
                == 6)
    }

    @Test("A read that was cancelled says nothing about its call")
    func cancelled() throws {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take([due(1)], into: &machine, profile(.healthy), at: .at(100))
        let read = try #require(machine.next(gate: &gate, now: .at(100)).first)
        let cancelled = answer(.failed(TransportFailure(kind: .cancelled, detail: "")))
        let result = machine.answered(read, with: cancelled, profile: profile(.healthy), chance: { 0 })
        #expect(result.failures.isEmpty)
        #expect(result.detail == nil)
        #expect(machine.requestsInFlight == 0)
    }

    @Test("What a page asks for waits its turn: an account that shares the organization is served beside it")
    func followsInTurn() throws {
        let other = AccountID(rawValue: "other")
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = RequestGateMachine(accounts: [.default, other], settings: ExpectationSettings())
        for account in [AccountID.default, other] { gate.planner.assign(account, organization: "shared") }
        _ = take((1...50).map(listed), into: &machine, profile(.healthy), at: .at(100))
        let page = try #require(machine.next(gate: &gate, now: .at(100)).first)
        // No row is shown, so that all fifty are to be read singly.
        _ = machine.answered(
            page, with: answer(.json("{\"data\":[],\"has_more\":false}")), profile: profile(.healthy), chance: { 0 })
        let others = (1...20).map { number in
            var call = due(number)
            call.account = other
            return call
        }
        _ = take(others, into: &machine, profile(.healthy), at: .at(101))
        let reads = machine.next(gate: &gate, now: .at(101))
        #expect(reads.count == PollPlanner.mostAtOnce)
        #expect(reads.count { $0.account == other } == PollPlanner.mostAtOnce / 2)
        let own = reads.filter { $0.account == .default }.flatMap(\.calls).map(\.due)
        #expect(own == own.sorted(), "the earliest deadline first")
    }

    @Test("A call that a page asks for is not taken from the store a second time while it waits")
    func followsOnce() throws {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        _ = take((1...6).map(listed), into: &machine, profile(.healthy), at: .at(100))
        let page = try #require(machine.next(gate: &gate, now: .at(100)).first)
        _ = machine.answered(page, with: answer(.json("<html>")), profile: profile(.healthy), chance: { 0 })
        let tick = take((1...6).map(listed), into: &machine, profile(.healthy), at: .at(101))
        #expect(tick.toRead == 6)
        #expect(machine.next(gate: &gate, now: .at(101)).count == 6)
        #expect(machine.next(gate: &gate, now: .at(101)).isEmpty)
    }

    @Test("The probe of a broken account is not used up by a call that the budget does not let through")
    func probeIsKept() {
        var machine = PollerMachine(settings: ExpectationSettings())
        var gate = gate()
        for _ in 0..<20 {
            _ = gate.answered(.me, account: .default, outcome: .status(500), organization: nil, now: .at(100))
        }
        while gate.planner.take(.other, account: .default, for: .background, now: .at(100)) == nil {}
        _ = take([due(1), due(2)], into: &machine, profile(.healthy), at: .at(100))
        #expect(machine.next(gate: &gate, now: .at(100)).isEmpty)
        #expect(machine.next(gate: &gate, now: .at(105)).flatMap(\.calls) == [due(1)])
        #expect(machine.next(gate: &gate, now: .at(110)).isEmpty, "one per tick")
    }
}

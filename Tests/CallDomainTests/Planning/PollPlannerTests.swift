import CallDomain
import Testing

@Suite("PollPlanner")
struct PollPlannerTests {
    static let start = Timestamp(seconds: 1_790_000_000)

    static func after(_ seconds: Double) -> Timestamp {
        start.advanced(by: .milliseconds(Int64(seconds * 1_000)))
    }

    static func due(
        _ name: String, account: String = "a", agent: String? = nil, status: CallStatus? = .ringing,
        what: Expected = .answerOrFinal, due: Double = 0, created: Double = -60
    ) -> DueCall {
        var ledger = ExpectationLedger()
        ledger.open = CallDomain.Expectation(
            what: what, path: .webhook, since: after(created), due: after(due), endsAt: after(90_000), isProbe: false,
            why: .ringing)
        return DueCall(
            account: AccountID(rawValue: account), call: CallID(rawValue: name),
            execution: ExecutionID(rawValue: "x-" + name), agent: agent.map(AgentID.init(rawValue:)),
            createdAt: after(created), status: status, ledger: ledger)
    }

    /// The names of the calls in the order of their reads.
    static func names(_ reads: [PlannedRead]) -> [String] { reads.flatMap(\.calls).map(\.call.rawValue) }

    /// Uses up what a budget grants at once.
    static func drain(
        _ planner: inout PollPlanner, _ budget: RequestBudget, account: String = "a", for asker: Asker = .background,
        at seconds: Double = 0
    ) -> Int {
        var granted = 0
        let account = AccountID(rawValue: account)
        while granted < 10_000, planner.take(budget, account: account, for: asker, now: after(seconds)) == nil {
            granted += 1
        }
        return granted
    }

    @Test("The earliest deadline comes first, in whatever order the calls are given")
    func earliestFirst() {
        let calls = [3, 1, 4, 0, 2].map { Self.due("\($0)", due: Double($0)) }
        for calls in [calls, calls.reversed(), calls.sorted { $0.call < $1.call }] {
            var planner = PollPlanner()
            #expect(Self.names(planner.plan(due: calls, inFlight: 0, now: Self.start)) == ["0", "1", "2", "3", "4"])
        }
    }

    @Test("At most 32 requests are in flight")
    func atOnce() {
        let calls = (0..<100).map { Self.due("\($0)") }
        for (inFlight, expected) in [(0, 32), (30, 2), (32, 0), (40, 0), (-1, 32)] {
            var planner = PollPlanner()
            #expect(planner.plan(due: calls, inFlight: inFlight, now: Self.start).count == expected)
        }
    }

    @Test("Accounts take turns, however many calls one of them has due, and go on where they stopped")
    func fairness() {
        let calls =
            (0..<200).map { Self.due("a\($0)", account: "a", due: -100) }
            + (0..<3).map { Self.due("b\($0)", account: "b") } + (0..<3).map { Self.due("c\($0)", account: "c") }
        var planner = PollPlanner()
        let first = planner.plan(due: calls, inFlight: 0, now: Self.start)
        let accounts = first.flatMap(\.calls).map(\.account.rawValue)
        #expect(accounts.prefix(9) == ["a", "b", "c", "a", "b", "c", "a", "b", "c"])
        #expect(accounts.dropFirst(9).allSatisfy { $0 == "a" })
        var narrow = PollPlanner()
        let turns = (0..<6).flatMap { _ in narrow.plan(due: calls, inFlight: 31, now: Self.start) }
        #expect(turns.flatMap(\.calls).map(\.account.rawValue) == ["a", "b", "c", "a", "b", "c"])
    }

    @Test("An account whose budget is used up does not hold up another")
    func independence() {
        var planner = PollPlanner()
        _ = Self.drain(&planner, .other)
        let calls = [Self.due("a", account: "a", due: -9), Self.due("b", account: "b")]
        #expect(Self.names(planner.plan(due: calls, inFlight: 0, now: Self.start)) == ["b"])
    }

    @Test("A tenth is kept for persons, and hints get a twentieth")
    func reserve() {
        for (budget, all, reserved) in [(RequestBudget.other, 100, 10), (.executions, 50, 5), (.call, 50, 5)] {
            var planner = PollPlanner()
            #expect(Self.drain(&planner, budget) == all - reserved)
            #expect(Self.drain(&planner, budget, for: .person) == reserved)
            var hinted = PollPlanner()
            #expect(Self.drain(&hinted, budget, for: .hint) == all / 20)
            #expect(Self.drain(&hinted, budget) == all - reserved - all / 20)
        }
    }

    @Test("Reads for hints are paid from the hints' share")
    func hintReads() {
        let hints = (0..<32).map {
            Self.due("h\($0)", agent: "agent", status: nil, what: .verification, due: -10)
        }
        let calls = hints + [Self.due("call")]
        var planner = PollPlanner()
        let planned = Self.names(planner.plan(due: calls, inFlight: 0, now: Self.start))
        #expect(planned.count == 6)
        #expect(planned.contains("call"))
    }

    @Test(
        "Hints do not keep a call under way from its read for longer than a minute",
        arguments: [
            (CallStatus.ringing, Double(-61), 32), (.ringing, -59, 5), (.completed, -61, 5), (nil, -61, 5),
        ] as [(CallStatus?, Double, Int)])
    func waitingHints(status: CallStatus?, due: Double, count: Int) {
        let calls = (0..<40).map { Self.due("h\($0)", agent: "agent", status: status, what: .verification, due: due) }
        var planner = PollPlanner()
        #expect(planner.plan(due: calls, inFlight: 0, now: Self.start).count == count)
    }

    @Test("A refused request is told how long to wait, and then granted")
    func waits() throws {
        var planner = PollPlanner()
        _ = Self.drain(&planner, .call, for: .person)
        let account = AccountID(rawValue: "a")
        let refusal = planner.take(.call, account: account, for: .person, now: Self.start)
        let wait = try #require(refusal)
        #expect(wait > .zero && wait <= .seconds(1))
        #expect(planner.take(.call, account: account, for: .person, now: Self.start.advanced(by: wait)) == nil)
    }

    @Test("Accounts of one organization share its budgets")
    func organization() {
        var planner = PollPlanner()
        planner.assign(AccountID(rawValue: "a"), organization: "o")
        planner.assign(AccountID(rawValue: "b"), organization: "o")
        #expect(Self.drain(&planner, .other, account: "a", for: .person) == 100)
        #expect(Self.drain(&planner, .other, account: "b", for: .person) == 0)
        #expect(Self.drain(&planner, .other, account: "c", for: .person) == 100)
    }

    @Test("A 429 halves that budget for a minute, and nothing is sent before its Retry-After")
    func tooMany() {
        let account = AccountID(rawValue: "a")
        var planner = PollPlanner()
        planner.answered(status: 500, retryAfter: .seconds(9), budget: .other, account: account, now: Self.start)
        #expect(Self.drain(&planner, .other, for: .person) == 100)
        planner = PollPlanner()
        planner.answered(status: 429, retryAfter: .seconds(10), budget: .other, account: account, now: Self.start)
        #expect(
            planner.take(.other, account: account, for: .person, now: Self.after(4)) == .seconds(6))
        #expect(Self.drain(&planner, .executions, for: .person) == 50)
        #expect(Self.drain(&planner, .other, for: .person, at: 10) == 50)
        var granted = 0
        for second in 11...60 { granted += Self.drain(&planner, .other, for: .person, at: Double(second)) }
        #expect((205...209).contains(granted), "half of 500 a minute over 50 s")
        _ = Self.drain(&planner, .other, for: .person, at: 61)
        #expect(Self.drain(&planner, .other, for: .person, at: 120) == 100)
        planner.answered(
            status: 429, retryAfter: .seconds(1_000_000), budget: .other, account: account, now: Self.after(120))
        #expect(planner.take(.other, account: account, for: .person, now: Self.after(121)) == .seconds(299))
    }

    @Test("A clock that steps back grants nothing twice and blocks nothing for long")
    func back() {
        let account = AccountID(rawValue: "a")
        var planner = PollPlanner()
        #expect(Self.drain(&planner, .other, for: .person) == 100)
        #expect(Self.drain(&planner, .other, for: .person, at: -3_600) == 0)
        #expect(Self.drain(&planner, .other, for: .person, at: -3_599) == 8)
        planner.answered(status: 429, retryAfter: .seconds(20), budget: .other, account: account, now: Self.start)
        #expect(planner.take(.other, account: account, for: .person, now: Self.after(-7_200)) != nil)
        #expect(planner.take(.other, account: account, for: .person, now: Self.after(-7_200 + 301)) == nil)
    }

    @Test("No minute of hours of load sees more requests than the budget", arguments: [1, 2] as [UInt64])
    func budget(seed: UInt64) {
        var random = Seeded(state: seed)
        var planner = PollPlanner()
        let calls = (0..<16).map { number in
            Self.due("\(number)", account: number % 2 == 0 ? "a" : "b", due: Double(number))
        }
        let listable = (0..<10).map { Self.due("l\($0)", account: "a", agent: "agent\($0 / 5)") }
        for account in ["a", "b"] { planner.assign(AccountID(rawValue: account), organization: "o") }
        var sent: [RequestBudget: [Double]] = [:]
        var second = 0.0
        while second < 3_600 {
            second += Double(random.next() % 3_000) / 1_000
            for read in planner.plan(due: calls + listable, inFlight: 0, now: Self.after(second)) {
                sent[read.budget, default: []].append(second)
            }
            for budget in [RequestBudget.call, .other] {
                let account = AccountID(rawValue: random.next() % 2 == 0 ? "a" : "b")
                let asker: Asker = random.next() % 2 == 0 ? .person : .background
                for _ in 0..<random.next() % 24 {
                    guard planner.take(budget, account: account, for: asker, now: Self.after(second)) == nil else {
                        break
                    }
                    sent[budget, default: []].append(second)
                }
            }
            if random.next() % 400 == 0 {
                planner.answered(
                    status: 429, retryAfter: nil, budget: .other, account: AccountID(rawValue: "a"),
                    now: Self.after(second))
            }
        }
        #expect(Set(sent.keys) == [.call, .executions, .other])
        for budget in RequestBudget.allCases {
            let times = sent[budget, default: []]
            var first = 0
            var most = 0
            for (index, time) in times.enumerated() {
                while times[first] <= time - 60 { first += 1 }
                most = max(most, index - first + 1)
            }
            #expect(most <= budget.usedPerMinute, "\(budget), seed \(seed)")
            if budget == .call { #expect(most > budget.usedPerMinute * 9 / 10, "the load reaches the budget") }
            #expect(budget.usedPerMinute * 10 <= budget.allowedPerMinute * 6)
        }
    }

    @Test("Under a steady overload, no call waits for ever: each is read in its turn")
    func aging() {
        var planner = PollPlanner()
        var waiting = (0..<200).map { Self.due("\($0)", due: Double($0 % 7)) }
        var second = 0.0
        while !waiting.isEmpty, second < 1_000 {
            let read = Set(Self.names(planner.plan(due: waiting, inFlight: 22, now: Self.after(second))))
            waiting.removeAll { read.contains($0.call.rawValue) }
            // New calls come all the time, each with a later deadline than those that wait.
            if second < 30 { waiting.append(Self.due("new\(second)", due: 10 + second)) }
            second += 1
        }
        #expect(waiting.isEmpty)
        #expect(second < 40)
    }
}

/// SplitMix64: a seed gives the same numbers everywhere.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

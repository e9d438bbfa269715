import CallDomain
import Testing

@Suite("PollPlanner: properties")
struct PollPlannerPropertyTests {
    private typealias Table = PollPlannerTests

    /// What a random run of the planner has sent, as (second, organization) by budget.
    private struct Run {
        var planner = PollPlanner()
        var random: SplitMix64
        var second = 0.0
        var sent: [RequestBudget: [(second: Double, organization: String)]] = [:]

        init(seed: UInt64) { random = SplitMix64(seed: seed) }

        mutating func chance(_ oneIn: UInt64) -> Bool { random.next() % oneIn == 0 }

        mutating func note(_ budget: RequestBudget, _ account: AccountID) {
            sent[budget, default: []].append((second, organization(of: account)))
        }

        /// Accounts 0 and 1 share an organization, as do 2 and 3.
        func organization(of account: AccountID) -> String { account.rawValue < "2" ? "left" : "right" }
    }

    private static func account(_ number: UInt64) -> AccountID { AccountID(rawValue: "\(number % 4)") }

    @Test(
        "No minute sees more requests than an organization's budget, whatever is due, asked, refused or learned when",
        arguments: 1...8 as ClosedRange<UInt64>)
    func budget(seed: UInt64) {
        var run = Run(seed: seed)
        // One account of each organization asks before anybody knows where it belongs.
        for _ in 0..<40 {
            for number in [0, 2] as [UInt64] {
                let account = Self.account(number)
                guard run.planner.take(.other, account: account, for: .person, now: Table.start) == nil else {
                    continue
                }
                run.note(.other, account)
            }
        }
        while run.second < 900 {
            run.second += Double(run.random.next() % 4_000) / 1_000
            let now = Table.after(run.second)
            for number in 0..<4 as Range<UInt64> {
                let account = Self.account(number)
                run.planner.assign(account, organization: run.organization(of: account))
            }
            let due = (0..<run.random.next() % 60).map { number -> DueCall in
                Table.due(
                    "\(number)", account: Self.account(run.random.next()).rawValue,
                    agent: run.chance(2) ? "agent" : nil, what: run.chance(4) ? .verification : .answerOrFinal,
                    due: run.second - Double(run.random.next() % 100))
            }
            let inFlight = Int(run.random.next() % 40)
            let planned = run.planner.plan(due: due, inFlight: inFlight, now: now)
            #expect(planned.count <= max(PollPlanner.mostAtOnce - inFlight, 0))
            for read in planned { run.note(read.budget, read.calls[0].account) }
            for budget in RequestBudget.allCases {
                let account = Self.account(run.random.next())
                let asker: Asker = run.chance(2) ? .person : run.chance(2) ? .hint : .background
                for _ in 0..<run.random.next() % 30
                where run.planner.take(budget, account: account, for: asker, now: now) == nil {
                    run.note(budget, account)
                }
                if run.chance(100) {
                    run.planner.answered(
                        status: 429, retryAfter: run.chance(2) ? .seconds(20) : nil, budget: budget, account: account,
                        now: now)
                }
            }
        }
        for (budget, requests) in run.sent {
            for organization in ["left", "right"] {
                let times = requests.filter { $0.organization == organization }.map(\.second)
                #expect(Self.most(inAMinute: times) <= budget.usedPerMinute, "\(budget) of \(organization)")
                #expect(times.count > 100, "the run means something")
            }
        }
    }

    /// The most requests of any 60 seconds.
    private static func most(inAMinute times: [Double]) -> Int {
        var first = 0
        var most = 0
        for (index, time) in times.enumerated() {
            while times[first] <= time - 60 { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    @Test("What a 429 taught before an account's organization was known holds after it")
    func assignedLater() {
        let account = AccountID(rawValue: "a")
        var planner = PollPlanner()
        #expect(Table.drain(&planner, .executions, for: .person) == 50)
        planner.answered(status: 429, retryAfter: .seconds(10), budget: .other, account: account, now: Table.start)
        planner.assign(account, organization: "o")
        #expect(planner.take(.other, account: account, for: .person, now: Table.after(4)) == .seconds(6))
        #expect(Table.drain(&planner, .executions, for: .person) == 0)
        #expect(Table.drain(&planner, .other, for: .person, at: 30) == 50, "half of what is usual")
        // A second account of the organization brings what it has spent, and finds what is left.
        let other = AccountID(rawValue: "b")
        #expect(Table.drain(&planner, .call, account: "b", for: .person) == 50)
        planner.assign(other, organization: "o")
        #expect(Table.drain(&planner, .call, account: "a", for: .person) == 0)
        planner.assign(other, organization: "o")
        #expect(Table.drain(&planner, .call, account: "b", for: .person, at: 6) == 25, "what six seconds bring")
    }

    @Test(
        "Within an account deadlines are kept in order, except where a budget is used up",
        arguments: 1...20 as ClosedRange<UInt64>)
    func earliestFirst(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let calls = (0..<80).map { number in
            Table.due("\(number)", account: "\(random.next() % 3)", due: Double(random.next() % 50))
        }
        var planner = PollPlanner()
        let planned = planner.plan(due: calls.shuffled(using: &random), inFlight: 0, now: Table.after(60))
        for (account, reads) in Dictionary(grouping: planned.flatMap(\.calls), by: \.account) {
            let all = calls.filter { $0.account == account }
                .sorted {
                    ($0.ledger.open?.due ?? .distantPast, $0.call) < ($1.ledger.open?.due ?? .distantPast, $1.call)
                }
            #expect(reads == Array(all.prefix(reads.count)))
        }
    }

    @Test(
        "Nobody starves: within the time that the budget needs for all before it, each due call is read",
        arguments: 1...4 as ClosedRange<UInt64>)
    func starvation(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var planner = PollPlanner()
        // Account a has by far more than the budget; b and c have a little; new calls come all the time.
        var waiting = (0..<1_500).map { Table.due("a\($0)", account: "a", due: -Double(random.next() % 600)) }
        waiting += (0..<20).map { Table.due("b\($0)", account: "b", due: -Double($0)) }
        waiting += (0..<20).map { Table.due("c\($0)", account: "c", due: 0) }
        var waits: [String: Double] = [:]
        var second = 0.0
        while second < 400, !waiting.isEmpty {
            for call in Table.names(planner.plan(due: waiting, inFlight: 0, now: Table.after(second))) {
                waits[call] = second
            }
            waiting.removeAll { waits[$0.call.rawValue] != nil }
            second += 1
            if second < 100 { waiting.append(Table.due("new\(second)", account: "a", due: second)) }
        }
        let small = waits.filter { $0.key.hasPrefix("b") || $0.key.hasPrefix("c") }
        #expect(small.count == 40)
        #expect((small.values.max() ?? 999) <= 4, "another account's backlog does not matter")
        #expect(waits.count == 1_639)
        // 1 599 reads at 90 of a burst and 500 a minute, plus the reserve that is left.
        #expect((waits.values.max() ?? 999) <= 200)
    }
}

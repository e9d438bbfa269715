import CallDomain
import GatewayService
import Testing

/// A backlog of a hundred thousand due calls, in virtual time.
@Suite struct PollerBacklogTests {
    private static let backlog = 100_000
    /// The most due calls that the store gives out at once.
    private static let mostTaken = 300

    /// The store's part: calls that become due one after the other, of accounts in turns, and are done in that order.
    private struct Backlog {
        var accounts: [AccountID]
        var done: [AccountID: Int] = [:]

        /// The earliest that are not done, as many of each account as of the others.
        func due(limit: Int) -> [DueCall] {
            accounts.flatMap { account in
                let first = done[account, default: 0]
                let last = min(first + limit / accounts.count, PollerBacklogTests.backlog / accounts.count)
                return (first..<max(first, last)).map { Self.call($0, of: account) }
            }
        }

        private static func call(_ number: Int, of account: AccountID) -> DueCall {
            var ledger = ExpectationLedger()
            ledger.open = Expectation(
                what: .answerOrFinal, path: .webhook, since: .start, due: .at(Double(number) / 1_000),
                endsAt: .at(90_000), isProbe: false, why: .ringing)
            let name = "\(account.rawValue)-\(number)"
            return DueCall(
                account: account, call: CallID(rawValue: name), execution: ExecutionID(rawValue: name), agent: nil,
                createdAt: .start, status: .ringing, ledger: ledger)
        }
    }

    @Test(
        "A backlog is worked off as fast as its organization's budget allows, and no faster",
        arguments: [["one"], ["one", "two", "three"]])
    func backlog(names: [String]) {
        let settings = ExpectationSettings()
        let accounts = names.map(AccountID.init(rawValue:))
        var backlog = Backlog(accounts: accounts)
        var machine = PollerMachine(settings: settings)
        var gate = RequestGateMachine(accounts: accounts, settings: settings)
        for account in accounts { gate.planner.assign(account, organization: "shared") }
        let profile: (DueCall) -> ScopeProfile = { _ in ScopeProfile(path: .healthy) }
        let ticks = 10
        let begin = Timestamp.at(1_000)
        for tick in 0..<ticks {
            var now = begin.advanced(by: settings.tick * tick)
            let end = now.advanced(by: settings.tick)
            var isTick = true
            while now < end {
                if isTick || machine.wantsMore {
                    let due = backlog.due(limit: min(machine.beginTake(at: now), Self.mostTaken))
                    _ = machine.took(due, hasMore: true, profile: profile)
                    isTick = false
                }
                while case let reads = machine.next(gate: &gate, now: now), !reads.isEmpty {
                    for read in reads {
                        let answer = BolnaAnswer(sentAt: now, receivedAt: now, outcome: .status(404))
                        machine.stored(machine.answered(read, with: answer, profile: profile, chance: { 0 }))
                        backlog.done[read.account, default: 0] += 1
                    }
                }
                guard machine.waits(gate: gate) else { break }
                now = now.advanced(by: Poller.pause)
            }
        }
        let minutes = (settings.tick * ticks).seconds / 60
        let budget = Double(RequestBudget.other.usedPerMinute) * minutes
        let reads = Double(backlog.done.values.reduce(0, +))
        #expect(reads >= 0.9 * budget * (1 - PollPlanner.reservedForPersons))
        #expect(reads <= budget)
        let shares = accounts.map { backlog.done[$0, default: 0] }
        #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= ticks, "\(shares)")
    }
}

import CallDomain

/// Shows that accounts which share a budget share it evenly while more is due than fits it, that they never get more than
/// it, and that persons find their part of it: the planner is asked tick after tick for the same due calls, none of which
/// is ever done.
package enum OverloadCheck {
    /// The accounts, which belong to one organization.
    private static let accounts = ["first", "middle", "last"]
    private static let callsPerAccount = 400
    private static let ticks = 40
    /// A planner that grants reads this often at one time takes nothing from the budget.
    private static let mostPlans = 50

    /// What was granted.
    package struct Figures: Hashable, Sendable {
        /// How many reads each account was granted, by name.
        package var granted: [String: Int]
        /// How many reads the budget allows in that time.
        package var budget: Int
        /// How often nothing was left for a person at the end of a tick, when all that may be planned was.
        package var personsRefused: Int

        /// Puts figures together.
        package init(granted: [String: Int], budget: Int, personsRefused: Int) {
            self.granted = granted
            self.budget = budget
            self.personsRefused = personsRefused
        }
    }

    /// Asks for reads for so many ticks.
    package static func run(tick: Duration = .seconds(30)) -> Figures {
        var planner = PollPlanner()
        let start = Timestamp(seconds: 1_772_000_000)
        for account in accounts { planner.assign(AccountID(rawValue: account), organization: "shared") }
        let due = accounts.flatMap { account in
            (0..<callsPerAccount).map { dueCall("\(account)-\($0)", of: AccountID(rawValue: account), since: start) }
        }
        let minutes = tick.seconds * Double(ticks) / 60
        var figures = Figures(
            granted: [:], budget: Int(Double(RequestBudget.other.usedPerMinute) * minutes.rounded(.up)),
            personsRefused: 0)
        for number in 1...ticks {
            let now = start.advanced(by: tick * number)
            for _ in 0..<mostPlans {
                let reads = planner.plan(due: due, inFlight: 0, now: now)
                guard !reads.isEmpty else { break }
                for read in reads { figures.granted[read.calls[0].account.rawValue, default: 0] += 1 }
            }
            let person = AccountID(rawValue: accounts[number % accounts.count])
            if planner.take(.other, account: person, for: .person, now: now) != nil { figures.personsRefused += 1 }
        }
        return figures
    }

    /// What is wrong with how reads were granted; nil where each account got its share.
    package static func complaint(about figures: Figures) -> String? {
        let shares = accounts.map { figures.granted[$0, default: 0] }
        guard let least = shares.min(), let most = shares.max(), least > 0, most <= least + least / 10 + 1 else {
            return "accounts that share a budget get \(shares) reads while more is due than fits it"
        }
        let all = shares.reduce(0, +)
        guard all <= figures.budget else { return "\(all) reads are granted, \(figures.budget) is the budget" }
        guard figures.personsRefused == 0 else {
            return "a person found nothing left of the budget \(figures.personsRefused) times"
        }
        return nil
    }

    /// A call that is read by itself: it has no agent.
    private static func dueCall(_ name: String, of account: AccountID, since: Timestamp) -> DueCall {
        var ledger = ExpectationLedger()
        ledger.open = Expectation(
            what: .completed, path: .webhook, since: since, due: since, endsAt: .distantFuture, isProbe: false,
            why: .ended)
        return DueCall(
            account: account, call: CallID(rawValue: name), execution: ExecutionID(rawValue: name), agent: nil,
            createdAt: since, status: .callDisconnected, lastUpdatedAt: nil, ledger: ledger)
    }
}

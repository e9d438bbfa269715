import CallDomain

/// Shows that accounts which share a budget share it evenly while more is due than fits it: the planner is asked tick
/// after tick for the same due calls, none of which is ever done.
package enum OverloadCheck {
    /// The accounts, which belong to one organization.
    private static let accounts = ["first", "middle", "last"]
    private static let callsPerAccount = 400
    private static let ticks = 40

    /// How many reads each account was granted, by name.
    package static func run(tick: Duration = .seconds(30)) -> [String: Int] {
        var planner = PollPlanner()
        let start = Timestamp(seconds: 1_772_000_000)
        for account in accounts { planner.assign(AccountID(rawValue: account), organization: "shared") }
        let due = accounts.flatMap { account in
            (0..<callsPerAccount).map { dueCall("\(account)-\($0)", of: AccountID(rawValue: account), since: start) }
        }
        var granted: [String: Int] = [:]
        for number in 1...ticks {
            let now = start.advanced(by: tick * number)
            while true {
                let reads = planner.plan(due: due, inFlight: 0, now: now)
                guard !reads.isEmpty else { break }
                for read in reads { granted[read.calls[0].account.rawValue, default: 0] += 1 }
            }
        }
        return granted
    }

    /// What is wrong with how reads were granted; nil where each account got its share.
    package static func complaint(about granted: [String: Int]) -> String? {
        let shares = accounts.map { granted[$0, default: 0] }
        guard let least = shares.min(), let most = shares.max(), least > 0, most <= least + least / 10 + 1 else {
            return "accounts that share a budget get \(shares) reads while more is due than fits it"
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

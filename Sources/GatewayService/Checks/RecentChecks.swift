import CallDomain

/// A call that persons check.
struct CheckedCall: Hashable, Sendable {
    /// The account.
    var account: AccountID
    /// The gateway's id.
    var call: CallID
}

/// The calls that were checked of late: a value that says who has to wait.
struct RecentChecks: Sendable {
    private var lastChecked: [CheckedCall: Timestamp] = [:]

    /// The most calls that are remembered; of further ones those that were checked first are forgotten, and may be checked
    /// again at once: the budget of requests bounds that.
    static let most = 4_096
    /// So many are forgotten at once, so that finding them costs little for each check.
    static let forgottenAtOnce = 512

    /// How many are remembered.
    var count: Int { lastChecked.count }

    /// How long a call cools down still; nil where it may be checked, which it is now. A clock that was set back cools
    /// nothing.
    mutating func check(_ call: CheckedCall, cooldown: Duration, now: Timestamp) -> Duration? {
        if let last = lastChecked[call], last <= now {
            let passed = now.duration(since: last)
            if passed < cooldown { return cooldown - passed }
        }
        if lastChecked[call] == nil, lastChecked.count >= Self.most {
            for (oldest, _) in lastChecked.sorted(by: { $0.value < $1.value }).prefix(Self.forgottenAtOnce) {
                lastChecked[oldest] = nil
            }
        }
        lastChecked[call] = now
        return nil
    }
}

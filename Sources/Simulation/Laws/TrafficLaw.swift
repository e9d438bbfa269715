import CallDomain

/// Law 5, second half: what is sent to one organization in any minute stays within the gateway's share of each limit.
struct TrafficLaw {
    private struct Stream: Hashable {
        var organization: Int
        var budget: RequestBudget
    }

    private var sent: [Stream: [Timestamp]] = [:]

    /// What Bolna allows in a minute (docs: api-reference/rate-limiting), times the gateway's share of 60 %.
    private static func most(_ budget: RequestBudget) -> Int {
        switch budget {
        case .call, .agent, .executions: 300
        case .other: 600
        }
    }

    /// A request was sent: what is wrong with that, and whether the budget is so far used that reads may wait.
    /// `starts` is how many gateways have been started and how many accounts share the organization: each begins with
    /// full buckets.
    mutating func sent(
        _ budget: RequestBudget, organization: Int, at now: Duration, starts: Int
    ) -> (complaint: String?, isCrowded: Bool) {
        let stream = Stream(organization: organization, budget: budget)
        let time = Timestamp(rawValue: now.microseconds)
        let minuteAgo = time.advanced(by: .seconds(-60))
        var times = sent[stream, default: []]
        if let first = times.first, first <= minuteAgo { times.removeAll { $0 <= minuteAgo } }
        times.append(time)
        sent[stream] = times
        let most = Self.most(budget) * max(starts, 1)
        let isCrowded = times.count * 8 > Self.most(budget)
        guard times.count > most else { return (nil, isCrowded) }
        return ("\(times.count) requests of the class \(budget) in a minute, at most \(most) are ours", isCrowded)
    }
}

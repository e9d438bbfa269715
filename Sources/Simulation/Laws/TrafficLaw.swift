import CallDomain

/// Law 5, second half: what is sent to one organization in any minute stays within the gateway's share of each limit.
///
/// A gateway that starts has full buckets, whatever its last life sent; and accounts of which it does not know yet that
/// they share an organization have a budget each.
struct TrafficLaw {
    private struct Stream: Hashable {
        var organization: Int
        var budget: RequestBudget
    }

    /// Who pays for an organization's requests.
    private struct Payers {
        /// The accounts of which it is not known yet that they belong to it.
        var strangers: Set<String> = []
        /// Whether it is known of an account.
        var isKnown = false
        /// How many there were, and until when.
        var before: [(count: Int, until: Duration)] = []
        /// When fresh buckets came, and how many.
        var fresh: [(count: Int, at: Duration)] = []

        var count: Int { strangers.count + (isKnown ? 1 : 0) }
    }

    private var sent: [Stream: [Duration]] = [:]
    private var payers: [Int: Payers] = [:]

    /// What Bolna allows in a minute (docs: api-reference/rate-limiting), times the gateway's share of 60 %.
    private static func most(_ budget: RequestBudget) -> Int {
        switch budget {
        case .call, .agent, .executions: 300
        case .other: 600
        }
    }

    /// The part of a minute's budget that may be sent at once.
    private static let burst = 6
    private static let minute = Duration.seconds(60)

    /// A gateway starts that has these accounts in an organization.
    mutating func started(accounts: [String], organization: Int, at now: Duration) {
        var payers = payers[organization] ?? Payers()
        let isFirst = payers.count == 0
        payers.before.append((payers.count, now))
        payers.strangers = Set(accounts)
        payers.isKnown = false
        if !isFirst { payers.fresh.append((accounts.count, now)) }
        self.payers[organization] = payers
    }

    /// The gateway learned to which organization an account belongs.
    mutating func identified(account: String, organization: Int, at now: Duration) {
        guard var payers = payers[organization], payers.strangers.contains(account) else { return }
        payers.before.append((payers.count, now))
        payers.strangers.remove(account)
        payers.isKnown = true
        self.payers[organization] = payers
    }

    /// A request was sent: what is wrong with that.
    mutating func sent(_ budget: RequestBudget, organization: Int, at now: Duration) -> String? {
        let stream = Stream(organization: organization, budget: budget)
        var times = sent[stream, default: []]
        if let first = times.first, first <= now - Self.minute { times.removeAll { $0 <= now - Self.minute } }
        times.append(now)
        sent[stream] = times
        guard times.count > Self.most(budget) else { return nil }
        let most = most(budget, organization: organization, at: now)
        guard times.count > most else { return nil }
        return "\(times.count) requests of the class \(budget) in a minute, at most \(most) are ours"
    }

    private func most(_ budget: RequestBudget, organization: Int, at now: Duration) -> Int {
        guard let payers = payers[organization] else { return Self.most(budget) }
        let recent = payers.before.filter { $0.until > now - Self.minute }.map(\.count)
        let count = max((recent + [payers.count]).max() ?? 1, 1)
        let fresh = payers.fresh.filter { $0.at > now - Self.minute }.reduce(0) { $0 + $1.count }
        return Self.most(budget) * count + Self.most(budget) / Self.burst * fresh
    }
}

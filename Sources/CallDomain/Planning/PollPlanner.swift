/// Decides which due calls are read now, and how: a value that takes what is due and what was answered.
///
/// Within an account the earliest deadline comes first. A call that waits keeps its deadline while those of others move
/// on, so waiting is aging, and none starves. Accounts take turns. What it remembers is bounded by the number of
/// accounts.
package struct PollPlanner: Sendable {
    private var organizations: [AccountID: String] = [:]
    private var budgets: [Payer: Budgets] = [:]
    private var lastServed: AccountID?

    /// How often a request of the gateway's own, or a person's, had to wait for its budget.
    package private(set) var waits = 0
    /// How often a read that a hint asks for had to wait for its share.
    package private(set) var waitsOfHints = 0

    /// The most requests at once.
    package static let mostAtOnce = 32
    /// The share of the budget that only persons may use up.
    package static let reservedForPersons = 0.1
    /// The share of the budget that hints may use.
    package static let shareOfHints = 0.05
    /// How long a call that is known to be under way is held to the hints' share.
    package static let patienceOfHints = Duration.seconds(60)

    /// A planner with full buckets.
    package init() {}

    /// Who pays: accounts of one organization together, any other account by itself.
    private enum Payer: Hashable {
        case account(AccountID)
        case organization(String)
    }

    /// The buckets of one payer.
    private struct Budgets: Sendable {
        private var buckets = RequestBudget.allCases.map { TokenBucket(perMinute: $0.usedPerMinute) }
        private var hints = RequestBudget.allCases.map {
            TokenBucket(perMinute: Int(Double($0.usedPerMinute) * PollPlanner.shareOfHints))
        }

        mutating func take(_ budget: RequestBudget, for asker: Asker, now: Timestamp) -> Duration? {
            switch asker {
            case .person: return buckets[budget.rawValue].take(leaving: 0, now: now)
            case .background:
                return buckets[budget.rawValue].take(leaving: PollPlanner.reservedForPersons, now: now)
            case .hint:
                // Only a hint that the whole budget has room for costs a token of the hints' own.
                var bucket = buckets[budget.rawValue]
                if let wait = bucket.take(leaving: PollPlanner.reservedForPersons, now: now) { return wait }
                if let wait = hints[budget.rawValue].take(leaving: 0, now: now) { return wait }
                buckets[budget.rawValue] = bucket
                return nil
            }
        }

        func standing(of budget: RequestBudget, at now: Timestamp) -> (left: Int, most: Int) {
            buckets[budget.rawValue].standing(at: now)
        }

        mutating func refused(_ budget: RequestBudget, retryAfter: Duration?, now: Timestamp) {
            buckets[budget.rawValue].refused(retryAfter: retryAfter, now: now)
        }

        func joined(with other: Budgets) -> Budgets {
            var joined = self
            joined.buckets = zip(buckets, other.buckets).map { $0.joined(with: $1) }
            joined.hints = zip(hints, other.hints).map { $0.joined(with: $1) }
            return joined
        }
    }

    /// How many requests an account may send at once now, and at most; it shares them with others of its organization.
    package func standing(of budget: RequestBudget, account: AccountID, at now: Timestamp) -> (left: Int, most: Int) {
        (budgets[payer(of: account)] ?? Budgets()).standing(of: budget, at: now)
    }

    /// Says to which Bolna organization (`id` of `/user/me`) an account belongs: accounts of one share its budgets. What
    /// the account spent, and what a 429 taught before that was known, goes with it; only what two accounts sent before
    /// it was known that they share can be more than one budget.
    package mutating func assign(_ account: AccountID, organization: String) {
        organizations[account] = organization
        guard let own = budgets.removeValue(forKey: .account(account)) else { return }
        budgets[.organization(organization)] = budgets[.organization(organization)]?.joined(with: own) ?? own
    }

    /// Forgets to which organization an account belongs, since it has another token: until that is known again it pays
    /// for itself, from full buckets.
    package mutating func forget(_ account: AccountID) {
        organizations[account] = nil
        budgets[.account(account)] = nil
    }

    /// The reads to send now, each paid for; at most as many as fit beside those in flight. `following` are reads that
    /// earlier answers ask for: they take their place by their calls' deadlines, as those of due calls do.
    package mutating func plan(
        due: [DueCall], following: [PlannedRead] = [], inFlight: Int, now: Timestamp
    ) -> [PlannedRead] {
        let calls = Dictionary(grouping: due, by: \.account)
        let others = Dictionary(grouping: following, by: \.account)
        var queues: [AccountID: PollQueue] = [:]
        for account in Set(calls.keys).union(others.keys) {
            queues[account] = PollQueue(due: calls[account] ?? [], following: others[account] ?? [])
        }
        return plan(&queues, inFlight: inFlight, now: now)
    }

    /// The reads of accounts to send now, each taken from its queue and paid for; at most as many as fit beside those in
    /// flight.
    package mutating func plan(
        _ queues: inout [AccountID: PollQueue], inFlight: Int, now: Timestamp
    ) -> [PlannedRead] {
        var room = Self.mostAtOnce - max(inFlight, 0)
        guard room > 0 else { return [] }
        var planned: [PlannedRead] = []
        var turns = turns(of: queues.keys)
        while room > 0, !turns.isEmpty {
            var next: [AccountID] = []
            for account in turns where room > 0 {
                let read = queues[account]?.next(at: now) { budget, asker in
                    take(budget, account: account, for: asker, now: now)
                }
                guard let read else { continue }
                planned.append(read)
                room -= 1
                lastServed = account
                next.append(account)
            }
            turns = next
        }
        return planned
    }

    /// The accounts in the order of their turns: after the one that was served last.
    private func turns(of accounts: some Collection<AccountID>) -> [AccountID] {
        let ordered = accounts.sorted()
        guard let lastServed, let start = ordered.firstIndex(where: { $0 > lastServed }) else { return ordered }
        return Array(ordered[start...] + ordered[..<start])
    }

    /// Takes the right to send one request; nil is granted, else how long to wait before asking again.
    package mutating func take(
        _ budget: RequestBudget, account: AccountID, for asker: Asker, now: Timestamp
    ) -> Duration? {
        let wait = budgets[payer(of: account), default: Budgets()].take(budget, for: asker, now: now)
        if wait != nil {
            if asker == .hint { waitsOfHints &+= 1 } else { waits &+= 1 }
        }
        return wait
    }

    /// Learns from an answer: a 429 halves the budget for a minute, and nothing is sent before its `Retry-After`.
    package mutating func answered(
        status: Int, retryAfter: Duration?, budget: RequestBudget, account: AccountID, now: Timestamp
    ) {
        guard status == 429 else { return }
        budgets[payer(of: account), default: Budgets()].refused(budget, retryAfter: retryAfter, now: now)
    }

    private func payer(of account: AccountID) -> Payer {
        organizations[account].map(Payer.organization) ?? .account(account)
    }
}

/// One read to send.
package enum PlannedRead: Hashable, Sendable {
    /// The call in full.
    case single(DueCall)
    /// A page of an agent's listing.
    case listPage(ListRead)

    /// The calls it is for.
    package var calls: [DueCall] {
        switch self {
        case .single(let call): [call]
        case .listPage(let list): list.calls
        }
    }

    /// The account it is sent for.
    package var account: AccountID {
        switch self {
        case .single(let call): call.account
        case .listPage(let list): list.account
        }
    }

    /// What it is paid from.
    package var budget: RequestBudget {
        switch self {
        case .single: .other
        case .listPage: .executions
        }
    }

    /// On whose behalf it is sent. A call that is under way is to be read in its turn, with or without a hint: who
    /// forges hints must not be able to put that read off.
    package func asker(at now: Timestamp) -> Asker {
        guard case .single(let call) = self, let open = call.ledger.open, open.what == .verification else {
            return .background
        }
        let isUnderWay = call.status.map { !$0.isFinal } ?? false
        let hasWaited = now.duration(since: open.due) >= PollPlanner.patienceOfHints
        return isUnderWay && hasWaited ? .background : .hint
    }
}

package import BolnaWire
package import CallDomain

/// Decides what is listed to find calls the gateway never heard of. It reads no clock and sends nothing.
package struct SweeperMachine: Sendable {
    private let interval: Duration
    private let overlap: Duration
    private let patience: Duration
    private let tick: Duration
    private let longestBackoff: Duration
    private let agentsInterval: Duration
    private var agents: [AccountID: [AgentID]] = [:]
    private var agentsDue: [AccountID: Timestamp] = [:]
    private var sweepDue: [Scope: Timestamp] = [:]
    private var marks: [Scope: Timestamp] = [:]
    private var pending: [SweepPage] = []
    private var deferred: [Call: DeferredCall] = [:]
    /// Parts of truncated listings that are still to be listed, by scope.
    private var parts: [Scope: Int] = [:]

    /// The time between sweeps of an agent; scaled.
    package static let interval: Duration = .seconds(120)
    /// How far a sweep reaches back before the last one; scaled.
    package static let overlap: Duration = .seconds(86_400)
    /// The time between looks at the list of agents; scaled.
    package static let agentsInterval: Duration = .seconds(600)
    /// The most pages of one sweep; a longer listing is an incident, and listed again in parts.
    package static let mostPages = 200
    /// The most calls that are deferred at once.
    package static let mostDeferred = 1_024
    /// A call at which Bolna failed this often is given up: after about a day.
    package static let mostFailures = 288
    /// The longest outage that is listed.
    package static let longestOutage: Duration = .seconds(30 * 86_400)
    /// A truncated listing of a shorter window is not divided any more.
    package static let shortestPart: Duration = .seconds(600)

    private struct Scope: Hashable {
        var account: AccountID
        var agent: AgentID
    }

    private struct Call: Hashable {
        var account: AccountID
        var execution: ExecutionID
    }

    /// A call that is read later: it was found so soon after its creation that its first webhook, or the answer to its
    /// dial, may still be on its way, or Bolna failed at it.
    package struct DeferredCall: Hashable, Sendable {
        /// The account.
        package var account: AccountID
        /// The agent.
        package var agent: AgentID
        /// The call.
        package var execution: ExecutionID
        /// When it is read, unless it is known by then.
        package var due: Timestamp
        /// How often Bolna failed at it.
        package var failures = 0
    }

    /// What to do at a tick.
    package struct Tick: Hashable, Sendable {
        /// The accounts whose agents are to be listed.
        package var agents: [AccountID] = []
        /// The pages to list.
        package var pages: [SweepPage] = []
        /// The calls to read, unless they are known by now.
        package var calls: [DeferredCall] = []
    }

    /// What follows from a page.
    package struct Outcome: Hashable, Sendable {
        /// The calls to read.
        package var toRead: [ExecutionID]
        /// The next page; nil where the sweep ends here.
        package var next: SweepPage?
        /// Whether the sweep ends although the listing goes on.
        package var isTruncated = false
        /// Whether the sweep has reached its end, and no part of a truncated one is left to be listed.
        package var isComplete = false
    }

    /// Starts with what the store remembers of earlier sweeps.
    package init(settings: ExpectationSettings) {
        interval = Self.interval.scaled(by: settings.scale)
        overlap = Self.overlap.scaled(by: settings.scale)
        agentsInterval = Self.agentsInterval.scaled(by: settings.scale)
        patience = settings.scaled(\.queued)
        tick = settings.tick
        longestBackoff = max(settings.scaled(\.longestBackoff), settings.tick)
    }

    /// What the store remembers of earlier sweeps.
    package mutating func remember(_ marks: [AgentID: Timestamp], account: AccountID) {
        for (agent, mark) in marks { self.marks[Scope(account: account, agent: agent)] = mark }
    }

    /// An account's agents were listed.
    package mutating func found(_ agents: [AgentID], account: AccountID) {
        self.agents[account] = agents
        let current = Set(agents)
        sweepDue = sweepDue.filter { $0.key.account != account || current.contains($0.key.agent) }
        pending.removeAll { $0.account == account && !current.contains($0.agent) }
        parts = parts.filter { $0.key.account != account || current.contains($0.key.agent) }
    }

    /// An account's agents could not be listed: the next tick tries again.
    package mutating func missedAgents(of account: AccountID) { agentsDue[account] = nil }

    /// Whether an account's agents are known.
    package func knowsAgents(of account: AccountID) -> Bool { agents[account] != nil }

    /// The gateway was out: lists exactly that time, from the creation of the oldest open call on, for all agents.
    package mutating func cover(_ outage: Range<Timestamp>, oldestOpen: Timestamp?, account: AccountID) {
        let earliest = outage.upperBound.advanced(by: .zero - Self.longestOutage)
        var from = max(min(outage.lowerBound, oldestOpen ?? outage.lowerBound), earliest)
        while from < outage.upperBound {
            let to = min(from.advanced(by: ListRead.longestWindow), outage.upperBound)
            for agent in agents[account] ?? [] {
                pending.append(
                    SweepPage(account: account, agent: agent, window: .init(from: from, to: to), kind: .outage))
            }
            from = to
        }
    }

    /// Time passed.
    package mutating func tick(accounts: [AccountID], now: Timestamp) -> Tick {
        var tick = Tick()
        for account in accounts {
            if (agentsDue[account] ?? .distantPast) <= now {
                agentsDue[account] = now.advanced(by: agentsInterval)
                tick.agents.append(account)
            }
            for agent in agents[account] ?? [] {
                let scope = Scope(account: account, agent: agent)
                guard (sweepDue[scope] ?? .distantPast) <= now else { continue }
                sweepDue[scope] = now.advanced(by: interval)
                guard !pending.contains(where: { $0.kind == .newest && $0.agent == agent && $0.account == account })
                else { continue }
                pending.append(newest(scope, now: now))
            }
        }
        tick.pages = pending
        pending = []
        tick.calls = deferred.values.filter { $0.due <= now }
            .sorted { ($0.due, $0.execution) < ($1.due, $1.execution) }
        deferred = deferred.filter { $0.value.due > now }
        return tick
    }

    /// A page was listed. A call that was created just now is given time: where the agent's webhooks come (`isHealthy`)
    /// what its first one needs, else one tick, since the answer to its dial may be on its way. Bolna's clock may be
    /// ahead.
    package mutating func listed(
        _ page: SweepPage, _ list: ListPage, known: [ExecutionID: CallStatus?], isHealthy: Bool, now: Timestamp
    ) -> Outcome {
        let unheard = list.rows.filter { (known[$0.id] ?? nil) == nil }
        var toRead: [ExecutionID] = []
        let patience = isHealthy ? patience : tick
        for row in unheard {
            let call = Call(account: page.account, execution: row.id)
            guard deferred[call] == nil else { continue }
            let due = row.createdAt.map { min($0, now).advanced(by: patience) } ?? now
            if due > now, deferred.count < Self.mostDeferred {
                deferred[call] = DeferredCall(
                    account: page.account, agent: page.agent, execution: row.id, due: due)
            } else {
                toRead.append(row.id)
            }
        }
        var outcome = Outcome(toRead: toRead)
        let goesOn = list.hasMore && !list.rows.isEmpty && (page.kind != .newest || !unheard.isEmpty)
        let scope = Scope(account: page.account, agent: page.agent)
        guard goesOn else {
            if page.kind == .part { parts[scope] = max((parts[scope] ?? 0) - 1, 0) }
            outcome.isComplete = (parts[scope] ?? 0) == 0
            return outcome
        }
        guard page.window.page < Self.mostPages else {
            outcome.isTruncated = true
            divide(page, of: scope)
            return outcome
        }
        outcome.next = page
        outcome.next?.window.page += 1
        return outcome
    }

    /// A listing was too long: its window is listed again in two halves. One that is short is given up, and the next
    /// sweep that reaches its end is taken for whole again.
    private mutating func divide(_ page: SweepPage, of scope: Scope) {
        if page.kind == .part { parts[scope] = max((parts[scope] ?? 0) - 1, 0) }
        let span = page.window.to.duration(since: page.window.from)
        guard span > Self.shortestPart else { return }
        let middle = page.window.from.advanced(by: span / 2)
        for (from, to) in [(middle, page.window.to), (page.window.from, middle)] {
            pending.append(
                SweepPage(
                    account: scope.account, agent: scope.agent, window: .init(from: from, to: to), kind: .part))
            parts[scope, default: 0] += 1
        }
    }

    /// A page could not be read, or its calls could not: the same page is tried again at the next tick.
    package mutating func failed(_ page: SweepPage) { pending.append(page) }

    /// Bolna failed at a call: it is tried again by itself, after a tick at first, then less often, so that it does not
    /// keep others from being found. False where it is not tried again.
    package mutating func failed(_ call: DeferredCall, now: Timestamp) -> Bool {
        guard call.failures < Self.mostFailures, deferred.count < Self.mostDeferred else { return false }
        var call = call
        let wait = min(tick * (1 << min(call.failures, 16)), longestBackoff)
        call.failures += 1
        call.due = now.advanced(by: wait)
        deferred[Call(account: call.account, execution: call.execution)] = call
        return true
    }

    /// A sweep of an agent's newest calls reached its end: what to remember; nil for other listings.
    package mutating func finished(_ page: SweepPage) -> Timestamp? {
        guard page.kind == .newest else { return nil }
        marks[Scope(account: page.account, agent: page.agent)] = page.window.to
        return page.window.to
    }

    private func newest(_ scope: Scope, now: Timestamp) -> SweepPage {
        let longest = now.advanced(by: .zero - ListRead.longestWindow)
        let from = max((marks[scope] ?? now).advanced(by: .zero - overlap), longest)
        return SweepPage(
            account: scope.account, agent: scope.agent, window: .init(from: from, to: now), kind: .newest)
    }
}

/// One page of a sweep.
package struct SweepPage: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// The agent.
    package var agent: AgentID
    /// The page to ask for.
    package var window: BolnaRequest.ListWindow
    /// Why it is listed.
    package var kind: Kind

    /// The kinds of sweep.
    package enum Kind: Hashable, Sendable {
        /// The newest calls, until a page shows nothing new.
        case newest
        /// All calls of the time of an outage.
        case outage
        /// All calls of a part of a window whose listing was too long.
        case part
    }

    /// Puts a page together.
    package init(account: AccountID, agent: AgentID, window: BolnaRequest.ListWindow, kind: Kind) {
        self.account = account
        self.agent = agent
        self.window = window
        self.kind = kind
    }
}

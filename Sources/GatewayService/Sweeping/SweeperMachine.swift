package import BolnaWire
package import CallDomain

/// Decides what is listed to find calls the gateway never heard of. It reads no clock and sends nothing.
///
/// Each agent's newest page is looked at on time, whatever waits: what follows it, what lies before it and what an outage
/// left to be listed come behind, page by page, agents in turns.
///
/// Bolna sorts a listing by the last run, so that a page that shows nothing new does not mean that the next one does
/// not either. What was created since the last sweep is therefore listed to its end each time; only what lies before it
/// was listed like that already, and is looked through from its newest page on.
package struct SweeperMachine: Sendable {
    private let interval: Duration
    private let margin: Duration
    private let overlap: Duration
    private let wholeOverlapInterval: Duration
    private let patience: Duration
    private let tick: Duration
    private let agentsInterval: Duration
    private var agents: [AccountID: [AgentID]] = [:]
    private var agentsDue: [AccountID: Timestamp] = [:]
    private var due: [Scope: Due] = [:]
    private var marks: [Scope: Timestamp] = [:]
    /// The pages that failed: they are listed again from the next tick on. Together with those that wait and those that
    /// are being listed they are at most those of one sweep of each agent.
    private var pending: [SweepPage] = []
    /// The pages that wait behind the newest ones, in the order of their turns.
    private var waiting: [SweepPage] = []
    /// The pages that are being listed.
    private var listing: Set<SweepPage> = []
    /// How often in a row a page of an agent could not be read.
    private var failures: [Scope: [SweepPage: Int]] = [:]
    /// What is to be listed to its end.
    private var gaps = SweepGaps()
    /// The calls that are read later.
    private var deferred: DeferredCalls

    /// The time between sweeps of an agent; scaled.
    package static let interval: Duration = .seconds(120)
    /// How far a sweep lists to its end before the last one: Bolna's clock and its listing may lag, and a row that moves
    /// between pages while they are read is missed. Longer than two intervals; scaled.
    package static let margin: Duration = .seconds(300)
    /// How far the overlap reaches back before the last sweep; scaled.
    package static let overlap: Duration = .seconds(86_400)
    /// Each sweep looks through the overlap until a page shows nothing new: where our clock is ahead of Bolna's by more
    /// than the margin, new calls are found there. The time between looks through the whole of it; scaled.
    package static let wholeOverlapInterval: Duration = .seconds(3_600)
    /// The time between looks at the list of agents; scaled.
    package static let agentsInterval: Duration = .seconds(600)
    /// The most pages of one listing; a longer one is an incident, and listed again in parts.
    package static let mostPages = 200
    /// So often in a row a page is tried again; then the sweep starts anew, so that a page Bolna cannot show does not
    /// hide what comes to the newest one.
    package static let mostPageFailures = 8
    /// The farthest that is listed back.
    package static let longestOutage: Duration = .seconds(30 * 86_400)
    /// A listing of a shorter window that is too long is not divided any more.
    package static let shortestPart: Duration = .seconds(600)

    private struct Scope: Hashable {
        var account: AccountID
        var agent: AgentID
    }

    /// When the listings of an agent are due; nil is now.
    private struct Due {
        var newest: Timestamp?
        var wholeOverlap: Timestamp?
    }

    /// What to do at a tick.
    package struct Tick: Hashable, Sendable {
        /// The accounts whose agents are to be listed.
        package var agents: [AccountID] = []
        /// The newest pages, to be listed at once; further ones are given by ``SweeperMachine/next(of:)``.
        package var pages: [SweepPage] = []
        /// The calls to read, unless they are known by now.
        package var calls: [DeferredCall] = []
    }

    /// What follows from a page.
    package struct Outcome: Hashable, Sendable {
        /// The calls to read.
        package var toRead: [ExecutionID]
        /// The next page; nil where the listing ends here.
        package var next: SweepPage?
        /// How the listing ended; nil where it goes on.
        package var end: End?
    }

    /// How a listing ended.
    package enum End: Hashable, Sendable {
        /// It was read to its end.
        case reached
        /// It goes on, but what follows was listed before.
        case seenBefore
        /// It is too long: these parts of it are listed by themselves.
        case divided([SweepGap])
        /// It is too long, and too short a time to be divided: calls may be missing.
        case tooLong
    }

    /// Sweeps by the durations of expectations.
    package init(settings: ExpectationSettings) {
        interval = Self.interval.scaled(by: settings.scale)
        margin = Self.margin.scaled(by: settings.scale)
        overlap = Self.overlap.scaled(by: settings.scale)
        wholeOverlapInterval = Self.wholeOverlapInterval.scaled(by: settings.scale)
        agentsInterval = Self.agentsInterval.scaled(by: settings.scale)
        patience = settings.scaled(\.queued)
        tick = settings.tick
        // An overlap may show a call for as long as two of them.
        deferred = DeferredCalls(settings: settings, memory: overlap * 2)
    }

    /// What the store remembers of earlier sweeps, and of what they left.
    package mutating func remember(_ marks: [AgentID: Timestamp], gaps: [SweepGap] = [], account: AccountID) {
        for (agent, mark) in marks { self.marks[Scope(account: account, agent: agent)] = mark }
        self.gaps.add(gaps)
    }

    /// An account's agents were listed.
    package mutating func found(_ agents: [AgentID], account: AccountID) {
        self.agents[account] = agents
        let current = Set(agents)
        due = due.filter { $0.key.account != account || current.contains($0.key.agent) }
        for page in pending + waiting where page.account == account && !current.contains(page.agent) {
            if page.kind == .gap { gaps.failed(page) }
        }
        pending.removeAll { $0.account == account && !current.contains($0.agent) }
        waiting.removeAll { $0.account == account && !current.contains($0.agent) }
        failures = failures.filter { $0.key.account != account || current.contains($0.key.agent) }
    }

    /// The agents of an account that were never swept, with how far back their first sweep reaches: to be stored, since
    /// that first sweep may come to its end only after a long outage.
    package func firstMarks(of account: AccountID, now: Timestamp) -> [AgentID: Timestamp] {
        let new = (agents[account] ?? []).filter { marks[Scope(account: account, agent: $0)] == nil }
        return Dictionary(new.map { ($0, now.advanced(by: .zero - overlap)) }) { first, _ in first }
    }

    /// An account's agents could not be listed: the next tick tries again.
    package mutating func missedAgents(of account: AccountID) { agentsDue[account] = nil }

    /// The gateway was out: exactly that time is to be listed, once it is known which agents there are.
    package mutating func cover(_ outage: Range<Timestamp>, account: AccountID) {
        gaps.add([SweepGap(account: account, agent: nil, from: outage.lowerBound, to: outage.upperBound)])
    }

    /// Whether outages of an account wait to be listed, and its agents are known.
    package func canListOutages(of account: AccountID) -> Bool {
        agents[account] != nil && !gaps.outages(of: account).isEmpty
    }

    /// What takes the place of the outages of an account: the same time of each agent, from the creation of the oldest
    /// open call on, in windows of at most ``ListRead/longestWindow``.
    package func parts(
        ofOutagesIn account: AccountID, oldestOpen: Timestamp?
    ) -> (closed: [SweepGap], opened: [SweepGap]) {
        let outages = gaps.outages(of: account)
        var opened: [SweepGap] = []
        for outage in joined(outages, oldestOpen: oldestOpen) {
            var from = outage.lowerBound
            while from < outage.upperBound {
                let to = min(from.advanced(by: ListRead.longestWindow), outage.upperBound)
                for agent in agents[account] ?? [] {
                    opened.append(SweepGap(account: account, agent: agent, from: from, to: to))
                }
                from = to
            }
        }
        return (outages, opened)
    }

    /// What was to be listed is listed, or other stretches take its place; to be called when the store has it so.
    package mutating func replace(_ closed: [SweepGap], by opened: [SweepGap]) {
        gaps.remove(closed)
        gaps.add(opened)
    }

    /// The stretches of an account that were joined of others: the store is to have them in their place.
    package func joins(of account: AccountID) -> [SweepGap] { gaps.joins(of: account) }

    /// The store has these joins.
    package mutating func stored(joins: [SweepGap]) { gaps.stored(joins) }

    /// These are all the accounts there are: calls of others wait for nothing any more.
    package mutating func keep(_ accounts: Set<AccountID>) { deferred.keep(accounts) }

    /// Time passed. Of an agent whose pages wait or are being listed, the newest page is glanced at meanwhile.
    package mutating func tick(accounts: [AccountID], now: Timestamp) -> Tick {
        let busy = Set(
            (pending + waiting + listing).filter { $0.kind != .gap }
                .map { Scope(account: $0.account, agent: $0.agent) })
        var tick = Tick()
        for account in accounts {
            gaps.tick(account)
            if agentsDue[account]?.hasCome(at: now, setAtMost: agentsInterval) ?? true {
                agentsDue[account] = now.advanced(by: agentsInterval)
                tick.agents.append(account)
            }
            var pages = pending.filter { $0.account == account }
            pending.removeAll { $0.account == account }
            let again = Set(pages.filter(\.isNewest).map(\.agent))
            for agent in agents[account] ?? [] {
                let scope = Scope(account: account, agent: agent)
                guard !again.contains(agent) else {
                    // It is looked at now: no glance is needed before the next interval.
                    due[scope]?.newest = now.advanced(by: interval)
                    continue
                }
                pages += self.pages(of: scope, isBusy: busy.contains(scope), now: now)
            }
            tick.pages += pages.filter(\.isNewest)
            waiting += pages.filter { !$0.isNewest }
            tick.calls += deferred.take(of: account, now: now)
        }
        listing.formUnion(tick.pages)
        return tick
    }

    /// The next page to list of those that wait behind the newest ones: gaps after all others.
    package mutating func next(of account: AccountID) -> SweepPage? {
        let place =
            waiting.firstIndex { $0.account == account && $0.kind != .gap }
            ?? waiting.firstIndex { $0.account == account }
        let page = place.map { waiting.remove(at: $0) } ?? gaps.take(account: account, agents: agents[account] ?? [])
        if let page { listing.insert(page) }
        return page
    }

    /// Whether ``next(of:)`` would give a page.
    package func isWaiting(_ account: AccountID) -> Bool {
        waiting.contains { $0.account == account } || gaps.canTake(account: account, agents: agents[account] ?? [])
    }

    /// A page was listed and its calls were read; the listing goes on behind all that waits.
    package mutating func went(from page: SweepPage, on next: SweepPage) {
        listing.remove(page)
        waiting.append(next)
    }

    /// A page was listed. A call that was created just now is given time: where the agent's webhooks come (`isHealthy`)
    /// what its first one needs, else one tick, since the answer to its dial may be on its way. Bolna's clock may be
    /// ahead.
    package mutating func listed(
        _ page: SweepPage, _ list: ListPage, known: [ExecutionID: CallStatus?], isHealthy: Bool, now: Timestamp
    ) -> Outcome {
        let unheard = list.rows.filter { row in
            (known[row.id] ?? nil) == nil && !deferred.hasGivenUp(row.id, of: page.account)
        }
        var outcome = Outcome(toRead: [])
        let patience = isHealthy ? patience : tick
        for row in unheard where !deferred.has(row.id, of: page.account) {
            let due = row.createdAt.map { min($0, now).advanced(by: patience) } ?? now
            let call = DeferredCall(account: page.account, agent: page.agent, execution: row.id, due: due)
            if due <= now || !deferred.add(call) { outcome.toRead.append(row.id) }
        }
        guard page.kind != .glance else {
            outcome.end = .seenBefore
            return outcome
        }
        // A page of rows that cannot be used says nothing about the next one.
        let hasRows = !list.rows.isEmpty || list.unusableRows > 0
        if !list.hasMore || !hasRows {
            outcome.end = .reached
        } else if page.kind == .overlap(isWhole: false), unheard.isEmpty, list.unusableRows == 0 {
            outcome.end = .seenBefore
        } else if page.window.page < Self.mostPages {
            outcome.next = page
            outcome.next?.window.page += 1
        } else {
            outcome.end = cut(page)
        }
        return outcome
    }

    /// What to remember of a listing that ended, besides what takes its place: how far the newest calls were listed.
    package func mark(after page: SweepPage) -> Timestamp? { page.kind == .newest ? page.window.to : nil }

    /// A listing ended, and the store has it so. Whether nothing of its agent is left to be listed to its end.
    package mutating func ended(_ page: SweepPage, _ end: End, now: Timestamp) -> Bool {
        let scope = Scope(account: page.account, agent: page.agent)
        listing.remove(page)
        guard page.kind != .glance else { return false }
        if page.kind != .gap { failures[scope] = nil }
        if let mark = mark(after: page) {
            marks[scope] = mark
            // A window that ends before now is followed by the next one.
            if page.window.to < now.advanced(by: .zero - interval) { due[scope]?.newest = nil }
        }
        var parts: [SweepGap] = []
        if case .divided(let halves) = end { parts = halves }
        replace(page.kind == .gap ? [page.gap] : [], by: parts)
        guard case .reached = end, page.kind != .overlap(isWhole: false) else { return false }
        return !gaps.hasAny(account: page.account, agent: page.agent)
    }

    /// Nothing could be asked or stored: the same page is tried at the next tick. That says nothing about the page.
    package mutating func postponed(_ page: SweepPage) {
        listing.remove(page)
        switch page.kind {
        case .gap: gaps.failed(page)
        case .glance: due[Scope(account: page.account, agent: page.agent)]?.newest = nil
        case .newest, .overlap: pending.append(page)
        }
    }

    /// A page could not be read, or its calls could not: the same page is tried again at the next tick, for a while.
    package mutating func failed(_ page: SweepPage) {
        listing.remove(page)
        switch page.kind {
        case .gap: gaps.failed(page)
        case .glance: due[Scope(account: page.account, agent: page.agent)]?.newest = nil
        case .newest, .overlap:
            let scope = Scope(account: page.account, agent: page.agent)
            // A listing that gets on, be it slowly, is none that is stuck.
            let count = (failures[scope]?[page] ?? 0) + 1
            failures[scope] = (failures[scope] ?? [:]).filter { $0.key.kind != page.kind }
            failures[scope]?[page] = count
            guard count > Self.mostPageFailures else { return pending.append(page) }
            failures[scope] = nil
            pending.removeAll { $0.account == page.account && $0.agent == page.agent }
            due[scope]?.newest = nil
            if page.kind == .overlap(isWhole: true) { due[scope]?.wholeOverlap = nil }
        }
    }

    /// A deferred call was read and stored, or is known by now.
    package mutating func settled(_ call: DeferredCall) { deferred.settled(call) }

    /// A call could not be asked about or stored: it is tried at the next tick. That says nothing about the call.
    package mutating func postponed(_ call: DeferredCall, now: Timestamp) -> Retry {
        deferred.postponed(call, now: now)
    }

    /// A call could not be read: it is tried again by itself, or given up.
    package mutating func failed(_ call: DeferredCall, isNotFound: Bool = false, now: Timestamp) -> Retry {
        deferred.failed(call, isNotFound: isNotFound, now: now)
    }

    /// How a listing ends that is longer than its pages. Its time is listed again in two halves, unless it is short. An
    /// overlap is not: all of it was listed to its end before.
    private func cut(_ page: SweepPage) -> End {
        if case .overlap = page.kind { return .seenBefore }
        let span = page.window.to.duration(since: page.window.from)
        guard span > Self.shortestPart else { return .tooLong }
        let middle = page.window.from.advanced(by: span / 2)
        return .divided(
            [(page.window.from, middle), (middle, page.window.to)].map { from, to in
                SweepGap(account: page.account, agent: page.agent, from: from, to: to)
            })
    }

    /// The times to list for outages, those that overlap as one.
    private func joined(_ outages: [SweepGap], oldestOpen: Timestamp?) -> [Range<Timestamp>] {
        var joined: [Range<Timestamp>] = []
        for outage in outages {
            let earliest = outage.to.advanced(by: .zero - Self.longestOutage)
            let from = max(min(outage.from, oldestOpen ?? outage.from), earliest)
            guard from < outage.to else { continue }
            if let last = joined.last, from <= last.upperBound {
                joined[joined.count - 1] = min(last.lowerBound, from)..<max(last.upperBound, outage.to)
            } else {
                joined.append(from..<outage.to)
            }
        }
        return joined
    }

    /// The pages that are due of an agent; of one whose last sweep is still under way, the newest page alone.
    private mutating func pages(of scope: Scope, isBusy: Bool, now: Timestamp) -> [SweepPage] {
        var times = due[scope] ?? Due(wholeOverlap: now.advanced(by: wholeOverlapInterval))
        defer { due[scope] = times }
        guard times.newest?.hasCome(at: now, setAtMost: interval) ?? true else { return [] }
        times.newest = now.advanced(by: interval)
        if isBusy {
            let from = now.advanced(by: .zero - min(margin, ListRead.longestWindow))
            return [page(of: scope, from: from, to: now, .glance)]
        }
        let newest = newest(of: scope, now: now)
        var pages = [page(of: scope, from: newest.lowerBound, to: newest.upperBound, .newest)]
        if let mark = marks[scope] {
            let isWhole = times.wholeOverlap?.hasCome(at: now, setAtMost: wholeOverlapInterval) ?? true
            if isWhole { times.wholeOverlap = now.advanced(by: wholeOverlapInterval) }
            let from = min(mark, now).advanced(by: .zero - min(overlap, ListRead.longestWindow))
            if from < newest.lowerBound {
                pages.append(page(of: scope, from: from, to: newest.lowerBound, .overlap(isWhole: isWhole)))
            }
        }
        return pages
    }

    /// The window of what was created since the last sweep; of a long time, its earliest part.
    private func newest(of scope: Scope, now: Timestamp) -> Range<Timestamp> {
        let since = marks[scope].map { min($0, now).advanced(by: .zero - margin) }
        let earliest = now.advanced(by: .zero - Self.longestOutage)
        let from = max(since ?? now.advanced(by: .zero - overlap), earliest)
        return from..<min(now, from.advanced(by: ListRead.longestWindow))
    }

    private func page(of scope: Scope, from: Timestamp, to: Timestamp, _ kind: SweepPage.Kind) -> SweepPage {
        SweepPage(account: scope.account, agent: scope.agent, window: .init(from: from, to: to), kind: kind)
    }
}

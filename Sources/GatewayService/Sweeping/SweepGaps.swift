import CallDomain

/// What is to be listed to its end behind the newest calls, and how far that has come: the times of outages, until they
/// are divided among an account's agents, and stretches of single agents' listings.
struct SweepGaps: Sendable {
    /// With the page to go on at.
    private var pages: [SweepGap: Int] = [:]
    /// Those that are being listed.
    private var listing: Set<SweepGap> = []
    /// Those that failed: they wait for the next tick.
    private var resting: Set<SweepGap> = []
    /// Those that were joined of others, which the store still has in their place.
    private var joins: Set<SweepGap> = []

    /// The most outages of an account that wait to be listed; further ones are joined.
    static let mostOutages = 16
    /// The most stretches of one agent that wait to be listed; further ones are joined with their neighbours, as far as
    /// one listing reaches, so that what lies between is listed as well.
    static let mostOfAgent = 64

    /// These are to be listed.
    mutating func add(_ gaps: some Sequence<SweepGap>) {
        for gap in gaps { pages[gap] = 1 }
        for scope in Set(gaps.map { Scope(account: $0.account, agent: $0.agent) }) { join(scope) }
    }

    /// What was to be listed is listed, with all that lies within it.
    mutating func remove(_ closed: [SweepGap]) {
        for gap in closed {
            pages = pages.filter { !gap.covers($0.key) }
            listing.remove(gap)
        }
    }

    /// What was joined of an account's stretches and is still to be listed, ordered: the store is to have it so, too.
    func joins(of account: AccountID) -> [SweepGap] {
        joins.filter { $0.account == account && pages[$0] != nil }.sorted()
    }

    /// The store has these joins.
    mutating func stored(_ joined: [SweepGap]) { joins = joins.subtracting(joined).filter { pages[$0] != nil } }

    /// A tick of an account began: what failed of it may be tried again.
    mutating func tick(_ account: AccountID) { resting = resting.filter { $0.account != account } }

    /// The next stretch to list, of one of these agents; it is under way until it is removed or fails.
    mutating func take(account: AccountID, agents: some Sequence<AgentID>) -> SweepPage? {
        guard let gap = waiting(account: account, agents: agents).min(), let agent = gap.agent else { return nil }
        listing.insert(gap)
        return SweepPage(
            account: account, agent: agent,
            window: .init(from: gap.from, to: gap.to, page: pages[gap] ?? 1), kind: .gap)
    }

    /// Whether a stretch waits that can be listed.
    func canTake(account: AccountID, agents: some Sequence<AgentID>) -> Bool {
        !waiting(account: account, agents: agents).isEmpty
    }

    /// A page could not be listed: its stretch goes on there at the next tick.
    mutating func failed(_ page: SweepPage) {
        listing.remove(page.gap)
        guard pages[page.gap] != nil else { return }
        pages[page.gap] = page.window.page
        resting.insert(page.gap)
    }

    /// Whether anything of an agent, or of all agents of its account, is left.
    func hasAny(account: AccountID, agent: AgentID) -> Bool {
        pages.keys.contains { $0.account == account && ($0.agent == nil || $0.agent == agent) }
    }

    /// The outages of an account that wait to be divided, ordered.
    func outages(of account: AccountID) -> [SweepGap] {
        pages.keys.filter { $0.account == account && $0.agent == nil }.sorted()
    }

    private struct Scope: Hashable {
        var account: AccountID
        var agent: AgentID?
    }

    private func waiting(account: AccountID, agents: some Sequence<AgentID>) -> [SweepGap] {
        let agents = Set(agents)
        return pages.keys.filter { gap in
            guard gap.account == account, let agent = gap.agent, agents.contains(agent) else { return false }
            return !listing.contains(gap) && !resting.contains(gap)
        }
    }

    /// Joins the neighbours that lie closest, until no more of a scope wait than may.
    private mutating func join(_ scope: Scope) {
        let most = scope.agent == nil ? Self.mostOutages : Self.mostOfAgent
        var gaps = pages.keys.filter {
            $0.account == scope.account && $0.agent == scope.agent && !listing.contains($0)
        }.sorted()
        while gaps.count > most {
            let joined = (1..<gaps.count).map { place in
                var both = gaps[place - 1]
                both.to = max(both.to, gaps[place].to)
                return (place: place, gap: both, span: both.to.duration(since: both.from))
            }
            guard let closest = joined.min(by: { $0.span < $1.span }) else { return }
            // An outage is divided into windows of its own later.
            guard scope.agent == nil || closest.span <= ListRead.longestWindow else { return }
            for gap in [gaps[closest.place - 1], gaps[closest.place]] {
                pages[gap] = nil
                resting.remove(gap)
            }
            pages[closest.gap] = 1
            joins.insert(closest.gap)
            gaps.replaceSubrange(closest.place - 1...closest.place, with: [closest.gap])
        }
    }
}

package import CallDomain

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
        /// What was created since the last sweep, to its end.
        case newest
        /// The first page of what was created of late, and no more, while the last sweep is still under way.
        case glance
        /// What lies before that: until a page shows nothing new, or whole.
        case overlap(isWhole: Bool)
        /// A stretch that is to be listed to its end: the time of an outage, or a part of a listing that was too long.
        case gap
    }

    /// Puts a page together.
    package init(account: AccountID, agent: AgentID, window: BolnaRequest.ListWindow, kind: Kind) {
        self.account = account
        self.agent = agent
        self.window = window
        self.kind = kind
    }

    /// Whether it is where an agent's newest calls stand.
    var isNewest: Bool { window.page == 1 && (kind == .newest || kind == .glance) }

    /// The stretch it is a page of.
    var gap: SweepGap { SweepGap(account: account, agent: agent, from: window.from, to: window.to) }
}

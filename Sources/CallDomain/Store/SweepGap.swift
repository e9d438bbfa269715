/// A stretch of an agent's listing, by `created_at`, that is still to be listed to its end: what an outage of the
/// gateway's own may have hidden, or a part of a listing that was too long. It is stored until it has been listed, so
/// that a restart forgets none.
package struct SweepGap: Hashable, Comparable, Sendable {
    /// The account.
    package var account: AccountID
    /// The agent; nil for all agents of the account, while it is not known which ones there are.
    package var agent: AgentID?
    /// The earliest creation.
    package var from: Timestamp
    /// The latest creation.
    package var to: Timestamp

    /// Puts a gap together.
    package init(account: AccountID, agent: AgentID?, from: Timestamp, to: Timestamp) {
        self.account = account
        self.agent = agent
        self.from = from
        self.to = to
    }

    /// Whether listing this one lists the other as well.
    package func covers(_ other: SweepGap) -> Bool {
        account == other.account && agent == other.agent && from <= other.from && to >= other.to
    }

    /// By account, agent and time.
    package static func < (left: Self, right: Self) -> Bool {
        (left.account, left.agent?.rawValue ?? "", left.from, left.to)
            < (right.account, right.agent?.rawValue ?? "", right.from, right.to)
    }
}

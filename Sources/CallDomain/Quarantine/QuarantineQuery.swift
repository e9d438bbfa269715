/// Which entries of a quarantine are meant; everything that is set must hold.
package struct QuarantineQuery: Hashable, Sendable {
    /// Only these entries; nil is no filter.
    package var ids: [Int64]?
    /// Only those kept for this reason.
    package var reason: QuarantineReason?
    /// Only those addressed to this agent.
    package var agent: AgentID?
    /// Only those about this call.
    package var execution: ExecutionID?
    /// Only those received at this time or later.
    package var from: Timestamp?
    /// Only those received before this time.
    package var to: Timestamp?
    /// Only open, or only settled ones; nil is both.
    package var state: State?
    /// Only those behind this entry.
    package var after: Int64?
    /// Only those up to this entry.
    package var through: Int64?
    /// Only open ones that were not yet tried under these circumstances.
    package var notTriedUnder: String?

    /// Whether an entry still waits for something.
    package enum State: String, Hashable, CaseIterable, Sendable {
        /// It could not be used yet.
        case open
        /// It was replayed, discarded, or made superfluous.
        case settled
    }

    /// All entries.
    package init(
        ids: [Int64]? = nil, reason: QuarantineReason? = nil, agent: AgentID? = nil, execution: ExecutionID? = nil,
        from: Timestamp? = nil, to: Timestamp? = nil, state: State? = nil, after: Int64? = nil, through: Int64? = nil,
        notTriedUnder: String? = nil
    ) {
        self.ids = ids
        self.reason = reason
        self.agent = agent
        self.execution = execution
        self.from = from
        self.to = to
        self.state = state
        self.after = after
        self.through = through
        self.notTriedUnder = notTriedUnder
    }
}

/// Which part of the entries is read.
package struct QuarantineSlice: Hashable, Sendable {
    /// Where to go on: behind this entry, in the order that is asked for.
    package var after: Int64?
    /// Oldest first; newest first otherwise.
    package var isOldestFirst: Bool
    /// The most entries.
    package var limit: Int
    /// Whether the bodies are read.
    package var withBodies: Bool

    /// Newest first from the newest on, without bodies, unless told otherwise.
    package init(after: Int64? = nil, isOldestFirst: Bool = false, limit: Int, withBodies: Bool = false) {
        self.after = after
        self.isOldestFirst = isOldestFirst
        self.limit = limit
        self.withBodies = withBodies
    }
}

/// How many entries there are, by reason.
package struct QuarantineCounts: Hashable, Sendable {
    /// Open and settled entries of each reason that has any.
    package var byReason: [QuarantineReason: Count]
    /// The number of the newest entry that was counted; nil without any.
    package var newest: Int64?

    /// Entries of one reason.
    package struct Count: Hashable, Sendable {
        /// Those that wait for something.
        package var open: Int
        /// Those that are settled.
        package var settled: Int

        /// Puts a count together.
        package init(open: Int = 0, settled: Int = 0) {
            self.open = open
            self.settled = settled
        }
    }

    /// Puts counts together.
    package init(byReason: [QuarantineReason: Count] = [:], newest: Int64? = nil) {
        self.byReason = byReason
        self.newest = newest
    }

    /// All open entries.
    package var open: Int { byReason.values.reduce(0) { $0 + $1.open } }
    /// All settled entries.
    package var settled: Int { byReason.values.reduce(0) { $0 + $1.settled } }
    /// All entries.
    package var total: Int { open + settled }
}

extension CallStore {
    /// The quarantine's newest entries with their bodies, older than `before`.
    package func quarantine(
        account: AccountID, before: Int64?, limit: Int
    ) throws(StoreError) -> [QuarantineRecord] {
        try quarantine(
            account: account, query: QuarantineQuery(),
            slice: QuarantineSlice(after: before, limit: limit, withBodies: true))
    }
}

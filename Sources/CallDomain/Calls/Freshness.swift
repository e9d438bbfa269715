/// How fresh a call's status is, as every client sees it.
package struct Freshness: Hashable, Sendable {
    /// The status.
    package var status: CallStatus
    /// Where it came from.
    package var source: Source
    /// As of when it holds: when its statement was received or, for a read, last sent.
    package var asOf: Timestamp
    /// Whether its sender was verified: a signature, a token, or a read of ours; a source address alone is not enough.
    package var isVerified: Bool
    /// What the newest unverified hint claims, while no read has cleared it; nil without one.
    package var unverified: CallStatus?
    /// What is expected next; nil where nothing is.
    package var expects: Next?
    /// How waiting ended, while nothing is expected.
    package var outcome: ExpectationLedger.Outcome?

    /// What is expected next.
    package struct Next: Hashable, Sendable {
        /// What must come.
        package var what: Expected
        /// By when; after it the gateway asks Bolna.
        package var by: Timestamp
        /// The row of the table of expectations that says so.
        package var why: ExpectationRule
        /// How many earlier webhooks of the agent the time was learned from; nil where it is the table's.
        package var samples: Int?
    }

    /// The freshness of a call.
    package init(state: CallState, ledger: ExpectationLedger, unverified: CallStatus? = nil) {
        let winner = state.current.statusWinner.observation
        status = state.status
        source = winner.source
        asOf = state.current.statusAsOf
        isVerified = winner.trust >= .authenticated
        self.unverified = unverified
        expects = ledger.open.map { Next(what: $0.what, by: $0.due, why: $0.why, samples: $0.learned?.samples) }
        outcome = ledger.open == nil ? ledger.outcome : nil
    }
}

extension CallRecord {
    /// How fresh its status is; nil while only hints are known.
    package var freshness: Freshness? {
        state.map { Freshness(state: $0, ledger: ledger, unverified: unverifiedStatus) }
    }
}

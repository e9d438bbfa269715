/// What happened in a window of time, in figures; one model for command line, API and pages.
package struct ReconciliationReport: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// The window's start.
    package var from: Timestamp
    /// The window's end, exclusive.
    package var to: Timestamp
    /// The journal position the figures were computed at.
    package var position: Int64
    /// The figures, in the order of ``FigureID/allCases``.
    package var figures: [Figure]

    /// One figure.
    package struct Figure: Hashable, Sendable {
        /// Which figure.
        package var id: FigureID
        /// Its value.
        package var value: Int
        /// Bolna's ids of the calls behind it, ordered, at most ``mostCalls``; empty where the figure counts no calls.
        package var executions: [ExecutionID]

        /// The most calls that are listed with a figure.
        package static let mostCalls = 1_000

        /// Puts a figure together.
        package init(id: FigureID, value: Int, executions: [ExecutionID] = []) {
            self.id = id
            self.value = value
            self.executions = executions
        }
    }

    /// Puts a report together.
    package init(account: AccountID, from: Timestamp, to: Timestamp, position: Int64, figures: [Figure]) {
        self.account = account
        self.from = from
        self.to = to
        self.position = position
        self.figures = figures
    }

    /// The value of a figure; nil where the report has none.
    package func value(_ id: FigureID) -> Int? { figures.first { $0.id == id }?.value }
}

/// The figures of a report, by their stable ids.
package enum FigureID: String, Hashable, CaseIterable, Sendable {
    /// Calls first heard of in the window.
    case calls = "calls"
    /// Calls of those that are final.
    case finished = "calls-final"
    /// Deliveries of webhooks that were stored, repeats included.
    case deliveries = "webhook-deliveries"
    /// Deliveries of webhooks that repeated one already stored.
    case duplicates = "webhook-duplicates"
    /// Changes of status told by a webhook first.
    case changesByWebhook = "changes-by-webhook"
    /// Changes of status told by a read first.
    case changesByRead = "changes-by-read"
    /// Calls with a change of status that a read told and no webhook has told since.
    case healed = "calls-healed-by-read"
    /// Full reads of calls by the poller.
    case pollReads = "poll-reads"
    /// Full reads of calls by persons.
    case checkReads = "check-reads"
    /// Full reads of calls after a listing.
    case sweepReads = "sweep-reads"
    /// Poller's reads that found no change.
    case probes = "probes"
    /// Calls whose expectation is overdue now.
    case overdue = "calls-overdue"
    /// Calls whose waiting ended as abandoned.
    case abandoned = "calls-abandoned"
    /// Contradictions that stand.
    case contradictions = "contradictions"
    /// Deliveries kept as unverified hints.
    case hints = "hints"
    /// Deliveries in quarantine, `other` kinds apart.
    case quarantined = "quarantined"
    /// Workflow and batch deliveries.
    case otherDeliveries = "other-deliveries"
    /// Deliveries with a status the gateway does not know.
    case unknownStatuses = "unknown-statuses"
}

/// What the calculus needs to know of a call's scope (account and agent): how its webhooks fare and what it learned.
package struct ScopeProfile: Hashable, Sendable {
    /// How the scope's webhooks fare.
    package var path: PathState
    /// Statuses the agent is known not to send; empty is all sent.
    package var suppressedStatuses: Set<CallStatus>
    /// Whether recordings are to be expected; nil is unknown, which costs two looks.
    package var expectsArtefacts: Bool?
    /// A learned deadline by the step it starts from; empty until enough samples are there.
    package var learnedDeadlines: [Int: Duration]

    /// Puts a profile together.
    package init(
        path: PathState, suppressedStatuses: Set<CallStatus> = [], expectsArtefacts: Bool? = nil,
        learnedDeadlines: [Int: Duration] = [:]
    ) {
        self.path = path
        self.suppressedStatuses = suppressedStatuses
        self.expectsArtefacts = expectsArtefacts
        self.learnedDeadlines = learnedDeadlines
    }
}

/// How the webhooks of one account and agent fare.
package enum PathState: UInt8, Hashable, CaseIterable, Sendable {
    // Raw values are stored: append, never renumber.
    /// No webhook ever arrived.
    case unproven = 0
    /// Webhooks come.
    case healthy = 1
    /// Too few changes came by webhook.
    case degraded = 2

    /// The word in JSON, logs and reports.
    package var word: String {
        switch self {
        case .unproven: "unproven"
        case .healthy: "healthy"
        case .degraded: "degraded"
        }
    }
}

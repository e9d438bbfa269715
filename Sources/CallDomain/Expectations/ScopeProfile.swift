/// What the calculus needs to know of a call's scope (account and agent): how its webhooks fare and what it learned.
package struct ScopeProfile: Hashable, Sendable {
    /// How the scope's webhooks fare.
    package var path: PathState
    /// Statuses the agent is known not to send; empty is all sent.
    package var suppressedStatuses: Set<CallStatus>
    /// Whether artefacts are to be expected, where the account says so.
    package var statedArtefacts: [Artefact: Bool]
    /// First deadlines that the account states for the agent, not yet scaled; the table's hold for all other rows.
    package var statedDeadlines: [ExpectationRule: Duration]
    /// A learned deadline by the step it starts from.
    package var learnedDeadlines: [Int: LearnedDeadline]
    /// What was learned of artefacts.
    package var artefacts: [Artefact: ArtefactHistory]
    /// Whether somebody is looking at this call right now.
    package var isWatched: Bool

    /// Puts a profile together.
    package init(
        path: PathState, suppressedStatuses: Set<CallStatus> = [], statedArtefacts: [Artefact: Bool] = [:],
        statedDeadlines: [ExpectationRule: Duration] = [:], learnedDeadlines: [Int: LearnedDeadline] = [:],
        artefacts: [Artefact: ArtefactHistory] = [:], isWatched: Bool = false
    ) {
        self.path = path
        self.suppressedStatuses = suppressedStatuses
        self.statedArtefacts = statedArtefacts
        self.statedDeadlines = statedDeadlines
        self.learnedDeadlines = learnedDeadlines
        self.artefacts = artefacts
        self.isWatched = isWatched
    }

    /// How much is expected of an artefact.
    func demand(for artefact: Artefact) -> ArtefactDemand {
        if let stated = statedArtefacts[artefact] { return stated ? .sure : .none }
        let history = artefacts[artefact]
        if let history, history.arrived > 0 { return .sure }
        guard artefact.isUsual, (history?.calls ?? 0) < ArtefactHistory.mostCalls else { return .none }
        return .unsure
    }
}

/// How much is expected of an artefact.
enum ArtefactDemand: Hashable, Sendable {
    /// The account says that it comes, or it came on one of the agent's last calls: it is looked for all day.
    case sure
    /// Nothing is known: it is looked for twice.
    case unsure
    /// The account says that it does not come, or it came on none of the agent's last calls.
    case none
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

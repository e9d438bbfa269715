/// What is known when a path's webhooks do not come in time: the likely cause is a function of it.
package struct PathSymptoms: Hashable, Sendable {
    /// When each webhook was given up that did not come in time.
    package var missed: [Timestamp]
    /// Webhooks that came after they had been given up.
    package var late: Int
    /// How long a webhook was waited for.
    package var patience: Duration
    /// The gateway's own outages of that time.
    package var outages: [Range<Timestamp>]
    /// Deliveries to the account that were refused in that time.
    package var refused: Int
    /// How the account's other agents fared.
    package var others: [PathFigures]

    /// Puts symptoms together.
    package init(
        missed: [Timestamp], late: Int, patience: Duration, outages: [Range<Timestamp>], refused: Int,
        others: [PathFigures]
    ) {
        self.missed = missed
        self.late = late
        self.patience = patience
        self.outages = outages
        self.refused = refused
        self.others = others
    }

    /// The likely cause, the first of those that explain at least half of what was missed: the gateway was out when the
    /// webhooks were sent; they came, too late; the account's deliveries were refused. Else the agent alone is silent
    /// where another one's webhooks come, and everything is where no other's do. Nil where nothing was missed.
    package var cause: Incident.Cause? {
        guard !missed.isEmpty else { return nil }
        if explainsMost(missed.count(where: isOwnOutage)) { return .ownOutage }
        if explainsMost(late) { return .slow }
        if explainsMost(refused) { return .refused }
        return others.contains(where: \.fareWell) ? .agentSilent : .everythingSilent
    }

    private func explainsMost(_ count: Int) -> Bool { count > 0 && count * 2 >= missed.count }

    /// Whether a webhook that was given up at this time may have been sent while the gateway was out: some time before
    /// a read told its change, or while it was waited for.
    private func isOwnOutage(_ givenUpAt: Timestamp) -> Bool {
        let earliest = givenUpAt.advanced(by: .zero - patience * 2)
        return outages.contains { $0.lowerBound <= givenUpAt && $0.upperBound >= earliest }
    }
}

extension Incident.Cause {
    /// What it means and what to do about it, in one sentence.
    package var advice: String {
        switch self {
        case .ownOutage: "The gateway itself was out."
        case .agentSilent:
            "Only this agent's webhooks do not come: check its webhook URL and which statuses it is set to send."
        case .refused:
            "Deliveries to the account were refused: check the webhook secret, the token in the URL and the addresses."
        case .everythingSilent:
            "No agent's webhooks come: check that the webhook URL can be reached from outside."
        case .slow: "Webhooks come, but too late."
        }
    }
}

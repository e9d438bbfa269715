extension FigureID {
    /// The figure's name for people.
    package var title: String { words.title }

    /// One sentence on what it counts.
    package var explanation: String { words.explanation }

    private var words: (title: String, explanation: String) {
        switch self {
        case .calls: ("Calls", "Calls that the gateway first heard of in the window.")
        case .finished: ("Finished calls", "Calls of those whose status is final now.")
        case .deliveries: ("Webhook deliveries", "Webhooks that were stored, repeats included.")
        case .duplicates: ("Repeated deliveries", "Webhooks whose bytes were stored already.")
        case .changesByWebhook: ("Changes by webhook", "Changes of status that a webhook told first.")
        case .changesByRead: ("Changes by read", "Changes of status that a read of Bolna's API told first.")
        case .healed:
            ("Healed calls", "Calls with a change of status that a read told and no webhook has told since.")
        case .pollReads: ("Reads by the poller", "Full reads of calls because something expected was overdue.")
        case .checkReads: ("Reads by persons", "Full reads of calls because a person asked.")
        case .sweepReads: ("Reads by the sweep", "Full reads of calls that a listing had found.")
        case .probes: ("Probes", "The poller's reads that found no change.")
        case .overdue: ("Overdue now", "Calls for which something expected has not come in time.")
        case .abandoned: ("Abandoned", "Calls of which nothing more was heard for too long; their last status stands.")
        case .contradictions: ("Contradictions", "Disagreements between statements that stand unsettled.")
        case .hints: ("Unverified hints", "Webhooks whose sender could not be verified: shown beside the call only.")
        case .quarantined: ("Quarantined", "Deliveries kept aside because they could not be used.")
        case .otherDeliveries: ("Other deliveries", "Workflow and batch webhooks, kept but not used.")
        case .unknownStatuses: ("Unknown statuses", "Deliveries with a status that the gateway does not know.")
        }
    }
}

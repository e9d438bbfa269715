extension FigureID {
    /// The figure's name for people; a part has its own.
    package var title: String {
        guard let part else { return kind.title }
        switch kind {
        case .requestsByAnswer: return part == Tally.Answer.fine.rawValue ? "answered" : Self.words(part)
        case .webhookLatency, .healingLatency: return part == "count" ? "measured" : part
        case .callsByEnd: return part == Source.check.word ? "check, by hand" : Self.words(part)
        case .budgetUsed:
            let budget = RequestBudget.allCases.first { $0.word == part }
            return Self.words(part) + (budget.map { ", of \($0.usedPerMinute)" } ?? "")
        default: return Self.words(part)
        }
    }

    /// One sentence on what it counts; a part has its division's.
    package var explanation: String { kind.explanation }

    /// What the value counts.
    package var unit: Unit {
        switch kind {
        case .webhookLatency: part == "count" ? .deliveries : .milliseconds
        case .healingLatency: part == "count" ? .changes : .milliseconds
        default: kind.unit
        }
    }

    /// The part of the report it stands in.
    package var group: Group { kind.group }

    /// Whether it can be told for one agent: what is counted by account cannot.
    package var isToldByAgent: Bool {
        switch kind {
        case .requests, .requestsByEndpoint, .requestsByAnswer, .budgetUsed, .refused, .newNames: false
        default: true
        }
    }

    private static func words(_ part: String) -> String {
        String(part.map { $0 == "-" ? " " : $0 })
    }

    /// What figures count.
    package enum Unit: String, Hashable, Sendable {
        /// Webhooks.
        case deliveries
        /// Changes of status.
        case changes
        /// Calls.
        case calls
        /// Expectations.
        case expectations
        /// Contradictions.
        case contradictions
        /// Full reads of calls.
        case reads
        /// Recordings, transcripts, extractions, costs.
        case artefacts
        /// Requests to Bolna's API.
        case requests
        /// Names.
        case names
        /// Thousandths of a second.
        case milliseconds = "ms"
    }

    /// The parts of a report, in their order.
    package enum Group: String, Hashable, CaseIterable, Sendable {
        /// What arrived.
        case deliveries = "Deliveries"
        /// What told the changes.
        case completeness = "Completeness"
        /// How long it took.
        case latency = "Latency"
        /// What is waited for.
        case waiting = "Waiting"
        /// What disagreed.
        case contradictions = "Contradictions"
        /// What was asked of Bolna.
        case reads = "Reads and API budget"
        /// What was kept aside.
        case aside = "Quarantine"
        /// What is new on Bolna's side.
        case drift = "Drift"
        /// What was compared again.
        case audits = "Audits"
    }
}

extension FigureID.Kind {
    /// The kind's name for people.
    package var title: String { words.title }

    fileprivate var explanation: String { words.explanation }

    fileprivate var unit: FigureID.Unit {
        switch self {
        case .deliveries, .deliveriesByTrust, .deliveriesByOutcome, .duplicates, .outOfOrder, .hints, .refused,
            .webhookLatency, .quarantined, .quarantinedByReason, .otherDeliveries, .unknownStatuses:
            .deliveries
        case .changes, .changesBySource, .missedWebhooks, .healingLatency: .changes
        case .calls, .callsByEnd, .finished, .healed, .overdue, .overdueByRule, .abandoned, .retriesMissing,
            .unknownToBolna,
            .disputed:
            .calls
        case .artefactsMissing, .artefactsNotProvided: .artefacts
        case .wentOverdue: .expectations
        case .contradictions, .contradictionsByRule, .contradictionsByEnd: .contradictions
        case .pollReads, .checkReads, .sweepReads, .probes, .audits, .auditsByOutcome: .reads
        case .requests, .requestsByEndpoint, .requestsByAnswer, .budgetUsed: .requests
        case .newNames: .names
        }
    }

    /// The part of the report it stands in.
    package var group: FigureID.Group {
        switch self {
        case .deliveries, .deliveriesByTrust, .deliveriesByOutcome, .duplicates, .outOfOrder, .hints, .refused:
            .deliveries
        case .calls, .callsByEnd, .finished, .changes, .changesBySource, .missedWebhooks, .healed: .completeness
        case .webhookLatency, .healingLatency: .latency
        case .overdue, .overdueByRule, .wentOverdue, .abandoned, .retriesMissing, .unknownToBolna, .disputed,
            .artefactsMissing, .artefactsNotProvided:
            .waiting
        case .contradictions, .contradictionsByRule, .contradictionsByEnd: .contradictions
        case .pollReads, .checkReads, .sweepReads, .probes, .requests, .requestsByEndpoint, .requestsByAnswer,
            .budgetUsed:
            .reads
        case .quarantined, .quarantinedByReason, .otherDeliveries: .aside
        case .unknownStatuses, .newNames: .drift
        case .audits, .auditsByOutcome: .audits
        }
    }

    private var words: (title: String, explanation: String) {
        switch self {
        case .deliveries:
            (
                "Webhook statements",
                "Statements about calls that webhooks brought and that were stored, repeats included; a webhook with a "
                    + "list of calls brings several."
            )
        case .deliveriesByTrust: ("by trust", "Webhook deliveries by how sure their sender is.")
        case .deliveriesByOutcome: ("by outcome", "Webhook deliveries by what reconciliation did with them.")
        case .duplicates: ("Repeated deliveries", "Webhooks whose bytes were stored already.")
        case .outOfOrder:
            ("Out of order", "Webhooks that arrived behind what was believed: nothing, or gaps only, taken.")
        case .hints: ("Unverified hints", "Webhooks whose sender could not be verified: shown beside the call only.")
        case .refused:
            (
                "Refused deliveries",
                "Webhooks that were answered 401 and stored nowhere; the list has counts by minute and reason, no calls."
            )
        case .calls: ("Calls", "Calls that became known in the window.")
        case .callsByEnd:
            (
                "final status by",
                "Calls that became known in the window by what told their last final status, as of the report's position."
            )
        case .finished: ("Finished calls", "Calls that reached a final status in the window.")
        case .changes: ("Changes of status", "Changes of status that became known in the window.")
        case .changesBySource: ("first told by", "Changes of status by who told them first.")
        case .missedWebhooks:
            (
                "Missed webhooks",
                "Changes that a read told first although their webhook had been due; probes never count."
            )
        case .healed:
            ("Healed calls", "Calls with a change that a read told in the window and that no webhook has told since.")
        case .webhookLatency:
            ("Webhook latency", "From Bolna's last change of the call until its webhook was here, within 1/32.")
        case .healingLatency:
            (
                "Healing latency",
                "From Bolna's last change of the call, else from the deadline, until a read told it, within 1/32."
            )
        case .overdue: ("Overdue", "Calls for which something was overdue at the report's position.")
        case .overdueByRule: ("waiting in", "Overdue calls by the state that expects something.")
        case .wentOverdue: ("Deadlines passed", "Expectations whose time passed in the window before anything came.")
        case .abandoned: ("Abandoned", "Calls of which nothing more was heard for too long; their last status stands.")
        case .retriesMissing: ("Retries that did not come", "Calls whose announced automatic retry did not come.")
        case .unknownToBolna: ("Unknown to Bolna", "Calls that Bolna answered 404 for, several times.")
        case .disputed: ("Disputed", "Calls whose contradictions no read settled in time; what stands stays.")
        case .artefactsMissing:
            ("Artefacts missing", "Recordings, transcripts, extractions and costs that were expected and did not come.")
        case .artefactsNotProvided:
            (
                "Artefacts not provided",
                "Recordings, transcripts, extractions and costs looked for that are not provided."
            )
        case .contradictions: ("Contradictions", "Disagreements between statements that came up in the window.")
        case .contradictionsByRule: ("by rule", "Contradictions by the rule that found them.")
        case .contradictionsByEnd: ("by end", "Contradictions by how they ended, as far as is known.")
        case .pollReads: ("Reads by the poller", "Full reads of calls because something expected was overdue.")
        case .checkReads: ("Reads by persons", "Full reads of calls because a person asked.")
        case .sweepReads: ("Reads by the sweep", "Full reads of calls that a listing had found.")
        case .probes: ("Probes", "The poller's reads that found no change of status.")
        case .requests:
            (
                "API requests",
                "Requests to Bolna's API, counted from one minute to the next; the list has counts by minute, no calls."
            )
        case .requestsByEndpoint: ("by endpoint", "Requests to Bolna's API by endpoint.")
        case .requestsByAnswer: ("by answer", "Requests to Bolna's API by what came of them.")
        case .budgetUsed:
            (
                "Budget used",
                "The most requests that this account sent in a minute of the window, of those the gateway allows itself for "
                    + "all accounts of one Bolna organization together; the list has that minute."
            )
        case .quarantined: ("Quarantined", "Deliveries kept aside because they could not be used, repeats included.")
        case .quarantinedByReason: ("by reason", "Quarantined deliveries by reason.")
        case .otherDeliveries: ("Other deliveries", "Workflow and batch webhooks, kept but not used.")
        case .unknownStatuses: ("Unknown statuses", "Webhooks with a status that the gateway does not know.")
        case .newNames:
            ("New", "Names that were seen for the first time in the window; the list has names, no calls.")
        case .audits: ("Audits", "Trusted webhooks that were read again from Bolna for comparison.")
        case .auditsByOutcome: ("by outcome", "Audits by what Bolna answered.")
        }
    }
}

/// One figure of a report by its stable id: a kind, and for figures that divide another one, the part.
package struct FigureID: Hashable, Sendable, CustomStringConvertible {
    /// The kind.
    package let kind: Kind
    /// The part of ``Kind/total``, in a word of a closed set; nil for a figure that stands for itself.
    package let part: String?

    /// A figure that stands for itself.
    package init(_ kind: Kind) {
        self.kind = kind
        part = nil
    }

    /// A part; nil where the kind has no such part.
    package init?(_ kind: Kind, part: String) {
        guard kind.parts.contains(part) else { return nil }
        self.kind = kind
        self.part = part
    }

    /// Reads the id as ``rawValue`` writes it; nil for any other text.
    package init?(rawValue: String) {
        guard let found = Self.byRawValue[rawValue] else { return nil }
        self = found
    }

    /// The id in JSON, CSV, addresses and on the command line: the kind, and the part after a dot.
    package var rawValue: String { part.map { "\(kind.rawValue).\($0)" } ?? kind.rawValue }

    /// The id as text.
    package var description: String { rawValue }

    /// Every figure a report can have, in the order in which they stand in it.
    package static let all: [FigureID] = Kind.allCases.flatMap { kind in
        kind.parts.isEmpty ? [FigureID(kind)] : kind.parts.compactMap { FigureID(kind, part: $0) }
    }

    private static let byRawValue = Dictionary(uniqueKeysWithValues: all.map { ($0.rawValue, $0) })

    /// The part of ``Kind/callsByEnd`` that has not ended.
    package static let openPart = "open"

    /// The figure that the parts of a division sum up to; nil for a figure that is no part of a sum.
    package var total: FigureID? { kind.total.map(FigureID.init(_:)) }

    /// The kinds, by their stable ids.
    package enum Kind: String, Hashable, CaseIterable, Sendable {
        /// Webhooks that were stored, repeats included.
        case deliveries = "webhook-deliveries"
        /// The same by trust.
        case deliveriesByTrust = "deliveries-by-trust"
        /// The same by what reconciliation did with them.
        case deliveriesByOutcome = "deliveries-by-outcome"
        /// Webhooks whose bytes were stored already.
        case duplicates = "webhook-duplicates"
        /// Webhooks that arrived behind what was believed.
        case outOfOrder = "webhooks-out-of-order"
        /// Webhooks that were kept as unverified hints.
        case hints = "hints"
        /// Deliveries that were answered 401.
        case refused = "refused-deliveries"
        /// Calls first known in the window.
        case calls = "calls"
        /// The same by who told the final status, and those that are open.
        case callsByEnd = "calls-by-end"
        /// Calls that reached a final status in the window.
        case finished = "calls-final"
        /// Changes of status, whoever told them first.
        case changes = "changes"
        /// The same by who told them first.
        case changesBySource = "changes-by-source"
        /// Changes that a read told first though their webhook had been due.
        case missedWebhooks = "missed-webhooks"
        /// Calls with a change that a read told and no webhook.
        case healed = "calls-healed-by-read"
        /// From Bolna's change until its webhook was here.
        case webhookLatency = "webhook-latency"
        /// From Bolna's change, or the deadline, until a read told it.
        case healingLatency = "healing-latency"
        /// Calls for which something was overdue at the report's position.
        case overdue = "calls-overdue"
        /// The same by what was expected.
        case overdueByRule = "overdue-by-rule"
        /// Expectations that became overdue in the window.
        case wentOverdue = "expectations-overdue"
        /// Calls whose waiting ended as abandoned.
        case abandoned = "calls-abandoned"
        /// Calls whose automatic retry did not come.
        case retriesMissing = "retries-missing"
        /// Calls that Bolna did not know any more.
        case unknownToBolna = "calls-unknown-to-bolna"
        /// Calls whose contradictions no read settled in time.
        case disputed = "calls-disputed"
        /// Artefacts that were expected and did not come.
        case artefactsMissing = "artefacts-missing"
        /// Artefacts that were looked for and are not provided.
        case artefactsNotProvided = "artefacts-not-provided"
        /// Disagreements that came up.
        case contradictions = "contradictions"
        /// The same by rule.
        case contradictionsByRule = "contradictions-by-rule"
        /// The same by how they ended.
        case contradictionsByEnd = "contradictions-by-end"
        /// The poller's full reads.
        case pollReads = "poll-reads"
        /// Full reads that persons asked for.
        case checkReads = "check-reads"
        /// Full reads of calls that a listing had found.
        case sweepReads = "sweep-reads"
        /// The poller's reads that found no change.
        case probes = "probes"
        /// Requests to Bolna's API.
        case requests = "api-requests"
        /// The same by endpoint.
        case requestsByEndpoint = "api-requests-by-endpoint"
        /// The same by answer.
        case requestsByAnswer = "api-requests-by-answer"
        /// The most requests of a minute, by the budget they are paid from.
        case budgetUsed = "budget-used"
        /// Deliveries kept aside because they could not be used.
        case quarantined = "quarantined"
        /// The same by reason.
        case quarantinedByReason = "quarantined-by-reason"
        /// Workflow and batch webhooks.
        case otherDeliveries = "other-deliveries"
        /// Webhooks with a status the gateway does not know.
        case unknownStatuses = "unknown-statuses"
        /// Statuses, fields and source addresses seen for the first time.
        case newNames = "new-names"
        /// Trusted webhooks that were read again from Bolna for comparison.
        case audits = "audits"
        /// The same by what came of it.
        case auditsByOutcome = "audits-by-outcome"
    }
}

extension FigureID.Kind {
    /// The parts of a figure that divides ``total``, or the quantiles of a latency; empty for all others.
    package var parts: [String] {
        switch self {
        case .deliveriesByTrust: [.signed, .authenticated, .addressed, Trust.none].map(\.word)
        case .deliveriesByOutcome: Decision.Outcome.allCases.map(\.word)
        case .changesBySource: Source.allCases.map(\.word)
        case .callsByEnd: Source.allCases.map(\.word) + [FigureID.openPart]
        case .budgetUsed: RequestBudget.allCases.map(\.word)
        case .webhookLatency, .healingLatency: ["count"] + LatencyHistogram.quantiles.map(\.name)
        case .overdueByRule: ExpectationRule.allCases.map(\.rawValue)
        case .contradictionsByRule: [ReconciliationRule.twoFinals, .readBehind].map(\.rawValue)
        case .contradictionsByEnd: ContradictionEnd.allCases.map(\.rawValue)
        case .requestsByEndpoint: Tally.endpoints
        case .requestsByAnswer: Tally.Answer.allCases.map(\.rawValue)
        case .quarantinedByReason: QuarantineReason.allCases.filter { !$0.isOtherKind }.map(\.rawValue)
        case .auditsByOutcome: Audit.Outcome.allCases.map(\.rawValue)
        case .newNames: Tally.Kind.names.map(\.rawValue)
        default: []
        }
    }

    /// The figure that the parts sum up to.
    package var total: Self? {
        switch self {
        case .deliveriesByTrust, .deliveriesByOutcome: .deliveries
        case .changesBySource: .changes
        case .callsByEnd: .calls
        case .overdueByRule: .overdue
        case .contradictionsByRule, .contradictionsByEnd: .contradictions
        case .requestsByEndpoint, .requestsByAnswer: .requests
        case .quarantinedByReason: .quarantined
        case .auditsByOutcome: .audits
        default: nil
        }
    }
}

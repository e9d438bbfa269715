/// What reconciliation did with an observation when it came.
package struct Decision: Hashable, Sendable {
    /// In one word.
    package var outcome: Outcome
    /// The rule that decided.
    package var rule: ReconciliationRule
    /// What changed in the call, status apart; empty where nothing did.
    package var changedFields: [CallField]
    /// The status before, where it changed (nil before the first).
    package var statusBefore: CallStatus?
    /// The status after, where it changed.
    package var statusAfter: CallStatus?
    /// Contradictions that were not there before.
    package var newContradictions: [Contradiction]

    /// Puts a decision together.
    package init(
        outcome: Outcome, rule: ReconciliationRule, changedFields: [CallField] = [],
        statusBefore: CallStatus? = nil, statusAfter: CallStatus? = nil, newContradictions: [Contradiction] = []
    ) {
        self.outcome = outcome
        self.rule = rule
        self.changedFields = changedFields
        self.statusBefore = statusBefore
        self.statusAfter = statusAfter
        self.newContradictions = newContradictions
    }

    /// The kinds of outcome.
    package enum Outcome: UInt8, Hashable, CaseIterable, Sendable {
        // Raw values are stored: append, never renumber.
        /// The call was not known before.
        case created = 0
        /// The status changed, or a new attempt began.
        case advanced = 1
        /// The status stays; some field changed.
        case refined = 2
        /// It says what is already believed, and wins or confirms it.
        case confirmed = 3
        /// Newer statements hold; it changes nothing.
        case stale = 4
        /// The same bytes from the same source were there already.
        case duplicate = 5
        /// Kept beside the call as unverified.
        case hinted = 6
        /// The call went back: statements ahead of it were withdrawn.
        case reopened = 7
        /// It disagrees, and another statement stands for now.
        case contradicted = 8

        /// The word in JSON, logs and reports.
        package var word: String {
            switch self {
            case .created: "created"
            case .advanced: "advanced"
            case .refined: "refined"
            case .confirmed: "confirmed"
            case .stale: "stale"
            case .duplicate: "duplicate"
            case .hinted: "hinted"
            case .reopened: "reopened"
            case .contradicted: "contradicted"
            }
        }
    }
}

/// The rules of reconciliation, by the stable ids under which reports and explanations name them.
package enum ReconciliationRule: String, Hashable, CaseIterable, Sendable {
    /// Nothing was known of the call.
    case first = "first-statement"
    /// A later attempt began.
    case nextAttempt = "next-attempt"
    /// A later step of the same attempt.
    case laterStep = "later-step"
    /// The same step, received after a full read that the held statement does not know of.
    case laterGeneration = "later-generation"
    /// The same step and generation, a later `updated_at`.
    case laterUpdate = "later-update"
    /// The same step, generation and `updated_at`: more trust, else the greater digest.
    case tieBreak = "tie-break"
    /// It sorts before what is held, but fills fields that were empty.
    case fillsEmpty = "fills-empty"
    /// It sorts before what is held and adds nothing.
    case behind = "behind"
    /// The same bytes again.
    case sameBytes = "same-bytes"
    /// The sender's trust allows a hint only, or the body has no status.
    case unverified = "unverified"
    /// Two finals of one attempt.
    case twoFinals = "two-finals"
    /// A full read behind the position held, sent after the statement that holds it was received.
    case readBehind = "read-behind"
    /// Two full reads agreed against what they withdraw.
    case twoReadsWithdraw = "two-reads-withdraw"
    /// A person's ruling withdrew statements.
    case ruling = "ruling"
    /// A status the gateway does not know, half a step above what is known.
    case unknownStatus = "unknown-status"
}

/// A disagreement between statements about one attempt that reconciliation cannot settle by order alone.
package struct Contradiction: Hashable, Comparable, Sendable {
    /// ``ReconciliationRule/twoFinals`` or ``ReconciliationRule/readBehind``.
    package var rule: ReconciliationRule
    /// The attempt it is about.
    package var attempt: Int
    /// The statement that stands for now.
    package var standing: ObservationKey
    /// The statement that disagrees.
    package var against: ObservationKey
    /// The status that stands for now.
    package var standingStatus: CallStatus
    /// The status that disagrees.
    package var againstStatus: CallStatus
    /// When the disagreement was known: when both sides had first been told, or, for a read behind, when the first of
    /// the reads that agree in it was received.
    package var since: Timestamp

    /// Puts a contradiction together.
    package init(
        rule: ReconciliationRule, attempt: Int, standing: ObservationKey, against: ObservationKey,
        standingStatus: CallStatus, againstStatus: CallStatus, since: Timestamp
    ) {
        self.rule = rule
        self.attempt = attempt
        self.standing = standing
        self.against = against
        self.standingStatus = standingStatus
        self.againstStatus = againstStatus
        self.since = since
    }

    /// By attempt, rule, then the statements.
    package static func < (left: Self, right: Self) -> Bool {
        (left.attempt, left.rule.rawValue, left.standing, left.against)
            < (right.attempt, right.rule.rawValue, right.standing, right.against)
    }
}

/// Why a call is believed to be as it is: everything recomputed from its journal, and compared with what is stored.
package struct CallExplanation: Sendable {
    /// The call as clients see it, with what is expected of it.
    package var record: CallRecord
    /// The call as its journal makes it; nil while only hints are known.
    package var state: CallState?
    /// The evidence in the order in which it was received.
    package var steps: [EvidenceStep]
    /// What is believed, field by field, with the step that gave it.
    package var winners: [FieldWinner]
    /// The attempts, by number.
    package var attempts: [AttemptStory]
    /// Every contradiction there ever was, with how it ended.
    package var contradictions: [ContradictionStory]
    /// What the stored call is compared with its journal.
    package var comparison: JournalComparison
    /// What happened to the gateway, the call's agent and the call meanwhile, as far as it was written down.
    package var incidents: [Incident]
    /// When it was explained.
    package var now: Timestamp

    /// The step that brought an observation; nil for one that the call does not have.
    package func step(of observation: ObservationKey) -> Int? {
        steps.first { $0.observation == observation && !$0.isReadAgain }?.number
    }
}

/// One thing that reached the gateway about a call: an observation, or a further read that brought one again and changed
/// something by it.
package struct EvidenceStep: Hashable, Sendable {
    /// Its number, from 1, by which other parts of an explanation name it.
    package var number: Int
    /// The observation.
    package var observation: ObservationKey
    /// Its place in the journal.
    package var position: Int64
    /// Whether it is a further read whose answer repeated an earlier one.
    package var isReadAgain: Bool
    /// When it was received first; for a further read, when its answer was.
    package var receivedAt: Timestamp
    /// When the request was sent, for a full read of ours.
    package var sentAt: Timestamp?
    /// How often the same bytes came, the first time included.
    package var count: Int
    /// When they came last.
    package var lastReceivedAt: Timestamp
    /// From Bolna's `updated_at` to the receipt; nil where the statement has none.
    package var lag: Duration?
    /// The status it states.
    package var status: CallStatus?
    /// Its place in the canonical order; nil for what has none: hints, and what rulings withdrew.
    package var place: CanonicalKey?
    /// What was done with it when it came.
    package var arrival: Arrival
    /// The steps that it withdraws by name, for a ruling.
    package var withdraws: [Int]
    /// What it is worth now.
    package var standing: Standing
    /// What it states, claim by claim, with how each fares now; empty for a further read.
    package var claims: [ClaimVerdict]

    /// What was done with a step when it came.
    package struct Arrival: Hashable, Sendable {
        /// In one word.
        package var outcome: Decision.Outcome
        /// The rule that decided; nil for a further read, whose rule is not kept.
        package var rule: ReconciliationRule?
        /// The status before, where it changed and is known.
        package var statusBefore: CallStatus?
        /// The status after, where it changed.
        package var statusAfter: CallStatus?
        /// The fields it changed.
        package var changedFields: [CallField]

        /// Puts an arrival together.
        package init(
            outcome: Decision.Outcome, rule: ReconciliationRule?, statusBefore: CallStatus? = nil,
            statusAfter: CallStatus? = nil, changedFields: [CallField] = []
        ) {
            self.outcome = outcome
            self.rule = rule
            self.statusBefore = statusBefore
            self.statusAfter = statusAfter
            self.changedFields = changedFields
        }
    }

    /// What a step is worth now.
    package enum Standing: Hashable, Sendable {
        /// It is folded into the call.
        case counts
        /// It is kept beside the call as unverified; no full read sent later has cleared it.
        case openHint
        /// It was kept beside the call as unverified, until a full read was sent after it.
        case clearedHint
        /// It was withdrawn.
        case withdrawn(Withdrawal)
        /// It states nothing by itself: a ruling that only withdraws.
        case onlyWithdraws
    }
}

/// What took an observation back.
package enum Withdrawal: Hashable, Sendable {
    /// Two full reads that agree against it.
    case reads(first: ReadRecord, second: ReadRecord)
    /// A person's ruling.
    case ruling(ObservationKey)
}

/// Something that a statement says: its status, or one of its fields.
package enum StatedField: Hashable, Sendable {
    /// The status.
    case status
    /// A field.
    case field(CallField)

    /// The name in JSON and sentences.
    package var name: String {
        switch self {
        case .status: "status"
        case .field(let field): field.name
        }
    }
}

/// How one claim of a statement fares now.
package struct ClaimVerdict: Hashable, Sendable {
    /// The claim.
    package var claim: StatedField
    /// What came of it.
    package var result: Result

    /// What came of a claim.
    package enum Result: Hashable, Sendable {
        /// It is what is believed.
        case wins
        /// It is what is believed of an earlier attempt.
        case winsEarlierAttempt
        /// Another statement's word stands.
        case loses(LosingReason, to: ObservationKey, isSameValue: Bool)
        /// It does not take part.
        case isNotFolded(ExclusionReason)
    }

    /// Puts a verdict together.
    package init(claim: StatedField, result: Result) {
        self.claim = claim
        self.result = result
    }
}

/// The part of the canonical order by which one statement's word stands and another's does not.
package enum LosingReason: String, Hashable, CaseIterable, Sendable {
    /// The other belongs to a later attempt.
    case laterAttempt = "later-attempt"
    /// The other is a later step of the same attempt.
    case laterStep = "later-step"
    /// The other was received after a full read that this one does not know of.
    case laterGeneration = "later-generation"
    /// The other has a later `updated_at`.
    case laterUpdate = "later-update"
    /// The other's sender is trusted more.
    case moreTrust = "more-trust"
    /// Nothing sets them apart but the digest of their bytes: the greater one stands.
    case greaterDigest = "greater-digest"
    /// The same bytes came from two sources: the one listed later stands.
    case otherSource = "other-source"
}

/// Why a claim takes no part.
package enum ExclusionReason: Hashable, Sendable {
    /// Its statement was withdrawn.
    case withdrawn(Withdrawal)
    /// Its sender's trust allows a hint only.
    case hintOnly
    /// Its statement names no status, so that it has no place among the others.
    case noStatus
    /// A zero before a final status stands for "not known yet": empty never erases.
    case zeroBeforeFinal

    /// The word in JSON.
    package var word: String {
        switch self {
        case .withdrawn(.reads): "withdrawn-by-reads"
        case .withdrawn(.ruling): "withdrawn-by-ruling"
        case .hintOnly: "hint-only"
        case .noStatus: "no-status"
        case .zeroBeforeFinal: "zero-before-final"
        }
    }
}

/// What is believed of one field, with the statement that gave it.
package struct FieldWinner: Hashable, Sendable {
    /// The status, or the field.
    package var claim: StatedField
    /// The attempt it belongs to; nil for what belongs to the call as a whole.
    package var attempt: Int?
    /// The place of the statement that gave it.
    package var place: CanonicalKey
    /// The step that brought that statement.
    package var step: Int
    /// The value; nil for the status, which stands with the attempt.
    package var value: FieldValue?
    /// How many statements that sort after it leave the field empty; empty never erases.
    package var emptyLater: Int
}

/// One attempt of a call.
package struct AttemptStory: Hashable, Sendable {
    /// Its number, from 0.
    package var number: Int
    /// Its status.
    package var status: CallStatus
    /// As of when the status holds.
    package var asOf: Timestamp
    /// The step that gave the status.
    package var step: Int
    /// Why there is such an attempt.
    package var why: Beginning
    /// The step that sorts first in it.
    package var firstStep: Int

    /// Why an attempt is one of its own.
    package enum Beginning: String, Hashable, CaseIterable, Sendable {
        /// It is the first.
        case first
        /// Its statements count the retries themselves.
        case stated
        /// Waiting or dialling was stated after the attempt before had ended in a way that Bolna tries again.
        case counted
    }
}

/// A contradiction with how it ended.
package struct ContradictionStory: Hashable, Sendable {
    /// The disagreement.
    package var contradiction: Contradiction
    /// The step of the statement that stood.
    package var standingStep: Int?
    /// The step of the statement that disagreed.
    package var againstStep: Int?
    /// When it ended; nil while it stands, and where that was not written down.
    package var settledAt: Timestamp?
    /// How it ended.
    package var ending: Ending

    /// How a contradiction ended.
    package enum Ending: Hashable, Sendable {
        /// It has not.
        case stands
        /// The statement that disagreed was withdrawn.
        case againstWithdrawn(Withdrawal)
        /// The statement that stood was withdrawn.
        case standingWithdrawn(Withdrawal)
        /// A later attempt began, and no read can tell about this one any more.
        case laterAttempt
        /// A full read sent after both were known agreed with what stood.
        case confirmed(sentAt: Timestamp)
        /// Newer statements say something else than both, or no longer disagree.
        case overtaken

        /// The word in JSON.
        package var word: String {
            switch self {
            case .stands: "stands"
            case .againstWithdrawn: "against-withdrawn"
            case .standingWithdrawn: "standing-withdrawn"
            case .laterAttempt: "later-attempt"
            case .confirmed: "confirmed-by-read"
            case .overtaken: "overtaken"
            }
        }
    }
}

/// What can go wrong with one message, request or commit. Whether it does follows from the seed and the number of the
/// message alone, so that a fault can be taken out of a run by itself.
package enum Fault: String, CaseIterable, Comparable, Sendable {
    /// A webhook is never sent.
    case webhookLost = "webhook lost"
    /// A webhook comes late.
    case webhookDelayed = "webhook delayed"
    /// A webhook comes twice.
    case webhookDoubled = "webhook doubled"
    /// A webhook comes after the next one of its call.
    case webhookOvertaken = "webhook overtaken"
    /// The answer to a webhook does not reach Bolna.
    case acknowledgementLost = "acknowledgement lost"
    /// A request does not reach Bolna.
    case requestLost = "request lost"
    /// Bolna does what was asked, but its answer does not come.
    case answerLost = "answer lost"
    /// Bolna answers 429, without `Retry-After` most of the time.
    case tooManyRequests = "answered 429"
    /// Bolna answers 5xx.
    case serverError = "answered 5xx"
    /// The answer's body is cut.
    case answerCut = "answer cut"
    /// The answer's body is not what was asked for.
    case answerWrong = "answer wrong"
    /// The answer takes seconds, so that what it says is old when it comes.
    case answerSlow = "answer slow"
    /// The store takes nothing of a batch.
    case commitFailed = "commit failed"
    /// A commit reaches the disk, but is reported as failed.
    case commitUnclear = "commit unclear"
    /// One entry of a batch cannot be stored: the id that was drawn for its call is taken.
    case entryPoisoned = "entry poisoned"

    /// Whether it concerns webhooks alone; such faults do not end when the others do.
    var isOfWebhooks: Bool {
        switch self {
        case .webhookLost, .webhookDelayed, .webhookDoubled, .webhookOvertaken, .acknowledgementLost: true
        default: false
        }
    }

    /// By name.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One fault of one message, request or commit.
package struct FaultPoint: Hashable, Comparable, Sendable {
    /// What went wrong.
    package var fault: Fault
    /// With which message, request or commit, counted from 1.
    package var number: Int

    /// Names a point.
    package init(_ fault: Fault, _ number: Int) {
        self.fault = fault
        self.number = number
    }

    /// By fault, then number.
    package static func < (left: Self, right: Self) -> Bool {
        (left.fault, left.number) < (right.fault, right.number)
    }
}

/// Why a delivery is kept aside.
package enum QuarantineReason: String, Hashable, CaseIterable, Sendable {
    // Raw values are stored and stable.
    /// Not JSON.
    case notJSON = "not-json"
    /// JSON, but not an object or an array of objects.
    case unknownShape = "unknown-shape"
    /// No id of a call.
    case noID = "no-id"
    /// A field that must have a certain type has another.
    case badField = "bad-field"
    /// The body's agent is not the one of the address or token.
    case agentMismatch = "agent-mismatch"
    /// The call has as many distinct observations, or hints, as are folded or kept beside it.
    case tooManyObservations = "too-many-observations"
    /// A read answered with another call than was asked for.
    case otherCall = "other-call"
    /// A workflow webhook: kept as `other`, not an error.
    case workflow = "workflow"
    /// A batch webhook: kept as `other`, not an error.
    case batch = "batch"
    /// The store could not process it by itself; its neighbours were stored.
    case poisoned = "poisoned"

    /// Whether it is kept as `other` rather than as something wrong.
    package var isOtherKind: Bool { self == .workflow || self == .batch }

    /// What happened, in a sentence for people.
    package var sentence: String {
        switch self {
        case .notJSON: "The body is not JSON, so nothing could be read from it."
        case .unknownShape: "The body is JSON, but neither a call nor a list of calls."
        case .noID: "The body, or a part of it, does not say which call it is about."
        case .badField: "A field that must have a certain type has another one, or is missing."
        case .agentMismatch: "The body names another agent than the address or token it was sent with."
        case .tooManyObservations:
            "The call has as many different statements as are kept of one call "
                + "(at most \(Evidence.mostObservations), of which \(Evidence.mostHints) unverified)."
        case .otherCall: "Bolna answered a read with another call than was asked for."
        case .workflow: "A workflow webhook: it tells of a workflow's run, not of a call's status."
        case .batch: "A batch webhook: it tells of a batch, not of one call."
        case .poisoned: "The store refused it, though its neighbours were stored."
        }
    }

    /// What an operator can do about it, in a sentence.
    package var advice: String {
        switch self {
        case .notJSON:
            "Look at the body: something other than Bolna, or a proxy on the way, may have written or cut it. "
                + "Discard it if it is none of Bolna's."
        case .unknownShape, .noID:
            "Look at the body: if Bolna's format has changed, a newer version of this program tries it again by itself; "
                + "otherwise discard it."
        case .badField:
            "Nothing is needed where the call is read again, which settles it; a newer version of this program tries it "
                + "again by itself."
        case .agentMismatch:
            "Enter at that agent in Bolna the address that gateway webhook-url --agent prints for it. If the delivery "
                + "is Bolna's, replay it and accept its agent; else discard it."
        case .tooManyObservations:
            "Check the call: a read that Bolna answers settles it. Look in its journal for what posts so much about it."
        case .otherCall:
            "Nothing is needed: the call is read again, and a right answer settles it. If it stays, ask Bolna."
        case .workflow:
            "Nothing is needed; the call's own webhooks tell its status. Enter this address only as the webhook of "
                + "agents if you do not want such deliveries."
        case .batch:
            "Nothing is needed; the batch's calls are told one by one. Enter this address only as the webhook of "
                + "agents if you do not want such deliveries."
        case .poisoned:
            "Replay it; if it fails again, keep it and report the message under detail as a fault of this program."
        }
    }
}

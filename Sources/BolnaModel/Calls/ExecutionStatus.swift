/// The statuses a single call goes through at Bolna, in Bolna's spelling.
package enum ExecutionStatus: String, CaseIterable, Sendable {
    /// Waits for its time, or for the next retry.
    case scheduled
    /// Moved out of the agent's forbidden hours.
    case rescheduled
    /// Accepted, waiting for a line.
    case queued
    /// Handed to the telephony provider.
    case initiated
    /// The other side rings.
    case ringing
    /// Somebody or something answered.
    case inProgress = "in-progress"
    /// The audio is over; `completed` follows.
    case callDisconnected = "call-disconnected"
    /// Post-processing is done.
    case completed
    /// The other side was busy.
    case busy
    /// Nobody answered.
    case noAnswer = "no-answer"
    /// The call could not be connected.
    case failed
    /// Bolna failed.
    case error
    /// Canceled while it rang.
    case canceled
    /// Stopped over the API.
    case stopped
    /// Never dialled: the wallet was empty.
    case balanceLow = "balance-low"

    /// Whether nothing follows in this attempt.
    package var isFinal: Bool {
        switch self {
        case .completed, .busy, .noAnswer, .failed, .error, .canceled, .stopped, .balanceLow: true
        case .scheduled, .rescheduled, .queued, .initiated, .ringing, .inProgress, .callDisconnected: false
        }
    }

    /// Whether a call in this status takes one of the organization's lines.
    var holdsLine: Bool {
        switch self {
        case .initiated, .ringing, .inProgress: true
        default: false
        }
    }

    /// Whether `POST /call/{id}/stop` takes a call in this status.
    var isStoppable: Bool {
        self == .queued || self == .scheduled || self == .rescheduled
    }
}

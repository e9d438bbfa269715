/// A call took a status.
package struct StatusChange: Hashable, Sendable {
    /// Bolna's id of the call.
    package var call: String
    /// The status it took.
    package var status: ExecutionStatus
    /// Which attempt of auto-retry it was, from 0.
    package var attempt: Int
    /// When.
    package var at: Moment

    /// Puts a change together.
    package init(call: String, status: ExecutionStatus, attempt: Int, at: Moment) {
        self.call = call
        self.status = status
        self.attempt = attempt
        self.at = at
    }
}

/// Everything there is to know about one call.
package struct CallTruth: Hashable, Sendable {
    /// Bolna's id of the call.
    package var id: String
    /// The id of its agent.
    package var agentID: String
    /// How it came to be.
    package var origin: CallOrigin
    /// When it came to be.
    package var createdAt: Moment
    /// Its status now.
    package var status: ExecutionStatus
    /// When it was last changed.
    package var updatedAt: Moment
    /// Its attempt now, from 0.
    package var attempt: Int
    /// Seconds of talk.
    package var duration: Double
    /// Cents.
    package var cost: Double
    /// Where its recording is, once there is one.
    package var recordingURL: String?
    /// Whether a voicemail took it.
    package var isVoicemail: Bool
    /// Whether nothing will happen to it any more.
    package var isSettled: Bool
    /// Everything that happened to it, oldest first.
    package var changes: [StatusChange]
    /// What will happen in the present attempt, as far as it is planned.
    package var planned: [StatusChange]
    /// Whether a full read showed a status of it that no delivered webhook has told.
    package var isHealed: Bool
}

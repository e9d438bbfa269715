/// What one body says about one call, decoded; the wire format is behind it.
///
/// Empty values (absent, null, `""`, `{}`, `[]`) are not in ``fields``. Zero durations and costs are: whether they count
/// depends on the status, which reconciliation decides.
package struct Statement: Hashable, Sendable {
    /// Bolna's id of the call.
    package var executionID: ExecutionID
    /// The status; nil in a body that names a call without saying how it is, which is only a hint.
    package var status: CallStatus?
    /// `updated_at`: when Bolna last changed the call; absent in short bodies.
    package var updatedAt: Timestamp?
    /// `retry_count`, at least 0 and at most ``mostRetries``; nil where it was not given.
    package var retryCount: Int?
    /// `retry_config`; nil where it was not given.
    package var retryPolicy: RetryPolicy?
    /// The fields with a value, those above included where ``CallField`` names them.
    package var fields: FieldSet
    /// Whether the body carries unknown top-level keys while in progress: the look of a pre-call webhook, which is
    /// sent just before a tool runs and tells no change of status (docs: custom-function-calls, transfer-calls).
    package var looksPreCall: Bool

    /// The largest retry count that is believed; Bolna documents 3.
    package static let mostRetries = 100

    /// Puts a statement together.
    package init(
        executionID: ExecutionID, status: CallStatus?, updatedAt: Timestamp? = nil, retryCount: Int? = nil,
        retryPolicy: RetryPolicy? = nil, fields: FieldSet = FieldSet(), looksPreCall: Bool = false
    ) {
        self.executionID = executionID
        self.status = status
        self.updatedAt = updatedAt
        self.retryCount = retryCount
        self.retryPolicy = retryPolicy
        self.fields = fields
        self.looksPreCall = looksPreCall
    }

    /// The agent, where the body names one.
    package var agentID: AgentID? { fields.text(.agentID).map(AgentID.init(rawValue:)) }
}

/// `retry_config`: what Bolna will do by itself after an unsuccessful attempt (docs: guides/outbound/auto-retry).
package struct RetryPolicy: Hashable, Sendable {
    /// `enabled`.
    package var isEnabled: Bool
    /// `max_retries`; nil where it was not given.
    package var mostRetries: Int?
    /// `retry_on_statuses`; nil where it was not given, which is read as all retryable ones.
    package var statuses: Set<CallStatus>?
    /// `retry_on_voicemail`: a completed call that a voicemail answered is tried again.
    package var retriesVoicemail: Bool
    /// `retry_intervals_minutes`, in minutes, at most 16 of them.
    package var intervalsMinutes: [Int]

    /// Puts a policy together.
    package init(
        isEnabled: Bool, mostRetries: Int? = nil, statuses: Set<CallStatus>? = nil, retriesVoicemail: Bool = false,
        intervalsMinutes: [Int] = []
    ) {
        self.isEnabled = isEnabled
        self.mostRetries = mostRetries
        self.statuses = statuses
        self.retriesVoicemail = retriesVoicemail
        self.intervalsMinutes = intervalsMinutes
    }
}

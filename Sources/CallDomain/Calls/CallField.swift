/// A field of a call that is reconciled by itself: the statement that wins one field need not win another.
///
/// The status is a field too, but has a type of its own and stands beside these.
package enum CallField: Int, Hashable, CaseIterable, Sendable {
    // Raw values are stored: append, never renumber.
    /// `agent_id`, text.
    case agentID = 0
    /// `batch_id`, text.
    case batchID = 1
    /// `created_at`, time.
    case createdAt = 2
    /// `telephony_data.call_type`: `outbound` or `inbound`, text.
    case direction = 3
    /// The calling side in dial direction: `telephony_data.from_number`, else by direction from `agent_number` and
    /// `user_number`; text.
    case fromNumber = 4
    /// The called side in dial direction, text.
    case toNumber = 5
    /// `provider`, text.
    case provider = 6
    /// `context_details.recipient_data`: what was given as `user_data` when dialling; JSON object.
    case recipientData = 7
    /// `campaign_id`, text.
    case campaignID = 8
    /// `scheduled_at`, time.
    case scheduledAt = 20
    /// `rescheduled_at`, time.
    case rescheduledAt = 21
    /// `initiated_at`, time.
    case initiatedAt = 22
    /// `updated_at`, time.
    case updatedAt = 23
    /// `conversation_duration`, older name `conversation_time`; seconds, number.
    case conversationDuration = 24
    /// `telephony_data.duration`; seconds, number.
    case telephonyDuration = 25
    /// `total_cost`; cents, number.
    case totalCost = 26
    /// `cost_breakdown`, JSON object.
    case costBreakdown = 27
    /// `transcript`; lines `assistant: …` and `user: …`; a list of turns is written in this form; text.
    case transcript = 28
    /// `summary`, text.
    case summary = 29
    /// `extracted_data`, JSON object.
    case extractedData = 30
    /// `agent_extraction`, JSON object or the text of one.
    case agentExtraction = 31
    /// `telephony_data.recording_url`, text.
    case recordingURL = 32
    /// `error_message`, text.
    case errorMessage = 33
    /// `telephony_data.hangup_by`, text.
    case hangupBy = 34
    /// `telephony_data.hangup_reason`, text.
    case hangupReason = 35
    /// `telephony_data.hangup_provider_code`, else `hangup_code`; number.
    case hangupCode = 36
    /// `answered_by_voice_mail`, flag.
    case answeredByVoicemail = 37
    /// `telephony_data.provider_call_id`, text.
    case providerCallID = 38
    /// `transfer_call_data`, JSON object.
    case transferCallData = 39
    /// `termination_reason`, text.
    case terminationReason = 40
    /// `retry_count`, number.
    case retryCount = 41
    /// `retry_config`, JSON object.
    case retryConfig = 42
    /// `retry_history`, JSON array.
    case retryHistory = 43
    /// `batch_run_details`, JSON object.
    case batchRunDetails = 44

    /// The name in the gateway's JSON and in explanations.
    package var name: String {
        switch self {
        case .agentID: "agentId"
        case .batchID: "batchId"
        case .createdAt: "createdAt"
        case .direction: "direction"
        case .fromNumber: "fromNumber"
        case .toNumber: "toNumber"
        case .provider: "provider"
        case .recipientData: "recipientData"
        case .campaignID: "campaignId"
        case .scheduledAt: "scheduledAt"
        case .rescheduledAt: "rescheduledAt"
        case .initiatedAt: "initiatedAt"
        case .updatedAt: "updatedAt"
        case .conversationDuration: "conversationDuration"
        case .telephonyDuration: "telephonyDuration"
        case .totalCost: "totalCost"
        case .costBreakdown: "costBreakdown"
        case .transcript: "transcript"
        case .summary: "summary"
        case .extractedData: "extractedData"
        case .agentExtraction: "agentExtraction"
        case .recordingURL: "recordingUrl"
        case .errorMessage: "errorMessage"
        case .hangupBy: "hangupBy"
        case .hangupReason: "hangupReason"
        case .hangupCode: "hangupCode"
        case .answeredByVoicemail: "answeredByVoicemail"
        case .providerCallID: "providerCallId"
        case .transferCallData: "transferCallData"
        case .terminationReason: "terminationReason"
        case .retryCount: "retryCount"
        case .retryConfig: "retryConfig"
        case .retryHistory: "retryHistory"
        case .batchRunDetails: "batchRunDetails"
        }
    }

    /// Whether the field belongs to the call as a whole (who, with whom, since when) rather than to one attempt.
    /// A new attempt starts with its own fields empty; those of the call go on.
    package var belongsToCall: Bool { rawValue < 20 }

    /// Whether zero says nothing before a final status: durations and costs are 0 until they are known
    /// (captures of 2025 and 2026).
    package var isZeroEmptyBeforeFinal: Bool {
        switch self {
        case .conversationDuration, .telephonyDuration, .totalCost: true
        default: false
        }
    }
}

/// The value of a field.
package enum FieldValue: Hashable, Sendable {
    /// Text.
    case text(String)
    /// A finite number.
    case number(Double)
    /// Yes or no.
    case flag(Bool)
    /// A time.
    case time(Timestamp)
    /// JSON as Bolna wrote it, compact or not.
    case json(String)
}

/// The values a statement gives, or a call has, field by field; a field that is not there is empty.
package struct FieldSet: Hashable, Sendable {
    /// A place for each raw value: read and written for every delivery, so without hashing.
    private var values: [FieldValue?] = Self.noValues

    private static let noValues = [FieldValue?](
        repeating: nil, count: 1 + CallField.allCases.reduce(0) { max($0, $1.rawValue) })

    /// No values.
    package init() {}

    /// The value of a field; nil is empty.
    package subscript(field: CallField) -> FieldValue? {
        get { values[field.rawValue] }
        set { values[field.rawValue] = newValue }
    }

    /// The fields that have a value, in the order of their raw values.
    package var fields: [CallField] { values.indices.compactMap { values[$0] == nil ? nil : CallField(rawValue: $0) } }

    /// The text of a text field; nil where it is empty or of another kind.
    package func text(_ field: CallField) -> String? {
        if case .text(let text)? = self[field] { text } else { nil }
    }

    /// The JSON of a field; nil where it is empty or of another kind.
    package func json(_ field: CallField) -> String? {
        if case .json(let json)? = self[field] { json } else { nil }
    }

    /// The number of a field; nil where it is empty or of another kind.
    package func number(_ field: CallField) -> Double? {
        if case .number(let number)? = self[field] { number } else { nil }
    }

    /// The time of a field; nil where it is empty or of another kind.
    package func time(_ field: CallField) -> Timestamp? {
        if case .time(let time)? = self[field] { time } else { nil }
    }

    /// The flag of a field; nil where it is empty or of another kind.
    package func flag(_ field: CallField) -> Bool? {
        if case .flag(let flag)? = self[field] { flag } else { nil }
    }
}

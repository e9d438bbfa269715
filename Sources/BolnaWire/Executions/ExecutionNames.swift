/// The top-level members of an execution object that some source names: captures of 2025 and 2026, Bolna's pages
/// `api-reference/executions/get_execution`, `list-phone-call-status` and `guides/outbound/auto-retry`, the
/// termination-reason page, and integrators' readers (seen until November 2026). Any other member is unknown.
enum ExecutionName: String, CaseIterable {
    case id
    case executionID = "execution_id"
    case callID = "call_id"
    case callIDCamelCase = "callId"
    case agentID = "agent_id"
    case batchID = "batch_id"
    case createdAt = "created_at"
    case updatedAt = "updated_at"
    case scheduledAt = "scheduled_at"
    case rescheduledAt = "rescheduled_at"
    case initiatedAt = "initiated_at"
    case status
    case smartStatus = "smart_status"
    case errorMessage = "error_message"
    case conversationDuration = "conversation_duration"
    case conversationTime = "conversation_time"
    case totalCost = "total_cost"
    case costBreakdown = "cost_breakdown"
    case usageBreakdown = "usage_breakdown"
    case transcript
    case summary
    case extractedData = "extracted_data"
    case agentExtraction = "agent_extraction"
    case customExtractions = "custom_extractions"
    case workflowRetries = "workflow_retries"
    case campaignID = "campaign_id"
    case answeredByVoicemail = "answered_by_voice_mail"
    case userNumber = "user_number"
    case agentNumber = "agent_number"
    case telephonyData = "telephony_data"
    case transferCallData = "transfer_call_data"
    case batchRunDetails = "batch_run_details"
    case contextDetails = "context_details"
    case provider
    case latencyData = "latency_data"
    case retryConfig = "retry_config"
    case retryCount = "retry_count"
    case retryHistory = "retry_history"
    case deleted
    case arqJobID = "arq_job_id"
    case billingSettled = "billing_settled"
    case processingStatus = "processing_status"
    case priceBreakdown = "price_breakdown"
    case terminationReason = "termination_reason"
    case extractionWebhookStatus = "extraction_webhook_status"

    static let table = NameTable<ExecutionName>()
}

/// Top-level members that are none of an execution's, but tell which other kind of body this is.
enum ShapeName: String, CaseIterable {
    case event
    case workflowID = "workflow_id"
    case state
    case executionStatus = "execution_status"

    static let table = NameTable<ShapeName>()
}

/// Members of `telephony_data` that are read.
enum TelephonyName: String, CaseIterable {
    case duration
    case toNumber = "to_number"
    case fromNumber = "from_number"
    case recordingURL = "recording_url"
    case providerCallID = "provider_call_id"
    case callType = "call_type"
    case provider
    case hangupBy = "hangup_by"
    case hangupReason = "hangup_reason"
    case hangupProviderCode = "hangup_provider_code"
    case hangupCode = "hangup_code"

    static let table = NameTable<TelephonyName>()
}

/// Members of `context_details` that are read.
enum ContextName: String, CaseIterable {
    case recipientData = "recipient_data"
    case recipientPhoneNumber = "recipient_phone_number"

    static let table = NameTable<ContextName>()
}

/// Members of `retry_config`.
enum RetryName: String, CaseIterable {
    case enabled
    case mostRetries = "max_retries"
    case statuses = "retry_on_statuses"
    case retriesVoicemail = "retry_on_voicemail"
    case intervalsMinutes = "retry_intervals_minutes"

    static let table = NameTable<RetryName>()
}

/// Members of a turn, where a transcript is a list of turns.
enum TurnName: String, CaseIterable {
    case role
    case content
    case message

    static let table = NameTable<TurnName>()
}

/// The JSON of a call: the same members, in the same order and types, as captured bodies have.
struct ExecutionBody {
    var execution: Execution
    var agent: ModelAgent
    var baseURL: String

    private var hasTalk: Bool { execution.hasTalk }
    private var isCompleted: Bool { execution.status == .completed }
    /// Recording, extraction and summary come together.
    private var isProcessed: Bool { isCompleted && execution.hasRecording }

    /// What `GET /executions/{id}` and webhooks carry.
    var full: JSONValue {
        var members: [JSONValue.Member] = [
            .init("id", .string(execution.id)), .init("agent_id", .string(agent.id)), .init("batch_id", nil),
            .init("created_at", .string(execution.createdAt.text())),
            .init("updated_at", .string(execution.updatedAt.text())), .init("scheduled_at", scheduledAt),
            .init("answered_by_voice_mail", isCompleted && execution.script.outcome == .voicemail ? true : nil),
            .init("conversation_duration", .amount(execution.duration)),
            .init("total_cost", .amount(execution.costs.total)),
            .init("transcript", hasTalk ? .string(execution.script.transcript) : nil), .init("usage_breakdown", usage),
            .init("cost_breakdown", costs), .init("extracted_data", isProcessed ? extraction : nil),
            .init("summary", isProcessed ? .string(execution.script.summary) : nil),
            .init("error_message", errorMessage), .init("status", .string(execution.status.rawValue)),
        ]
        members += [
            .init("agent_extraction", nil), .init("workflow_retries", nil),
            .init("rescheduled_at", .text(execution.rescheduledAt?.text())), .init("custom_extractions", nil),
            .init("campaign_id", nil), .init("smart_status", .string(execution.status.rawValue)),
            .init("user_number", .string(execution.userNumber)), .init("agent_number", .string(execution.agentNumber)),
            .init("initiated_at", .text(execution.initiatedAt?.text())), .init("deleted", false),
            .init("retry_config", execution.retryRule?.json ?? nil),
            .init("retry_count", .integer(Int64(execution.retryCount))), .init("retry_history", retryHistory),
            .init("telephony_data", telephony), .init("transfer_call_data", nil), .init("context_details", context),
            .init("batch_run_details", nil), .init("provider", .string(agent.provider)),
        ]
        if isProcessed { members.append(.init("latency_data", latency)) }
        return .object(members)
    }

    /// What a list shows: the trimmed row.
    var row: JSONValue {
        let isWaiting = execution.status.isStoppable
        return [
            "id": .string(execution.id), "status": .string(execution.status.rawValue),
            "conversation_duration": isWaiting ? nil : .amount(execution.duration),
            "created_at": .string(execution.createdAt.text(.offset)),
            "telephony_data": [
                "to_number": .string(toNumber), "from_number": .string(fromNumber),
                "provider": .string(agent.provider),
            ],
        ]
    }

    var recordingURL: String? {
        execution.hasRecording ? "\(baseURL)/recordings/call/\(execution.id)" : nil
    }

    /// The provider knows inbound calls before Bolna does.
    private var isDialled: Bool { execution.isInbound || execution.initiatedAt != nil }
    private var toNumber: String { execution.isInbound ? execution.agentNumber : execution.userNumber }
    private var fromNumber: String { execution.isInbound ? execution.userNumber : execution.agentNumber }

    private var scheduledAt: JSONValue {
        .text(execution.scheduledAt?.text(execution.retryCount > 0 ? .zulu : .zoneless))
    }

    private var retryHistory: JSONValue {
        guard !execution.retryHistory.isEmpty else { return nil }
        return .array(
            execution.retryHistory.enumerated().map { index, attempt in
                [
                    "attempt": .integer(Int64(index + 1)), "status": .string(attempt.status.rawValue),
                    "at": .string(attempt.at.text(.zulu)),
                ]
            })
    }

    private var errorMessage: JSONValue {
        switch execution.status {
        case .failed: "Call recipient number invalid"
        case .error: "Internal error while placing the call"
        case .balanceLow: "Insufficient wallet balance"
        default: nil
        }
    }

    private var context: JSONValue {
        ["recipient_data": execution.recipientData, "recipient_phone_number": .string(toNumber)]
    }

    private var telephony: JSONValue {
        let (by, reason, code) = hangup
        var recording: JSONValue = nil
        if execution.status == .callDisconnected || isCompleted { recording = .string(recordingURL ?? "") }
        let seconds = Int64(execution.duration.rounded(.up))
        var members: [JSONValue.Member] = [
            .init("duration", .string(isCompleted && hasTalk ? String(seconds) : "0.0")),
            .init("to_number", .string(toNumber)), .init("from_number", .string(fromNumber)),
            .init("recording_url", recording), .init("hosted_telephony", true),
            .init("provider_call_id", isDialled ? .string(execution.script.providerCallID) : nil),
            .init("call_type", execution.isInbound ? "inbound" : "outbound"),
            .init("provider", .string(agent.provider)), .init("hangup_by", by), .init("hangup_reason", reason),
            .init("hangup_provider_code", code),
        ]
        if isCompleted, hasTalk {
            members += [
                .init("ring_duration", .integer(execution.script.ringSeconds)), .init("post_dial_delay", 1),
                .init("to_number_carrier", "Example Telecom Ltd"),
            ]
        }
        return .object(members)
    }

    private var hangup: (by: JSONValue, reason: JSONValue, code: JSONValue) {
        switch execution.status {
        case .busy: ("Carrier", "Call recipient was busy", 3010)
        case .noAnswer: ("Carrier", "Call recipient did not answer", 3000)
        case .failed: ("Carrier", "Call recipient number invalid", 2000)
        case .canceled: (nil, "Call canceled", nil)
        // Captures show the Plivo fields filled and the Twilio ones empty.
        case .completed where agent.provider == "plivo": ("Callee", "Call recipient hungup", 4000)
        default: (nil, nil, nil)
        }
    }

    private var costs: JSONValue {
        let costs = execution.costs
        return [
            "llm": .amount(costs.llm), "network": .amount(costs.network), "platform": .amount(costs.platform),
            "synthesizer": .amount(costs.synthesizer), "transcriber": .amount(costs.transcriber),
            "llm_breakdown": [
                "hangup": 0, "analytics": 0, "extraction": 0, "conversation": .amount(costs.llm), "summarization": 0,
            ],
            "synthesizer_breakdown": ["conversation": .amount(costs.synthesizer), "welcome_message": 0],
            "transcriber_breakdown": ["analytics": 0, "conversation": .amount(costs.transcriber)],
        ]
    }

    private var usage: JSONValue {
        let input = JSONValue.integer(hasTalk ? Int64(execution.script.talk * 40) : 0)
        let output = JSONValue.integer(hasTalk ? Int64(execution.script.talk * 2) : 0)
        let characters = JSONValue.integer(hasTalk ? Int64(execution.script.talk * 8) : 0)
        return [
            "llmModel": ["gpt-4.1-mini": ["input": input, "output": output]], "llmTokens": 0,
            "synthesizer_model": "eleven_turbo_v2_5", "transcriber_model": "nova-3",
            "llm_usage_breakdown": [
                "hangup": nil, "analytics": nil, "extraction": nil,
                "conversation": [
                    "input": input, "model": "gpt-4.1-mini", "output": output, "provider": "openai",
                    "provider_connected": false,
                ], "summarization": nil,
            ],
            "synthesizer_provider": "elevenlabs", "transcriber_duration": .amount(execution.duration),
            "transcriber_provider": "deepgram", "synthesizer_characters": characters,
            "synthesizer_usage_breakdown": [
                "provider_connected": false, "welcome_message_cache": true, "conversation_characters": characters,
                "welcome_message_characters": 0,
            ],
            "transcriber_usage_breakdown": [
                "provider_connected": false, "transcriber_duration": .amount(execution.duration),
            ],
        ]
    }

    private var extraction: JSONValue {
        [
            "General": [
                "Call Summary": [
                    "subjective": .string(execution.script.summary), "objective": "", "confidence": .number(0.93),
                    "confidence_label": "High",
                ]
            ],
            "Lead Quality": [
                "Interest": [
                    "subjective": "", "objective": "interested", "confidence": .number(0.9),
                    "confidence_label": "High",
                ]
            ],
        ]
    }

    private var latency: JSONValue {
        [
            "stream_id": .number(129.56), "time_to_first_audio": .number(130.84), "region": "in",
            "transcriber": ["time_to_connect": 79, "turns": []],
            "llm": [
                "time_to_connect": nil,
                "turns": [["time_to_first_token": .number(541.69), "time_to_last_token": .number(710.46), "turn": 1]],
            ],
            "synthesizer": [
                "time_to_connect": 61, "turns": [["time_to_first_token": 223, "time_to_last_token": 425, "turn": -1]],
            ], "rag": nil,
        ]
    }
}

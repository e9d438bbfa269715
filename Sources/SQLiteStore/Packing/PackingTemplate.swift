/// What nearly every body of Bolna's has, in the order in which it has it: the names of its members, and usual values.
/// Packed values refer to it by place, so it is never changed; another one would need another marker.
enum PackingTemplate {
    /// Its bytes.
    static let bytes = Array(text.utf8)

    private static let text = """
        {"id":"","agent_id":"","batch_id":null,"created_at":"2026-01-01T00:00:00","updated_at":"2026-01-01T00:00:00",\
        "scheduled_at":null,"answered_by_voice_mail":false,"conversation_duration":0.0,"conversation_time":0,\
        "total_cost":0.0,"transcript":"assistant: \\nuser: ","usage_breakdown":{"llmModel":{"gpt-4.1-mini":{"input":\
        ,"output":}},"llmTokens":0,"synthesizer_model":"eleven_turbo_v2_5","transcriber_model":"nova-3",\
        "llm_usage_breakdown":{"hangup":null,"analytics":null,"extraction":null,"conversation":{"input":,"model":\
        "gpt-4.1-mini","output":,"provider":"openai","provider_connected":false},"summarization":null},\
        "synthesizer_provider":"elevenlabs","transcriber_duration":0.0,"transcriber_provider":"deepgram",\
        "synthesizer_characters":0,"synthesizer_usage_breakdown":{"provider_connected":false,\
        "welcome_message_cache":true,"conversation_characters":0,"welcome_message_characters":0},\
        "transcriber_usage_breakdown":{"provider_connected":false,"transcriber_duration":0.0},"voice_id":"",\
        "api_tools":[],"buffer_size":200,"endpointing":100,"provider_source":{"llm":"bolna","synthesizer":"bolna",\
        "transcriber":"bolna"},"incremental_delay":200,"check_if_user_online":true,"hangup_after_silence":10,\
        "transcriber_language":"hi","voicemail_detection_enabled":false,"trigger_user_online_message_after":6},\
        "cost_breakdown":{"llm":0.0,"network":0.0,"platform":2,"synthesizer":0.0,"transcriber":0.0,"llm_breakdown":{\
        "hangup":0,"analytics":0,"extraction":0,"conversation":0.0,"summarization":0},"synthesizer_breakdown":{\
        "conversation":0.0,"welcome_message":0.0},"transcriber_breakdown":{"analytics":0,"conversation":0.0}},\
        "extracted_data":{"General":{"Call Summary":{"subjective":"","objective":"","confidence":0.9,\
        "confidence_label":"High"}}},"summary":"","error_message":null,"status":"completed","agent_extraction":null,\
        "workflow_retries":null,"rescheduled_at":null,"custom_extractions":null,"campaign_id":null,\
        "smart_status":"completed","user_number":"+91","agent_number":"+91","initiated_at":"2026-01-01T00:00:00",\
        "deleted":false,"retry_config":null,"retry_count":0,"retry_history":null,"telephony_data":{"duration":"",\
        "to_number":"+91","from_number":"+91","recording_url":"https://api.bolna.ai/recordings/call/",\
        "hosted_telephony":true,"provider_call_id":"","call_type":"outbound","provider":"plivo","provider":"twilio",\
        "hangup_by":"Caller","hangup_by":"Callee","hangup_reason":"Call recipient hungup",\
        "hangup_reason":"Normal Hangup","hangup_provider_code":4000,"ring_duration":0,"post_dial_delay":0,\
        "to_number_carrier":"","voicemail_detected":false},"transfer_call_data":null,"context_details":{\
        "recipient_data":{"timezone":"Asia/Kolkata","gateway_dial":""},"recipient_phone_number":"+91"},\
        "batch_run_details":{"status":"completed","created_at":"","updated_at":"","retried":0},"provider":"plivo",\
        "latency_data":{"stream_id":0.0,"time_to_first_audio":0.0,"region":"in","transcriber":{"time_to_connect":0,\
        "turns":[{"turn":1,"turn_latency":[{"sequence_id":1,"audio_to_text_latency":0.0,"text":""},{"sequence_id":2,\
        "audio_to_text_latency":0.0,"text":""}]}]},"llm":{"time_to_connect":null,"turns":[{"time_to_first_token":\
        ,"time_to_last_token":,"turn":1}]},"synthesizer":{"time_to_connect":0,"turns":[{"time_to_first_token":\
        ,"time_to_last_token":,"turn":-1}]},"rag":null}}
        """
}

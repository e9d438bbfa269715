import BolnaWire
import CallDomain
import WebhookTrust

/// Webhooks of made-up calls, four to a call, in the form Bolna gives them.
struct SampleCall {
    /// The statuses a call is told to have, in their order.
    static let statuses = ["initiated", "ringing", "in-progress", "completed"]

    private let padding: Int

    /// Bodies of about this many bytes; no less than about 900.
    init(bytes: Int) {
        let least = Self.body(number: 0, status: Self.statuses[3], transcript: "").utf8.count
        padding = max(0, bytes - least)
    }

    /// The body that tells one status of one call.
    func body(number: Int, status: Int) -> [UInt8] {
        let line =
            "assistant: This is a call about your appointment.\\nuser: Yes, \\\"Thursday\\\" is fine \u{2014} thanks.\\n"
        let lines = String(repeating: line, count: padding / line.utf8.count + 1).utf8.prefix(padding / 8 * 8)
        // A cut in the middle of an escape or a character would make another, broken body.
        let whole = lines.lastIndex(of: UInt8(ascii: "n")).map { lines[...$0] } ?? lines.prefix(0)
        return Array(
            Self.body(
                number: number, status: Self.statuses[status % Self.statuses.count],
                transcript: String(decoding: whole, as: UTF8.self)
            ).utf8)
    }

    /// The observation that comes of a body.
    static func observation(_ body: [UInt8], at time: Timestamp) throws -> JournalEntry {
        guard case .observations(let statements) = BolnaDecoder.decodeDelivery(body), let decoded = statements.first
        else { throw UnreadableSample() }
        let execution = decoded.statement.executionID
        return .observation(
            IncomingObservation(
                account: .default,
                key: ObservationKey(
                    source: .webhook, trust: .signed, standing: .applied, digest: try ContentHash.sha256(body)),
                receivedAt: time, body: body, statement: decoded.statement, profile: ScopeProfile(path: .healthy),
                proposedCallID: CallID(rawValue: execution.rawValue)))
    }

    private static func body(number: Int, status: String, transcript: String) -> String {
        let digits = String(number)
        let seconds = String(repeating: "0", count: max(0, 12 - digits.count)) + digits
        let minute = statuses.firstIndex(of: status) ?? 0
        return """
            {"id":"4c06b4d1-4096-4561-919a-\(seconds)","agent_id":"3c90c3cc-0d44-4b50-8888-00000000\(1_000 + number % 50)",\
            "batch_id":null,"conversation_time":47,"total_cost":2.81,"status":"\(status)","smart_status":null,\
            "error_message":null,"answered_by_voice_mail":false,"transcript":"\(transcript)",\
            "created_at":"2026-01-23T01:14:37Z","updated_at":"2026-01-23T01:1\(5 + minute):02.123456Z","scheduled_at":null,\
            "cost_breakdown":{"llm":0.42,"network":1.2,"platform":0.9,"synthesizer":0.21,"transcriber":0.08},\
            "telephony_data":{"duration":"42","to_number":"+1\(seconds.suffix(10))","from_number":"+19876543007",\
            "recording_url":"https://recordings.example/\(seconds).mp3","hosted_telephony":true,\
            "provider_call_id":"CA42fb13614bfcfeccd94cf33befe1","call_type":"outbound","provider":"twilio",\
            "hangup_by":"Caller","hangup_reason":"Normal Hangup","hangup_provider_code":4000,"ring_duration":6},\
            "extracted_data":null,"context_details":{}}
            """
    }
}

/// A body of ours that the decoder does not read as one call.
struct UnreadableSample: Error {}

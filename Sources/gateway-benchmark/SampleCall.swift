import BolnaWire
import CallDomain
import WebhookTrust

/// Webhooks of made-up calls, four to a call, in the form Bolna gives them.
struct SampleCall {
    /// The statuses a call is told to have, in their order.
    static let statuses = ["initiated", "ringing", "in-progress", "completed"]

    /// What was said in some calls; others repeat it.
    private let transcripts: [String]

    private static let differentTranscripts = 64

    /// Bodies of about this many bytes; no less than about 900.
    init(bytes: Int) {
        let least = Self.body(number: 0, status: Self.statuses[3], transcript: "").utf8.count
        transcripts = (0..<Self.differentTranscripts).map { Self.transcript(of: $0, bytes: max(0, bytes - least)) }
    }

    /// The body that tells one status of one call.
    func body(number: Int, status: Int) -> [UInt8] {
        Array(
            Self.body(
                number: number, status: Self.statuses[status % Self.statuses.count],
                transcript: transcripts[number % transcripts.count]
            ).utf8)
    }

    /// What was said in a call: other words in each, in no order that would let them be stored as fewer.
    private static func transcript(of number: Int, bytes: Int) -> String {
        var text = ""
        var state = UInt64(truncatingIfNeeded: number) &* 6_364_136_223_846_793_005
        while text.utf8.count < bytes {
            text += text.utf8.count / 160 % 2 == 0 ? "assistant:" : "user:"
            for _ in 0..<14 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += " " + words[Int(truncatingIfNeeded: state >> 33) % words.count]
            }
            text += " \u{2014} \\\"fine\\\", thanks.\\n"
        }
        return text
    }

    private static let words = """
        about above across after again agree all also am an and any anything appointment april are ask at available back \
        be because been before below between book branch but by bye call can cancel change clinic colleague come correct \
        could course day delivery detail discuss do doctor does done each earlier early evening every few fifteen find \
        first five flat for free friday from get give go good goodbye great had half have hello help her here his hold \
        home hour house how i if in interested is it just know last later let like line little look loan manager many may \
        me minute monday month more morning move my name need new next nice no not note nothing now number of office okay \
        on one only open or order other our out over payment person place please policy possible price problem question \
        quite ready really reason receive report request right room said same saturday say school see send seven she \
        should since sorry speak still sure take team tell ten than thank that the them then there they thing think this \
        three thursday time to today tomorrow tonight too two under until up update us very visit want was we wednesday \
        week well were what when where which while who why will with work would year yes yesterday you your
        """.split(separator: " ").map(String.init)

    /// The observation that comes of a body.
    static func observation(
        _ body: [UInt8], at time: Timestamp, account: AccountID = .default
    ) throws -> JournalEntry {
        guard case .observations(let statements) = BolnaDecoder.decodeDelivery(body), let decoded = statements.first
        else { throw UnreadableSample() }
        let execution = decoded.statement.executionID
        return .observation(
            IncomingObservation(
                account: account,
                key: ObservationKey(
                    source: .webhook, trust: .signed, standing: .applied, digest: try ContentHash.sha256(body)),
                receivedAt: time, body: body, statement: decoded.statement, profile: ScopeProfile(path: .healthy),
                proposedCallID: CallID(rawValue: "\(time.rawValue)-\(execution.rawValue.prefix(8))")))
    }

    /// Bolna's id of a call: in no order, as its ids are.
    private static func execution(_ number: Int) -> String {
        let mixed = (UInt64(truncatingIfNeeded: number) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        let digits = String(mixed ^ mixed >> 29, radix: 16)
        let whole = String(repeating: "0", count: 16 - digits.count) + digits
        return "\(whole.prefix(8))-\(whole.dropFirst(8).prefix(4))-4561-919a-0000\(whole.suffix(8))"
    }

    private static func body(number: Int, status: String, transcript: String) -> String {
        let digits = String(number)
        let seconds = String(repeating: "0", count: max(0, 12 - digits.count)) + digits
        let minute = statuses.firstIndex(of: status) ?? 0
        return """
            {"id":"\(execution(number))","agent_id":"3c90c3cc-0d44-4b50-8888-00000000\(1_000 + number % 50)",\
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

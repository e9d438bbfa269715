import BolnaWire
import CallDomain
import WebhookTrust

/// What comes in about one call of the data set: its webhooks, and the gateway's own reads where webhooks are lost.
struct CallScript {
    let identity: CallIdentity
    private var drawing: Drawing
    private var entries: [(at: Timestamp, entry: JournalEntry)] = []
    private var status = "queued"
    private var time: Timestamp
    private var retries = 0
    private var talk = 0
    private var isRich = false
    private var hasRecording = false
    private var hasWords = false

    /// The entries of a call in the order in which they come in; `kind` is what happens to it, see ``kinds``.
    static func entries(
        of identity: CallIdentity, kind: Int, words: Int
    ) throws -> [(at: Timestamp, entry: JournalEntry)] {
        var script = Self(identity: identity, words: words)
        try script.play(kind)
        script.giveUp()
        return script.entries
    }

    /// A kind of call for a number that was drawn: most are completed and have seven or eight statements.
    static func kind(drawn percent: Int) -> Int {
        let shares = [58, 14, 5, 4, 3, 2, 1, 1, 6, 3, 1, 1, 1]
        var rest = percent
        return shares.firstIndex { share in
            rest -= share
            return rest < 0
        } ?? 0
    }

    private init(identity: CallIdentity, words: Int) {
        self.identity = identity
        drawing = Drawing(seed: words)
        time = identity.start
        isRich = drawing.number(below: 10) < 4
    }

    private mutating func play(_ kind: Int) throws {
        let dialled = ["queued", "initiated", "ringing"]
        switch kind {
        case 0: try complete(after: dialled)
        case 1: try tell(dialled + ["no-answer"])
        case 2:
            try tell(dialled + ["busy"])
            retries = 1
            try complete(after: ["scheduled", "initiated", "ringing"])
        case 3: try tell(dialled + ["failed"])
        case 4: try tell(["queued", "canceled"])
        case 5: try tell(dialled + ["stopped"])
        case 6: try tell(["queued", "balance-low"])
        case 7: try tell(["queued", "initiated", "error"])
        case 8:
            // The webhooks of its end are lost: the poller reads it twice.
            try tell(dialled + ["in-progress"])
            talk = 20 + drawing.number(below: 400)
            try read(.poll, "in-progress", after: 600)
            hasRecording = true
            hasWords = true
            try read(.poll, "completed", after: 300)
            try read(.poll, "completed", after: 180)
        case 9:
            hasRecording = true
            hasWords = true
            talk = 35
            try read(.sweep, "completed", after: 400)
        case 10:
            // Two ends of one attempt, and the read that settles them.
            try complete(after: dialled)
            try tell(["failed"])
            try read(.poll, "completed", after: 60)
            try read(.poll, "completed", after: 70)
        case 11:
            try complete(after: dialled)
            // The same bytes once more.
            if let last = entries.last { entries.append((last.at.advanced(by: .seconds(3)), last.entry)) }
        default:
            // Nothing is heard of its end, until it is given up after a day of looking.
            try tell(dialled)
            try read(.poll, "ringing", after: 100)
            try read(.poll, "ringing", after: 90_000)
        }
    }

    /// Two days later nothing is waited for any more, whatever had not come.
    private mutating func giveUp() {
        let end = time.advanced(by: .seconds(2 * 86_400))
        entries.append(
            (
                end,
                .recompute(
                    account: identity.account, call: CallID(rawValue: identity.call), profile: Self.profile, now: end)
            ))
    }

    private mutating func complete(after statuses: [String]) throws {
        try tell(statuses + ["in-progress"])
        talk = 5 + drawing.low(below: 600)
        time = time.advanced(by: .seconds(talk))
        try tell(["call-disconnected"])
        hasWords = true
        try tell(["completed"])
        hasRecording = drawing.number(below: 10) < 9
        try tell(["completed"])
        guard !hasRecording else { return }
        // What is missing is looked for twice, and then known not to come.
        try read(.poll, "completed", after: 185)
        try read(.poll, "completed", after: 1_900)
    }

    private static let profile = ScopeProfile(path: .healthy)

    private mutating func tell(_ statuses: [String]) throws {
        for word in statuses {
            status = word
            time = time.advanced(by: .milliseconds(800 + drawing.number(below: 9_000)))
            let delay = 40 + drawing.low(below: 3_000)
            try add(.webhook, .signed, sentAt: nil, at: time.advanced(by: .milliseconds(delay)))
        }
    }

    private mutating func read(_ source: Source, _ word: String, after seconds: Int) throws {
        if word != status {
            status = word
            time = time.advanced(by: .seconds(30))
        }
        let sent = (entries.last?.at ?? time).advanced(by: .seconds(seconds))
        try add(source, .authoritative, sentAt: sent, at: sent.advanced(by: .milliseconds(180)))
    }

    private mutating func add(_ source: Source, _ trust: Trust, sentAt: Timestamp?, at received: Timestamp) throws {
        let body = Array(json.utf8)
        guard case .observations(let decoded) = BolnaDecoder.decodeDelivery(body),
            let statement = decoded.first?.statement
        else { throw UnreadableSample() }
        entries.append(
            (
                received,
                .observation(
                    IncomingObservation(
                        account: identity.account,
                        key: ObservationKey(
                            source: source, trust: trust, standing: .applied, digest: try ContentHash.sha256(body)),
                        receivedAt: received, sentAt: sentAt, body: body, statement: statement, profile: Self.profile,
                        proposedCallID: CallID(rawValue: identity.call)))
            ))
    }

    /// Bolna's execution object with what varies over a call's life.
    private var json: String {
        let isOver = talk > 0
        let recording = hasRecording ? "\"https://api.bolna.ai/recordings/call/\(identity.execution)\"" : "null"
        let retry =
            retries > 0 || status == "busy"
            ? #"{"enabled":true,"max_retries":3,"retry_on_statuses":["busy"],"retry_intervals_minutes":[30]}"# : "null"
        var words = Drawing(seed: identity.to.hashValueOfDigits)
        let (first, last, project) = (
            words.one(of: Vocabulary.firstNames), words.one(of: Vocabulary.lastNames),
            words.one(of: Vocabulary.projects)
        )
        let recipient =
            isRich
            ? """
            {"timezone":"Asia/Kolkata","leadId":"\(identity.lead)","callerName":"\(first) \(last)",\
            "projectName":"\(project)"}
            """ : #"{"timezone":"Asia/Kolkata"}"#
        let transcript = hasWords ? "\"\(Vocabulary.transcript(of: identity))\"" : "null"
        let summary = hasWords && hasRecording ? "\"\(Vocabulary.summary(of: identity))\"" : "null"
        return """
            {"id":"\(identity.execution)","agent_id":"\(identity.agent)","batch_id":null,\
            "created_at":"\(identity.start.iso8601())","updated_at":"\(time.iso8601())","scheduled_at":null,\
            "answered_by_voice_mail":null,"conversation_duration":\(talk),"total_cost":\(isOver ? "5.65" : "0"),\
            "transcript":\(transcript),"summary":\(summary),"extracted_data":null,"error_message":null,\
            "status":"\(status)","smart_status":"\(status)","user_number":"+\(identity.to)",\
            "agent_number":"+\(identity.from)","deleted":false,"retry_config":\(retry),"retry_count":\(retries),\
            "cost_breakdown":{"llm":0.071,"network":1.344,"platform":2,"synthesizer":2.11,"transcriber":0.129},\
            "telephony_data":{"duration":"\(talk)","to_number":"+\(identity.to)","from_number":"+\(identity.from)",\
            "recording_url":\(recording),"hosted_telephony":true,"provider_call_id":"\(identity.call)",\
            "call_type":"outbound","provider":"plivo","hangup_by":\(isOver ? "\"Callee\"" : "null"),\
            "hangup_reason":\(isOver ? "\"Call recipient hungup\"" : "null"),\
            "hangup_provider_code":\(isOver ? "4000" : "null")},\
            "context_details":{"recipient_data":\(recipient),"recipient_phone_number":"+\(identity.to)"},\
            "provider":"plivo"}
            """
    }
}

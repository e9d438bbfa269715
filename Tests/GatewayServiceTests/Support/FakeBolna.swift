import CallDomain
import Synchronization

/// Bolna as a test wants it: calls that change by the wall clock, and answers that go wrong on demand.
final class FakeBolna: BolnaAPI {
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    struct State {
        var calls: [ExecutionID: [(at: Timestamp, body: [UInt8])]] = [:]
        var agents: [ExecutionID: String] = [:]
        var requests: [BolnaRequest] = []
        var answer: (@Sendable (BolnaRequest) -> BolnaAnswer.Outcome?)?
        var holds: (@Sendable (BolnaRequest) -> Bool)?
        var held: [CheckedContinuation<Void, Never>] = []
        var listedPages: [[String]]?
    }

    init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

    /// From this time on a read tells this body.
    func tell(_ body: CallBody, at time: Timestamp) {
        state.withLock { state in
            let id = ExecutionID(rawValue: body.id)
            state.calls[id, default: []].append((time, body.bytes))
            state.agents[id] = body.agent
        }
    }

    /// Answers instead of what is true, where it is not nil.
    func answer(_ answer: (@Sendable (BolnaRequest) -> BolnaAnswer.Outcome?)?) { state.withLock { $0.answer = answer } }

    /// Lets requests wait until ``release()``, or some of them.
    func hold(_ holds: @escaping @Sendable (BolnaRequest) -> Bool = { _ in true }) {
        state.withLock { $0.holds = holds }
    }

    func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            state.holds = nil
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// How many requests wait.
    var held: Int { state.withLock { $0.held.count } }

    var requests: [BolnaRequest.Endpoint] { state.withLock { $0.requests.map(\.endpoint) } }

    /// The single reads so far.
    var reads: [ExecutionID] {
        requests.compactMap { if case .execution(let id) = $0 { id } else { nil } }
    }

    func send(_ request: BolnaRequest) async -> BolnaAnswer {
        let sentAt = now()
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isHeld = state.withLock { state in
                state.requests.append(request)
                let isHeld = state.holds?(request) ?? false
                if isHeld { state.held.append(continuation) }
                return isHeld
            }
            if !isHeld { continuation.resume() }
        }
        let outcome = state.withLock { state in
            state.answer?(request) ?? Self.truth(request.endpoint, state, now: sentAt)
        }
        return BolnaAnswer(sentAt: sentAt, receivedAt: now(), outcome: outcome)
    }

    private static func truth(
        _ endpoint: BolnaRequest.Endpoint, _ state: State, now: Timestamp
    ) -> BolnaAnswer.Outcome {
        switch endpoint {
        case .execution(let id):
            guard let body = state.calls[id]?.last(where: { $0.at <= now })?.body else { return .status(404) }
            return .response(status: 200, retryAfter: nil, body: body)
        case .executions(let agent, let window):
            let rows = state.calls.sorted { $0.key < $1.key }.compactMap { id, told -> String? in
                guard state.agents[id] == agent.rawValue, let first = told.first,
                    let last = told.last(where: { $0.at <= now }),
                    first.at >= window.from, first.at <= window.to
                else { return nil }
                let status = CallBody.status(in: last.body)
                if let wanted = window.status, wanted.word != status { return nil }
                return "{\"id\":\"\(id.rawValue)\",\"status\":\"\(status)\",\"created_at\":\"\(first.at.iso8601())\"}"
            }
            let start = (window.page - 1) * window.size
            let page = rows.dropFirst(start).prefix(window.size)
            let hasMore = rows.count > start + window.size
            return .json(
                "{\"page_number\":\(window.page),\"page_size\":\(window.size),\"total\":\(rows.count),"
                    + "\"has_more\":\(hasMore),\"data\":[\(page.joined(separator: ","))]}")
        case .agents:
            let ids = Set(state.agents.values).sorted()
            return .json("[" + ids.map { "{\"id\":\"\($0)\",\"agent_name\":\"one\"}" }.joined(separator: ",") + "]")
        case .agent(let agent): return .json("{\"id\":\"\(agent.rawValue)\"}")
        case .setWebhook: return .json("{\"message\":\"success\",\"state\":\"updated\"}")
        case .me: return .json("{\"id\":\"org-1\",\"name\":\"One\"}")
        case .call:
            return .json("{\"message\":\"done\",\"status\":\"queued\",\"execution_id\":\"dialled-1\"}")
        }
    }
}

extension BolnaAnswer.Outcome {
    static func json(_ text: String, status: Int = 200) -> Self {
        .response(status: status, retryAfter: nil, body: Array(text.utf8))
    }

    static func status(_ status: Int) -> Self { json("{\"message\":\"no\"}", status: status) }
}

/// A body as Bolna writes it, with what tests care about.
struct CallBody {
    var id = "exec-1"
    var agent = "agent-1"
    var status: String
    var createdAt = Timestamp.start
    var updatedAt: Timestamp?
    var duration: Double = 0
    var recording: String?
    var recipientData = "{}"

    var text: String {
        let updated = (updatedAt ?? createdAt).iso8601()
        // What Bolna has of a call comes together with its recording.
        let rest = recording == nil ? "" : "\"total_cost\":5.65,\"transcript\":\"assistant: hello\","
        let recording = recording.map { "\"\($0)\"" } ?? "null"
        return """
            {"id":"\(id)","agent_id":"\(agent)","status":"\(status)","created_at":"\(createdAt.iso8601())",\
            "updated_at":"\(updated)","conversation_duration":\(duration),\(rest)\
            "telephony_data":{"call_type":"outbound","recording_url":\(recording)},\
            "context_details":{"recipient_data":\(recipientData)}}
            """
    }

    var bytes: [UInt8] { Array(text.utf8) }

    static func status(in body: [UInt8]) -> String {
        let parts = String(decoding: body, as: UTF8.self).split(separator: "\"status\":\"")
        return parts.count > 1 ? String(parts[1].prefix { $0 != "\"" }) : ""
    }
}

extension Timestamp {
    /// The beginning of all tests.
    static let start = Timestamp(seconds: 1_770_000_000)

    /// So many seconds after the beginning.
    static func at(_ seconds: Double) -> Timestamp { start.advanced(by: .seconds(seconds)) }
}

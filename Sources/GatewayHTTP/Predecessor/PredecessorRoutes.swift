import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird

/// The predecessor's API, unchanged for frontends that were written for it.
struct PredecessorRoutes: Sendable {
    /// The prefix of its addresses.
    static let prefix = "/api/client-call"
    /// Its old address for webhooks.
    static let webhookPattern = "/api/client-call/call-history/webhook"
    /// The most calls of one page; more are not given, whatever is asked for.
    static let mostCalls = 200
    /// The calls of a page where none are asked for.
    static let usualCalls = 10
    /// The last page that can be asked for.
    static let lastPage = 100_000

    private let dependencies: GatewayDependencies
    private let bodyLimit: Int

    init(dependencies: GatewayDependencies, bodyLimit: Int) {
        self.dependencies = dependencies
        self.bodyLimit = bodyLimit
    }

    /// Whether a path is of this API, so that even its errors have its shape.
    static func covers(_ path: String) -> Bool { path == prefix || path.hasPrefix(prefix + "/") }

    var routes: [Route] {
        [
            route(.get, "call-history", .read) { request, principal in
                try await list(request, principal, query: CallQuery())
            },
            route(.get, "call-history/recordings", .read) { request, principal in
                var query = CallQuery()
                query.hasRecording = true
                return try await list(request, principal, query: query)
            },
            route(.get, "call-history/lead/{leadId}", .read) { request, principal in
                var query = CallQuery()
                query.lead = try request.parameter("leadId")
                return try await list(request, principal, query: query)
            },
            route(.get, "call-history/details/{callId}", .read) { request, principal in
                try await details(request, principal)
            },
            route(.post, "call-history/check-status/{callId}", .check) { request, principal in
                let reference = try request.parameter("callId")
                let outcome = await dependencies.checks.check(account: principal.account, reference: reference)
                if case .updated(let record) = outcome {
                    dependencies.noteReveal("call \(record.call.rawValue)", by: principal, at: request.receivedAt)
                }
                return try Self.response(to: outcome, for: principal)
            },
            route(.post, "call-history/make-call", .dial) { request, principal in
                let body = try await request.readBody(upTo: bodyLimit)
                let wish = try DialWish.read(body, idempotencyKey: DialWish.idempotencyKey(of: request.head))
                let answer = await dependencies.dials.dial(account: principal.account, request: wish)
                dependencies.note(answer, by: principal, at: request.receivedAt)
                return try Self.response(to: answer, for: principal)
            },
        ]
    }

    private func route(
        _ method: HTTPRequest.Method, _ path: String, _ scope: Scope,
        _ handler: @escaping @Sendable (RouteRequest, Principal) async throws -> Response
    ) -> Route {
        Route(method, "\(Self.prefix)/\(path)", errors: .predecessor, .scoped(scope, handler))
    }

    private func list(_ request: RouteRequest, _ principal: Principal, query: CallQuery) async throws -> Response {
        let page = try request.query.number("page", in: 1...Self.lastPage, default: 1)
        let asked = try request.query.number("pageSize", in: 1...Int.max, default: Self.usualCalls)
        let size = min(asked, Self.mostCalls)
        var query = query
        query.statuses = request.query.statuses("status")
        let found = try await dependencies.reader.read { [query] store throws(StoreError) in
            let (calls, total) = try store.calls(
                account: principal.account, query: query, offset: (page - 1) * size, limit: size,
                withBodies: principal.scopes.contains(.reveal))
            return Found(calls: calls, total: total)
        }
        if !found.calls.isEmpty { dependencies.noteReveal("lists of calls", by: principal, at: request.receivedAt) }
        return .object { json in
            json.member("success", true)
            json.key("data")
            json.array { json in
                for record in found.calls {
                    VisibleCall(record, for: principal)?.writePredecessorDocument(into: &json)
                }
            }
            json.key("pagination")
            json.object { json in
                json.member("total", found.total)
                json.member("page", page)
                json.member("pageSize", size)
                json.member("totalPages", (found.total + size - 1) / size)
            }
        }
    }

    private struct Found: Sendable {
        var calls: [CallRecord]
        var total: Int
    }

    private func details(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let reference = try request.parameter("callId")
        let record = try await dependencies.reader.read { store throws(StoreError) in
            try store.call(account: principal.account, reference: reference, withBody: true)
        }
        guard let call = record.flatMap({ VisibleCall($0, for: principal) }) else { throw Self.noSuchCall }
        dependencies.noteReveal("call \(call.record.call.rawValue)", by: principal, at: request.receivedAt)
        return Self.document(call)
    }

    private static let noSuchCall = Problem(.notFound, "Call not found.")

    private static func document(_ call: VisibleCall, message: String? = nil) -> Response {
        .object { json in
            json.member("success", true)
            if let message { json.member("message", message) }
            json.key("data")
            call.writePredecessorDocument(into: &json)
        }
    }

    /// What a frontend is told of a check.
    static func response(to outcome: CheckOutcome, for principal: Principal) throws -> Response {
        switch outcome {
        case .updated(let record):
            guard let call = VisibleCall(record, for: principal) else { throw noSuchCall }
            return document(call, message: "Bolna says \(call.state.status.word).")
        case .notFound: throw noSuchCall
        case .unknownToBolna: throw Problem(.unknownToBolna, "Bolna does not know this call.")
        case .coolingDown(let retryAfter):
            throw Problem(.coolingDown, "This call was checked just now. Try again shortly.", retryAfter: retryAfter)
        case .bolnaFailed(let detail): throw Problem(.bolnaFailed, detail)
        case .busy(let retryAfter): throw Problem(.busy, retryAfter: retryAfter)
        case .noToken: throw Problem(.noToken)
        }
    }

    /// What a frontend is told of a call it asked to place.
    static func response(to answer: DialAnswer, for principal: Principal) throws -> Response {
        switch try DialOutcomeAnswer(answer) {
        case .call(let record, let isNew):
            guard let call = VisibleCall(record, for: principal) else { throw noSuchCall }
            var response = document(call, message: isNew ? "The call was placed." : "The call had been placed before.")
            response.status = isNew ? .created : .ok
            return response
        case .pending(let correlationKey):
            return .object(.accepted) { json in
                json.member("success", true)
                json.member("message", "Bolna did not answer. Whether it took the call is being found out.")
                json.key("data")
                json.object { json in
                    json.member("status", "pending")
                    json.member("correlationKey", correlationKey)
                }
            }
        }
    }
}

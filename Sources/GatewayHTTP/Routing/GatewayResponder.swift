import CallDomain
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOSSL
import Synchronization

/// Leads each request to its route, and turns whatever comes of it into an answer.
final class GatewayResponder: Sendable {
    private let table: RouteTable
    private let authenticator: Authenticator
    private let isSecure: Bool
    private let visitors: VisitorRules
    private let sharing: OriginSharing
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let date = HTTPDateCache()

    init(
        table: RouteTable, authenticator: Authenticator, isSecure: Bool, visitors: VisitorRules = VisitorRules(),
        sharing: OriginSharing = OriginSharing(), now: @escaping @Sendable () -> Timestamp, logger: Logger
    ) {
        self.table = table
        self.authenticator = authenticator
        self.isSecure = isSecure
        self.visitors = visitors
        self.sharing = sharing
        self.now = now
        self.logger = logger
    }

    /// Answers on a connection.
    func respond(
        to request: Request, writer: consuming ResponseWriter, channel: any Channel
    ) async throws {
        let receivedAt = now()
        let peer = visitors.address(of: request.head, peer: channel.remoteAddress?.ipAddress ?? "local")
        var response = await answer(request, peer: peer, at: receivedAt)
        SecurityFields.add(to: &response.headers, isSecure: isSecure)
        sharing.add(to: &response.headers, for: request.head)
        response.headers[.date] = date.text(at: receivedAt)
        // An answer to HEAD has the length the body would have, and no body.
        let body = request.method == .head ? ResponseBody() : response.body
        try await writer.write(response: response.head, body: body)
    }

    /// The answer to a request that came from nowhere but this process.
    func answer(_ request: Request, peer: String) async -> Response { await answer(request, peer: peer, at: now()) }

    private func answer(_ request: Request, peer: String, at receivedAt: Timestamp) async -> Response {
        let target = (request.head.path ?? "/").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = target.first ?? "/"
        guard visitors.admit(request.head) else {
            return refuse(Problem(.misdirected), request: request, route: nil, at: receivedAt)
        }
        switch table.match(request.method, path: path) {
        case .found(let route, let parameters):
            var limits: [RateLimit] = []
            var response: Response
            do {
                response = try await handle(
                    request, route: route, parameters: parameters, query: target.count > 1 ? target[1] : "",
                    peer: peer, at: receivedAt, noting: &limits)
            } catch {
                response = refuse(
                    Self.problem(for: error), error: error, request: request, route: route, at: receivedAt)
            }
            RateLimit.add(limits, to: &response.headers)
            return response
        case .otherMethods(let route, let allow):
            if let answer = sharing.preflight(request.head, methods: allow) { return answer }
            return refuse(
                Problem(.methodNotAllowed, allow: allow), request: request, route: route, at: receivedAt)
        case .nothing:
            return refuse(Problem(.notFound), request: request, route: nil, at: receivedAt)
        }
    }

    private func handle(
        _ request: Request, route: Route, parameters: [String: String], query: Substring, peer: String,
        at receivedAt: Timestamp, noting limits: inout [RateLimit]
    ) async throws -> Response {
        switch route.handler {
        case .open(let handler):
            return try await handler(
                RouteRequest(
                    head: request.head, body: request.body, parameters: parameters,
                    query: try Self.parameters(of: query), peer: peer, receivedAt: receivedAt))
        case .scoped(let scope, let handler):
            let admission = try await authenticator.admission(
                of: request.head, scope: scope, from: peer, at: receivedAt)
            limits = admission.limits
            let principal = try admission.principal(for: scope)
            return try await handler(
                RouteRequest(
                    head: request.head, body: request.body, parameters: parameters,
                    query: try Self.parameters(of: query), peer: peer, receivedAt: receivedAt,
                    isAdmitted: admission.isValid), principal)
        }
    }

    private static func parameters(of query: Substring) throws(Problem) -> QueryParameters {
        guard let parameters = QueryParameters(query) else {
            throw Problem(.badRequest, "The query is malformed, too long, or names a parameter twice.")
        }
        return parameters
    }

    /// What a client is told of an error; internal faults are a bare 500.
    static func problem(for error: any Error) -> Problem {
        switch error {
        case let problem as Problem: problem
        case RequestBodyError.tooLarge: Problem(.bodyTooLarge)
        case RequestBodyError.noRoom: Problem(.busy, retryAfter: .seconds(2))
        case RequestBodyError.tooSlow: Problem(.tooSlow)
        case let error as StoreError where error.isRetryable: Problem(.busy, retryAfter: .seconds(2))
        case is HTTPParserError: Problem(.badRequest, "The request is not valid HTTP.")
        // The client went away while its body was awaited: no fault of the gateway, and nobody hears the answer.
        case is ChannelError, is IOError, is NIOSSLError, is any NIOHTTP2Error, is CancellationError:
            Problem(.badRequest, "The connection ended before the request did.")
        default: Problem(.internalError)
        }
    }

    /// The method for the log; over HTTP/2 a client can invent any, so others have one name.
    private static func name(of method: HTTPRequest.Method) -> String {
        let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect]
        return known.contains(method) ? method.rawValue : "other"
    }

    private func refuse(
        _ problem: Problem, error: (any Error)? = nil, request: Request, route: Route?, at now: Timestamp
    ) -> Response {
        var metadata: Logger.Metadata = [
            "http.route": "\(route?.pattern ?? "none")", "http.method": "\(Self.name(of: request.method))",
            "http.status": "\(problem.kind.status.code)", "problem": "\(problem.kind.rawValue)",
        ]
        if let error = error as? StoreError {
            metadata["store.error"] = "\(error.message)"
        } else if let error, !(error is Problem) {
            metadata["error.type"] = "\(type(of: error))"
        }
        let level: Logger.Level = problem.kind == .internalError ? .error : .info
        logger.log(level: level, "A request was not served.", metadata: metadata)
        switch route?.errors ?? errorStyle(of: request.head) {
        case .problem: return .problem(problem)
        case .predecessor: return .predecessorFailure(problem)
        case .page:
            return .pageProblem(problem, of: request.head, for: authenticator.visitor(of: request.head, at: now))
        }
    }

    /// How errors are told where no route says so: a person who mistyped an address is answered with a page.
    private func errorStyle(of head: HTTPRequest) -> Route.ErrorStyle {
        if PredecessorRoutes.covers(head.path ?? "") { return .predecessor }
        let wantsPage = head.headerFields[.accept]?.contains("text/html") ?? false
        return wantsPage && table.hasPages ? .page : .problem
    }
}

/// The `Date` field, written once a second.
private final class HTTPDateCache: Sendable {
    private let cached = Mutex((second: Int64.min, text: ""))

    func text(at time: Timestamp) -> String {
        let second = time.rawValue / 1_000_000
        return cached.withLock { cached in
            if cached.second != second { cached = (second, Self.format(second)) }
            return cached.text
        }
    }

    /// `Sun, 22 Nov 2026 12:00:00 GMT` (RFC 9110, section 5.6.7).
    private static func format(_ second: Int64) -> String {
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = Int(((second / 86_400) % 7 + 7) % 7)
        let iso = Timestamp(seconds: second).iso8601(fractionDigits: 0)
        let parts = iso.split { "-T:Z".contains($0) }.map(String.init)
        guard parts.count == 6, let month = Int(parts[1]), months.indices.contains(month - 1) else { return iso }
        return "\(weekdays[day]), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}

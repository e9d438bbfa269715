import CallDomain
import GatewayService
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
    /// Repeated answers as they are sent.
    private let prepared = Mutex<[ObjectIdentifier: PreparedAnswer]>([:])

    /// The most of them.
    private static let mostPrepared = 16

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
        complete(&response.headers, for: request.head, at: receivedAt)
        // An answer to HEAD has the length the body would have, and no body.
        let body = request.method == .head ? ResponseBody() : response.body
        try await writer.write(response: response.head, body: body)
    }

    /// Adds the header fields that every answer has.
    private func complete(_ fields: inout HTTPFields, for head: HTTPRequest?, at receivedAt: Timestamp) {
        SecurityFields.add(to: &fields, isSecure: isSecure)
        if let head { sharing.add(to: &fields, for: head) }
        fields[.date] = date.text(at: receivedAt)
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
        case .direct(let bodyLimit, let handler):
            let read = RouteRequest(
                head: request.head, body: request.body, parameters: parameters,
                query: try Self.parameters(of: query), peer: peer, receivedAt: receivedAt)
            let whole = DirectRequest(
                evidence: DeliveryEvidence.fields(of: request.head), parameters: parameters, peer: peer,
                receivedAt: receivedAt, body: try await read.readBody(upTo: bodyLimit))
            return try await withCheckedThrowingContinuation { continuation in
                handler(whole, nil) { outcome in continuation.resume(with: outcome.map(\.response)) }
            }
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
        note(problem, error: error, method: request.method, route: route)
        switch route?.errors ?? errorStyle(of: request.head) {
        case .problem: return .problem(problem)
        case .predecessor: return .predecessorFailure(problem)
        case .page:
            return .pageProblem(problem, of: request.head, for: authenticator.visitor(of: request.head, at: now))
        }
    }

    private func note(_ problem: Problem, error: (any Error)?, method: HTTPRequest.Method, route: Route?) {
        var metadata: Logger.Metadata = [
            "http.route": "\(route?.pattern ?? "none")", "http.method": "\(Self.name(of: method))",
            "http.status": "\(problem.kind.status.code)", "problem": "\(problem.kind.rawValue)",
        ]
        if let error = error as? StoreError {
            metadata["store.error"] = "\(error.message)"
        } else if let error, !(error is Problem) {
            metadata["error.type"] = "\(type(of: error))"
        }
        let level: Logger.Level = problem.kind == .internalError ? .error : .info
        logger.log(level: level, "A request was not served.", metadata: metadata)
    }

    /// How errors are told where no route says so: a person who mistyped an address is answered with a page.
    private func errorStyle(of head: HTTPRequest) -> Route.ErrorStyle {
        if PredecessorRoutes.covers(head.path ?? "") { return .predecessor }
        let wantsPage = head.headerFields[.accept]?.contains("text/html") ?? false
        return wantsPage && table.hasPages ? .page : .problem
    }
}

/// A request of a direct route whose body is being received.
struct DirectTask {
    fileprivate let route: Route
    fileprivate let handler: DirectRequest.Handler
    fileprivate let request: DirectRequest
    /// What answers to it have to know of it; nil where it was plain, and they need not know anything.
    fileprivate let head: HTTPRequest?
    /// Whether the client said that it is its last on the connection; the guard has made the word one.
    var isLast: Bool { head?.headerFields[.connection] == "close" }
}

extension GatewayResponder {
    /// Begins with a request of a direct route; nil where it is of another, or where its head alone has it refused: then
    /// ``respond(to:writer:channel:)`` answers it.
    func begin(_ head: HTTPRequest, peer: String) -> (task: DirectTask, body: WholeBody)? {
        guard head.method == .post, let path = head.path else { return nil }
        let target = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let (route, parameters) = table.direct(path: target.first ?? "/"), visitors.admit(head),
            target.count == 1 || QueryParameters(target[1]) != nil,
            case .direct(let bodyLimit, let handler) = route.handler,
            let body = try? WholeBody(of: head, limit: bodyLimit)
        else { return nil }
        let request = DirectRequest(
            evidence: DeliveryEvidence.fields(of: head), parameters: parameters,
            peer: visitors.address(of: head, peer: peer), receivedAt: now())
        return (DirectTask(route: route, handler: handler, request: request, head: head), body)
    }

    /// Begins with a plain request, all of which is there, and whose body is that of the bytes behind its head; nil where it
    /// is not of a direct route, or is refused by its head: then it goes the way of all others.
    func begin(_ plain: PlainRequest, in bytes: ByteBuffer, peer: String) -> DirectTask? {
        guard visitors.admit(authority: plain.host), !sharing.covers(path: plain.path),
            let (route, parameters) = table.direct(path: plain.path[...]),
            case .direct(let bodyLimit, let handler) = route.handler, plain.bodyBytes <= bodyLimit,
            let body = bytes.getBytes(at: bytes.readerIndex + plain.headBytes, length: plain.bodyBytes)
        else { return nil }
        let request = DirectRequest(
            evidence: plain.evidence, parameters: parameters,
            peer: visitors.address(forwardedFor: plain.forwardedFor, peer: peer), receivedAt: now(), body: body)
        return DirectTask(route: route, handler: handler, request: request, head: nil)
    }

    /// Has a request answered whose body has ended, and calls once: at once, or later at the place.
    func finish(
        _ task: DirectTask, body: WholeBody, at place: AnswerPlace,
        then answer: @escaping @Sendable (DirectAnswer) -> Void
    ) {
        var request = task.request
        do { request.body = try body.bytes() } catch { return answer(refusal(of: task, error)) }
        finish(task, request, at: place, then: answer)
    }

    /// As ``finish(_:body:at:then:)``, of a request whose body is there.
    func finish(_ task: DirectTask, at place: AnswerPlace, then answer: @escaping @Sendable (DirectAnswer) -> Void) {
        finish(task, task.request, at: place, then: answer)
    }

    private func finish(
        _ task: DirectTask, _ request: DirectRequest, at place: AnswerPlace,
        then answer: @escaping @Sendable (DirectAnswer) -> Void
    ) {
        task.handler(request, place) { [self, route = task.route] outcome in
            switch outcome {
            case .success(let success): answer(success)
            case .failure(let error): answer(refusal(of: route, error))
            }
        }
    }

    /// The answer to a request whose body did not come as it should.
    func refusal(of task: DirectTask, _ error: any Error) -> DirectAnswer { refusal(of: task.route, error) }

    private func refusal(of route: Route, _ error: any Error) -> DirectAnswer {
        let problem = Self.problem(for: error)
        note(problem, error: error, method: route.method, route: route)
        return .problem(problem)
    }

    /// The answer with the header fields that every answer has.
    func complete(_ answer: DirectAnswer, to task: DirectTask) -> DirectAnswer {
        var answer = answer
        complete(&answer.headers, for: task.head, at: task.request.receivedAt)
        return answer
    }

    /// The bytes of a repeated answer in HTTP/1.1, all of it; nil of another answer, and where it depends on what was asked.
    func bytes(of answer: DirectAnswer, to task: DirectTask, allocator: ByteBufferAllocator) -> ByteBuffer? {
        guard task.head == nil, let sameness = answer.sameness else { return nil }
        let prepared = prepared.withLock { known in
            if let prepared = known[ObjectIdentifier(sameness)] { return prepared }
            let prepared = PreparedAnswer(complete(answer, to: task), known: sameness)
            if known.count < Self.mostPrepared { known[ObjectIdentifier(sameness)] = prepared }
            return prepared
        }
        return prepared.bytes(date: date.text(at: task.request.receivedAt), allocator: allocator)
    }
}

/// An answer as it is sent in HTTP/1.1, but for its date.
private struct PreparedAnswer: Sendable {
    /// Keeps the name of the answer from being given to another one.
    private let sameness: DirectAnswer.Sameness
    private let beforeDate: [UInt8]
    private let afterDate: [UInt8]

    init(_ answer: DirectAnswer, known sameness: DirectAnswer.Sameness) {
        self.sameness = sameness
        var head = "HTTP/1.1 \(answer.status.code) \(answer.status.reasonPhrase)\r\n"
        for field in answer.headers where field.name != .date { head += "\(field.name.rawName): \(field.value)\r\n" }
        beforeDate = Array("\(head)Date: ".utf8)
        afterDate = Array("\r\n\r\n".utf8) + answer.body
    }

    func bytes(date: String, allocator: ByteBufferAllocator) -> ByteBuffer {
        var bytes = allocator.buffer(capacity: beforeDate.count + date.utf8.count + afterDate.count)
        bytes.writeBytes(beforeDate)
        bytes.writeString(date)
        bytes.writeBytes(afterDate)
        return bytes
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

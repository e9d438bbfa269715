import CallDomain
import HTTPTypes
import Hummingbird

/// One address and method, and what handles it.
struct Route: Sendable {
    /// What may be done with it, and by whom.
    enum Handler: Sendable {
        /// Anybody: it judges the sender itself.
        case open(@Sendable (RouteRequest) async throws -> Response)
        /// Anybody: it takes a whole body of at most so many bytes, judges the sender itself, and never waits for anything
        /// where it is called. A connection's event loop can do that.
        case direct(bodyLimit: Int, DirectRequest.Handler)
        /// A principal with this scope.
        case scoped(Scope, @Sendable (RouteRequest, Principal) async throws -> Response)
    }

    /// How errors are told.
    enum ErrorStyle: Sendable {
        /// RFC 9457.
        case problem
        /// `{"success":false,"message":…}`.
        case predecessor
        /// A page for people.
        case page
    }

    let method: HTTPRequest.Method
    /// The address, with parameters in braces; also its name in logs and metrics.
    let pattern: String
    let errors: ErrorStyle
    let handler: Handler
    let segments: [Segment]

    enum Segment: Sendable {
        case literal(String)
        case parameter(String)
    }

    /// Method and pattern: names the route among all.
    var name: String { "\(method.rawValue) \(pattern)" }

    /// The scope that it takes; nil where it is open.
    var scope: Scope? {
        switch handler {
        case .open, .direct: nil
        case .scoped(let scope, _): scope
        }
    }

    init(_ method: HTTPRequest.Method, _ pattern: String, errors: ErrorStyle = .problem, _ handler: Handler) {
        self.method = method
        self.pattern = pattern
        self.errors = errors
        self.handler = handler
        segments = pattern.split(separator: "/").map { part in
            part.hasPrefix("{") ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// The parameters where the path's segments are this route's; nil otherwise.
    func match(_ path: [Substring]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            switch segment {
            case .literal(let text): guard text == part else { return nil }
            case .parameter(let name):
                guard let value = PercentCoding.decode(part), !value.isEmpty else { return nil }
                parameters[name] = value
            }
        }
        return parameters
    }
}

/// The routes of a listener; the first that matches handles the request.
struct RouteTable: Sendable {
    let routes: [Route]
    /// Whether people find pages here.
    let hasPages: Bool
    /// The direct routes, all of them for POST, whose errors are told as problems.
    private let direct: [Route]

    /// What a method and path lead to.
    enum Match {
        case found(Route, parameters: [String: String])
        case otherMethods(Route, allow: String)
        case nothing
    }

    init(_ routes: [Route]) {
        self.routes = routes
        hasPages = routes.contains { $0.errors == .page }
        direct = routes.filter { route in
            if case .direct = route.handler { route.method == .post && route.errors == .problem } else { false }
        }
    }

    /// The direct route that a path leads to; nil where it leads elsewhere.
    func direct(path: Substring) -> (Route, parameters: [String: String])? {
        let parts = path.split(separator: "/")
        for route in direct {
            if let parameters = route.match(parts) { return (route, parameters) }
        }
        return nil
    }

    func match(_ method: HTTPRequest.Method, path: Substring) -> Match {
        let parts = path.split(separator: "/")
        let wanted = method == .head ? .get : method
        var others: [Route] = []
        for route in routes {
            guard let parameters = route.match(parts) else { continue }
            if route.method == wanted { return .found(route, parameters: parameters) }
            others.append(route)
        }
        guard let first = others.first else { return .nothing }
        var allowed = others.map(\.method.rawValue)
        if allowed.contains("GET") { allowed.append("HEAD") }
        return .otherMethods(first, allow: Set(allowed).sorted().joined(separator: ", "))
    }
}

/// A request as a route's handler gets it.
struct RouteRequest: Sendable {
    /// Method, path and header fields.
    let head: HTTPRequest
    /// The body, unread.
    let body: RequestBody
    /// The pattern's parameters, decoded.
    let parameters: [String: String]
    /// The query.
    let query: QueryParameters
    /// The address of the other end of the connection.
    let peer: String
    /// When the head had been received.
    let receivedAt: Timestamp
    /// Whether what the client showed would still be accepted at a time; of an open route always.
    var isAdmitted: @Sendable (Timestamp) -> Bool = { _ in true }

    /// For what is sent piece by piece: ends the answer where what the client showed is not accepted any more. The client
    /// sees that it is cut off.
    func admission(now: @escaping @Sendable () -> Timestamp) -> @Sendable () throws -> Void {
        { [isAdmitted] in guard isAdmitted(now()) else { throw Problem(.unauthorized) } }
    }

    /// A parameter of the pattern.
    func parameter(_ name: String) throws(Problem) -> String {
        guard let value = parameters[name] else { throw Problem(.notFound) }
        return value
    }

    /// Reads the body, at most this many bytes.
    func readBody(upTo limit: Int) async throws -> [UInt8] {
        var whole = try WholeBody(of: head, limit: limit)
        for try await part in body { try whole.add(part) }
        return try whole.bytes()
    }
}

import HTTPTypes
import Hummingbird

/// Lets pages of the sites that are named use the API from within a browser (Fetch standard, section 3.3, “CORS”), with
/// their users' cookies. To all other sites nothing is said, so browsers show them nothing.
struct OriginSharing: Sendable {
    /// The origins, in lower case.
    var origins: Set<String> = []

    /// The paths that are shared begin so.
    private static let prefix = "/api/"
    /// How long browsers may remember the answer to a preflight, in seconds.
    private static let memory = 600

    private static let origin = HTTPField.Name("Origin")
    private static let requestedMethod = HTTPField.Name("Access-Control-Request-Method")
    private static let vary = HTTPField.Name("Vary")
    private static let allowedOrigin = HTTPField.Name("Access-Control-Allow-Origin")
    private static let allowedCredentials = HTTPField.Name("Access-Control-Allow-Credentials")
    private static let allowedMethods = HTTPField.Name("Access-Control-Allow-Methods")
    private static let allowedFields = HTTPField.Name("Access-Control-Allow-Headers")
    private static let exposedFields = HTTPField.Name("Access-Control-Expose-Headers")
    private static let maximumAge = HTTPField.Name("Access-Control-Max-Age")

    /// The answer to a browser that asks beforehand whether a page may send a request; nil where this is no such question,
    /// or the site is not one of those that are named. `methods` are those of the address, as `Allow` states them.
    func preflight(_ head: HTTPRequest, methods: String) -> Response? {
        guard head.method == .options, shares(with: head), let field = Self.requestedMethod,
            head.headerFields[field] != nil
        else { return nil }
        var response = Response(status: .noContent)
        let fields = [
            (Self.allowedMethods, methods),
            (Self.allowedFields, "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID"),
            (Self.maximumAge, String(Self.memory)),
        ]
        for case (let name?, let value) in fields { response.headers[name] = value }
        return response
    }

    /// Whether answers to requests for a path say something of sharing.
    func covers(path: String) -> Bool { !origins.isEmpty && path.hasPrefix(Self.prefix) }

    /// Lets the page that asked read an answer.
    func add(to fields: inout HTTPFields, for head: HTTPRequest) {
        guard covers(path: head.path ?? "") else { return }
        // Caches must not give one site what was meant for another.
        if let vary = Self.vary { fields[vary] = "Origin" }
        guard shares(with: head), let name = Self.origin else { return }
        let answers = [
            (Self.allowedOrigin, head.headerFields[name]), (Self.allowedCredentials, "true"),
            (Self.exposedFields, "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After"),
        ]
        for case (let name?, let value) in answers { fields[name] = value }
    }

    private func shares(with head: HTTPRequest) -> Bool {
        guard (head.path ?? "").hasPrefix(Self.prefix), let name = Self.origin, let origin = head.headerFields[name]
        else { return false }
        return origins.contains(origin.lowercased())
    }
}

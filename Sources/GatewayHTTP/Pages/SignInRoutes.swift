import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import WebhookTrust

/// Signing in to the pages with an API key, and out.
struct SignInRoutes: Sendable {
    /// The largest form, in bytes.
    static let largestForm = 8 * 1024

    private let dependencies: GatewayDependencies

    init(dependencies: GatewayDependencies) { self.dependencies = dependencies }

    var routes: [Route] {
        [
            Route(.get, "/", errors: .page, .open { _ in .seeOther("/calls") }),
            Route(.get, "/sign-in", errors: .page, .open(form)),
            Route(.post, "/sign-in", errors: .page, .open(signIn)),
            // Who comes back to the address of signing out, or mistypes it, finds where to go on.
            Route(.get, "/sign-out", errors: .page, .open { _ in .seeOther("/sign-in") }),
            Route(.post, "/sign-out", errors: .page, .open(signOut)),
        ]
    }

    @Sendable private func form(_ request: RouteRequest) async throws -> Response {
        let id = SessionCookie.read(request.head)
        let known = try id.flatMap { try dependencies.sessions.principal(of: $0, at: request.receivedAt) }
        guard let known else { return SignInPage.response(next: request.query.text("next")) }
        return .seeOther(PageFrame.Section.first(for: known).address)
    }

    @Sendable private func signIn(_ request: RouteRequest) async throws -> Response {
        guard CrossSiteRule.allows(request.head) else { throw Problem(.crossSite) }
        let form = try await request.readForm(upTo: Self.largestForm)
        let key = form.text("key")?.filter { !$0.isWhitespace } ?? ""
        if let wait = dependencies.throttle.blocked(request.peer, at: request.receivedAt) {
            throw Problem(.tooManyRequests, "Too many wrong keys came from this address.", retryAfter: wait)
        }
        guard let match = try dependencies.live.find(key: key, at: request.receivedAt) else {
            if try !dependencies.live.keys.hasKnown(key) {
                dependencies.throttle.countWrongKey(from: request.peer, at: request.receivedAt)
            }
            return SignInPage.response(
                next: form.text("next"),
                complaint: "This key opens nothing here. It may be mistyped, revoked or expired.",
                status: .unauthorized)
        }
        // Signing in is a request like another: who could do it without end would fill the audit and end others' sessions.
        let limits = dependencies.throttle.take(
            for: match.principal, mostPerMinute: match.mostPerMinute, scope: .read, at: request.receivedAt)
        if let wait = limits.compactMap(\.answer.wait).max() {
            throw Problem(.tooManyRequests, "The quota of this minute is used up.", retryAfter: wait)
        }
        if let old = SessionCookie.read(request.head) { try dependencies.sessions.end(old) }
        let digest = try ContentHash.sha256(Array(key.utf8)).bytes
        let name = try APIKeyText(parsing: key)?.id
        let id = try dependencies.sessions.begin(at: request.receivedAt) {
            [live = dependencies.live] now in
            live.find(digest: digest, name: name, at: now)
        }
        dependencies.trail.note(.signedIn, "pages", by: match.principal, at: request.receivedAt)
        // A key may open one part of the pages alone.
        let first = PageFrame.Section.first(for: match.principal).address
        let next = SignInPage.address(form.text("next"))
        var response = Response.seeOther(next == PageFrame.Section.calls.address ? first : next)
        response.headers[.setCookie] = SessionCookie.set(id)
        return response
    }

    @Sendable private func signOut(_ request: RouteRequest) async throws -> Response {
        guard CrossSiteRule.allows(request.head) else { throw Problem(.crossSite) }
        if let id = SessionCookie.read(request.head) {
            if let known = try dependencies.sessions.principal(of: id, at: request.receivedAt) {
                dependencies.trail.note(.signedOut, "pages", by: known, at: request.receivedAt)
            }
            try dependencies.sessions.end(id)
        }
        var response = SignInPage.response(notice: "You are signed out.")
        response.headers[.setCookie] = SessionCookie.cleared
        return response
    }
}

/// The page to sign in.
enum SignInPage {
    /// The longest address that is gone on to, in bytes.
    static let longestAddress = 2_048

    /// The page; `next` is where to go afterwards.
    static func response(
        next: String? = nil, complaint: String? = nil, notice: String? = nil, status: HTTPResponse.Status = .ok
    ) -> Response {
        .page(
            "sign-in",
            ["next": address(next), "complaint": complaint.orAbsent, "notice": notice.orAbsent],
            in: PageFrame(title: "Sign in", script: "sign-in.js"), status: status)
    }

    /// The address to go on to: one of ours, else the calls.
    static func address(_ text: String?) -> String {
        let fallback = "/calls"
        guard let text, text.utf8.count <= longestAddress, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return fallback }
        // Browsers read “//” and “/\” as the beginning of another host.
        let isOurs = text.hasPrefix("/") && !text.hasPrefix("//") && !text.hasPrefix("/\\")
        return isOurs && !text.hasPrefix("/sign-") ? text : fallback
    }
}

extension RouteRequest {
    /// Reads a body of the kind that forms send.
    func readForm(upTo limit: Int) async throws -> QueryParameters {
        let type = head.headerFields[.contentType]?.split(separator: ";").first ?? ""
        guard type.lowercased() == "application/x-www-form-urlencoded" else {
            throw Problem(.badRequest, "A form is expected here.")
        }
        let text = String(decoding: try await readBody(upTo: limit), as: UTF8.self)
        guard let form = QueryParameters(text[...]) else { throw Problem(.badRequest, "The form is malformed.") }
        return form
    }
}

import CallDomain
import HTTPTypes
import Logging
import WebhookTrust

/// Judges what clients show: a key or a token as `Authorization: Bearer`, which then counts alone; else the cookie of a
/// session, and where there is none, or it has ended, a token in a cookie.
struct CredentialCheck: Sendable {
    /// The cookies in which an existing application keeps its tokens.
    static let tokenCookies = ["token", "authToken"]

    /// The accounts and their keys.
    var live: LiveAccounts
    /// The tokens of an existing application.
    var tokens = TokenVerifier()
    /// Bounds how often anybody may ask.
    var throttle = RequestThrottle()
    /// On whose behalf a session with this id acts, and the quota of the key that it began with, and whether a person now
    /// uses it; nil where there is none.
    var session: @Sendable (String, Timestamp, _ isUse: Bool) throws -> KeyRing.Match? = { _, _, _ in nil }
    /// The other sites whose pages may act with a cookie; in lower case.
    var origins: Set<String> = []
    /// Where lines go.
    var logger: Logger

    private enum Shown {
        case bearer(String)
        case session(String)
        case tokenCookie(String)
        /// An `Authorization` of another kind, which opens nothing.
        case other

        var isSession: Bool { if case .session = self { true } else { false } }
    }

    private struct Known {
        var principal: Principal
        var mostPerMinute: Int
        var isValid: @Sendable (Timestamp) -> Bool
    }

    /// Who sent a request for something that takes a scope.
    func admission(
        of head: HTTPRequest, scope: Scope, from address: String, at now: Timestamp
    ) async throws -> Admission {
        let all = Self.shown(in: head)
        guard !all.isEmpty else {
            throw Problem(.unauthorized, "Send an API key as Authorization: Bearer.")
        }
        for shown in all {
            // A session cannot be guessed: somebody else's wrong keys behind the same address shut out nobody who is
            // signed in.
            if !shown.isSession, let wait = throttle.blocked(address, at: now) {
                throw Problem(.tooManyRequests, "Too many wrong keys came from this address.", retryAfter: wait)
            }
            switch shown {
            case .session, .tokenCookie:
                // Browsers send cookies along whoever had them ask.
                guard CrossSiteRule.allows(head, origins: origins) else { throw Problem(.crossSite) }
            case .bearer, .other: break
            }
            guard let known = try await known(by: shown, isUse: !PageRefresh.covers(head), from: address, at: now)
            else { continue }
            let limits = throttle.take(
                for: known.principal, mostPerMinute: known.mostPerMinute, scope: scope, at: now)
            return Admission(known.principal, limits: limits, isValid: known.isValid)
        }
        throw Problem(.unauthorized, "What was shown opens nothing here.")
    }

    /// Who has a session, where the request comes from a page of ours.
    func visitor(of head: HTTPRequest, at now: Timestamp) -> Principal? {
        guard CrossSiteRule.allows(head), case .session(let id)? = Self.shown(in: head).first,
            let principal = try? session(id, now, false)?.principal, live.isServed(principal.account)
        else { return nil }
        return principal
    }

    /// What is to be judged, in this order.
    private static func shown(in head: HTTPRequest) -> [Shown] {
        if let field = head.headerFields[.authorization] {
            let parts = field.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return [.other] }
            return [.bearer(String(parts[1].drop { $0 == " " }))]
        }
        let token = tokenCookies.lazy.compactMap { RequestCookies.value(of: $0, in: head) }.first
        return [SessionCookie.read(head).map(Shown.session), token.map(Shown.tokenCookie)].compactMap(\.self)
    }

    private func known(
        by shown: Shown, isUse: Bool, from address: String, at now: Timestamp
    ) async throws -> Known? {
        switch shown {
        case .bearer(let text):
            if let match = try live.find(key: text, at: now) {
                return known(match.principal, mostPerMinute: match.mostPerMinute)
            }
            if TokenText.isShaped(text) {
                return await known(token: text, at: now) { _ in throttle.countWrongKey(from: address, at: now) }
            }
            // A key that only ended is no guess: an application that goes on sending it must not shut others out.
            if try !live.keys.hasKnown(text) { throttle.countWrongKey(from: address, at: now) }
            return nil
        case .tokenCookie(let text):
            // It may be of another application on this host: no guess where nothing verifies tokens, and one guess, however
            // often the browser sends it along.
            let digest = try ContentHash.sha256(Array(text.utf8))
            return await known(token: text, at: now) { refusal in
                guard tokens.isSet || refusal == .signature else { return }
                throttle.countWrongToken(digest, from: address, at: now)
            }
        case .session(let id):
            guard let match = try session(id, now, isUse), live.isServed(match.principal.account) else { return nil }
            return Known(
                principal: match.principal, mostPerMinute: match.mostPerMinute,
                isValid: { [session, live] now in
                    guard let principal = try? session(id, now, false)?.principal else { return false }
                    return live.isValid(principal, at: now)
                })
        case .other:
            throttle.countWrongKey(from: address, at: now)
            return nil
        }
    }

    private func known(token text: String, at now: Timestamp, count: (TokenRefusal) -> Void) async -> Known? {
        do throws(TokenRefusal) {
            let principal = try await tokens.principal(of: text, at: now)
            guard live.isServed(principal.account) else { throw .account }
            return known(principal, mostPerMinute: tokens.mostPerMinute)
        } catch {
            logger.info("A token was refused.", metadata: ["reason": "\(error.rawValue)"])
            // One that only ended is no guess, either.
            if error.isUnsigned { count(error) }
            return nil
        }
    }

    private func known(_ principal: Principal, mostPerMinute: Int) -> Known {
        Known(
            principal: principal, mostPerMinute: mostPerMinute,
            isValid: { [live] now in live.isValid(principal, at: now) })
    }
}

/// Requests that a page makes by itself, to keep what it shows up to date, while nobody may be there.
enum PageRefresh {
    /// The field by which our scripts say so.
    private static let field = HTTPField.Name("Gateway-Refresh")

    /// Whether this is such a request; the stream of changes, to which scripts can add no field, is one by what it takes.
    static func covers(_ head: HTTPRequest) -> Bool {
        field.flatMap { head.headerFields[$0] } != nil || head.headerFields[.accept] == MediaType.events
    }
}

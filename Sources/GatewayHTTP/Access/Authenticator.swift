import CallDomain
import GatewayService
import HTTPTypes

/// Finds out on whose behalf a request comes.
enum Authenticator: Sendable {
    /// By `Authorization: Bearer <key>`, else by the session of somebody who signed in to the pages.
    case keys(LiveAccounts, SessionBook)
    /// Everybody who can connect is this principal: the control socket, which only its owner can open. One who reaches
    /// all accounts may name another by ``accountField``.
    case everybody(Principal, LiveAccounts)
    /// Nobody is known here.
    case nobody

    /// Names the account that a request over the control socket is about.
    static let accountField = HTTPField.Name("Gateway-Account")

    /// The principal of a request that asks for a scope.
    func principal(of head: HTTPRequest, scope: Scope, at now: Timestamp) throws -> Principal {
        let principal: Principal?
        switch self {
        case .keys(let live, let sessions):
            principal =
                head.headerFields[.authorization] == nil
                ? try Self.sessionPrincipal(head, sessions, at: now)
                : try Self.bearerKey(head).flatMap { try live.find(key: $0, at: now)?.principal }
        case .everybody(let everybody, let live): principal = try Self.named(in: head, everybody, live)
        case .nobody: principal = nil
        }
        guard let principal else { throw Problem(.unauthorized, "Send an API key as Authorization: Bearer.") }
        guard principal.scopes.contains(scope) else {
            throw Problem(.forbidden, "This needs the scope \(scope.rawValue).")
        }
        return principal
    }

    private static func named(
        in head: HTTPRequest, _ everybody: Principal, _ live: LiveAccounts
    ) throws(Problem) -> Principal {
        guard let name = accountField.flatMap({ head.headerFields[$0] }) else { return everybody }
        guard everybody.reachesAll, let account = AccountID(validating: name), live.directory[account] != nil else {
            throw Problem(.notFound, "There is no account of this name.")
        }
        var principal = everybody
        principal.account = account
        return principal
    }

    private static func sessionPrincipal(
        _ head: HTTPRequest, _ sessions: SessionBook, at now: Timestamp
    ) throws -> Principal? {
        guard let id = SessionCookie.read(head) else { return nil }
        guard CrossSiteRule.allows(head) else { throw Problem(.crossSite) }
        return try sessions.principal(of: id, at: now)
    }

    private static func bearerKey(_ head: HTTPRequest) -> String? {
        let parts = (head.headerFields[.authorization] ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " })
    }
}

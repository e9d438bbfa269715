import CallDomain
import HTTPTypes

/// Finds out on whose behalf a request comes.
enum Authenticator: Sendable {
    /// By `Authorization: Bearer <key>`.
    case keys(APIKeyDirectory)
    /// Everybody who can connect is this principal: the control socket, which only its owner can open.
    case everybody(Principal)
    /// Nobody is known here.
    case nobody

    /// The principal of a request that asks for a scope.
    func principal(of head: HTTPRequest, scope: Scope) throws -> Principal {
        let principal: Principal?
        switch self {
        case .keys(let directory): principal = try Self.bearerKey(head).flatMap { try directory.principal(for: $0) }
        case .everybody(let everybody): principal = everybody
        case .nobody: principal = nil
        }
        guard let principal else { throw Problem(.unauthorized, "Send an API key as Authorization: Bearer.") }
        guard principal.scopes.contains(scope) else {
            throw Problem(.forbidden, "This needs the scope \(scope.rawValue).")
        }
        return principal
    }

    private static func bearerKey(_ head: HTTPRequest) -> String? {
        let parts = (head.headerFields[.authorization] ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " })
    }
}

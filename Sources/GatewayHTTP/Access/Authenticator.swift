import CallDomain
import GatewayService
import HTTPTypes

/// Finds out on whose behalf a request comes.
enum Authenticator: Sendable {
    /// By what clients show.
    case credentials(CredentialCheck)
    /// Everybody who can connect is this principal: the control socket, which only its owner can open. One who reaches
    /// all accounts may name another by ``accountField``.
    case everybody(Principal, LiveAccounts)
    /// Nobody is known here.
    case nobody

    /// Names the account that a request over the control socket is about.
    static let accountField = HTTPField.Name("Gateway-Account")

    /// Who sent a request, from a client at an address, for something that takes a scope.
    func admission(
        of head: HTTPRequest, scope: Scope, from address: String, at now: Timestamp
    ) async throws -> Admission {
        switch self {
        case .credentials(let check): try await check.admission(of: head, scope: scope, from: address, at: now)
        case .everybody(let everybody, let live): Admission(try Self.named(in: head, everybody, live))
        case .nobody: throw Problem(.unauthorized)
        }
    }

    /// Who looks at a page that tells of a problem; nil for nobody who is signed in. It takes nothing from any quota.
    func visitor(of head: HTTPRequest, at now: Timestamp) -> Principal? {
        if case .credentials(let check) = self { check.visitor(of: head, at: now) } else { nil }
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
}

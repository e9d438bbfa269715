package import CallDomain
package import GatewayService
package import WebhookTrust

/// The accounts as they are served at this moment: who they are, what they accept from webhooks, which keys open them.
/// Each part may be replaced while the gateway runs.
package final class LiveAccounts: Sendable {
    /// The accounts.
    package let directory: AccountDirectory
    /// What they accept from webhooks.
    package let trusts: TrustBook
    /// Their API keys.
    package let keys: KeyRing

    /// Puts the parts together.
    package init(directory: AccountDirectory, trusts: TrustBook, keys: KeyRing) {
        self.directory = directory
        self.trusts = trusts
        self.keys = keys
    }

    /// Whether there is such an account, and it is not disabled.
    package func isServed(_ account: AccountID) -> Bool {
        directory[account].map { !$0.isDisabled } ?? false
    }

    /// What a key opens now; nil where nothing, or its account is not served.
    package func find(key text: String, at now: Timestamp) throws(CryptoError) -> KeyRing.Match? {
        guard let match = try keys.find(text, at: now), isServed(match.principal.account) else { return nil }
        return match
    }

    /// Whether what a principal once showed would still be accepted: streams ask before each step. Whether a session is
    /// still open only its book knows.
    package func isValid(_ principal: Principal, at now: Timestamp) -> Bool {
        switch principal.credential {
        case .socket: true
        case .fixed, .session: isServed(principal.account)
        case .token(let expiresAt): now < expiresAt && isServed(principal.account)
        case .key(let id): keys.isActive(id, at: now) && isServed(principal.account)
        }
    }
}

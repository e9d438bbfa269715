package import CallDomain
package import GatewayService
import Synchronization
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

    private let fixedAccounts: [GatewayAccount]
    private let fixedTrusts: [AccountID: AccountTrust]
    private let tokenSecrets = Mutex<[AccountID: String]>([:])

    /// Puts the parts together; what is in them now is fixed, as the settings say.
    package init(directory: AccountDirectory, trusts: TrustBook, keys: KeyRing) {
        self.directory = directory
        self.trusts = trusts
        self.keys = keys
        fixedAccounts = directory.all
        fixedTrusts = trusts.all
    }

    /// Takes stored accounts and keys, beside those that are fixed, in place of all that were taken before.
    package func replace(_ opened: [OpenedAccount], keys stored: [StoredAPIKey]) throws {
        let served = opened.filter { $0.account.disabledAt == nil }
        let trusts = try served.map { try $0.trust }
        directory.replace(opened.map(\.serviced) + fixedAccounts)
        try self.trusts.replace(
            Dictionary(trusts.map { ($0.account, $0) }) { _, last in last }.merging(fixedTrusts) { _, fixed in fixed })
        keys.replace(stored)
        let secrets = served.compactMap { opened in opened.tokenSecret.map { (opened.account.id, $0) } }
        tokenSecrets.withLock { $0 = Dictionary(secrets) { _, last in last } }
    }

    /// Whether an account is described by the settings, and cannot be changed here.
    package func isFixed(_ account: AccountID) -> Bool { fixedAccounts.contains { $0.id == account } }

    /// The secret that signs the tokens (HS256) of an account's own application; nil where it has none.
    package func tokenSecret(of account: AccountID) -> String? { tokenSecrets.withLock { $0[account] } }

    /// Whether there is such an account, and it is not disabled.
    package func isServed(_ account: AccountID) -> Bool {
        directory[account].map { !$0.isDisabled } ?? false
    }

    /// What a key opens now; nil where nothing, or its account is not served.
    package func find(key text: String, at now: Timestamp) throws(CryptoError) -> KeyRing.Match? {
        guard let match = try keys.find(text, at: now), isServed(match.principal.account) else { return nil }
        return match
    }

    /// What the key with this SHA-256 opens now, `name` being the one in its text where it was minted; nil where nothing,
    /// or its account is not served.
    package func find(digest: [UInt8], name: APIKeyID?, at now: Timestamp) -> KeyRing.Match? {
        guard let match = keys.find(digest: digest, name: name, at: now), isServed(match.principal.account) else {
            return nil
        }
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

package import CallDomain
import Foundation
import JWTKit

/// Tells on whose behalf a token (JWT) of an existing application acts. A secret verifies HS256 and nothing else, public
/// keys verify RS256 and ES256 and nothing else, whatever the token asks for (RFC 8725, sections 2.1 and 3.1).
package struct TokenVerifier: Sendable {
    /// How far clocks may differ.
    package static let leeway = Duration.seconds(60)

    private let settings: TokenSettings
    private let keys: TokenKeys
    private let secretOfAccount: @Sendable (AccountID) -> String?

    /// Verifies with the secret of the settings, public keys, and the secrets that accounts have of their own.
    package init(
        settings: TokenSettings = TokenSettings(), keys: TokenKeys = TokenKeys(),
        secretOfAccount: @escaping @Sendable (AccountID) -> String? = { _ in nil }
    ) {
        self.settings = settings
        self.keys = keys
        self.secretOfAccount = secretOfAccount
    }

    /// What users of the application may do.
    var scopes: Set<Scope> { settings.scopes }

    /// The most requests of one user in a minute.
    var mostPerMinute: Int { settings.mostPerMinute }

    /// Whether the settings give anything that verifies tokens, which are of all accounts then.
    var isSet: Bool { settings.secret.map { !$0.isEmpty } ?? false || !keys.isEmpty }

    /// Whose token this is. Whether the account is served is not looked at.
    func principal(of text: String, at now: Timestamp) async throws(TokenRefusal) -> Principal {
        let token = try TokenText(text)
        let owner = try await signer(of: token)
        let end = try self.end(of: token.claims, at: now)
        try check(token.claims)
        guard let account = owner ?? self.account(of: token.claims) else { throw .account }
        guard let user = token.claims.name(settings.userClaim) else { throw .user }
        return Principal(
            account: account, scopes: settings.scopes, actor: "user \(user)", credential: .token(expiresAt: end))
    }

    /// The account whose own secret signed a token; nil where what verifies tokens of all accounts did.
    private func signer(of token: TokenText) async throws(TokenRefusal) -> AccountID? {
        switch token.algorithm {
        case .hs256:
            let named = token.claims.text(settings.accountClaim ?? TokenSettings.usualAccountClaim)
                .flatMap(AccountID.init(validating:))
            let candidates: [(owner: AccountID?, secret: String?)] = [
                (nil, settings.secret), (named, named.flatMap(secretOfAccount)),
            ]
            var hasSecret = false
            for candidate in candidates {
                guard let secret = candidate.secret, !secret.isEmpty else { continue }
                hasSecret = true
                if try await Self.verifies(token, secret: secret) { return candidate.owner }
            }
            throw hasSecret ? TokenRefusal.signature : TokenRefusal.unknownKey
        case .rs256, .es256:
            let candidates = keys.candidates(for: token)
            guard !candidates.isEmpty else { throw .unknownKey }
            for key in candidates where (try? key.verifier.verify(token.signature, signs: token.signed)) == true {
                return nil
            }
            throw .signature
        }
    }

    private static func verifies(_ token: TokenText, secret: String) async throws(TokenRefusal) -> Bool {
        var key = Array(secret.utf8)
        // JWTKit traps on keys shorter than the code. HMAC fills every key up with zeros to 64 bytes anyway (RFC 2104,
        // section 2), so these change no code.
        while key.count < TokenSettings.goodSecretLength { key.append(0) }
        let keys = await JWTKeyCollection().add(hmac: HMACKey(from: key), digestAlgorithm: .sha256)
        guard let verifier = try? await keys.getKey() else { throw .unknownKey }
        return (try? verifier.verify(token.signature, signs: token.signed)) == true
    }

    /// When the token ends, leeway included.
    private func end(of claims: TokenClaims, at now: Timestamp) throws(TokenRefusal) -> Timestamp {
        if claims.contains("nbf") {
            guard let start = claims.time("nbf") else { throw .notYet }
            guard now >= start.advanced(by: .zero - Self.leeway) else { throw .notYet }
        }
        guard claims.contains("exp") else {
            guard !settings.requiresExpiry else { throw .noExpiry }
            return .distantFuture
        }
        guard let end = claims.time("exp")?.advanced(by: Self.leeway), now < end else { throw .expired }
        let starts = [now, claims.time("iat")].compactMap { $0 }
        guard starts.allSatisfy({ end <= $0.advanced(by: settings.longestLife + Self.leeway) }) else { throw .tooLong }
        return end
    }

    private func check(_ claims: TokenClaims) throws(TokenRefusal) {
        if let issuer = settings.issuer, claims.text("iss") != issuer { throw .issuer }
        if let audience = settings.audience, !claims.texts("aud").contains(audience) { throw .audience }
    }

    private func account(of claims: TokenClaims) -> AccountID? {
        guard let claim = settings.accountClaim else { return settings.account }
        return claims.text(claim).flatMap(AccountID.init(validating:))
    }
}

import CallDomain
import GatewayHTTP
import Logging

extension GatewayAssembly {
    /// The public keys of an existing application's tokens, read; nil where no file is set.
    func tokenKeys(logger: Logger) async throws(GatewayFailure) -> TokenKeyFile? {
        guard let path = settings.tokens.jwksFile else { return nil }
        let file = TokenKeyFile(
            path: path, interval: settings.tlsReloadInterval, clock: ContinuousClock(), logger: logger)
        do throws(TokenKeyProblem) {
            try await file.load()
        } catch {
            throw GatewayFailure(.configuration, "tokens.jwksFile: \(error)")
        }
        return file
    }

    /// What verifies an existing application's tokens; warns of a secret that can be guessed.
    func tokenVerifier(keys file: TokenKeyFile?, logger: Logger) -> TokenVerifier {
        let options = settings.tokens
        if let secret = options.secret, secret.utf8.count < TokenSettings.goodSecretLength {
            logger.warning(
                "tokens.secret is short: whoever has one token can guess it, and make tokens of his own.",
                metadata: ["bytes.good": "\(TokenSettings.goodSecretLength)"])
        }
        return TokenVerifier(
            settings: TokenSettings(
                secret: options.secret, issuer: options.issuer, audience: options.audience,
                accountClaim: options.accountClaim, account: options.account, userClaim: options.userClaim,
                scopes: options.scopes, requiresExpiry: options.requiresExpiry, longestLife: options.longestLife,
                mostPerMinute: settings.apiPerMinute),
            keys: file?.keys ?? TokenKeys(), secretOfAccount: dependencies.live.tokenSecret(of:))
    }
}

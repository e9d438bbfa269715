package import CallDomain

/// The token in a webhook's address, or in its `Authorization: Bearer` header: base64url, without padding, of
/// HMAC-SHA256(secret, `v1|account|agent`), the agent being `-` for any.
package enum WebhookToken {
    /// The longest text that is looked at as a token, in bytes; a token has 43.
    static let longestText = 128

    /// The token of an account and one of its agents, or any (nil).
    package static func mint(
        secret: WebhookSecret, account: AccountID, agent: AgentID?
    ) throws(CryptoError) -> String {
        Base64URL.encode(try code(secret: secret, account: account, agent: agent))
    }

    /// The label of the secret under which a text is the token of exactly this account and agent; nil where there is none.
    /// All secrets are tried, whichever matches, and compared in constant time.
    package static func verify(
        _ text: String, secrets: [WebhookSecret], account: AccountID, agent: AgentID?
    ) throws(CryptoError) -> String? {
        let given = text.utf8.count <= longestText ? Base64URL.decode(text) ?? [] : []
        var label: String?
        for secret in secrets {
            let expected = try code(secret: secret, account: account, agent: agent)
            if ConstantTime.equal(given, expected), label == nil { label = secret.label }
        }
        return label
    }

    private static func code(
        secret: WebhookSecret, account: AccountID, agent: AgentID?
    ) throws(CryptoError) -> [UInt8] {
        try secret.hmac.code(for: Array("v1|\(account.rawValue)|\(agent?.rawValue ?? "-")".utf8))
    }
}

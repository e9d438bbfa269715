/// One active secret of an account; several may be active while one is being replaced.
package struct WebhookSecret: Sendable {
    /// The name by which operators and metrics tell which secret is still in use.
    package let label: String
    /// HMAC under the secret's UTF-8 bytes, any prefix included.
    let hmac: HMACSHA256
    /// HMAC under the key of Standard Webhooks: the base64 after `whsec_`.
    let standard: HMACSHA256

    /// The length in bytes under which a secret deserves a warning: that of the HMAC's own strength.
    package static let shortestUnremarkable = 32

    /// What stands before the base64 of a Standard Webhooks secret.
    package static let prefix = "whsec_"

    /// Takes a secret of at least one byte. One that is no base64 is no key of Standard Webhooks; its bytes stand in there,
    /// so that each secret takes the same work.
    package init(label: String, value: String) throws(CryptoError) {
        self.label = label
        self.hmac = try HMACSHA256(key: value)
        let key = Base64.decode(value.hasPrefix(Self.prefix) ? String(value.dropFirst(Self.prefix.count)) : value)
        self.standard = if let key, !key.isEmpty { try HMACSHA256(key: key) } else { hmac }
    }

    /// The label of a secret that was given none: it tells nothing of the secret, and stays the same wherever the secret
    /// stands among others.
    package static func label(of value: String) throws(CryptoError) -> String {
        "secret-" + Hex.encode(Array(try HMACSHA256(key: value).code(for: Array("label".utf8)).prefix(3)))
    }

    /// A secret as a gateway makes it for itself: `whsec_` and the base64 of random bytes, good for both schemes.
    package static func mint() throws(CryptoError) -> String {
        prefix + Base64.encode(try SecureRandom.bytes(shortestUnremarkable))
    }
}

/// One active secret of an account; several may be active while one is being replaced.
package struct WebhookSecret: Sendable {
    /// The name by which operators and metrics tell which secret is still in use.
    package let label: String
    /// HMAC under the secret's UTF-8 bytes, any prefix included.
    let hmac: HMACSHA256

    /// The length in bytes under which a secret deserves a warning: that of the HMAC's own strength.
    package static let shortestUnremarkable = 32

    /// Takes a secret of at least one byte.
    package init(label: String, value: String) throws(CryptoError) {
        self.label = label
        self.hmac = try HMACSHA256(key: value)
    }
}

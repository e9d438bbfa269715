package import CallDomain
package import WebhookTrust

/// The API keys by their SHA-256: the keys themselves are not kept. A fast hash is right here, since keys are random.
package struct APIKeyDirectory: Sendable {
    private let entries: [(digest: [UInt8], principal: Principal)]

    /// The longest key that is looked at, in bytes.
    package static let longestKey = 256

    /// Takes the keys with their principals; an empty key opens nothing.
    package init(keys: [(key: String, principal: Principal)]) throws(CryptoError) {
        var entries: [(digest: [UInt8], principal: Principal)] = []
        for (key, principal) in keys where !key.isEmpty {
            entries.append((try ContentHash.sha256(Array(key.utf8)).bytes, principal))
        }
        self.entries = entries
    }

    /// Whose key this is; nil where nobody's. All keys are compared, each in constant time.
    package func principal(for key: String) throws(CryptoError) -> Principal? {
        guard key.utf8.count <= Self.longestKey else { return nil }
        let digest = try ContentHash.sha256(Array(key.utf8)).bytes
        var found: Principal?
        for entry in entries where ConstantTime.equal(entry.digest, digest) { found = entry.principal }
        return found
    }
}

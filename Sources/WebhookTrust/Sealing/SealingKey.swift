/// The key under which secrets are sealed at rest: 32 bytes, written as `seal_` and their base64url. Whatever prints it
/// shows a fixed text instead.
package struct SealingKey: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The bytes of AES-256.
    let bytes: [UInt8]
    /// Names the key without telling anything of it: sealed secrets carry it, so that a wrong key is told from damage.
    package let id: [UInt8]

    /// What the text of a key begins with.
    package static let prefix = "seal_"
    /// The bytes of a key.
    package static let length = 32
    /// The bytes of ``id``.
    package static let idLength = 8

    /// A new random key.
    package static func mint() throws(CryptoError) -> SealingKey { try SealingKey(bytes: SecureRandom.bytes(length)) }

    /// Reads what ``text`` writes; nil for anything else.
    package init?(text: String) throws(CryptoError) {
        guard text.hasPrefix(Self.prefix), let bytes = Base64URL.decode(String(text.dropFirst(Self.prefix.count))),
            bytes.count == Self.length
        else { return nil }
        try self.init(bytes: bytes)
    }

    private init(bytes: [UInt8]) throws(CryptoError) {
        self.bytes = bytes
        id = Array(try HMACSHA256(key: bytes).code(for: Array("sealing key id".utf8)).prefix(Self.idLength))
    }

    /// The key as it is kept in a file or the environment: secret.
    package var text: String { Self.prefix + Base64URL.encode(bytes) }

    /// Never the key.
    package var description: String { "<sealing key>" }
    /// Never the key.
    package var debugDescription: String { description }
    /// Never the key.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

package import CallDomain

/// The text of an API key: `gwk_`, its public name (12 hex digits), `_`, 256 random bits (43 characters of base64url), and
/// 8 hex digits of a checksum, by which a mistyped or cut key is told from a wrong one without any look-up.
package struct APIKeyText: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The key's public name.
    package let id: APIKeyID
    /// The whole key: secret.
    package let secret: String

    /// What a key begins with, so that scanners for leaked secrets know it.
    package static let prefix = "gwk_"
    private static let idLength = 12
    private static let randomLength = 43
    private static let checksumLength = 8

    /// A new key with a random name.
    package static func mint() throws(CryptoError) -> APIKeyText {
        let id = Hex.encode(try SecureRandom.bytes(6))
        let body = prefix + id + "_" + Base64URL.encode(try SecureRandom.bytes(32))
        return APIKeyText(id: APIKeyID(rawValue: id), secret: body + (try checksum(of: body)))
    }

    /// Reads a key; nil where the text is none, or its checksum is wrong.
    package init?(parsing text: String) throws(CryptoError) {
        let length = Self.prefix.utf8.count + Self.idLength + 1 + Self.randomLength + Self.checksumLength
        guard text.utf8.count == length, text.hasPrefix(Self.prefix) else { return nil }
        let name = text.dropFirst(Self.prefix.count).prefix(Self.idLength)
        let body = String(text.dropLast(Self.checksumLength))
        guard let id = APIKeyID(validating: String(name)), text.hasPrefix(Self.prefix + name + "_"),
            try Self.checksum(of: body) == text.suffix(Self.checksumLength)
        else { return nil }
        self.init(id: id, secret: text)
    }

    private init(id: APIKeyID, secret: String) {
        self.id = id
        self.secret = secret
    }

    /// What is stored of the key.
    package var digest: ContentDigest {
        get throws(CryptoError) { try ContentHash.sha256(Array(secret.utf8)) }
    }

    private static func checksum(of body: String) throws(CryptoError) -> String {
        Hex.encode(Array(try ContentHash.sha256(Array(body.utf8)).bytes.prefix(checksumLength / 2)))
    }

    /// The key's public name only.
    package var description: String { "<API key \(id.rawValue)>" }
    /// The key's public name only.
    package var debugDescription: String { description }
    /// Nothing of the key.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

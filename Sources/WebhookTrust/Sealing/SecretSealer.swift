internal import COpenSSL

/// Seals secrets with AES-256-GCM (NIST SP 800-38D) by libcrypto, each bound to the place where it belongs.
///
/// A sealed secret is: form version (1 byte), key id (8), nonce (12), ciphertext, tag (16). The nonce is random: under one
/// key far fewer than 2^32 secrets are sealed, which keeps the chance of a repeated one negligible.
package struct SecretSealer: Sendable {
    /// The key that seals, and opens what it sealed.
    package let key: SealingKey

    private static let formVersion: UInt8 = 1
    private static let nonceLength = 12
    private static let tagLength = 16
    private static let headLength = 1 + SealingKey.idLength + nonceLength
    /// The longest secret that is sealed, in bytes.
    package static let longestSecret = 64 << 10

    /// Seals under a key.
    package init(key: SealingKey) { self.key = key }

    /// Why a sealed secret cannot be opened.
    package enum Failure: Error, Hashable, Sendable {
        /// It was sealed under another key.
        case otherKey
        /// Its bytes were changed, cut, or belong elsewhere.
        case damaged
        /// It is too long to be sealed.
        case tooLong
        /// libcrypto refused.
        case crypto(CryptoError)
    }

    /// Seals a secret for a place, such as `account default, bolna token`: it can be opened for that place only.
    package func seal(_ secret: [UInt8], for place: String) throws(Failure) -> [UInt8] {
        guard secret.count <= Self.longestSecret else { throw .tooLong }
        let nonce: [UInt8]
        do {
            nonce = try SecureRandom.bytes(Self.nonceLength)
        } catch {
            throw .crypto(error)
        }
        let context = Self.context(of: place, keyID: key.id)
        ERR_clear_error()
        var output = [UInt8](repeating: 0, count: secret.count)
        var tag = [UInt8](repeating: 0, count: Self.tagLength)
        let status = unsafe copenssl_aes_256_gcm_seal(
            key.bytes, nonce, context, CInt(context.count), secret, CInt(secret.count), &output, &tag)
        guard status == 1 else { throw .crypto(.last("AES-256-GCM")) }
        return [Self.formVersion] + key.id + nonce + output + tag
    }

    /// Opens what ``seal(_:for:)`` sealed for the same place under the same key.
    package func open(_ sealed: [UInt8], for place: String) throws(Failure) -> [UInt8] {
        let length = sealed.count - Self.headLength - Self.tagLength
        guard sealed.first == Self.formVersion, (0...Self.longestSecret).contains(length) else { throw .damaged }
        guard Array(sealed[1..<(1 + SealingKey.idLength)]) == key.id else { throw .otherKey }
        let nonce = Array(sealed[(1 + SealingKey.idLength)..<Self.headLength])
        let input = Array(sealed[Self.headLength..<(Self.headLength + length)])
        var tag = Array(sealed.suffix(Self.tagLength))
        let context = Self.context(of: place, keyID: key.id)
        var output = [UInt8](repeating: 0, count: length)
        let status = unsafe copenssl_aes_256_gcm_open(
            key.bytes, nonce, context, CInt(context.count), input, CInt(length), &output, &tag)
        ERR_clear_error()
        guard status == 1 else { throw .damaged }
        return output
    }

    /// What is authenticated beside the secret: the head, and where the secret belongs.
    private static func context(of place: String, keyID: [UInt8]) -> [UInt8] {
        [formVersion] + keyID + Array(place.utf8)
    }
}

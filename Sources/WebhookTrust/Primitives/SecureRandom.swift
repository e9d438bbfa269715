internal import COpenSSL

/// Random bytes for secrets, keys and tokens, from libcrypto's generator.
package enum SecureRandom {
    /// This many random bytes, 0 to ``most``; an error where the generator has no entropy.
    package static func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
        precondition((0...most).contains(count), "random bytes are asked for in small numbers")
        guard count > 0 else { return [] }
        ERR_clear_error()
        var bytes = [UInt8](repeating: 0, count: count)
        guard unsafe RAND_bytes(&bytes, CInt(count)) == 1 else { throw .last("RAND_bytes") }
        return bytes
    }

    /// The most bytes asked for at once.
    package static let most = 4096
}

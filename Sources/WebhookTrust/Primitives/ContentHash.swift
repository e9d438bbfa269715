internal import COpenSSL
package import CallDomain

/// SHA-256 (FIPS 180-4), computed by libcrypto.
package enum ContentHash {
    /// The length of a digest in bytes.
    package static let length = 32

    /// The digest of a body's bytes.
    package static func sha256(_ bytes: [UInt8]) throws(CryptoError) -> ContentDigest {
        ERR_clear_error()
        var digest = [UInt8](repeating: 0, count: length)
        var written: UInt32 = 0
        guard unsafe EVP_Digest(bytes, bytes.count, &digest, &written, EVP_sha256(), nil) == 1,
            let result = ContentDigest(bytes: digest.prefix(Int(written)))
        else { throw .last("EVP_Digest") }
        return result
    }
}

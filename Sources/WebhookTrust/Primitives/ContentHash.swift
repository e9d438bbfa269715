internal import COpenSSL
package import CallDomain

/// SHA-256 (FIPS 180-4), computed by libcrypto.
package enum ContentHash {
    /// The length of a digest in bytes.
    package static let length = 32

    /// Fetched once: looking the algorithm up took longer than computing the digest of a short text. It is only read.
    nonisolated(unsafe) private static let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)

    /// The digest of a body's bytes.
    package static func sha256(_ bytes: [UInt8]) throws(CryptoError) -> ContentDigest {
        ERR_clear_error()
        guard let algorithm = unsafe algorithm else { throw .last("EVP_MD_fetch") }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var written: UInt32 = 0
        let status = unsafe withUnsafeMutableBytes(of: &words) { words in
            unsafe EVP_Digest(
                bytes, bytes.count, words.baseAddress?.assumingMemoryBound(to: UInt8.self), &written, algorithm, nil)
        }
        guard status == 1, written == length else { throw .last("EVP_Digest") }
        return ContentDigest(words: (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian))
    }
}

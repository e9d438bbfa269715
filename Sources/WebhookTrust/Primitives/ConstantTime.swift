internal import COpenSSL

/// Comparison whose time tells nothing about the content.
package enum ConstantTime {
    /// Whether two byte strings are equal. The time depends on their lengths only (`CRYPTO_memcmp`).
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe CRYPTO_memcmp(left, right, left.count) == 0
    }
}

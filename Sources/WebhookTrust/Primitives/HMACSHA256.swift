internal import COpenSSL

/// HMAC-SHA256 under one key (RFC 2104, FIPS 198-1), computed by libcrypto.
///
/// The key lives only inside libcrypto, which wipes it when this object goes. Codes can be computed on several threads at
/// once: the keyed context is never changed after `init`, each code is computed on a duplicate of it, and duplicating
/// only reads it. That is what makes the type `Sendable`.
@safe package final class HMACSHA256: @unchecked Sendable {
    /// The keyed context.
    private let keyed: OpaquePointer

    /// Takes a key of at least one byte.
    package init(key: [UInt8]) throws(CryptoError) {
        guard !key.isEmpty else { throw .emptySecret }
        ERR_clear_error()
        guard let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else { throw .last("EVP_MAC_fetch") }
        defer { unsafe EVP_MAC_free(algorithm) }
        guard let context = unsafe EVP_MAC_CTX_new(algorithm) else { throw .last("EVP_MAC_CTX_new") }
        let status = unsafe copenssl_hmac_sha256_init(context, key, key.count)
        guard status == 1 else {
            unsafe EVP_MAC_CTX_free(context)
            throw .last("EVP_MAC_init")
        }
        unsafe keyed = context
    }

    /// Takes the UTF-8 bytes of a text as key.
    package convenience init(key text: String) throws(CryptoError) {
        try self.init(key: Array(text.utf8))
    }

    deinit {
        unsafe EVP_MAC_CTX_free(keyed)
    }

    /// The code of some bytes, with other bytes before them; 32 bytes.
    package func code(prefix: [UInt8] = [], for message: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard let context = unsafe EVP_MAC_CTX_dup(keyed) else { throw .last("EVP_MAC_CTX_dup") }
        defer { unsafe EVP_MAC_CTX_free(context) }
        for part in [prefix, message] where !part.isEmpty {
            guard unsafe EVP_MAC_update(context, part, part.count) == 1 else { throw .last("EVP_MAC_update") }
        }
        var code = [UInt8](repeating: 0, count: ContentHash.length)
        var length = 0
        let room = code.count
        guard unsafe EVP_MAC_final(context, &code, &length, room) == 1, length == room else {
            throw .last("EVP_MAC_final")
        }
        return code
    }
}

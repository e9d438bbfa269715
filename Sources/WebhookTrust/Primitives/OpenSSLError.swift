internal import COpenSSL

/// Why a cryptographic operation could not be done.
package enum CryptoError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A secret of no bytes protects nothing and is refused.
    case emptySecret
    /// libcrypto refused: the function and its reasons, without key or data.
    case library(String)

    /// The reason.
    package var description: String {
        switch self {
        case .emptySecret: "an empty secret protects nothing: give it at least one byte, better 32 random ones"
        case .library(let reason): "libcrypto: \(reason)"
        }
    }

    /// What libcrypto says about a failed call, draining its error queue of this thread.
    static func last(_ function: String) -> CryptoError {
        var reasons: [String] = []
        while reasons.count < 8 {
            let code = ERR_get_error()
            guard code != 0 else { break }
            let text = unsafe ERR_reason_error_string(code)
            reasons.append(unsafe text.map { unsafe String(cString: $0) } ?? "error \(code)")
        }
        ERR_clear_error()
        return .library(([function] + reasons).joined(separator: ": "))
    }
}

import Foundation
import WebhookTrust

/// Why a token is refused; for the log, never for the client.
enum TokenRefusal: String, Error, CaseIterable {
    /// It is too long, not three parts of base64url, or not JSON.
    case malformed
    /// Its algorithm is none of ours.
    case algorithm
    /// It asks for an extension to be understood (`crit`).
    case critical
    /// There is no key that could have signed it.
    case unknownKey = "unknown-key"
    /// The signature is not that of the key.
    case signature
    /// It does not say when it ends.
    case noExpiry = "no-expiry"
    /// It has ended.
    case expired
    /// It ends later than tokens may.
    case tooLong = "too-long"
    /// It is not valid yet.
    case notYet = "not-yet"
    /// It comes from somebody else.
    case issuer
    /// It is for somebody else.
    case audience
    /// It names no account, or one that is not served.
    case account
    /// It names no user.
    case user

    /// Whether nobody whom we trust signed it: a guess, or an accident, but not a token that was right once.
    var isUnsigned: Bool {
        switch self {
        case .malformed, .algorithm, .critical, .unknownKey, .signature: true
        case .noExpiry, .expired, .tooLong, .notYet, .issuer, .audience, .account, .user: false
        }
    }
}

/// The algorithms of signatures that are accepted (RFC 7518, section 3.1). `none` and all others are not.
enum TokenAlgorithm: String, Sendable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case es256 = "ES256"
}

/// A JSON Web Token in compact form (RFC 7515, section 3.1), taken apart strictly. Nothing in it is true until its
/// signature was verified.
///
/// JWTKit's own reading is not used before that: it converts numbers of the header to `Int`, which traps where one is too
/// large, and takes another key where it does not know the one that is named.
struct TokenText: Sendable {
    /// The longest token that is looked at, in bytes.
    static let longest = 8 * 1024

    /// Who is to have signed it, and how.
    let algorithm: TokenAlgorithm
    /// The name of the key; nil where none is given.
    let keyName: String?
    /// What it says.
    let claims: TokenClaims
    /// What is signed.
    let signed: [UInt8]
    /// The signature.
    let signature: [UInt8]

    /// Whether a text has the shape of a token.
    static func isShaped(_ text: String) -> Bool {
        text.utf8.count { $0 == UInt8(ascii: ".") } == 2
    }

    init(_ text: String) throws(TokenRefusal) {
        guard text.utf8.count <= Self.longest else { throw .malformed }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let head = Base64URL.decode(parts[0]), let body = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        guard let header = try? JSONDecoder().decode(Header.self, from: Data(head)),
            let claims = try? JSONDecoder().decode(TokenClaims.self, from: Data(body))
        else { throw .malformed }
        guard let algorithm = TokenAlgorithm(rawValue: header.algorithm) else { throw .algorithm }
        guard !header.isCritical else { throw .critical }
        self.algorithm = algorithm
        self.keyName = header.keyName
        self.claims = claims
        self.signed = Array("\(parts[0]).\(parts[1])".utf8)
        self.signature = signature
    }

    private struct Header: Decodable {
        var algorithm: String
        var keyName: String?
        var isCritical: Bool

        private enum Name: String, CodingKey { case alg, kid, crit }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            algorithm = try container.decode(String.self, forKey: .alg)
            keyName = try container.decodeIfPresent(String.self, forKey: .kid)
            isCritical = container.contains(.crit)
        }
    }
}

import Crypto
import CryptoExtras
import Foundation
import WebhookTrust

/// Makes tokens by hand, so that also such can be made that no library would make.
enum TokenMaker {
    /// The secret of HS256.
    static let secret = "a secret of an application that is long enough"
    /// The time of ``WallClock`` at its start, in seconds.
    static let now = 1_772_615_708
    /// Claims that are right.
    static let goodClaims = #"{"id":"u1","exp":\#(now + 300)}"#

    private static let rsa = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }
    private static let otherRSA = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }
    private static let elliptic = P256.Signing.PrivateKey()

    /// A token with this header and these claims, signed by what is given.
    static func token(
        _ header: String, _ claims: String = goodClaims, signedBy sign: (_ content: [UInt8]) throws -> [UInt8]
    ) throws -> String {
        let content = [header, claims].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")
        return content + "." + Base64URL.encode(try sign(Array(content.utf8)))
    }

    /// A token by HS256.
    static func hs256(_ claims: String = goodClaims, secret: String = secret) throws -> String {
        try token(#"{"alg":"HS256","typ":"JWT"}"#, claims, signedBy: code(secret))
    }

    /// A token by RS256 under the key `rsa-1`.
    static func rs256(
        _ claims: String = goodClaims, header: String = #"{"alg":"RS256","kid":"rsa-1"}"#
    ) throws -> String {
        try token(header, claims, signedBy: signRSA)
    }

    /// A token by ES256 under the key `ec-1`.
    static func es256(
        _ claims: String = goodClaims, header: String = #"{"alg":"ES256","kid":"ec-1"}"#
    ) throws -> String {
        try token(header, claims, signedBy: signEC)
    }

    /// HMAC-SHA256 under a secret.
    static func code(_ secret: String) -> ([UInt8]) throws -> [UInt8] {
        { try HMACSHA256(key: secret).code(for: $0) }
    }

    /// RSA with PKCS #1 padding and SHA-256.
    static func signRSA(_ content: [UInt8]) throws -> [UInt8] {
        Array(try rsa.get().signature(for: content, padding: .insecurePKCS1v1_5).rawRepresentation)
    }

    /// The same under a key that nobody trusts.
    static func signOtherRSA(_ content: [UInt8]) throws -> [UInt8] {
        Array(try otherRSA.get().signature(for: content, padding: .insecurePKCS1v1_5).rawRepresentation)
    }

    /// ECDSA over P-256 with SHA-256, as R and S.
    static func signEC(_ content: [UInt8]) throws -> [UInt8] {
        Array(try elliptic.signature(for: content).rawRepresentation)
    }

    /// The RSA key in the form that careless verifiers take for a secret.
    static func rsaPEM() throws -> String { try rsa.get().publicKey.pemRepresentation }

    /// The RSA key of the set.
    static func rsaKey(name: String? = "rsa-1", extra: String = "") throws -> String {
        let parts = try rsa.get().publicKey.getKeyPrimitives()
        let kid = name.map { #""kid":"\#($0)","# } ?? ""
        return """
            {"kty":"RSA",\(kid)"n":"\(Base64URL.encode(Array(parts.modulus)))",\
            "e":"\(Base64URL.encode(Array(parts.publicExponent)))"\(extra)}
            """
    }

    /// The P-256 key of the set.
    static func ecKey(name: String = "ec-1") -> String {
        let point = Array(elliptic.publicKey.rawRepresentation)
        return """
            {"kty":"EC","kid":"\(name)","alg":"ES256","use":"sig","crv":"P-256",\
            "x":"\(Base64URL.encode(point[..<32]))","y":"\(Base64URL.encode(point[32...]))"}
            """
    }

    /// A set of keys.
    static func keySet(_ keys: [String]) -> [UInt8] { Array("{\"keys\":[\(keys.joined(separator: ","))]}".utf8) }
}

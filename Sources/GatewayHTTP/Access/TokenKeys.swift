import Foundation
import JWTKit
import Synchronization

/// Why a set of public keys (JWKS, RFC 7517) cannot be used.
package enum TokenKeyProblem: Error, Hashable, CustomStringConvertible {
    /// The file cannot be read.
    case unreadable(path: String)
    /// It is larger than ``TokenKeys/largestSet``, or is no set of keys.
    case malformed
    /// It holds more keys than ``TokenKeys/mostKeys``.
    case tooMany
    /// It holds a private key.
    case privateKey
    /// Two of its keys have the same name.
    case repeatedName(String)
    /// None of its keys can verify RS256 or ES256.
    case noKey

    /// One sentence that says what to do.
    package var description: String {
        switch self {
        case .unreadable(let path): "the file \(path) cannot be read"
        case .malformed:
            "expected a JSON Web Key Set, such as {\"keys\":[…]}, of at most \(TokenKeys.largestSet / 1_024) KiB"
        case .tooMany: "there are more than \(TokenKeys.mostKeys) keys"
        case .privateKey: "it holds a private key; give the public keys only"
        case .repeatedName(let name): "two keys have the kid “\(name.prefix(64))”"
        case .noKey: "no key can verify RS256 (RSA of at least 2048 bits) or ES256 (P-256)"
        }
    }
}

/// The public keys that verify tokens; may be replaced while the gateway runs.
package final class TokenKeys: Sendable {
    /// The largest set that is read, in bytes.
    package static let largestSet = 64 * 1024
    /// The most keys of a set.
    package static let mostKeys = 16

    /// A key that is ready to verify.
    struct Key: Sendable {
        let name: String?
        let algorithm: TokenAlgorithm
        let verifier: any JWTAlgorithm
    }

    private let keys = Mutex<[Key]>([])

    /// Starts without keys.
    package init() {}

    /// Whether there are none.
    var isEmpty: Bool { keys.withLock { $0.isEmpty } }

    /// The keys that can have signed a token: the one of its name, or where it names none, all of its algorithm.
    func candidates(for token: TokenText) -> [Key] {
        keys.withLock { keys in
            keys.filter {
                $0.algorithm == token.algorithm && (token.keyName == nil || token.keyName == $0.name)
            }
        }
    }

    /// Takes the keys of a set in place of all before, and returns how many; where the set cannot be used, those that are
    /// there stay. Keys for something else are passed over.
    @discardableResult package func take(_ set: [UInt8]) async throws(TokenKeyProblem) -> Int {
        let new = try await Self.read(set)
        keys.withLock { $0 = new }
        return new.count
    }

    private static func read(_ set: [UInt8]) async throws(TokenKeyProblem) -> [Key] {
        guard set.count <= largestSet, let file = try? JSONDecoder().decode(KeySet.self, from: Data(set)) else {
            throw .malformed
        }
        guard file.keys.count <= mostKeys else { throw .tooMany }
        guard !file.keys.contains(where: \.isPrivate) else { throw .privateKey }
        var keys: [Key] = []
        for entry in file.keys {
            guard let key = await key(of: entry) else { continue }
            if let name = key.name, keys.contains(where: { $0.name == name }) { throw .repeatedName(name) }
            keys.append(key)
        }
        guard !keys.isEmpty else { throw .noKey }
        return keys
    }

    /// The key of an entry, for its one algorithm; nil where it is for something else.
    private static func key(of entry: KeySet.Entry) async -> Key? {
        guard let jwk = entry.jwk, let algorithm = entry.algorithm else { return nil }
        var named = jwk
        named.algorithm = algorithm == .rs256 ? JWK.Algorithm.rs256 : JWK.Algorithm.es256
        // JWTKit takes no key without a name.
        named.keyIdentifier = JWKIdentifier(string: jwk.keyIdentifier?.string ?? "unnamed")
        guard let verifier = try? await JWTKeyCollection().add(jwk: named).getKey() else { return nil }
        return Key(name: jwk.keyIdentifier?.string, algorithm: algorithm, verifier: verifier)
    }
}

/// A set of keys as it is written; entries that JWTKit does not know are kept as nothing, since a set may also hold keys
/// for other uses.
private struct KeySet: Decodable {
    var keys: [Entry]

    struct Entry: Decodable {
        var jwk: JWK?
        var isPrivate: Bool
        private var use: String?

        private enum Name: String, CodingKey { case use, d, k }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            isPrivate = container.contains(.d) || container.contains(.k)
            use = try container.decodeIfPresent(String.self, forKey: .use)
            jwk = try? JWK(from: decoder)
        }

        /// What the key verifies; nil where nothing that is accepted.
        var algorithm: TokenAlgorithm? {
            guard let jwk, use == nil || use == "sig" else { return nil }
            switch (jwk.keyType, jwk.algorithm?.rawValue, jwk.curve?.rawValue) {
            case (.rsa, nil, _), (.rsa, "RS256"?, _): return .rs256
            case (.ecdsa, nil, "P-256"?), (.ecdsa, "ES256"?, "P-256"?): return .es256
            default: return nil
            }
        }
    }
}

import CallDomain
import Foundation
import GatewayService
import WebhookTrust

/// The key under which forgotten numbers are remembered: in a file of its own beside the database, so that the database
/// alone does not tell which numbers they are.
enum NumbersKey {
    /// Bytes of a key that is minted.
    private static let length = 32

    /// The forgotten numbers, with the key of the data directory, which is minted where none was needed yet. With a lost or
    /// another key the numbers would come back unnoticed: then the gateway does not start.
    static func forgotten(
        _ remembered: [ForgottenNumber], data: DataDirectory
    ) throws(GatewayFailure) -> ForgottenNumbers {
        let name = data.numbersKey.lastPathComponent
        let text: String
        if let kept = try data.secret(in: data.numbersKey) {
            text = kept
        } else if remembered.isEmpty {
            text = try mint()
            try data.write(text + "\n", to: data.numbersKey)
        } else {
            throw GatewayFailure(
                .configuration,
                "\(name) in the data directory is absent, but numbers were forgotten with it: bring it back")
        }
        let forgotten = ForgottenNumbers(remembered: remembered, digest: try digest(key: text))
        guard remembered.isEmpty || forgotten.check.map(remembered.contains) == true else {
            throw GatewayFailure(
                .configuration,
                "\(name) in the data directory is not the one that numbers were forgotten with: bring that one back")
        }
        return forgotten
    }

    private static func mint() throws(GatewayFailure) -> String {
        do {
            return Base64URL.encode(try SecureRandom.bytes(length))
        } catch {
            throw GatewayFailure(.unavailable, "libcrypto gives no random bytes: \(error)")
        }
    }

    private static func digest(key: String) throws(GatewayFailure) -> @Sendable (String) -> ContentDigest? {
        let code: HMACSHA256
        do {
            code = try HMACSHA256(key: key)
        } catch {
            throw GatewayFailure(.unavailable, "libcrypto cannot key a digest: \(error)")
        }
        return { text in (try? code.code(for: Array(text.utf8))).flatMap { ContentDigest(bytes: $0) } }
    }
}

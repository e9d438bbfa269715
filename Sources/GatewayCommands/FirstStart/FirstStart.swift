import Foundation
import WebhookTrust

/// What a gateway makes for itself where the settings bring nothing: a webhook secret, an API key, a certificate.
struct FirstStart {
    /// The active webhook secrets.
    let webhookSecrets: [String]
    /// The API key of the account `default`.
    let apiKey: String
    /// The key with which all accounts are managed on the pages.
    let adminKey: String
    /// Whether the API key was minted just now, and is to be shown this one time.
    let isAPIKeyNew: Bool
    /// The certificate chain's file.
    let certificate: URL
    /// The private key's file.
    let privateKey: URL
    /// Whether the certificate is the self-signed one, which Bolna will not accept.
    let isSelfSigned: Bool

    /// Reads what is there, mints what is missing.
    init(
        webhookSecrets: [String], apiKey: String?, adminKey: String?, certificate: URL, privateKey: URL,
        data: DataDirectory, now: Date
    ) throws(GatewayFailure) {
        self.adminKey = if let adminKey { adminKey } else { try Self.keptKey(in: data.adminKey, of: data).text }
        if webhookSecrets.isEmpty {
            self.webhookSecrets = [try Self.kept(in: data.webhookSecret, of: data, mint: WebhookSecret.mint).text]
        } else {
            self.webhookSecrets = webhookSecrets
        }
        if let apiKey {
            self.apiKey = apiKey
            isAPIKeyNew = false
        } else {
            let kept = try Self.keptKey(in: data.apiKey, of: data)
            self.apiKey = kept.text
            isAPIKeyNew = kept.isNew
        }
        let files = FileManager.default
        switch (files.fileExists(atPath: certificate.path), files.fileExists(atPath: privateKey.path)) {
        case (true, true):
            // Its group may read it, as where secrets are mounted for a user; others may not.
            if let openness = SecretFile.openness(of: privateKey.path, forbidding: 0o007) {
                throw GatewayFailure(.configuration, "tls.privateKey: expected \(openness)")
            }
            self.certificate = certificate
            self.privateKey = privateKey
            isSelfSigned = false
        case (false, false):
            if !files.fileExists(atPath: data.certificate.path) || !files.fileExists(atPath: data.privateKey.path) {
                try Self.makeCertificate(in: data, now: now)
            }
            self.certificate = data.certificate
            self.privateKey = data.privateKey
            isSelfSigned = true
        case (true, false):
            throw GatewayFailure(
                .configuration, "tls.privateKey: the file is absent although tls.certificate is there; bring both")
        case (false, true):
            throw GatewayFailure(
                .configuration, "tls.certificate: the file is absent although tls.privateKey is there; bring both")
        }
    }

    private static func keptKey(
        in file: URL, of data: DataDirectory
    ) throws(GatewayFailure) -> (text: String, isNew: Bool) {
        try kept(in: file, of: data) { () throws(CryptoError) in try APIKeyText.mint().secret }
    }

    /// The secret kept in a file of the data directory; minted with 256 random bits where there is none.
    private static func kept(
        in file: URL, of data: DataDirectory, mint: () throws(CryptoError) -> String
    ) throws(GatewayFailure) -> (text: String, isNew: Bool) {
        if let text = try data.secret(in: file) { return (text, false) }
        let minted: String
        do { minted = try mint() } catch {
            throw GatewayFailure(.unavailable, "libcrypto gives no random bytes: \(error)")
        }
        try data.write(minted + "\n", to: file)
        return (minted, true)
    }

    private static func makeCertificate(in data: DataDirectory, now: Date) throws(GatewayFailure) {
        let made: SelfSignedCertificate
        do {
            made = try SelfSignedCertificate(now: now)
        } catch {
            throw GatewayFailure(.unavailable, "no self-signed certificate could be made; bring one in tls.certificate")
        }
        try data.write(made.privateKeyPEM, to: data.privateKey)
        try data.write(made.certificatePEM, to: data.certificate)
    }
}

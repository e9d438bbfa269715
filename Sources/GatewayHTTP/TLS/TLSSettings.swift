package import NIOCore
import NIOSSL

/// The TLS of the public listener: Mozilla's "intermediate" profile (version 5.7).
///
/// NIOSSL's ready-made server configuration allows TLS 1.0 and CBC suites, so both are set here.
package enum TLSSettings {
    /// The suites of TLS 1.2, in OpenSSL's names; those of TLS 1.3 are fixed. The DHE suites of the profile do not exist
    /// in BoringSSL.
    package static let cipherSuites = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ]

    /// How long a peer has to answer the end of TLS. It must stay below what a graceful stop may take beside
    /// ``ListenerLimits/drain``.
    package static let shutdownTimeout: TimeAmount = .seconds(2)

    /// The configuration for a certificate chain and its key; offers `h2` and `http/1.1`.
    ///
    /// Sessions resume by tickets under keys that BoringSSL makes for each context and changes every two days, so nothing
    /// about them is kept on disk, and new certificate files end them. Early data (0-RTT), which can be replayed, is off,
    /// and so is renegotiation.
    static func configuration(
        chain: [NIOSSLCertificate], key: NIOSSLPrivateKey, minimumVersion: MinimumTLSVersion
    ) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion =
            switch minimumVersion {
            case .tls12: .tlsv12
            case .tls13: .tlsv13
            }
        configuration.cipherSuites = cipherSuites.joined(separator: ":")
        configuration.curves = [.x25519, .secp256r1, .secp384r1]
        configuration.applicationProtocols = ["h2", "http/1.1"]
        configuration.shutdownTimeout = shutdownTimeout
        return configuration
    }
}

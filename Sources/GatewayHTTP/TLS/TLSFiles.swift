/// Where the public listener's certificate, its key and the authorities of client certificates are, and what they are
/// used for.
package struct TLSFiles: Hashable, Sendable {
    /// `tls.certificate`: a PEM file with the chain, the server's own certificate first.
    package var certificate: String
    /// `tls.privateKey`: a PEM file with the key of the first certificate.
    package var privateKey: String
    /// `tls.clientCA`: a PEM file with the authorities whose client certificates are accepted.
    package var clientAuthorities: String?
    /// `tls.clientCertificates`.
    package var clientCertificates: ClientCertificates
    /// `tls.minimumVersion`.
    package var minimumVersion: MinimumTLSVersion

    /// The largest file that is read, in bytes.
    package static let mostBytes = 1 << 20

    /// Names the files.
    package init(
        certificate: String, privateKey: String, clientAuthorities: String? = nil,
        clientCertificates: ClientCertificates = .off, minimumVersion: MinimumTLSVersion = .tls12
    ) {
        self.certificate = certificate
        self.privateKey = privateKey
        self.clientAuthorities = clientAuthorities
        self.clientCertificates = clientCertificates
        self.minimumVersion = minimumVersion
    }
}

/// Whether clients show certificates of their own. A certificate admits a connection and nothing more: routes ask for keys
/// and signatures all the same.
package enum ClientCertificates: String, CaseIterable, Sendable {
    /// None is asked for.
    case off
    /// One that is shown must be of a known authority; showing none is fine.
    case optional
    /// Without one of a known authority there is no connection. Bolna shows none, so its webhooks cannot come then.
    case required
}

/// The oldest TLS that is spoken.
package enum MinimumTLSVersion: String, CaseIterable, Sendable {
    /// TLS 1.2 and 1.3: Mozilla's "intermediate" profile.
    case tls12 = "1.2"
    /// TLS 1.3 alone: Mozilla's "modern" profile.
    case tls13 = "1.3"
}

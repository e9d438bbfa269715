package import CallDomain
import Foundation
package import NIOSSL
import WebhookTrust

/// A certificate, its key and the authorities of clients, read from their files and fit for use.
package struct TLSMaterial: Sendable {
    /// What connections take their TLS from.
    package let context: NIOSSLContext
    /// From when the server's own certificate is valid.
    package let notBefore: Timestamp
    /// Until when it is.
    package let notAfter: Timestamp

    /// Reads the files and judges them: the key must be that of the first certificate.
    package init(files: TLSFiles) throws(TLSProblem) {
        try self.init(contents: try TLSContents(files: files), files: files)
    }

    init(contents: TLSContents, files: TLSFiles) throws(TLSProblem) {
        let chain = try Self.certificates(contents.certificate, else: .noCertificate)
        guard let own = chain.first else { throw .noCertificate }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(bytes: contents.privateKey, format: .pem) } catch { throw .noPrivateKey }
        var configuration = TLSSettings.configuration(chain: chain, key: key, minimumVersion: files.minimumVersion)
        switch files.clientCertificates {
        case .off: break
        case .optional: configuration.certificateVerification = .optionalVerification
        case .required: configuration.certificateVerification = .noHostnameVerification
        }
        if files.clientCertificates != .off {
            let authorities = try Self.certificates(contents.clientAuthorities ?? [], else: .noClientAuthorities)
            guard !authorities.isEmpty else { throw .noClientAuthorities }
            configuration.trustRoots = .certificates(authorities)
        }
        // Only a context tells whether the key is that of the certificate.
        do { context = try NIOSSLContext(configuration: configuration) } catch { throw .notAPair }
        notBefore = Timestamp(seconds: Int64(own.notValidBefore))
        notAfter = Timestamp(seconds: Int64(own.notValidAfter))
    }

    /// Refuses what is not valid at a time.
    func checkValidity(at now: Timestamp) throws(TLSProblem) {
        if now < notBefore { throw .notYetValid(from: notBefore) }
        if now > notAfter { throw .expired(notAfter) }
    }

    private static func certificates(
        _ bytes: [UInt8], else problem: TLSProblem
    ) throws(TLSProblem) -> [NIOSSLCertificate] {
        do { return try NIOSSLCertificate.fromPEMBytes(bytes) } catch { throw problem }
    }
}

/// The bytes of the files, before anything is made of them.
struct TLSContents {
    let certificate: [UInt8]
    let privateKey: [UInt8]
    let clientAuthorities: [UInt8]?

    init(files: TLSFiles) throws(TLSProblem) {
        certificate = try Self.read(files.certificate, "tls.certificate")
        privateKey = try Self.read(files.privateKey, "tls.privateKey")
        clientAuthorities =
            if let path = files.clientAuthorities, files.clientCertificates != .off {
                try Self.read(path, "tls.clientCA")
            } else {
                nil
            }
    }

    /// Tells whether other bytes are the same, without keeping a key's bytes for longer than its use.
    func digest() throws -> ContentDigest {
        var digests: [UInt8] = []
        for part in [certificate, privateKey, clientAuthorities ?? []] {
            digests += try ContentHash.sha256(part).bytes
        }
        return try ContentHash.sha256(digests)
    }

    private static func read(_ path: String, _ setting: String) throws(TLSProblem) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw .unreadable(setting) }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: TLSFiles.mostBytes + 1), data.count <= TLSFiles.mostBytes else {
            throw .unreadable(setting)
        }
        return [UInt8](data)
    }
}

/// Why a certificate and its key cannot be used.
package enum TLSProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file of this setting cannot be read.
    case unreadable(String)
    /// There is no certificate in the file.
    case noCertificate
    /// There is no key in the file.
    case noPrivateKey
    /// The key is not the certificate's.
    case notAPair
    /// The certificate was valid until this time.
    case expired(Timestamp)
    /// The certificate is valid from this time on.
    case notYetValid(from: Timestamp)
    /// There are no authorities for client certificates.
    case noClientAuthorities

    /// What is wrong and what to do.
    package var description: String {
        switch self {
        case .unreadable(let setting): "\(setting): the file cannot be read, or is larger than 1 MiB"
        case .noCertificate: "tls.certificate: expected a PEM certificate chain, the server's own certificate first"
        case .noPrivateKey: "tls.privateKey: expected a PEM private key without a passphrase"
        case .notAPair: "tls.privateKey: expected the key of the first certificate in tls.certificate; bring both anew"
        case .expired(let time): "tls.certificate: the certificate expired at \(time.iso8601()); renew it"
        case .notYetValid(let time):
            "tls.certificate: the certificate is valid from \(time.iso8601()) only; check it, and the machine's clock"
        case .noClientAuthorities:
            "tls.clientCA: expected a PEM file of authorities, or tls.clientCertificates: off"
        }
    }
}

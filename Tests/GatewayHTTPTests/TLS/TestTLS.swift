import CallDomain
import Crypto
import Foundation
import GatewayHTTP
import Logging
import SwiftASN1
import Synchronization
import X509

/// Certificates of the tests, and folders to keep them in.
enum TestTLS {
    /// A certificate and its key, PEM, and an authority of clients where there is one.
    struct Pair: Sendable {
        var certificate: String
        var privateKey: String
    }

    /// What may be wrong with new files.
    enum Damage: CaseIterable, Sendable {
        case noCertificate, noKey, otherKey, cutCertificate, expired, notYetValid

        func applied(to pair: Pair, now: Timestamp) throws -> Pair {
            var pair = pair
            let day: Duration = .seconds(86_400)
            switch self {
            case .noCertificate: pair.certificate = ""
            case .noKey: pair.privateKey = "none"
            case .otherKey: pair.privateKey = P256.Signing.PrivateKey().pemRepresentation
            case .cutCertificate: pair.certificate = String(pair.certificate.prefix(200))
            case .expired: pair = try TestTLS.pair(from: now.advanced(by: day * -2), to: now.advanced(by: day * -1))
            case .notYetValid: pair = try TestTLS.pair(from: now.advanced(by: day), to: now.advanced(by: day * 2))
            }
            return pair
        }
    }

    /// A folder with a certificate file and a key file.
    struct Folder: Sendable {
        let path: String

        /// Writes both, each whole at once, as a renewal does.
        func write(_ pair: Pair) throws -> TLSFiles {
            let files = TLSFiles(certificate: path + "/server.crt", privateKey: path + "/server.key")
            try pair.certificate.write(toFile: files.certificate, atomically: true, encoding: .utf8)
            try pair.privateKey.write(toFile: files.privateKey, atomically: true, encoding: .utf8)
            return files
        }
    }

    static func inFolder(_ body: (Folder) throws -> Void) throws {
        let folder = try TemporaryFolder.make()
        defer { TemporaryFolder.remove(folder) }
        try body(Folder(path: folder))
    }

    /// A certificate for localhost, signed by an authority, or by itself.
    static func pair(
        from start: Timestamp, to end: Timestamp, by authority: Authority? = nil,
        uses: [ExtendedKeyUsage.Usage]? = nil
    ) throws -> Pair {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("localhost") }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: start.date, notValidAfter: end.date, issuer: authority?.name ?? name, subject: name,
            extensions: try Certificate.Extensions {
                SubjectAlternativeNames([
                    .dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                ])
                if let uses { try ExtendedKeyUsage(uses) }
            },
            issuerPrivateKey: Certificate.PrivateKey(authority?.key ?? key))
        return Pair(
            certificate: try certificate.serializeAsPEM().pemString + "\n", privateKey: key.pemRepresentation + "\n")
    }

    /// Signs certificates of clients.
    struct Authority: Sendable {
        let key = P256.Signing.PrivateKey()
        let name: DistinguishedName
        let certificate: String

        init(from start: Timestamp, to end: Timestamp) throws {
            name = try DistinguishedName { CommonName("An authority of clients") }
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(),
                publicKey: Certificate.PublicKey(key.publicKey), notValidBefore: start.date, notValidAfter: end.date,
                issuer: name, subject: name,
                extensions: Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                    Critical(KeyUsage(keyCertSign: true))
                },
                issuerPrivateKey: Certificate.PrivateKey(key))
            self.certificate = try certificate.serializeAsPEM().pemString + "\n"
        }
    }
}

extension Timestamp {
    fileprivate var date: Date { Date(timeIntervalSince1970: Double(rawValue) / 1e6) }
}

/// The lines of a logger, each with its level and metadata.
final class CapturedLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    private struct Handler: LogHandler {
        let lines: CapturedLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(lines: CapturedLines) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
    }
}

import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// An authority made for one test, whose certificate lies in a temporary file.
final class TestAuthority: Sendable {
    /// The PEM file of the authority's certificate.
    let file: String
    private let key = P256.Signing.PrivateKey()
    private let name: DistinguishedName

    init() throws {
        name = try DistinguishedName { CommonName("Test Authority") }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: -86_400), notValidAfter: Date(timeIntervalSinceNow: 86_400),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("authority-\(UUID().uuidString).pem")
        try Data(certificate.serializeAsPEM().pemString.utf8).write(to: url)
        file = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: file) }

    /// What a server of this authority shows: for `127.0.0.1` unless it is for another name, good until it is expired.
    func serverConfiguration(for host: String? = nil, isExpired: Bool = false) throws -> TLSConfiguration {
        let serverKey = P256.Signing.PrivateKey()
        let names: [GeneralName] = [host.map { .dnsName($0) } ?? .ipAddress(.init(contentBytes: [127, 0, 0, 1]))]
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(serverKey.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: -80_000),
            notValidAfter: Date(timeIntervalSinceNow: isExpired ? -3_600 : 80_000),
            issuer: name, subject: try DistinguishedName { CommonName("Test Server") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions { SubjectAlternativeNames(names) },
            issuerPrivateKey: Certificate.PrivateKey(key))
        let chain = try NIOSSLCertificate(bytes: Array(certificate.serializeAsPEM().pemString.utf8), format: .pem)
        let privateKey = try NIOSSLPrivateKey(bytes: Array(serverKey.pemRepresentation.utf8), format: .pem)
        return .makeServerConfiguration(
            certificateChain: [.certificate(chain)], privateKey: .privateKey(privateKey))
    }
}

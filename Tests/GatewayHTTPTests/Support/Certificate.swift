import Crypto
import Foundation
import SwiftASN1
import X509

/// A self-signed pair for 127.0.0.1, made once for the test process.
enum TestCertificate {
    struct Pair: Sendable {
        var certificate: String
        var privateKey: String
    }

    private static let made = Result { try make() }

    static func pair() throws -> Pair { try made.get() }

    private static func make() throws -> Pair {
        let folder = try TemporaryFolder.make()
        let pair = Pair(certificate: folder + "/test.crt", privateKey: folder + "/test.key")
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("localhost") }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: -86_400), notValidAfter: Date(timeIntervalSinceNow: 86_400),
            issuer: name, subject: name,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                SubjectAlternativeNames([
                    .dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                ])
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
        try certificate.serializeAsPEM().pemString.write(toFile: pair.certificate, atomically: true, encoding: .utf8)
        try key.pemRepresentation.write(toFile: pair.privateKey, atomically: true, encoding: .utf8)
        return pair
    }
}

/// Folders below the system's temporary one.
enum TemporaryFolder {
    static func make() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gateway-http-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path(percentEncoded: false)
    }

    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}

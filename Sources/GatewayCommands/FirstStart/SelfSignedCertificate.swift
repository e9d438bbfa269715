import Crypto
import Foundation
import SwiftASN1
import X509

/// A certificate for `localhost` with its key, made where none was brought: good for a trial on one machine.
struct SelfSignedCertificate {
    /// The certificate, PEM.
    let certificatePEM: String
    /// Its private key, PEM.
    let privateKeyPEM: String

    /// How long it is valid: browsers refuse server certificates of more than 825 days.
    static let validity: TimeInterval = 820 * 86_400

    /// Makes a P-256 key and a certificate for `localhost`, 127.0.0.1 and ::1, valid from a day before `now`, so that a
    /// clock that is behind accepts it too.
    init(now: Date) throws {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("localhost") }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: now.addingTimeInterval(-86_400),
            notValidAfter: now.addingTimeInterval(Self.validity),
            issuer: name,
            subject: name,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([
                    .dnsName("localhost"),
                    .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                    .ipAddress(ASN1OctetString(contentBytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
                ])
            },
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
        certificatePEM = try certificate.serializeAsPEM().pemString + "\n"
        privateKeyPEM = key.pemRepresentation + "\n"
    }
}

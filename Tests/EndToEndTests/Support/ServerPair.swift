import Crypto
import Foundation
import SwiftASN1
import X509

/// A certificate of an authority for localhost and its key, as files of a folder: what an operator would bring.
struct ServerPair {
    let certificate: URL
    let privateKey: URL

    /// Writes the chain and the key; `days` are the first and the last of its validity from today. The key is another one's
    /// where it is not the certificate's.
    init(in folder: URL, days: ClosedRange<Double>, keyIsItsOwn: Bool = true, keyMode: Int = 0o600) throws {
        certificate = folder.appending(path: "server.crt")
        privateKey = folder.appending(path: "server.key")
        let authorityKey = P256.Signing.PrivateKey()
        let authorityName = try DistinguishedName { CommonName("An authority of servers") }
        let start = Date(timeIntervalSinceNow: days.lowerBound * 86_400)
        let end = Date(timeIntervalSinceNow: days.upperBound * 86_400)
        let authority = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(authorityKey.publicKey), notValidBefore: start, notValidAfter: end,
            issuer: authorityName, subject: authorityName, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
            },
            issuerPrivateKey: Certificate.PrivateKey(authorityKey))
        let key = P256.Signing.PrivateKey()
        let own = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: start, notValidAfter: end, issuer: authorityName,
            subject: try DistinguishedName { CommonName("localhost") }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions { SubjectAlternativeNames([.dnsName("localhost")]) },
            issuerPrivateKey: Certificate.PrivateKey(authorityKey))
        let chain = try [own, authority].map { try $0.serializeAsPEM().pemString }.joined(separator: "\n") + "\n"
        try chain.write(to: certificate, atomically: true, encoding: .utf8)
        let written = keyIsItsOwn ? key : P256.Signing.PrivateKey()
        try (written.pemRepresentation + "\n").write(to: privateKey, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: keyMode], ofItemAtPath: privateKey.path)
    }
}

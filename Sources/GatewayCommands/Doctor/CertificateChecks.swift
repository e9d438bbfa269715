import Foundation
import GatewayHTTP
import SwiftASN1
import X509

/// Looks at the public listener's certificate: chain, name, key, validity.
struct CertificateChecks {
    /// The host names that clients use; empty: any will do.
    var hosts: [String]
    /// Now.
    var now: Date

    /// The findings about a chain and its key, both PEM.
    func findings(certificate: String, privateKey: String) -> [Finding] {
        guard let chain = try? PEMDocument.parseMultiple(pemString: certificate).map(Certificate.init(pemDocument:)),
            let own = chain.first
        else {
            return [
                .fail(
                    "certificate", "tls.certificate holds no PEM certificate",
                    "bring the chain, the server's own certificate first")
            ]
        }
        return [key(own, privateKey), order(chain), validity(chain)] + names(own)
    }

    private func key(_ own: Certificate, _ privateKey: String) -> Finding {
        guard let key = try? Certificate.PrivateKey(pemEncoded: privateKey) else {
            return .fail(
                "certificate key", "tls.privateKey holds no PEM key that can be read",
                "bring a key without a passphrase")
        }
        guard key.publicKey == own.publicKey else {
            return .fail(
                "certificate key", "the key is not that of the first certificate",
                "bring the pair anew; the server's own certificate comes first")
        }
        return .ok("certificate key", "it is the certificate's")
    }

    private func order(_ chain: [Certificate]) -> Finding {
        for (certificate, issuer) in zip(chain, chain.dropFirst()) {
            guard certificate.issuer == issuer.subject,
                issuer.publicKey.isValidSignature(certificate.signature, for: certificate)
            else {
                return .fail(
                    "certificate chain", "a certificate is not signed by the one after it",
                    "put the server's own certificate first, then each one's issuer")
            }
            guard case .isCertificateAuthority? = try? issuer.extensions.basicConstraints else {
                return .fail(
                    "certificate chain", "a certificate is signed by one that is no authority",
                    "put the server's own certificate first, then the authorities' certificates")
            }
        }
        guard chain.count == 1, let own = chain.first else {
            return .ok("certificate chain", "\(chain.count) certificates, each signed by the next")
        }
        return own.issuer == own.subject
            ? .warn(
                "certificate chain", "the certificate is self-signed",
                "Bolna will not post to it; see certs/README.md")
            : .warn(
                "certificate chain", "the server's own certificate is alone",
                "append its intermediate certificates, or clients may not find the way to the authority")
    }

    private func validity(_ chain: [Certificate]) -> Finding {
        let end = chain.map(\.notValidAfter).min() ?? now
        let start = chain.map(\.notValidBefore).max() ?? now
        let day = end.formatted(.iso8601.year().month().day())
        if now < start {
            return .fail(
                "certificate validity", "not valid yet", "check the certificate, and the clock of this machine")
        }
        if now > end { return .fail("certificate validity", "expired on \(day)", "renew it; it is read again at once") }
        let days = Int(end.timeIntervalSince(now) / 86_400)
        if days <= CertificateKeeper.warningDays {
            return .warn(
                "certificate validity", "\(days) days left, until \(day)", "renew it; it is read again at once")
        }
        return .ok("certificate validity", "\(days) days left, until \(day)")
    }

    private func names(_ own: Certificate) -> [Finding] {
        let names = (try? own.extensions.subjectAlternativeNames).flatMap { $0 } ?? SubjectAlternativeNames([])
        let texts = names.compactMap(Self.text)
        // A common name alone is no name to today's clients (RFC 9110, section 4.3.4).
        let all = texts.isEmpty ? "no name" : texts.joined(separator: ", ")
        guard !hosts.isEmpty else { return [.ok("certificate name", "for \(all)")] }
        return hosts.map { host in
            texts.contains { Self.matches(host, name: $0) }
                ? .ok("certificate name", "good for \(host)")
                : .fail(
                    "certificate name", "not good for \(host), but for \(all)",
                    "have it issued for that name, or correct listen.hosts")
        }
    }

    private static func text(_ name: GeneralName) -> String? {
        switch name {
        case .dnsName(let name): return name
        case .ipAddress(let address):
            let bytes = Array(address.bytes)
            if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
            guard bytes.count == 16 else { return nil }
            return stride(from: 0, to: 16, by: 2)
                .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
        default: return nil
        }
    }

    /// Whether a host is meant by a name; a star stands for one whole label (RFC 6125, section 6.4.3).
    static func matches(_ host: String, name: String) -> Bool {
        let (host, name) = (host.lowercased(), name.lowercased())
        guard name.hasPrefix("*.") else { return host == name }
        guard let dot = host.firstIndex(of: "."), dot != host.startIndex else { return false }
        return host[dot...] == name.dropFirst()
    }
}

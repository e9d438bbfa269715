import CCurl
import CallDomain

extension TransportFailure {
    /// What a result of libcurl that is not success says about a request.
    ///
    /// The details are libcurl's fixed words for the code: the words of its error buffer name hosts and addresses.
    init(_ code: CURLcode, of easy: EasyHandle) {
        let words = "\(CurlCode(code)) (curl \(code.rawValue))"
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST:
            self.init(kind: .dns, detail: words)
        case CURLE_COULDNT_CONNECT:
            self.init(kind: .connect, detail: words)
        case CURLE_OPERATION_TIMEDOUT where !easy.didSend:
            self.init(kind: .connect, detail: "\(words); nothing was sent")
        case CURLE_OPERATION_TIMEDOUT:
            self.init(kind: .timeout, detail: words)
        case CURLE_PEER_FAILED_VERIFICATION:
            self.init(kind: .tls, detail: "\(words); X.509 verification \(CertificateWords.text(easy.verifyResult))")
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT:
            self.init(kind: .tls, detail: words)
        case CURLE_FILESIZE_EXCEEDED:
            self.init(kind: .tooLarge, detail: words)
        case CURLE_WRITE_ERROR where easy.isTooLarge:
            self.init(kind: .tooLarge, detail: "the answer is larger than allowed")
        default:
            self.init(kind: .broken, detail: words)
        }
    }
}

/// What OpenSSL's numbers say of a certificate (x509_vfy.h), for those that people meet.
enum CertificateWords {
    private static let words = [
        9: "it is not valid yet", 10: "it has expired", 18: "it is self-signed",
        19: "a self-signed one is in its chain", 20: "no known authority vouches for it",
        21: "its chain is not whole, or no known authority vouches for it", 62: "it is for another name",
    ]

    /// The number, with words where there are some.
    static func text(_ number: Int) -> String { words[number].map { "\(number): \($0)" } ?? "\(number)" }
}

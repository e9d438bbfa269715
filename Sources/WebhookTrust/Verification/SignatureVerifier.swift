package import CallDomain

/// Checks `Bolna-Signature: t=<unix seconds>,v1=<hex>`, the code being HMAC-SHA256 of `t.body` under the UTF-8 bytes of a
/// secret, any prefix included.
package enum SignatureVerifier {
    /// How far `t` may lie from the gateway's clock, in either direction, in whole seconds.
    package static let tolerance: Int64 = 300

    /// The longest header that is looked at, in bytes.
    package static let longestHeader = 4096

    /// The most codes in one header.
    package static let mostCodes = 16

    /// Checks the values of the header, of which there must be one. Every secret is tried with every code, so the time
    /// tells neither which secret nor which code matched.
    package static func check(
        headers: [String], body: [UInt8], secrets: [WebhookSecret], now: Timestamp,
        tolerance: Int64 = SignatureVerifier.tolerance
    ) throws(CryptoError) -> SignatureCheck {
        guard let header = headers.first else { return .refused(.missing) }
        return try check(
            headers.count == 1 ? SignatureHeader(parsing: header) : nil, body: body, secrets: secrets, now: now,
            tolerance: tolerance)
    }

    /// Checks a header that is there; nil where it cannot be read.
    static func check(
        _ signature: SignatureHeader?, body: [UInt8], secrets: [WebhookSecret], now: Timestamp, tolerance: Int64
    ) throws(CryptoError) -> SignatureCheck {
        guard let signature else { return .refused(.malformed) }
        let prefix = Array("\(signature.time).".utf8)
        var label: String?
        for secret in secrets {
            let expected = try secret.hmac.code(prefix: prefix, for: body)
            for code in signature.codes where ConstantTime.equal(code, expected) && label == nil {
                label = secret.label
            }
        }
        guard isFresh(signature.seconds, now: now, tolerance: tolerance) else { return .refused(.stale) }
        guard let label else { return .refused(.mismatch) }
        return .signed(secret: label)
    }

    /// Whether a time in whole seconds, as senders write it, is near enough to now.
    static func isFresh(_ seconds: Int64, now: Timestamp, tolerance: Int64) -> Bool {
        let (age, overflow) = (now.rawValue / 1_000_000).subtractingReportingOverflow(seconds)
        return !overflow && age.magnitude <= UInt64(max(tolerance, 0))
    }
}

/// What became of a signature.
package enum SignatureCheck: Hashable, Sendable {
    /// It is right, under the secret with this label.
    case signed(secret: String)
    /// It is not.
    case refused(Refusal)

    /// Why a signature was refused; for counters, never for the sender.
    package enum Refusal: String, Hashable, CaseIterable, Sendable {
        /// There is none.
        case missing
        /// The header cannot be read, is too long, or is there twice.
        case malformed
        /// `t` is too far from now.
        case stale
        /// No code matches under any secret.
        case mismatch
    }
}

/// A header that could be read.
struct SignatureHeader: Hashable, Sendable {
    /// `t` as it was written: these bytes were signed.
    var time: String
    /// `t` as a number.
    var seconds: Int64
    /// The codes of scheme `v1`, 32 bytes each; at least one.
    var codes: [[UInt8]]

    /// Reads `t=…,v1=…[,v1=…]`; elements of other schemes are skipped, blanks around elements too. Nil without exactly one
    /// `t` of digits and at least one `v1` of 64 hex digits, or where an element has no `=`.
    init?(parsing header: String) {
        guard header.utf8.count <= SignatureVerifier.longestHeader else { return nil }
        var time: ArraySlice<UInt8>?
        var codes: [[UInt8]] = []
        // By bytes: every delivery has one, and splitting text into characters took longer than verifying it.
        for element in Array(header.utf8).split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let element = Self.trimmed(element)
            guard let equals = element.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let (name, value) = (element[..<equals], element[(equals + 1)...])
            if name.elementsEqual("t".utf8) {
                guard time == nil else { return nil }
                time = value
            } else if name.elementsEqual("v1".utf8) {
                guard codes.count < SignatureVerifier.mostCodes, let code = Hex.decode(value), code.count == 32
                else { return nil }
                codes.append(code)
            }
        }
        guard let time, time.allSatisfy({ (0x30...0x39).contains($0) }), !codes.isEmpty else { return nil }
        self.time = String(decoding: time, as: UTF8.self)
        guard let seconds = Int64(self.time) else { return nil }
        self.seconds = seconds
        self.codes = codes
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}

extension WebhookSecret {
    /// The value of `Bolna-Signature` for a body, signed with this secret at a time.
    package func signature(of body: [UInt8], at time: Timestamp) throws(CryptoError) -> String {
        let seconds = time.rawValue / 1_000_000
        return "t=\(seconds),v1=\(Hex.encode(try hmac.code(prefix: Array("\(seconds).".utf8), for: body)))"
    }
}

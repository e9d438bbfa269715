package import CallDomain

/// The three header fields of Standard Webhooks, all values of each, in order.
package struct StandardWebhookHeaders: Hashable, Sendable {
    /// `webhook-id`.
    package var ids: [String]
    /// `webhook-timestamp`.
    package var timestamps: [String]
    /// `webhook-signature`.
    package var signatures: [String]

    /// Takes the values; none unless told otherwise.
    package init(ids: [String] = [], timestamps: [String] = [], signatures: [String] = []) {
        self.ids = ids
        self.timestamps = timestamps
        self.signatures = signatures
    }
}

/// Checks Standard Webhooks: `webhook-signature` lists `v1,<base64>`, each HMAC-SHA256 of `id.timestamp.body` under the
/// base64 after `whsec_` (github.com/standard-webhooks/standard-webhooks: spec, seen November 2026).
package enum StandardSignature {
    /// The longest id that is looked at, in bytes.
    package static let longestID = 256

    /// Checks the fields. Like ``SignatureVerifier``, it tries every secret with every code.
    package static func check(
        headers: StandardWebhookHeaders, body: [UInt8], secrets: [WebhookSecret], now: Timestamp,
        tolerance: Int64 = SignatureVerifier.tolerance
    ) throws(CryptoError) -> SignatureCheck {
        guard !headers.signatures.isEmpty else { return .refused(.missing) }
        guard let parts = StandardSignatureParts(headers) else { return .refused(.malformed) }

        let prefix = Array("\(parts.id).\(parts.time).".utf8)
        var label: String?
        for secret in secrets {
            let expected = try secret.standard.code(prefix: prefix, for: body)
            for code in parts.codes where ConstantTime.equal(code, expected) && label == nil {
                label = secret.label
            }
        }
        guard SignatureVerifier.isFresh(parts.seconds, now: now, tolerance: tolerance) else { return .refused(.stale) }
        guard let label else { return .refused(.mismatch) }
        return .signed(secret: label)
    }
}

/// Fields that could be read.
struct StandardSignatureParts: Equatable {
    /// The delivery's id.
    var id: String
    /// The time as it was written: these bytes were signed.
    var time: String
    /// The time as a number.
    var seconds: Int64
    /// The codes of version `v1`, 32 bytes each; at least one.
    var codes: [[UInt8]]

    /// Reads the fields, each of which must be there once. Signatures are separated by blanks; those of other versions are
    /// skipped. Nil also for an id with a dot: it would leave open where the id ends in what was signed.
    init?(_ headers: StandardWebhookHeaders) {
        guard headers.ids.count == 1, headers.timestamps.count == 1, headers.signatures.count == 1,
            let id = headers.ids.first, let time = headers.timestamps.first, let list = headers.signatures.first,
            (1...StandardSignature.longestID).contains(id.utf8.count), !id.utf8.contains(UInt8(ascii: ".")),
            list.utf8.count <= SignatureVerifier.longestHeader,
            time.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int64(time)
        else { return nil }
        var codes: [[UInt8]] = []
        for element in list.split(separator: " ") {
            guard let comma = element.firstIndex(of: ",") else { return nil }
            guard element[..<comma] == "v1" else { continue }
            guard codes.count < SignatureVerifier.mostCodes,
                let code = Base64.decode(element[element.index(after: comma)...]), code.count == ContentHash.length
            else { return nil }
            codes.append(code)
        }
        guard !codes.isEmpty else { return nil }
        self.id = id
        self.time = time
        self.seconds = seconds
        self.codes = codes
    }
}

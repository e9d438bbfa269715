package import CallDomain

extension DeliveryCredentials {
    /// What stands for everything that was signed, apart from the secret: account, id, time and body. Two deliveries with
    /// the same one are the same signed delivery, sent twice, however else they differ. Nil without a readable signature.
    package func signedContent(body: ContentDigest) throws(CryptoError) -> ContentDigest? {
        var parts: [String] = []
        if signatureHeaders.count == 1, let header = signatureHeaders.first,
            let signature = SignatureHeader(parsing: header)
        {
            parts.append("bolna|\(signature.time)")
        }
        if let signature = StandardSignatureParts(standardHeaders) {
            parts.append("standard|\(signature.id)|\(signature.time)")
        }
        guard !parts.isEmpty else { return nil }
        return try ContentHash.sha256(
            Array((parts + [account.rawValue, Hex.encode(body.bytes)]).joined(separator: "\n").utf8))
    }
}

package import CallDomain

extension DeliveryCredentials {
    /// What stands for everything that was signed, apart from the secret: account, id, time and body. Two deliveries with
    /// the same one are the same signed delivery, sent twice, however else they differ. Nil without a readable signature.
    package func signedContent(body: ContentDigest) throws(CryptoError) -> ContentDigest? {
        var content: [UInt8] = []
        if let signature {
            content += "bolna|\(signature.time)\n".utf8
        }
        if let signature = StandardSignatureParts(standardHeaders) {
            content += "standard|\(signature.id)|\(signature.time)\n".utf8
        }
        guard !content.isEmpty else { return nil }
        content += account.rawValue.utf8
        content.append(UInt8(ascii: "\n"))
        return try ContentHash.sha256(content + body.bytes)
    }
}

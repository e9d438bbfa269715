/// Known answers, computed with Python's `hmac`, `hashlib` and `base64`.
enum Known {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let secondSecret = "second secret"
    static let body = Array(#"{"id":"f54886af-64c6-5dec-8a52-c3f9ab4af601","status":"completed"}"#.utf8)
    static let time: Int64 = 1_772_615_708
    static let signature = "936e81ac0a1ce5ee288927912f472ec92e6b35f7fb84c25f0d9e166189541e21"
    static let secondSecretSignature = "e65c463254676399fbd721a3f17c6aa5145db25a97c3c0c5a757e0dc86a29f7f"
    static let emptyBodySignature = "cc4b4ae04704da3eef1cf1b5da7d6297bdc9b12219335cd3678bd03cd7167be8"
    /// Of the time written with a zero before it.
    static let leadingZeroSignature = "ffa5981e83811bb6f4b89640546429bb53aaa054de471518e4d3a5b049f00dee"
    static let anyAgentToken = "-PTRAzWQqfBBFXkl4-rPtV0hhvOJ6-3I4DlN1nryqzI"
    static let agentToken = "rlj3ijxBHVwp6G1kAPzETgbnZY5Bsub9_J-_0APmrQk"
    static let otherAccountToken = "fIfG4patnbsQflSnrCshWAJ6zIeT37urG0U8IVfEsD4"
    static let secondSecretToken = "DRlyw7KJAPuutf0AP7HB96JBjd5jYtnYtdqwFv7iyEw"
}

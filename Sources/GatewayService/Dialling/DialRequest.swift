package import CallDomain

/// A client's wish to place a call.
package struct DialRequest: Hashable, Sendable {
    /// The agent that calls.
    package var agent: AgentID
    /// The number to call, E.164.
    package var recipient: String
    /// The number to call from; nil leaves it to Bolna.
    package var from: String?
    /// When to call; nil is now.
    package var scheduledAt: Timestamp?
    /// The client's `user_data`: the bytes of a JSON object; nil for none.
    package var userData: [UInt8]?
    /// The lead the call belongs to.
    package var leadID: String?
    /// Who is called, for lists.
    package var callerName: String?
    /// The project the call belongs to.
    package var projectName: String?
    /// The client's user who placed it.
    package var userID: String?
    /// Whether the call is to be followed closely: its reads come earlier, within the budget.
    package var isPriority: Bool
    /// `Idempotency-Key`; nil where the client gave none.
    package var idempotencyKey: String?
    /// The SHA-256 of the client's request.
    package var fingerprint: ContentDigest

    /// Puts a request together.
    package init(
        agent: AgentID, recipient: String, from: String? = nil, scheduledAt: Timestamp? = nil,
        userData: [UInt8]? = nil, leadID: String? = nil, callerName: String? = nil, projectName: String? = nil,
        userID: String? = nil, isPriority: Bool = false, idempotencyKey: String? = nil, fingerprint: ContentDigest
    ) {
        self.agent = agent
        self.recipient = recipient
        self.from = from
        self.scheduledAt = scheduledAt
        self.userData = userData
        self.leadID = leadID
        self.callerName = callerName
        self.projectName = projectName
        self.userID = userID
        self.isPriority = isPriority
        self.idempotencyKey = idempotencyKey
        self.fingerprint = fingerprint
    }
}

/// What became of a wish to place a call.
package enum DialAnswer: Sendable {
    /// Bolna took it.
    case placed(CallRecord)
    /// Bolna did not answer: whether it took it is being found out, and it is not dialled again.
    case pending(correlationKey: String)
    /// The same request came before under this idempotency key: how that one stands.
    case repeated(DialRecord, CallRecord?)
    /// Bolna refused it; no call came of it.
    case refused(status: Int, message: String)
    /// Another request came before under this idempotency key.
    case keyReused
    /// The request cannot be sent as it is; one sentence.
    case invalid(String)
    /// The gateway cannot take more now; nothing was sent.
    case busy(retryAfter: Duration)
    /// The account has no token for Bolna's API.
    case noToken
}

extension DialRequest {
    /// The most bytes of `user_data`.
    package static let mostUserData = 16 << 10
    /// The most bytes of an idempotency key.
    package static let longestKey = 255

    /// What is wrong with the request, in one sentence; nil where nothing is.
    var complaint: String? {
        if agent.rawValue.isEmpty { return "The agent is missing." }
        if !Self.isNumber(recipient) { return "The recipient is not a number of the form +, then 7 to 15 digits." }
        if let from, !Self.isNumber(from) { return "The caller is not a number of the form +, then 7 to 15 digits." }
        if (userData?.count ?? 0) > Self.mostUserData { return "user_data is larger than \(Self.mostUserData) bytes." }
        if (idempotencyKey?.utf8.count ?? 0) > Self.longestKey {
            return "The idempotency key is longer than \(Self.longestKey) bytes."
        }
        return nil
    }

    private static func isNumber(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: "+") && (7...15).contains(digits.count)
            && digits.allSatisfy { (0x30...0x39).contains($0) }
    }
}

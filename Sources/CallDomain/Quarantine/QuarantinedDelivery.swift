/// A delivery kept because it could not be used; never dropped, always replayable.
package struct QuarantinedDelivery: Sendable {
    /// The account it was addressed to.
    package var account: AccountID
    /// The agent of the address; nil for any.
    package var agent: AgentID?
    /// The call it is about, as far as its bytes or the question it answers tell; nil where they do not.
    package var execution: ExecutionID?
    /// Where it came from.
    package var source: Source
    /// How sure its sender is.
    package var trust: Trust
    /// What its sender may do: unverified ones have a smaller bound of their own.
    package var standing: Standing
    /// When it was received first.
    package var receivedAt: Timestamp
    /// When the request was sent, for a read of ours; nil for all else.
    package var sentAt: Timestamp?
    /// Why it is kept.
    package var reason: QuarantineReason
    /// One sentence for the operator, without personal data.
    package var detail: String
    /// The SHA-256 of the bytes: the same bytes from one sender for the same reason are one entry with a count.
    package var digest: ContentDigest
    /// The bytes as received; empty where they were not asked for.
    package var body: [UInt8]
    /// The calls that its usable parts are about, where it has any. Not stored: where one of them is erased, the bytes are
    /// not kept.
    package var readExecutions: [ExecutionID] = []

    /// Puts an entry together.
    package init(
        account: AccountID, agent: AgentID?, execution: ExecutionID? = nil, source: Source, trust: Trust,
        standing: Standing = .applied, receivedAt: Timestamp, sentAt: Timestamp? = nil, reason: QuarantineReason,
        detail: String,
        digest: ContentDigest, body: [UInt8]
    ) {
        self.account = account
        self.agent = agent
        self.execution = execution
        self.source = source
        self.trust = trust
        self.standing = standing
        self.receivedAt = receivedAt
        self.sentAt = sentAt
        self.reason = reason
        self.detail = detail
        self.digest = digest
        self.body = body
    }
}

package import CallDomain

/// Decides which deliveries are audited when: a value that takes deliveries and gives those whose time has come.
package struct AuditMachine: Sendable {
    private let share: Double
    private var waiting: [Candidate] = []
    /// How many could not be kept.
    package private(set) var dropped = 0

    /// The most deliveries that wait to be audited.
    package static let mostWaiting = 512
    /// How long after a delivery its call is read: Bolna's own answer must have caught up with its webhook; scaled.
    package static let delay: Duration = .seconds(60)

    /// A delivery to be audited.
    package struct Candidate: Hashable, Sendable {
        /// The account.
        package var account: AccountID
        /// The agent, where it is known.
        package var agent: AgentID?
        /// The gateway's id of the call.
        package var call: CallID
        /// What the delivery said.
        package var statement: Statement
        /// When its call is read.
        package var due: Timestamp
    }

    /// Audits this share of deliveries (`audit.share`).
    package init(share: Double) { self.share = share }

    /// A delivery was stored. Only those that are trusted enough to be believed are audited, and each once.
    package mutating func stored(_ observation: IncomingObservation, as observed: ObservedCall, delay: Duration) {
        let key = observation.key
        guard key.source == .webhook, key.standing == .applied, observed.decision.outcome != .duplicate,
            observation.statement.status != nil, Audit.chooses(key.digest, share: share)
        else { return }
        guard waiting.count < Self.mostWaiting else { return dropped += 1 }
        waiting.append(
            Candidate(
                account: observation.account, agent: observed.agent ?? observation.statement.agentID,
                call: observed.call, statement: observation.statement,
                due: observation.receivedAt.advanced(by: delay)))
    }

    /// The candidates whose time has come, oldest first, at most `limit`; they wait no longer.
    package mutating func take(at now: Timestamp, limit: Int) -> [Candidate] {
        let due = waiting.filter { $0.due <= now }.prefix(limit)
        for candidate in due {
            if let place = waiting.firstIndex(of: candidate) { waiting.remove(at: place) }
        }
        return Array(due)
    }
}

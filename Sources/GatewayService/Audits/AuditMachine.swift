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
    /// How long after an answer that it is not known a call is read again; scaled.
    package static let notFoundPause: Duration = .seconds(300)

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
        /// How often Bolna said that it does not know the call.
        package var notFound = 0
    }

    /// Audits this share of deliveries (`audit.share`).
    package init(share: Double) { self.share = share }

    /// A delivery was stored; false where it is to be audited, and as many wait as can. Only those that are trusted
    /// enough to be believed are audited, and each once.
    @discardableResult
    package mutating func stored(
        _ observation: IncomingObservation, as observed: ObservedCall, delay: Duration
    ) -> Bool {
        let key = observation.key
        guard key.source == .webhook, key.standing == .applied, observed.decision.outcome != .duplicate,
            observation.statement.status != nil, Audit.chooses(key.digest, share: share)
        else { return true }
        return wait(
            Candidate(
                account: observation.account, agent: observed.agent ?? observation.statement.agentID,
                call: observed.call, statement: observation.statement,
                due: observation.receivedAt.advanced(by: delay)))
    }

    /// Bolna does not know the candidate's call: it is asked again later, since its answers may lag. False where it said
    /// so often enough to be believed: 3 times over 10 minutes.
    package mutating func notFound(_ candidate: Candidate, at now: Timestamp, settings: ExpectationSettings) -> Bool {
        var candidate = candidate
        candidate.notFound += 1
        guard candidate.notFound < settings.notFoundCount else { return false }
        candidate.due = now.advanced(by: Self.notFoundPause.scaled(by: settings.scale))
        return wait(candidate)
    }

    private mutating func wait(_ candidate: Candidate) -> Bool {
        guard waiting.count < Self.mostWaiting else {
            dropped += 1
            return false
        }
        waiting.append(candidate)
        return true
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

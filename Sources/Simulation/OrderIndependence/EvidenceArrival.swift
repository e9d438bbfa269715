package import CallDomain

/// One thing that reaches the gateway about the call of an order check: an observation, and the read that brought it.
package struct EvidenceArrival: Sendable {
    /// What it is, in a few words, for messages.
    package var name: String
    /// The observation, at the time of this receipt.
    package var observation: Observation
    /// The read that brought it; nil for all but full reads.
    package var read: ReadRecord?

    /// The call that all arrivals are about.
    package static let execution = ExecutionID(rawValue: "call-of-the-order-check")

    /// Puts an arrival together. `bytes` stands for the body: arrivals with the same number have the same bytes.
    init(
        _ name: String, _ statement: Statement, bytes: UInt64, from source: Source = .webhook, trust: Trust = .signed,
        standing: Standing = .applied, sent: Int64? = nil, at second: Int64, withdraws: [ObservationKey] = []
    ) {
        self.name = name
        let key = ObservationKey(
            source: source, trust: trust, standing: standing, digest: ContentDigest(standingFor: bytes))
        let receivedAt = Timestamp(seconds: second)
        observation = Observation(key: key, receivedAt: receivedAt, statement: statement, withdraws: withdraws)
        read = sent.map {
            ReadRecord(sentAt: Timestamp(seconds: $0), receivedAt: receivedAt, observation: key)
        }
    }

    /// The same bytes from the same sender at another time; nil for a read, since each read is one of its own.
    func redelivered(after wait: Duration) -> EvidenceArrival? {
        guard read == nil else { return nil }
        var copy = self
        copy.observation.receivedAt = observation.receivedAt.advanced(by: wait)
        return copy
    }

    /// The arrival on its way into a store, about a call of any id.
    package func incoming(as execution: ExecutionID) -> IncomingObservation {
        var statement = observation.statement
        statement.executionID = execution
        return IncomingObservation(
            account: .default, key: observation.key, receivedAt: observation.receivedAt, sentAt: read?.sentAt,
            body: observation.key.digest.bytes, statement: statement, withdraws: observation.withdraws,
            profile: ScopeProfile(path: .healthy), proposedCallID: CallID(rawValue: execution.rawValue))
    }
}

extension Statement {
    /// A statement of an order check; times are seconds.
    static func of(
        _ status: CallStatus?, updated: Int64? = nil, retry: Int? = nil, policy: RetryPolicy? = nil,
        preCall: Bool = false, _ fields: [CallField: FieldValue] = [:]
    ) -> Statement {
        var set = FieldSet()
        for (field, value) in fields { set[field] = value }
        return Statement(
            executionID: EvidenceArrival.execution, status: status, updatedAt: updated.map(Timestamp.init(seconds:)),
            retryCount: retry, retryPolicy: policy, fields: set, looksPreCall: preCall)
    }
}

extension ContentDigest {
    /// A digest for bytes that a number stands for: no two alike, in an order that has nothing to do with the numbers'.
    init(standingFor number: UInt64) {
        let mixed = (number &+ 1) &* 0x9e37_79b9_7f4a_7c15
        self.init(words: (mixed ^ mixed >> 29, number, mixed, ~number))
    }
}

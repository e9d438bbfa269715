/// A statement that counts, with its place in the canonical order.
struct PlacedObservation {
    /// The observation.
    let observation: Observation
    /// Its status.
    let status: CallStatus
    /// Its place.
    let key: CanonicalKey
    /// When it was received last: a repeated read speaks anew each time; of all else the first receipt counts, since a
    /// sender's repetition says nothing new.
    let lastReceivedAt: Timestamp
    /// When it was read last; nil for all but full reads.
    let lastSentAt: Timestamp?

    /// As of when its status holds.
    var asOf: Timestamp { lastSentAt ?? observation.receivedAt }
}

/// Statements in their places, with what the counting of attempts has led to.
struct Placement {
    /// The statements in canonical order.
    var placed: [PlacedObservation]
    /// The counter after all dated statements.
    var counter: AttemptCounter
    /// The latest `updated_at`; nil where none was stated.
    var lastUpdatedAt: Timestamp?

    /// Places statements among each other; those without a status have no place.
    ///
    /// Places are found before reads withdraw anything: so what is withdrawn cannot move the reads that withdraw it.
    init(_ observations: [Observation], reads: ReadLog, retriesVoicemail: Bool) {
        counter = AttemptCounter(retriesVoicemail: retriesVoicemail)
        var known: [(attempt: Int, step: Int, updatedAt: Timestamp)] = []
        var attempts: [(observation: Observation, status: CallStatus, attempt: Int)] = []
        for observation in observations.sorted(by: { AttemptCounter.order($0.statement, $1.statement) }) {
            let statement = observation.statement
            guard let status = statement.status else { continue }
            let attempt: Int
            if let updatedAt = statement.updatedAt {
                attempt = counter.count(statement)
                lastUpdatedAt = updatedAt
            } else {
                attempt = AttemptCounter.stated(statement)
            }
            attempts.append((observation, status, attempt))
            if let step = status.step { known.append((attempt, step, statement.updatedAt ?? .distantPast)) }
        }
        placed = []
        for (observation, status, attempt) in attempts {
            let updatedAt = observation.statement.updatedAt ?? .distantPast
            let below = known.lazy.filter { $0.attempt == attempt && $0.updatedAt <= updatedAt }.map(\.step)
            let span = reads.span(of: observation.key)
            let lastReceivedAt = span?.lastReceivedAt ?? observation.receivedAt
            let key = CanonicalKey(
                attempt: attempt, step: status.step ?? (below.max() ?? -2) + 1,
                generation: reads.generation(at: lastReceivedAt), updatedAt: updatedAt, observation: observation.key)
            placed.append(
                PlacedObservation(
                    observation: observation, status: status, key: key, lastReceivedAt: lastReceivedAt,
                    lastSentAt: span?.lastSentAt))
        }
        placed.sort { $0.key < $1.key }
    }
}

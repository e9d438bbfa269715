/// What the gateway believes of one call: the fold of its evidence, with the winner of each field.
package struct CallState: Hashable, Sendable {
    /// Bolna's id of the call.
    package var executionID: ExecutionID
    /// The fields of the call as a whole.
    package var shared: WonFields
    /// The attempts, ordered by number; never empty. The last is the current one.
    package var attempts: [Attempt]
    /// The greatest canonical key that was folded.
    package var frontier: CanonicalKey
    /// What the incremental path needs to know of the evidence without reading it.
    package var context: FoldContext
    /// The contradictions that stand, in the order of their rules and keys.
    package var contradictions: [Contradiction]
    /// The observations that were withdrawn, ordered by key.
    package var withdrawn: [ObservationKey]

    /// Puts a state together; `attempts` must not be empty.
    package init(
        executionID: ExecutionID, shared: WonFields, attempts: [Attempt], frontier: CanonicalKey,
        context: FoldContext, contradictions: [Contradiction] = [], withdrawn: [ObservationKey] = []
    ) {
        precondition(!attempts.isEmpty, "a call has at least one attempt")
        self.executionID = executionID
        self.shared = shared
        self.attempts = attempts
        self.frontier = frontier
        self.context = context
        self.contradictions = contradictions
        self.withdrawn = withdrawn
    }

    /// The attempt that is under way, or the last one.
    package var current: Attempt { attempts[attempts.count - 1] }

    /// The status now.
    package var status: CallStatus { current.status }

    /// The value of a field now: of the call, or of the current attempt.
    package subscript(field: CallField) -> FieldValue? {
        field.belongsToCall ? shared.values[field] : current.fields.values[field]
    }

    /// The observation that gave a field its value.
    package func winner(of field: CallField) -> CanonicalKey? {
        field.belongsToCall ? shared.winners[field] : current.fields.winners[field]
    }
}

/// Values with the observation that gave each.
package struct WonFields: Hashable, Sendable {
    /// The values.
    package var values: FieldSet
    /// The canonical key of the observation that gave each value; exactly the fields of ``values``.
    package var winners: FieldWinners

    /// No fields, or these.
    package init(values: FieldSet = FieldSet(), winners: FieldWinners = FieldWinners()) {
        self.values = values
        self.winners = winners
    }
}

/// Which observation gave each field's value. A few give all of them, so each of their keys is kept once.
package struct FieldWinners: Hashable, Sendable {
    /// For each raw value of a field the place of its winner in ``keys``, from 1; 0 where it has none.
    private var places: [UInt16] = Self.noPlaces
    /// Distinct keys; those that win nothing any more go when there are too many.
    private var keys: [CanonicalKey] = []

    private static let noPlaces = [UInt16](
        repeating: 0, count: 1 + CallField.allCases.reduce(0) { max($0, $1.rawValue) })
    /// More keys than fields: as many can be of use at most.
    private static let mostKeys = 2 * noPlaces.count

    /// No winners.
    package init() {}

    /// The winner of a field; nil where it has none.
    package subscript(field: CallField) -> CanonicalKey? {
        get { key(at: field.rawValue) }
        set {
            guard let newValue else {
                places[field.rawValue] = 0
                return
            }
            places[field.rawValue] = UInt16(clamping: 1 + place(of: newValue))
        }
    }

    private func key(at place: Int) -> CanonicalKey? { places[place] == 0 ? nil : keys[Int(places[place]) - 1] }

    private mutating func place(of key: CanonicalKey) -> Int {
        if let place = keys.lastIndex(of: key) { return place }
        if keys.count >= Self.mostKeys { forgetLosers() }
        keys.append(key)
        return keys.count - 1
    }

    private mutating func forgetLosers() {
        let all = all
        (places, keys) = (Self.noPlaces, [])
        for (field, winner) in all { self[field] = winner }
    }

    /// The fields that have one, with it, in the order of their raw values.
    package var all: [(field: CallField, winner: CanonicalKey)] {
        CallField.allCases.compactMap { field in self[field].map { (field, $0) } }
    }

    /// Whether both give each field the same winner.
    package static func == (left: Self, right: Self) -> Bool {
        if left.places == right.places, left.keys == right.keys { return true }
        return left.places.indices.allSatisfy { left.key(at: $0) == right.key(at: $0) }
    }

    /// Feeds the winners of all fields.
    package func hash(into hasher: inout Hasher) {
        for place in places.indices { hasher.combine(key(at: place)) }
    }
}

/// One attempt at reaching the other side; Bolna's automatic retry starts the next one.
package struct Attempt: Hashable, Sendable {
    /// Its number, from 0. Numbers can have gaps where nothing of an attempt was heard.
    package var number: Int
    /// Its status.
    package var status: CallStatus
    /// The observation that gave the status.
    package var statusWinner: CanonicalKey
    /// When that observation was received, or, for a read, when it was last sent: the state holds as of then.
    package var statusAsOf: Timestamp
    /// Its fields.
    package var fields: WonFields
    /// The retry policy in force; nil where none was stated.
    package var retryPolicy: RetryPolicy?

    /// Puts an attempt together.
    package init(
        number: Int, status: CallStatus, statusWinner: CanonicalKey, statusAsOf: Timestamp,
        fields: WonFields = WonFields(), retryPolicy: RetryPolicy? = nil
    ) {
        self.number = number
        self.status = status
        self.statusWinner = statusWinner
        self.statusAsOf = statusAsOf
        self.fields = fields
        self.retryPolicy = retryPolicy
    }
}

/// What must be known of all evidence to fold one more observation in place, or to see that this is not possible.
package struct FoldContext: Hashable, Sendable {
    /// The number of distinct observations, hints included.
    package var observations: Int
    /// The number of full reads.
    package var reads: Int
    /// When the last full read was sent; nil without reads.
    package var lastReadSentAt: Timestamp?
    /// When the last full read was received; nil without reads.
    package var lastReadReceivedAt: Timestamp?
    /// The latest first receipt of an observation.
    package var lastReceivedAt: Timestamp
    /// The latest `updated_at` of an applied observation; nil where none stated one.
    package var lastUpdatedAt: Timestamp?
    /// The attempt that the evidence up to ``lastUpdatedAt`` leads to, by retryable finals and stated retry counts.
    package var countedAttempt: Int
    /// Whether a retryable final has been stated since the last waiting or dialling statement.
    package var hasOpenRetryableFinal: Bool
    /// Whether any statement carried a policy that retries voicemail.
    package var retriesVoicemail: Bool
    /// Whether an unknown status or a ruling is among the evidence: then every addition folds anew.
    package var mustRefold: Bool
    /// When the newest unverified hint was received that no full read sent later has cleared; nil without one.
    package var openHintAt: Timestamp?

    /// Puts a context together.
    package init(
        observations: Int, reads: Int, lastReadSentAt: Timestamp?, lastReadReceivedAt: Timestamp?,
        lastReceivedAt: Timestamp, lastUpdatedAt: Timestamp?, countedAttempt: Int, hasOpenRetryableFinal: Bool,
        retriesVoicemail: Bool, mustRefold: Bool, openHintAt: Timestamp?
    ) {
        self.observations = observations
        self.reads = reads
        self.lastReadSentAt = lastReadSentAt
        self.lastReadReceivedAt = lastReadReceivedAt
        self.lastReceivedAt = lastReceivedAt
        self.lastUpdatedAt = lastUpdatedAt
        self.countedAttempt = countedAttempt
        self.hasOpenRetryableFinal = hasOpenRetryableFinal
        self.retriesVoicemail = retriesVoicemail
        self.mustRefold = mustRefold
        self.openHintAt = openHintAt
    }
}

/// Where a statement about a call came from.
package enum Source: UInt8, Hashable, CaseIterable, Sendable {
    // Raw values are stored: append, never renumber.
    /// Bolna posted it.
    case webhook = 0
    /// The poller read it because an expectation was overdue.
    case poll = 1
    /// A person asked for it.
    case check = 2
    /// Read after a listing had found the call.
    case sweep = 3
    /// Bolna's answer to placing the call.
    case dial = 4
    /// Taken from another system's history.
    case `import` = 5
    /// A person's decision.
    case ruling = 6

    /// The word in JSON, logs and reports.
    package var word: String {
        switch self {
        case .webhook: "webhook"
        case .poll: "poll"
        case .check: "check"
        case .sweep: "sweep"
        case .dial: "dial"
        case .import: "import"
        case .ruling: "ruling"
        }
    }

    /// Whether it is a full read of the call by us: such reads form generations and may withdraw other statements.
    package var isFullRead: Bool {
        switch self {
        case .poll, .check, .sweep: true
        case .webhook, .dial, .import, .ruling: false
        }
    }
}

/// How sure the gateway is of a statement's sender, least first.
package enum Trust: UInt8, Hashable, Comparable, CaseIterable, Sendable {
    // Raw values are stored and ordered: leave room, never renumber.
    /// Nothing speaks for the sender.
    case none = 0
    /// Only the source address.
    case addressed = 10
    /// An HMAC-derived token in the URL or a header; imports.
    case authenticated = 20
    /// An HMAC over the body.
    case signed = 30
    /// A read by the gateway itself, over verified TLS, with the account's token; and rulings.
    case authoritative = 40

    /// The word in JSON, logs and reports.
    package var word: String {
        switch self {
        case .none: "none"
        case .addressed: "addressed"
        case .authenticated: "authenticated"
        case .signed: "signed"
        case .authoritative: "authoritative"
        }
    }

    /// Less sure first.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What a statement may do, by the account's policy for its trust.
package enum Standing: UInt8, Hashable, CaseIterable, Sendable {
    // Raw values are stored: append, never renumber.
    /// It is folded into the call.
    case applied = 0
    /// It is kept beside the call as unverified and asks for a read; it is never folded.
    case hint = 1
}

/// What makes two receipts one observation: identical bytes from one source at one trust and standing.
package struct ObservationKey: Hashable, Comparable, Sendable {
    /// Where it came from.
    package let source: Source
    /// How sure its sender is.
    package let trust: Trust
    /// What it may do.
    package let standing: Standing
    /// The SHA-256 of its bytes.
    package let digest: ContentDigest

    /// Puts a key together.
    package init(source: Source, trust: Trust, standing: Standing, digest: ContentDigest) {
        self.source = source
        self.trust = trust
        self.standing = standing
        self.digest = digest
    }

    /// By trust, then digest, then source and standing: the tail of the canonical order.
    package static func < (left: Self, right: Self) -> Bool {
        (left.trust, left.digest, left.source.rawValue, left.standing.rawValue)
            < (right.trust, right.digest, right.source.rawValue, right.standing.rawValue)
    }
}

/// One statement about one call at one time, from one source.
package struct Observation: Hashable, Sendable {
    /// What makes it itself.
    package var key: ObservationKey
    /// Its first receipt.
    package var receivedAt: Timestamp
    /// What it says.
    package var statement: Statement
    /// The observations it withdraws; empty unless it is a ruling.
    package var withdraws: [ObservationKey]

    /// Puts an observation together.
    package init(
        key: ObservationKey, receivedAt: Timestamp, statement: Statement, withdraws: [ObservationKey] = []
    ) {
        self.key = key
        self.receivedAt = receivedAt
        self.statement = statement
        self.withdraws = withdraws
    }
}

/// One full authoritative read of a call. Reads with identical answers are one observation, but each is a read of its
/// own: it forms a generation, and two of them may withdraw what they contradict.
package struct ReadRecord: Hashable, Sendable {
    /// When the request was sent.
    package var sentAt: Timestamp
    /// When the answer had been received.
    package var receivedAt: Timestamp
    /// The observation it made or repeated.
    package var observation: ObservationKey

    /// Puts a record together.
    package init(sentAt: Timestamp, receivedAt: Timestamp, observation: ObservationKey) {
        self.sentAt = sentAt
        self.receivedAt = receivedAt
        self.observation = observation
    }
}

/// All that is known about one call: what reconciliation is a function of. Order means nothing here.
package struct Evidence: Hashable, Sendable {
    /// The distinct observations, hints included.
    package var observations: [Observation]
    /// Every full authoritative read, also those whose answer repeated an earlier one.
    package var reads: [ReadRecord]

    /// The most distinct observations of one call that are folded; further ones go to quarantine.
    package static let mostObservations = 500
    /// The most of them that anything but a full read of ours may use up: what others send must not keep the gateway
    /// from learning the truth.
    package static let mostBeforeReads = 400
    /// The most of them that reads of a call under way may use up: a read must always be able to tell its end.
    package static let mostBeforeFinals = 450
    /// The number of full reads of a call after which it is read no more often than each
    /// ``ExpectationSettings/longestStep``, and checked by persons no more often than each
    /// ``ExpectationSettings/hintInterval``.
    package static let mostEagerReads = 1_000
    /// The most distinct hints among them: strangers may send these, and must not use up the room of what counts.
    package static let mostHints = 100

    /// Puts evidence together.
    package init(observations: [Observation] = [], reads: [ReadRecord] = []) {
        self.observations = observations
        self.reads = reads
    }
}

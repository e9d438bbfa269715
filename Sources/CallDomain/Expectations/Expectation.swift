/// What must be heard next about a call.
package struct Expectation: Hashable, Sendable {
    /// What must come.
    package var what: Expected
    /// Which path should bring it.
    package var path: Path
    /// When the state that expects it was reached.
    package var since: Timestamp
    /// When the next read is due.
    package var due: Timestamp
    /// When what must come is late: the first ``due``, unless a look is made before it, for a priority or because the
    /// time lies far ahead.
    package var deadline: Timestamp
    /// When waiting ends in ``ExpectationLedger/Outcome/abandoned``, ``…/missing`` or ``…/attemptOver``.
    package var endsAt: Timestamp
    /// Whether a read is only a look, since silence here proves nothing: it never counts as a missed webhook.
    package var isProbe: Bool
    /// The row of the table of expectations that made it.
    package var why: ExpectationRule
    /// How many reads have been made for it.
    package var looks: Int
    /// What ``deadline`` was learned from; nil where it is the table's.
    package var learned: LearnedDeadline?
    /// Whether reads come earlier than usual: a priority was given at dialling, or somebody is looking at the call.
    package var isHastened: Bool

    /// Which path should bring what is expected.
    package enum Path: UInt8, Hashable, Sendable {
        /// Bolna's webhook; a read only when it is overdue.
        case webhook = 0
        /// A read: the webhook is not sent, or not trusted to come.
        case poll = 1
    }

    /// Puts an expectation together.
    package init(
        what: Expected, path: Path, since: Timestamp, due: Timestamp, endsAt: Timestamp, isProbe: Bool,
        why: ExpectationRule, looks: Int = 0, deadline: Timestamp? = nil, learned: LearnedDeadline? = nil,
        isHastened: Bool = false
    ) {
        self.what = what
        self.path = path
        self.since = since
        self.due = due
        self.endsAt = endsAt
        self.isProbe = isProbe
        self.why = why
        self.looks = looks
        self.deadline = deadline ?? due
        self.learned = learned
        self.isHastened = isHastened
    }
}

/// What can be expected.
package enum Expected: UInt8, Hashable, CaseIterable, Sendable {
    // Raw values are stored: append, never renumber.
    /// The call is dialled.
    case initiated = 0
    /// The call is queued or dialled.
    case queuedOrInitiated = 1
    /// The other side rings.
    case ringing = 2
    /// Somebody answers, or the attempt ends.
    case answerOrFinal = 3
    /// The talk ends.
    case callDisconnected = 4
    /// Processing ends.
    case completed = 5
    /// Recording, transcript, extraction, final cost.
    case artefacts = 6
    /// The automatic retry is scheduled.
    case retry = 7
    /// Anything: the status is not known.
    case anything = 8
    /// Bolna's word on an unverified hint.
    case verification = 9
    /// A second full read, to settle a contradiction.
    case settlement = 10

    /// The word in JSON and reports.
    package var word: String {
        switch self {
        case .initiated: "initiated"
        case .queuedOrInitiated: "queued or initiated"
        case .ringing: "ringing"
        case .answerOrFinal: "in-progress or final"
        case .callDisconnected: "call-disconnected"
        case .completed: "completed"
        case .artefacts: "recording, transcript, extraction or final cost"
        case .retry: "scheduled"
        case .anything: "any change"
        case .verification: "verification"
        case .settlement: "settlement"
        }
    }
}

/// The rows of the table of expectations, by the stable ids under which reports and explanations name them.
package enum ExpectationRule: String, Hashable, CaseIterable, Sendable {
    /// Queued or prepared.
    case queued = "queued"
    /// Scheduled or rescheduled.
    case scheduled = "scheduled"
    /// Initiated.
    case initiated = "initiated"
    /// Ringing.
    case ringing = "ringing"
    /// In progress.
    case talking = "talking"
    /// Call disconnected.
    case ended = "ended"
    /// Completed, an artefact is missing.
    case artefacts = "artefacts"
    /// A retryable final with retries left.
    case retry = "retry"
    /// Unknown status.
    case unknown = "unknown-status"
    /// The scope's webhooks are unproven or degraded: read at the predecessor's pace.
    case pace = "path-pace"
    /// An unverified hint asks for a read.
    case hint = "hint"
    /// A contradiction asks for a read.
    case contradiction = "contradiction"
}

/// What the gateway remembers of a call's expectations: stored with the call, recomputed at each change.
package struct ExpectationLedger: Hashable, Sendable {
    /// The open expectation; nil where nothing is expected.
    package var open: Expectation?
    /// How waiting ended last; nil while it has not.
    package var outcome: Outcome?
    /// The position and status the ledger was made for: another one starts a new expectation.
    package var position: Position?
    /// The status the ledger was made for.
    package var status: CallStatus?
    /// Reads that failed in a row, for back-off.
    package var failures: Int
    /// 404 answers in a row, and when the first of them came.
    package var notFound: Int
    /// When the first of ``notFound`` came.
    package var notFoundSince: Timestamp?
    /// When the call was last read in full, whoever asked.
    package var lastReadAt: Timestamp?
    /// What follows the call's end; nil before it is completed, and where nobody talked.
    package var artefacts: ArtefactLedger?
    /// Whether a priority was given when the call was placed: its reads come earlier.
    package var isPriority: Bool

    /// The named ends of waiting.
    package enum Outcome: UInt8, Hashable, CaseIterable, Sendable {
        // Raw values are stored: append, never renumber.
        /// Nothing more is expected: the call is done.
        case settled = 0
        /// Nothing was heard for too long; a field beside Bolna's last status, never a status.
        case abandoned = 1
        /// Artefacts that were expected did not come.
        case missing = 2
        /// Artefacts that were looked for are not provided.
        case notProvided = 3
        /// The retry that was announced did not come.
        case attemptOver = 4
        /// Bolna answered 404 at least 3 times over at least 10 min.
        case unknownToBolna = 5
        /// Bolna's statements contradict each other, and no read settled it in time: what stands goes on to stand.
        case disputed = 6

        /// The word in JSON and reports.
        package var word: String {
            switch self {
            case .settled: "settled"
            case .abandoned: "abandoned"
            case .missing: "missing"
            case .notProvided: "not provided"
            case .attemptOver: "attempt over"
            case .unknownToBolna: "unknown to Bolna"
            case .disputed: "disputed"
            }
        }
    }

    /// Whether waiting has ended although nobody had looked: the last attempts to look had failed.
    package var hasEndedUnseen: Bool { open == nil && failures > 0 && outcome != nil && outcome != .unknownToBolna }

    /// An empty ledger.
    package init() {
        failures = 0
        notFound = 0
        isPriority = false
    }
}

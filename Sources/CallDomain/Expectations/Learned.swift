/// A deadline learned from the webhooks of one agent: how long its calls took from one status to the next.
package struct LearnedDeadline: Hashable, Sendable {
    /// So many of a thousand gaps took at most ``within``.
    package var perMille: Int
    /// The time that held for them, as measured.
    package var within: Duration
    /// How many gaps it was learned from.
    package var samples: Int

    /// So many gaps are needed before a deadline is used.
    package static let leastSamples = 50

    /// How long is waited before a read, where the table's deadline is `standard`: between half and four times that.
    ///
    /// One gap in a hundred is by definition longer than 99 % are, most of them by little: so a quarter longer than
    /// ``within``, but for that never beyond the table's own deadline, lest what was lost show later than unlearned.
    package func wait(standard: Duration) -> Duration {
        let patient = max(within, min(within + within / 4, standard))
        return min(max(patient, standard / 2), standard * 4)
    }

    /// Puts a deadline together.
    package init(perMille: Int, within: Duration, samples: Int) {
        self.perMille = perMille
        self.within = within
        self.samples = samples
    }

    /// Which share of the gaps from a step the deadline has to cover, per mille; nil where none is learned.
    ///
    /// Talks and processing spread widely, so the highest percent is left out: waiting for it would cost minutes.
    /// Dialling and ringing are short and alike, so waiting for the slowest but five in a thousand costs seconds. A
    /// queued call waits for a free line: its looks are probes, and need only be rare.
    package static func perMille(fromStep step: Int) -> Int? {
        switch step {
        case CallStatus.queued.step: 950
        case CallStatus.initiated.step, CallStatus.ringing.step: 995
        case CallStatus.inProgress.step, CallStatus.callDisconnected.step: 990
        default: nil
        }
    }
}

/// What is known of one artefact from an agent's last calls that somebody talked in.
package struct ArtefactHistory: Hashable, Sendable {
    /// How many of the last calls are known to have it or not, at most ``mostCalls``.
    package var calls: Int
    /// On how many of them it came.
    package var arrived: Int
    /// Within which time after the final status ``perMille`` of those that came were there; nil without samples.
    package var within: Duration?
    /// How many arrivals ``within`` was learned from.
    package var samples: Int

    /// So many of the last calls are remembered.
    package static let mostCalls = 20
    /// The share of arrivals that ``within`` covers.
    package static let perMille = 800

    /// Puts a history together.
    package init(calls: Int, arrived: Int, within: Duration? = nil, samples: Int = 0) {
        self.calls = calls
        self.arrived = arrived
        self.within = within
        self.samples = samples
    }
}

/// What is learned of an agent and kept over restarts: one record each.
package enum LearnedTopic: UInt8, Hashable, Comparable, CaseIterable, Sendable {
    // Raw values are stored: append, never renumber. Those of gaps are the steps they start from.
    /// From queued to initiated.
    case queued = 0
    /// From initiated to ringing.
    case initiated = 2
    /// From ringing to an answer or a final status.
    case ringing = 4
    /// From in-progress to call-disconnected.
    case talking = 6
    /// From call-disconnected to completed.
    case ended = 8
    /// Whether and when recordings come.
    case recording = 100
    /// Whether and when transcripts come.
    case transcript = 101
    /// Whether and when extractions come.
    case extraction = 102
    /// Whether and when final costs come.
    case finalCost = 103

    /// The gap that starts from a step; nil where none is learned.
    package init?(step: Int) {
        guard LearnedDeadline.perMille(fromStep: step) != nil, let raw = UInt8(exactly: step) else { return nil }
        self.init(rawValue: raw)
    }

    /// The topic of an artefact.
    package init(_ artefact: Artefact) {
        switch artefact {
        case .recording: self = .recording
        case .transcript: self = .transcript
        case .extraction: self = .extraction
        case .finalCost: self = .finalCost
        }
    }

    /// By raw value.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

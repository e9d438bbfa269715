/// What follows the end of a call that somebody talked in; each has a state of its own.
package enum Artefact: UInt8, Hashable, CaseIterable, Sendable {
    // Raw values are stored: append, never renumber.
    /// The recording's address.
    case recording = 0
    /// What was said.
    case transcript = 1
    /// What Bolna extracted from it, where the agent is set up for that.
    case extraction = 2
    /// The cost as stated with the final status: before it, shares of network and platform are missing.
    case finalCost = 3

    /// The word in JSON, reports and explanations.
    package var word: String {
        switch self {
        case .recording: "recording"
        case .transcript: "transcript"
        case .extraction: "extraction"
        case .finalCost: "final cost"
        }
    }

    /// Whether an agent that was never seen to give it is taken to have it all the same. An extraction comes only where
    /// the agent is set up for it (docs: guides/post-call, seen August 2026), so its absence says nothing.
    var isUsual: Bool { self != .extraction }
}

/// How one artefact of a call stands.
package struct ArtefactWait: Hashable, Sendable {
    /// Which one.
    package var artefact: Artefact
    /// How it stands.
    package var state: State
    /// Whether it is counted on, so that its absence after a day is a fault; else it is looked for twice.
    package var isSure: Bool
    /// When it is looked for next; nil unless it is expected.
    package var due: Timestamp?
    /// When waiting for it ends.
    package var endsAt: Timestamp
    /// When it arrived, or was given up; nil before, and where it never was to be expected.
    package var endedAt: Timestamp?
    /// How many reads have looked for it.
    package var looks: Int
    /// What was known of the agent's earlier calls when waiting began; nil without any.
    package var history: ArtefactHistory?

    /// The states of an artefact.
    package enum State: UInt8, Hashable, CaseIterable, Sendable {
        // Raw values are stored: append, never renumber.
        /// It may still come.
        case expected = 0
        /// It is there.
        case arrived = 1
        /// It is taken not to be provided for this agent's calls.
        case notProvided = 2
        /// It was counted on and did not come.
        case missing = 3

        /// The word in JSON, reports and explanations.
        package var word: String {
            switch self {
            case .expected: "expected"
            case .arrived: "arrived"
            case .notProvided: "not provided"
            case .missing: "missing"
            }
        }
    }

    /// Puts a state together.
    package init(
        artefact: Artefact, state: State, isSure: Bool, due: Timestamp? = nil, endsAt: Timestamp,
        endedAt: Timestamp? = nil, looks: Int = 0, history: ArtefactHistory? = nil
    ) {
        self.artefact = artefact
        self.state = state
        self.isSure = isSure
        self.due = due
        self.endsAt = endsAt
        self.endedAt = endedAt
        self.looks = looks
        self.history = history
    }

    /// Whether it was given up after this time; nil is before all times.
    func isGivenUp(after time: Timestamp?) -> Bool {
        guard state == .missing || state == .notProvided, let endedAt else { return false }
        return endedAt > time ?? .distantPast
    }

    /// Ends the wait without it.
    mutating func giveUp(at now: Timestamp) {
        state = isSure ? .missing : .notProvided
        due = nil
        endedAt = now
    }
}

/// The artefacts of a call that somebody talked in, once it is completed.
package struct ArtefactLedger: Hashable, Sendable {
    /// When the call was known to be completed.
    package var since: Timestamp
    /// One for each artefact, in their order.
    package var waits: [ArtefactWait]

    /// Puts a ledger together.
    package init(since: Timestamp, waits: [ArtefactWait]) {
        self.since = since
        self.waits = waits
    }

    /// How one of them stands.
    package subscript(artefact: Artefact) -> ArtefactWait? { waits.first { $0.artefact == artefact } }

    /// Those that may still come.
    var pending: [ArtefactWait] { waits.filter { $0.state == .expected } }

    /// How waiting for all of them ended, once none is pending.
    var outcome: ExpectationLedger.Outcome {
        if waits.contains(where: { $0.state == .missing }) { return .missing }
        return waits.contains { $0.state == .notProvided && $0.looks > 0 } ? .notProvided : .settled
    }

    /// Changes those that may still come.
    mutating func updatePending(_ body: (inout ArtefactWait) -> Void) {
        for index in waits.indices where waits[index].state == .expected { body(&waits[index]) }
    }
}

extension CallState {
    /// Whether an artefact is there.
    package func has(_ artefact: Artefact) -> Bool {
        switch artefact {
        case .recording: return self[.recordingURL] != nil
        case .transcript: return self[.transcript] != nil
        case .extraction: return self[.extractedData] != nil || self[.agentExtraction] != nil
        case .finalCost:
            guard case .number(let cost)? = self[.totalCost], cost > 0 else { return false }
            return winner(of: .totalCost)?.step == CallStatus.completed.step
        }
    }

    /// Whether somebody talked, as far as is known.
    var hasTalk: Bool {
        guard case .number(let seconds)? = self[.conversationDuration] ?? self[.telephonyDuration] else { return false }
        return seconds > 0
    }
}

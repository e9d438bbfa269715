/// How one call would differ under another policy.
package struct CallComparison: Sendable {
    /// The call.
    package var call: CallID
    /// Bolna's id of it.
    package var execution: ExecutionID
    /// The agent, where it is known.
    package var agent: AgentID?
    /// What would be believed differently, the call as a whole first, then attempt by attempt.
    package var differences: [CallDifference]
    /// The deliveries that would be taken differently, in the order of the journal.
    package var standings: [StandingDifference]
    /// The reads that would be made, under both policies.
    package var reads: ReadComparison

    /// Puts a comparison together.
    package init(
        call: CallID, execution: ExecutionID, agent: AgentID?, differences: [CallDifference],
        standings: [StandingDifference], reads: ReadComparison
    ) {
        self.call = call
        self.execution = execution
        self.agent = agent
        self.differences = differences
        self.standings = standings
        self.reads = reads
    }

    /// Whether the call itself would be another one.
    package var differs: Bool { !differences.isEmpty }
}

/// One thing that would be believed differently of a call.
package struct CallDifference: Hashable, Sendable {
    /// What it is about.
    package var what: What
    /// What is believed under the present policy; nil is nothing.
    package var before: FieldValue?
    /// What would be believed; nil is nothing.
    package var after: FieldValue?

    /// What two policies can differ in.
    package enum What: Hashable, Sendable {
        /// Whether anything is believed, so that clients see the call: a flag.
        case isKnown
        /// The status of an attempt, text.
        case status(attempt: Int)
        /// A field; the attempt is nil for one of the call as a whole.
        case field(CallField, attempt: Int?)
        /// Whether an unverified hint asks for a read: a flag.
        case hasOpenHint
        /// How many contradictions stand, a number.
        case contradictions
    }

    /// Puts a difference together.
    package init(what: What, before: FieldValue?, after: FieldValue?) {
        self.what = what
        self.before = before
        self.after = after
    }

    /// The name in JSON and tables.
    package var name: String {
        switch what {
        case .isKnown: "known"
        case .status(let attempt): attempt == 0 ? "status" : "attempt \(attempt): status"
        case .field(let field, let attempt):
            (attempt ?? 0) == 0 ? field.name : "attempt \(attempt ?? 0): \(field.name)"
        case .hasOpenHint: "unverified hint"
        case .contradictions: "contradictions"
        }
    }
}

/// A delivery that another policy would take differently.
package struct StandingDifference: Hashable, Sendable {
    /// Its place in the journal.
    package var position: Int64
    /// The trust in its sender.
    package var trust: Trust
    /// What it may do now; nil where it is refused.
    package var before: Standing?
    /// What it could do then; nil where it would be refused.
    package var after: Standing?

    /// Puts a difference together.
    package init(position: Int64, trust: Trust, before: Standing?, after: Standing?) {
        self.position = position
        self.trust = trust
        self.before = before
        self.after = after
    }
}

/// The reads of one call under two policies.
package struct ReadComparison: Hashable, Sendable {
    /// The poller's reads that were made, by the journal.
    package var recorded: Int
    /// The reads that the present policy would make.
    package var present: [SimulatedRead]
    /// The reads that the other policy would make.
    package var given: [SimulatedRead]
    /// Those of the other policy that the present one would not make.
    package var added: [SimulatedRead]
    /// Those of the present policy that the other one would not make.
    package var dropped: [SimulatedRead]
    /// Whether a call had so many reads that they were not followed to the end.
    package var isCut: Bool

    /// Compares two schedules: reads of both that lie within the tolerance of each other are the same read.
    package init(
        recorded: Int, present: [SimulatedRead], given: [SimulatedRead], tolerance: Duration, isCut: Bool
    ) {
        self.recorded = recorded
        self.present = present
        self.given = given
        self.isCut = isCut
        added = []
        dropped = []
        var rest = present[...]
        for read in given {
            while let first = rest.first, read.at.duration(since: first.at) > tolerance {
                dropped.append(first)
                rest.removeFirst()
            }
            if let first = rest.first, first.at.duration(since: read.at) <= tolerance {
                rest.removeFirst()
            } else {
                added.append(read)
            }
        }
        dropped += rest
    }

    /// Whether the schedules differ.
    package var differs: Bool { !added.isEmpty || !dropped.isEmpty }
    /// The reads of the present policy that would tell of a missed webhook.
    package var presentMissed: Int { present.count(where: \.isMissedWebhook) }
    /// The reads of the other policy that would tell of a missed webhook.
    package var givenMissed: Int { given.count(where: \.isMissedWebhook) }
}

/// A read that a policy would make.
package struct SimulatedRead: Hashable, Sendable {
    /// When it would be sent.
    package var at: Timestamp
    /// Which expectation asks for it.
    package var why: ExpectationRule
    /// Whether it first tells a change whose webhook had been due.
    package var isMissedWebhook: Bool

    /// Puts a read together.
    package init(at: Timestamp, why: ExpectationRule, isMissedWebhook: Bool = false) {
        self.at = at
        self.why = why
        self.isMissedWebhook = isMissedWebhook
    }
}

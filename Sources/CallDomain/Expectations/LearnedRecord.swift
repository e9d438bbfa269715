/// What was learned of one topic of one agent, as stores keep it.
package struct LearnedRecord: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// The agent; nil for calls whose agent is not known.
    package var agent: AgentID?
    /// The topic.
    package var topic: LearnedTopic
    /// The bytes of a ``LearnedSamples``.
    package var bytes: [UInt8]
    /// When it was taken.
    package var at: Timestamp

    /// Puts a record together.
    package init(account: AccountID, agent: AgentID?, topic: LearnedTopic, bytes: [UInt8], at: Timestamp) {
        self.account = account
        self.agent = agent
        self.topic = topic
        self.bytes = bytes
        self.at = at
    }
}

/// The samples behind a learned deadline, or behind an artefact's history: two batches, so that the past does not rule
/// for ever. When the newer batch is full or old it becomes the older one, and what was older is forgotten.
package struct LearnedSamples: Hashable, Sendable {
    /// The newer batch.
    package var newer: Batch
    /// The older batch.
    package var older: Batch
    /// For an artefact, whether each of the last calls had it, oldest first; empty for gaps.
    package var calls: [Call]

    /// A batch is full with so many samples.
    package static let mostInBatch = 500
    /// A batch is old after this time.
    package static let longestBatch = Duration.seconds(14 * 86_400)

    /// One batch.
    package struct Batch: Hashable, Sendable {
        /// When it was begun.
        package var since: Timestamp
        /// How often each length came, in milliseconds, ordered by length.
        package var counts: [Count]

        /// Puts a batch together.
        package init(since: Timestamp, counts: [Count] = []) {
            self.since = since
            self.counts = counts
        }
    }

    /// How often a length came.
    package struct Count: Hashable, Sendable {
        /// The length in milliseconds.
        package var milliseconds: Int
        /// How often.
        package var count: Int

        /// Puts a count together.
        package init(milliseconds: Int, count: Int) {
            self.milliseconds = milliseconds
            self.count = count
        }
    }

    /// One of the last calls.
    package struct Call: Hashable, Sendable {
        /// When it was known whether it has the artefact.
        package var at: Timestamp
        /// Whether it has it.
        package var hasArrived: Bool

        /// Puts a call together.
        package init(at: Timestamp, hasArrived: Bool) {
            self.at = at
            self.hasArrived = hasArrived
        }
    }

    /// Puts samples together.
    package init(newer: Batch, older: Batch, calls: [Call] = []) {
        self.newer = newer
        self.older = older
        self.calls = calls
    }
}

/// A call with all that explains it, as one snapshot of the store shows it.
package struct CallDossier: Sendable {
    /// The call as clients see it: folded anew where other rules made what is stored.
    package var record: CallRecord
    /// The call exactly as it is stored.
    package var stored: StoredForm
    /// The rules by which the store reconciles.
    package var reconciler: Reconciler
    /// The journal's rows in commit order, without bodies.
    package var rows: [JournalRow]
    /// Every full read, in the order in which they were sent.
    package var reads: [JournalRead]
    /// Every contradiction there ever was, in their order.
    package var contradictions: [JournalContradiction]

    /// Puts a dossier together.
    package init(
        record: CallRecord, stored: StoredForm, reconciler: Reconciler, rows: [JournalRow], reads: [JournalRead],
        contradictions: [JournalContradiction]
    ) {
        self.record = record
        self.stored = stored
        self.reconciler = reconciler
        self.rows = rows
        self.reads = reads
        self.contradictions = contradictions
    }

    /// What reconciliation is a function of.
    package var evidence: Evidence {
        Evidence(observations: rows.map(\.observation), reads: reads.map(\.read))
    }
}

/// What is stored of a call, before anything is made of it: the form and the columns that lists and reports go by.
package struct StoredForm: Hashable, Sendable {
    /// The edition of the rules that made it, see ``Reconciler/edition``.
    package var edition: Int64
    /// The stored state.
    package var state: State
    /// The status by which lists find the call, as a word.
    package var status: String?
    /// The agent by which lists find it.
    package var agent: AgentID?
    /// The time by which lists are ordered.
    package var createdAt: Timestamp
    /// When the gateway first heard of the call.
    package var firstHeardAt: Timestamp
    /// Whether lists count it among those with a recording.
    package var hasRecording: Bool
    /// How many distinct observations there are.
    package var observations: Int
    /// The newest unverified hint's status, as a word.
    package var unverified: String?

    /// A stored state.
    package enum State: Hashable, Sendable {
        /// None is stored, since only hints are known.
        case none
        /// This one.
        case state(CallState)
        /// Bytes that cannot be read.
        case unreadable
    }

    /// Puts a stored form together.
    package init(
        edition: Int64, state: State, status: String?, agent: AgentID?, createdAt: Timestamp, firstHeardAt: Timestamp,
        hasRecording: Bool, observations: Int, unverified: String?
    ) {
        self.edition = edition
        self.state = state
        self.status = status
        self.agent = agent
        self.createdAt = createdAt
        self.firstHeardAt = firstHeardAt
        self.hasRecording = hasRecording
        self.observations = observations
        self.unverified = unverified
    }
}

/// A full read with what it led to when it came.
package struct JournalRead: Hashable, Sendable {
    /// The read.
    package var read: ReadRecord
    /// What was done with it.
    package var outcome: Decision.Outcome
    /// The status after it, where it changed.
    package var statusAfter: CallStatus?

    /// Puts a read together.
    package init(read: ReadRecord, outcome: Decision.Outcome, statusAfter: CallStatus?) {
        self.read = read
        self.outcome = outcome
        self.statusAfter = statusAfter
    }
}

/// A contradiction with when it ended.
package struct JournalContradiction: Hashable, Sendable {
    /// The disagreement.
    package var contradiction: Contradiction
    /// When it ended; nil while it stands.
    package var settledAt: Timestamp?

    /// Puts a contradiction together.
    package init(contradiction: Contradiction, settledAt: Timestamp?) {
        self.contradiction = contradiction
        self.settledAt = settledAt
    }
}

/// A bounded part of a call's journal, with bodies where they were asked for.
package struct JournalPage: Sendable {
    /// The rows in commit order.
    package var rows: [JournalRow]
    /// The position after which to go on; nil on the last page.
    package var next: Int64?
    /// The newest full reads, in the order in which they were sent, at most ``mostReads``.
    package var reads: [ReadRecord]
    /// How many reads there are in all.
    package var readsInAll: Int

    /// The most rows of one page.
    package static let mostRows = 200
    /// A page ends before its bodies exceed this many bytes, unless its first one does by itself.
    package static let mostBodyBytes = 4 << 20
    /// The most reads of one page.
    package static let mostReads = 500

    /// Puts a page together.
    package init(rows: [JournalRow], next: Int64?, reads: [ReadRecord], readsInAll: Int) {
        self.rows = rows
        self.next = next
        self.reads = reads
        self.readsInAll = readsInAll
    }
}

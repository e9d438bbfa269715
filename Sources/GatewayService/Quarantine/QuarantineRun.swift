package import CallDomain

/// What is to be done with entries of a quarantine.
package struct QuarantineRequest: Hashable, Sendable {
    /// Which entries; settled ones are passed over.
    package var query: QuarantineQuery
    /// What to do with each.
    package var action: Action
    /// Whether only to tell what would be done; changes nothing.
    package var isDryRun: Bool
    /// Where an earlier page of the same run ended; nil begins a run.
    package var cursor: Cursor?
    /// The most entries of this page.
    package var limit: Int

    /// What can be done with an entry.
    package enum Action: Hashable, Sendable {
        /// Read it again and store what it says. Where agents are accepted, an entry may name another agent than the one
        /// of its address or token: a person vouches for it.
        case replay(acceptsAgent: Bool)
        /// End it without using it.
        case discard
    }

    /// A place in a run over many pages: entries that come in while it is under way are none of its own.
    package struct Cursor: Hashable, Sendable {
        /// The last entry that was looked at.
        package var after: Int64
        /// The last entry of the run.
        package var through: Int64

        /// Puts a cursor together.
        package init(after: Int64, through: Int64) {
            self.after = after
            self.through = through
        }

        /// The text that clients see and give back.
        package var text: String { "\(after)-\(through)" }

        /// Reads a client's text; nil where it is none of ours.
        package init?(text: String) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
            guard text.utf8.count <= 40, parts.count == 2, let after = parts[0], let through = parts[1], after >= 0,
                through >= after
            else { return nil }
            self.init(after: after, through: through)
        }
    }

    /// Puts a request together.
    package init(
        query: QuarantineQuery, action: Action, isDryRun: Bool = false, cursor: Cursor? = nil,
        limit: Int = QuarantineBounds.mostPerRequest
    ) {
        self.query = query
        self.action = action
        self.isDryRun = isDryRun
        self.cursor = cursor
        self.limit = limit
    }
}

/// One page of a run over a quarantine.
package struct QuarantineRun: Sendable {
    /// The open entries that are meant, from this page on, before anything was done with it.
    package var matching: QuarantineCounts
    /// What became, or would become, of the entries of this page.
    package var results: [QuarantineResult]
    /// Where to go on; nil where nothing is left.
    package var next: QuarantineRequest.Cursor?

    /// Puts a page together.
    package init(matching: QuarantineCounts, results: [QuarantineResult], next: QuarantineRequest.Cursor?) {
        self.matching = matching
        self.results = results
        self.next = next
    }
}

/// What became, or would become, of one entry.
package struct QuarantineResult: Sendable {
    /// The entry as it was, without its body.
    package var record: QuarantineRecord
    /// What became of it.
    package var verdict: QuarantineVerdict

    /// Puts a result together.
    package init(record: QuarantineRecord, verdict: QuarantineVerdict) {
        self.record = record
        self.verdict = verdict
    }
}

/// What becomes of an entry that is tried.
package enum QuarantineVerdict: Sendable {
    /// All of it is in the journal, and the entry is settled.
    case usable([StatementVerdict])
    /// It, or a part of it, still cannot be used, for this reason; the statements that can be are in the journal.
    case unusable(QuarantineReason, detail: String, [StatementVerdict])
    /// It is settled without having been used.
    case discarded
    /// It had been settled meanwhile.
    case settledBefore(QuarantineSettlement)

    /// The word in JSON and tables.
    package var word: String {
        switch self {
        case .usable: "stored"
        case .unusable: "unusable"
        case .discarded: "discarded"
        case .settledBefore: "settled before"
        }
    }

    /// The statements that are, or would be, in the journal.
    package var statements: [StatementVerdict] {
        switch self {
        case .usable(let statements), .unusable(_, _, let statements): statements
        case .discarded, .settledBefore: []
        }
    }
}

/// What reconciliation did, or would do, with one statement of an entry.
package struct StatementVerdict: Sendable {
    /// Bolna's id of the call.
    package var execution: ExecutionID
    /// What was done.
    package var decision: Decision

    /// Puts a verdict together.
    package init(execution: ExecutionID, decision: Decision) {
        self.execution = execution
        self.decision = decision
    }
}

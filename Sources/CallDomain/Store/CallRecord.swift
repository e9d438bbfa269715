/// A call as it is stored.
package struct CallRecord: Sendable {
    /// The gateway's id.
    package var call: CallID
    /// The account.
    package var account: AccountID
    /// Bolna's id.
    package var execution: ExecutionID
    /// What is believed; nil while only hints are known, and then clients do not see the call.
    package var state: CallState?
    /// What is expected.
    package var ledger: ExpectationLedger
    /// When the gateway first heard of the call.
    package var createdAt: Timestamp
    /// When the gateway last changed it.
    package var updatedAt: Timestamp
    /// The change that last touched it; also its version for ETags.
    package var cursor: ChangeCursor
    /// The last full body in canonical order; nil where none was asked for, or none is kept.
    package var lastBody: [UInt8]?
    /// The newest unverified hint's status that no read has cleared; nil without one.
    package var unverifiedStatus: CallStatus?

    /// Puts a record together.
    package init(
        call: CallID, account: AccountID, execution: ExecutionID, state: CallState?, ledger: ExpectationLedger,
        createdAt: Timestamp, updatedAt: Timestamp, cursor: ChangeCursor, lastBody: [UInt8]? = nil,
        unverifiedStatus: CallStatus? = nil
    ) {
        self.call = call
        self.account = account
        self.execution = execution
        self.state = state
        self.ledger = ledger
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.cursor = cursor
        self.lastBody = lastBody
        self.unverifiedStatus = unverifiedStatus
    }
}

/// Which calls to list. All conditions hold together.
package struct CallQuery: Hashable, Sendable {
    /// Any of these statuses; empty is all.
    package var statuses: Set<CallStatus> = []
    /// Only this agent.
    package var agent: AgentID?
    /// Only calls with this number on either side, compared by its digits.
    package var number: String?
    /// Only calls with a number on either side that ends in these digits, at least ``fewestEndDigits``.
    package var numberEnd: String?
    /// Only calls created at or after this time.
    package var from: Timestamp?
    /// Only calls created before this time.
    package var to: Timestamp?
    /// Only calls with this text, whatever its case, in transcript, summary, caller's name, project, or lead.
    package var text: String?
    /// Only calls of this lead.
    package var lead: String?
    /// Only calls with a recording.
    package var hasRecording: Bool = false
    /// Only calls whose expectation is overdue at this time.
    package var overdueAt: Timestamp?
    /// What the page before found out about ``text``; nil where there is none.
    package var finding: TextFinding?

    /// Fewer digits are the end of too many numbers.
    package static let fewestEndDigits = 4
    /// A shorter ``text``, in Unicode scalars, is in too many calls: it is looked for in the newest alone.
    package static let fewestTextScalars = 3
    /// The newest calls that a shorter text is looked for in, of those that meet the other conditions.
    package static let mostForShortText = 5_000

    /// All calls.
    package init() {}
}

/// What a store found out about a text that is searched for, by its own numbers of calls: handed on from page to page, so
/// that it is found out once for all of them. Calls that changed meanwhile are shown as they are then.
package enum TextFinding: Hashable, Sendable {
    /// The calls, of all accounts, that have the text.
    case found([Int64])
    /// Those that may have it, where they are many; any call of these blocks may, too, for they were not indexed then.
    case among([Int64], blocks: [Int64])
    /// Nothing: each call has to be looked at.
    case anywhere
}

/// Where in a list to go on: after the call with this creation time and id.
package struct CallPageCursor: Hashable, Sendable {
    /// The creation time of the last call of the page before.
    package var createdAt: Timestamp
    /// Its id.
    package var call: CallID

    /// Puts a cursor together.
    package init(createdAt: Timestamp, call: CallID) {
        self.createdAt = createdAt
        self.call = call
    }
}

/// One page of calls, newest first.
package struct CallPage: Sendable {
    /// The calls.
    package var calls: [CallRecord]
    /// Where to go on; nil on the last page.
    package var next: CallPageCursor?
    /// What was found out about the text that was searched for; nil where none was.
    package var finding: TextFinding?

    /// Puts a page together.
    package init(calls: [CallRecord], next: CallPageCursor?, finding: TextFinding? = nil) {
        self.calls = calls
        self.next = next
        self.finding = finding
    }
}

/// One row of a call's journal.
package struct JournalRow: Sendable {
    /// Its place in the journal, in commit order.
    package var position: Int64
    /// The observation.
    package var observation: Observation
    /// What was done with it.
    package var decision: Decision
    /// How often the same bytes came, the first time included.
    package var count: Int
    /// When they came last.
    package var lastReceivedAt: Timestamp
    /// The bytes; nil where they were not asked for, or are no longer kept.
    package var body: [UInt8]?

    /// Puts a row together.
    package init(
        position: Int64, observation: Observation, decision: Decision, count: Int, lastReceivedAt: Timestamp,
        body: [UInt8]?
    ) {
        self.position = position
        self.observation = observation
        self.decision = decision
        self.count = count
        self.lastReceivedAt = lastReceivedAt
        self.body = body
    }
}

/// A call's journal: its rows in commit order, and every full read.
package struct CallJournal: Sendable {
    /// The rows.
    package var rows: [JournalRow]
    /// The reads.
    package var reads: [ReadRecord]

    /// Puts a journal together.
    package init(rows: [JournalRow], reads: [ReadRecord]) {
        self.rows = rows
        self.reads = reads
    }

    /// What reconciliation is a function of.
    package var evidence: Evidence { Evidence(observations: rows.map(\.observation), reads: reads) }
}

/// A call whose expectation is due.
package struct DueCall: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// The gateway's id.
    package var call: CallID
    /// Bolna's id.
    package var execution: ExecutionID
    /// The agent; nil where it is not known, and then no list page can show the call.
    package var agent: AgentID?
    /// Bolna's `created_at`, else the first receipt: where a list page's window must reach.
    package var createdAt: Timestamp
    /// The status; nil while only hints are known.
    package var status: CallStatus?
    /// The latest `updated_at` that was stated; nil where none was.
    package var lastUpdatedAt: Timestamp?
    /// The ledger, with the expectation that is due.
    package var ledger: ExpectationLedger

    /// Puts a due call together.
    package init(
        account: AccountID, call: CallID, execution: ExecutionID, agent: AgentID?, createdAt: Timestamp,
        status: CallStatus?, lastUpdatedAt: Timestamp? = nil, ledger: ExpectationLedger
    ) {
        self.lastUpdatedAt = lastUpdatedAt
        self.account = account
        self.call = call
        self.execution = execution
        self.agent = agent
        self.createdAt = createdAt
        self.status = status
        self.ledger = ledger
    }
}

/// A call whose stored row cannot be read.
package struct DamagedCall: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// The gateway's id.
    package var call: CallID

    /// Names a call.
    package init(account: AccountID, call: CallID) {
        self.account = account
        self.call = call
    }
}

/// A dial intent as it is stored.
package struct DialRecord: Hashable, Sendable {
    /// The intent.
    package var intent: DialIntent
    /// How it stands.
    package var state: DialState
    /// The call that came of it.
    package var call: CallID?
    /// One sentence on how it ended.
    package var detail: String

    /// Puts a record together.
    package init(intent: DialIntent, state: DialState, call: CallID?, detail: String) {
        self.intent = intent
        self.state = state
        self.call = call
        self.detail = detail
    }
}

/// What the store did with one entry, in the order of the batch.
package enum JournalReceipt: Sendable {
    /// The observation is in the journal and reconciled.
    case observed(ObservedCall)
    /// The delivery is in quarantine, or its count there went up.
    case quarantined(reason: QuarantineReason, isRepeat: Bool)
    /// An entry of the quarantine was tried again, or discarded.
    case tried(QuarantineTrialOutcome)
    /// A call's expectation was computed anew; its change, for those who watch, nil where clients see none.
    case revised(Change?)
    /// Done; nothing to tell.
    case done
    /// An intent with this idempotency key exists already.
    case dialExists(DialRecord)
    /// The statement was about a person who is forgotten, or a call whose time is over: nothing of it is kept.
    case forgotten
    /// Data was taken away.
    case erased(ErasedData)
    /// A step of making texts ready to be searched; done where there was nothing to do.
    case indexed(isDone: Bool)
    /// The entry failed by itself and left nothing; the rest of the batch is stored.
    case failed(StoreError)

    /// The changes that clients can see, in the order of their cursors.
    package var changes: [Change] {
        switch self {
        case .observed(let observed): [observed.change].compactMap { $0 }
        case .tried(let outcome): outcome.observed.compactMap(\.change)
        case .revised(let change): [change].compactMap { $0 }
        case .quarantined, .done, .dialExists, .forgotten, .erased, .indexed, .failed: []
        }
    }

    /// Whether the store could not take what the entry says, by the entry's or its call's own fault: the call is as it
    /// was.
    package var isRefusal: Bool {
        switch self {
        case .quarantined(reason: .poisoned, _), .failed: true
        case .quarantined, .observed, .tried, .revised, .done, .dialExists, .forgotten, .erased, .indexed: false
        }
    }

    /// The change that clients can see, of an entry that makes at most one; nil without one.
    package var change: Change? { changes.last }
}

/// The outcome of one observation.
package struct ObservedCall: Sendable {
    /// The gateway's id of the call.
    package var call: CallID
    /// Bolna's id of the call.
    package var execution: ExecutionID
    /// The agent, where it is known.
    package var agent: AgentID?
    /// What reconciliation did.
    package var decision: Decision
    /// The status now; nil while only hints are known.
    package var status: CallStatus?
    /// The position now; nil while only hints are known.
    package var position: Position?
    /// The position that the statement itself claims, as the others place it; nil for what has no place, and for bytes
    /// that were stored before.
    package var claimed: Position?
    /// The expectation that the statement met or found open, as it stood before; nil without one.
    package var metExpectation: Expectation?
    /// The ledger now.
    package var ledger: ExpectationLedger
    /// How the call's artefacts stood before; nil where there were none to wait for.
    package var artefactsBefore: ArtefactLedger?
    /// The change this made, for those who watch; nil where clients see none.
    package var change: Change?

    /// Puts an outcome together.
    package init(
        call: CallID, execution: ExecutionID, agent: AgentID?, decision: Decision, status: CallStatus?,
        position: Position?, metExpectation: Expectation?, ledger: ExpectationLedger, change: Change?,
        artefactsBefore: ArtefactLedger? = nil, claimed: Position? = nil
    ) {
        self.claimed = claimed
        self.call = call
        self.execution = execution
        self.agent = agent
        self.decision = decision
        self.status = status
        self.position = position
        self.metExpectation = metExpectation
        self.ledger = ledger
        self.change = change
        self.artefactsBefore = artefactsBefore
    }
}

/// A place in the order of commits, opaque to clients; see ``text``.
package struct ChangeCursor: Hashable, Comparable, Sendable {
    /// The number of the change, from 1; 0 is before all.
    package let sequence: Int64

    /// Takes a number.
    package init(sequence: Int64) { self.sequence = sequence }

    /// Reads a client's text; nil where it is none of ours.
    package init?(text: String) {
        guard text.utf8.count <= 20, let sequence = Int64(text), sequence >= 0 else { return nil }
        self.sequence = sequence
    }

    /// The text that clients see and give back.
    package var text: String { String(sequence) }

    /// Earlier first.
    package static func < (left: Self, right: Self) -> Bool { left.sequence < right.sequence }
}

/// One change of one call that clients can see.
package struct Change: Hashable, Sendable {
    /// Its place.
    package var cursor: ChangeCursor
    /// The account.
    package var account: AccountID
    /// The gateway's id of the call.
    package var call: CallID
    /// Bolna's id of the call.
    package var execution: ExecutionID
    /// The status after it.
    package var status: CallStatus
    /// Where it came from.
    package var source: Source
    /// When it was made.
    package var at: Timestamp

    /// Puts a change together.
    package init(
        cursor: ChangeCursor, account: AccountID, call: CallID, execution: ExecutionID, status: CallStatus,
        source: Source, at: Timestamp
    ) {
        self.cursor = cursor
        self.account = account
        self.call = call
        self.execution = execution
        self.status = status
        self.source = source
        self.at = at
    }
}

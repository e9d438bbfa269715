/// Takes away what is stored of persons: calls with their bodies and texts, deliveries that are kept aside, requests to
/// place a call. What is erased stays so: a row without data remains, by which later statements are known and dropped.
package struct Erasure: Sendable {
    /// The account.
    package var account: AccountID
    /// The calls, by the gateway's ids; those that are not there are passed over.
    package var calls: [CallID]
    /// The entries of the quarantine.
    package var quarantine: [Int64]
    /// The requests to place a call, by their correlation keys.
    package var dials: [String]
    /// When.
    package var at: Timestamp

    /// The most of each kind in one erasure.
    package static let most = 100

    /// Puts an erasure together.
    package init(
        account: AccountID, calls: [CallID] = [], quarantine: [Int64] = [], dials: [String] = [], at: Timestamp
    ) {
        self.account = account
        self.calls = calls
        self.quarantine = quarantine
        self.dials = dials
        self.at = at
    }
}

/// One bounded step that deletes an account's data whose time is over.
package struct RetentionStep: Sendable {
    /// The account.
    package var account: AccountID
    /// What is deleted.
    package var kind: Kind
    /// Data older than this is.
    package var before: Timestamp
    /// When.
    package var at: Timestamp

    /// The kinds of data, each with a time of its own.
    package enum Kind: UInt8, Hashable, CaseIterable, Sendable {
        // Raw values are stored: append, never renumber.
        /// Raw bodies of the journal, from their receipt.
        case bodies = 0
        /// What was said, from a call's creation; calls that only hints tell of go as a whole.
        case transcripts = 1
        /// Calls that wait for nothing any more, from their creation.
        case calls = 2
        /// The audit, from each record on.
        case audit = 3
        /// Deliveries that are kept aside, from their receipt.
        case quarantine = 4
        /// Requests to place a call.
        case dials = 5
    }

    /// The most rows of one step.
    package static let mostRows = 500
    /// The most calls of one step: each may have hundreds of rows.
    package static let mostCalls = 50

    /// Puts a step together.
    package init(account: AccountID, kind: Kind, before: Timestamp, at: Timestamp) {
        self.account = account
        self.kind = kind
        self.before = before
        self.at = at
    }
}

/// What one erasure, or one step of retention, took away.
package struct ErasedData: Hashable, Sendable {
    /// How many things of the kind that was meant: calls, bodies, records.
    package var count: Int
    /// Whether nothing of this kind is left to be deleted.
    package var isDone: Bool
    /// The calls that cannot be read, and so were left as they are.
    package var damaged: [DamagedCall]

    /// Puts all together.
    package init(count: Int, isDone: Bool, damaged: [DamagedCall] = []) {
        self.count = count
        self.isDone = isDone
        self.damaged = damaged
    }
}

/// Where a number stands in a slice of what is stored, by its digits.
package struct Mentions: Sendable {
    /// Calls, by the gateway's ids.
    package var calls: [CallID]
    /// Entries of the quarantine.
    package var quarantine: [Int64]
    /// Requests to place a call, by their correlation keys.
    package var dials: [String]
    /// Where to go on; nil after the last slice.
    package var next: Int64?

    /// The rows of each table that one slice looks at.
    package static let sliceRows: Int64 = 20_000

    /// Puts mentions together.
    package init(calls: [CallID] = [], quarantine: [Int64] = [], dials: [String] = [], next: Int64? = nil) {
        self.calls = calls
        self.quarantine = quarantine
        self.dials = dials
        self.next = next
    }

    /// Whether the slice mentions nothing.
    package var isEmpty: Bool { calls.isEmpty && quarantine.isEmpty && dials.isEmpty }
}

/// A number that stays forgotten, by a digest under a key of the gateway's own: who has the database alone cannot find
/// the number by trying all there are.
package struct ForgottenNumber: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// The keyed digest of the number's digits.
    package var digest: ContentDigest

    /// Puts both together.
    package init(account: AccountID, digest: ContentDigest) {
        self.account = account
        self.digest = digest
    }
}

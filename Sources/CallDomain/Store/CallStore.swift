/// The port to durable storage: coarse operations, each one transaction, so that every store can do them well.
///
/// All calls block and must be made on a thread that may block. ``JournalStore/apply(_:)`` is called by one thread at a
/// time; the others may run concurrently with it and with each other, and see whole commits only.
package protocol CallStore: JournalStore {
    /// The calls of these accounts whose expectation is due at `now`, at most `limit`: earliest first, and after them
    /// those known by hints alone, since strangers can make them. Where there are more, accounts take turns, so that one
    /// account's backlog does not hide another's calls, and a part of the limit is kept for hints, so that no backlog
    /// hides those. `damaged` are rows that cannot be read and cost nothing but themselves, a bounded number;
    /// `hasMore` says whether further calls are due. Other processes do not get the calls for the time of the lease.
    func takeDue(of accounts: [AccountID], at now: Timestamp, limit: Int, lease: Duration) throws(StoreError)
        -> (calls: [DueCall], damaged: [DamagedCall], hasMore: Bool)

    /// The calls of an account whose expectation is due, at most `limit`, in the order of their due times, either those
    /// of which something is known or those known by hints alone; those among them that cannot be read; and where to go
    /// on, nil on the last page.
    func due(account: AccountID, isHinted: Bool, at now: Timestamp, after: DueCursor?, limit: Int)
        throws(StoreError) -> (calls: [DueCall], damaged: [DamagedCall], next: DueCursor?)

    /// The calls of a scope that expect something, hints apart, at most `limit`, in the order of their next due times,
    /// and where to go on; nil on the last page. What is revised meanwhile may come twice, or no more.
    func expecting(account: AccountID, agent: AgentID?, after: DueCursor?, limit: Int) throws(StoreError)
        -> (calls: [ExpectingCall], next: DueCursor?)

    /// The calls whose waiting ended unseen (``ExpectationLedger/hasEndedUnseen``), hints included, in the order of the
    /// times at which it ended, behind a place; those among them that cannot be read; and where to go on, nil at the end.
    /// At most `limit` ends are looked at. The place `DueCursor(due: time, row: .min)` begins with the ends of that time.
    func endedUnseen(account: AccountID, after: DueCursor, limit: Int) throws(StoreError)
        -> (calls: [DueCall], damaged: [DamagedCall], next: DueCursor?)

    /// The call with this gateway id or execution id, gateway id first; nil where the account has none.
    func call(account: AccountID, reference: String, withBody: Bool) throws(StoreError) -> CallRecord?

    /// One page of calls, newest first. What it found out about a text that is searched for, the query of the next page
    /// may have.
    func calls(account: AccountID, query: CallQuery, after: CallPageCursor?, limit: Int) throws(StoreError) -> CallPage

    /// The page that begins `offset` calls after the newest, and how many calls there are in all.
    func calls(account: AccountID, query: CallQuery, offset: Int, limit: Int, withBodies: Bool) throws(StoreError)
        -> (calls: [CallRecord], total: Int)

    /// A call's journal; nil where the account has no such call.
    func journal(account: AccountID, call: CallID, withBodies: Bool) throws(StoreError) -> CallJournal?

    /// A part of a call's journal after a position, at most `limit` rows; nil where the account has no such call. With
    /// bodies it ends early, see ``JournalPage/mostBodyBytes``.
    func journalPage(account: AccountID, call: CallID, after position: Int64, limit: Int, withBodies: Bool)
        throws(StoreError) -> JournalPage?

    /// All that explains the call with this gateway id or execution id; nil where the account has none.
    func dossier(account: AccountID, reference: String) throws(StoreError) -> CallDossier?

    /// The journals of the calls that were first heard of within a window, without bodies, in the order in which the calls
    /// were stored, at most `limit`; and where to go on, nil after the last of them.
    func journals(account: AccountID, from: Timestamp, to: Timestamp, after: Int64?, limit: Int)
        throws(StoreError) -> (calls: [ReplayedCall], next: Int64?)

    /// The changes after a cursor, in commit order, at most `limit`; nil where the cursor is older than what is kept,
    /// or from another store.
    func changes(account: AccountID, after: ChangeCursor, limit: Int) throws(StoreError) -> [Change]?

    /// The newest change's cursor.
    func latestCursor(account: AccountID) throws(StoreError) -> ChangeCursor

    /// A number that is another one once anything of an account's calls has changed, whether clients are told of it or not:
    /// of use within one run of the program. Takes no time.
    func edition(of account: AccountID) -> UInt64

    /// Which of these calls are known, with their status (nil while only hints are known).
    func known(account: AccountID, executions: [ExecutionID]) throws(StoreError) -> [ExecutionID: CallStatus?]

    /// The positions of the journal that reports can be computed at.
    func reportPositions() throws(StoreError) -> ClosedRange<Int64>

    /// The reconciliation report of a window: a function of the query and of the journal up to its position, the newest
    /// one where it names none. Throws ``StoreError/Kind/outOfReach`` for a position outside ``reportPositions()``, and
    /// for a window that begins before what reports still reach back to.
    func report(_ query: ReportQuery) throws(StoreError) -> ReconciliationReport

    /// One page of what a figure counts, oldest first, at most ``ReportPage/mostItems``; the pages of all cursors list
    /// as much as the figure's value says. Throws as ``report(_:)``.
    func reportItems(_ query: ReportQuery, figure: FigureID, after: ReportCursor?, limit: Int) throws(StoreError)
        -> ReportPage

    /// A slice of the quarantine's entries, ordered by number.
    func quarantine(account: AccountID, query: QuarantineQuery, slice: QuarantineSlice) throws(StoreError)
        -> [QuarantineRecord]

    /// How many entries of the quarantine there are, by reason.
    func quarantineCounts(account: AccountID, query: QuarantineQuery) throws(StoreError) -> QuarantineCounts

    /// The dial intent with this correlation key; nil where there is none.
    func dial(account: AccountID, correlationKey: String) throws(StoreError) -> DialRecord?

    /// Dial intents that nothing is known of yet, oldest first, at most `limit` with those that cannot be read: `damaged`
    /// names the accounts of those.
    func openDials(limit: Int) throws(StoreError) -> (dials: [DialRecord], damaged: [AccountID])

    /// What was remembered of path health: one record per scope.
    func pathHealth() throws(StoreError) -> [(account: AccountID, agent: AgentID?, record: [UInt8])]

    /// The incidents that overlap a window, oldest first, within a bound: of too many, those that began last. A window
    /// from now to the distant future holds those that are still open.
    func incidents(account: AccountID, from: Timestamp, to: Timestamp) throws(StoreError) -> [Incident]

    /// What happened to a call, to its agent and to the whole account since a time, oldest first, within a bound: of too
    /// many, those that began last.
    func incidents(account: AccountID, call: CallID, agent: AgentID?, since: Timestamp) throws(StoreError) -> [Incident]

    /// The incident of this kind that goes on for a call; nil where none does.
    func openIncident(_ kind: Incident.Kind, account: AccountID, call: CallID) throws(StoreError) -> Incident?

    /// What was learned of agents: one record per scope and topic.
    func learned() throws(StoreError) -> [LearnedRecord]

    /// The audits whose read was answered in a window, oldest first, within a bound: of too many, the newest.
    func audits(account: AccountID, from: Timestamp, to: Timestamp) throws(StoreError) -> [Audit]

    /// When each agent's listing was last swept.
    func sweepMarks(account: AccountID) throws(StoreError) -> [AgentID: Timestamp]

    /// What is still to be listed of an account, ordered.
    func sweepGaps(account: AccountID) throws(StoreError) -> [SweepGap]

    /// When the oldest call was created, by Bolna's word where it gave one, that is not final and is still waited for;
    /// nil without one.
    func oldestOpen(account: AccountID) throws(StoreError) -> Timestamp?

    /// The last heartbeat before this start; nil at the first one.
    func lastHeartbeat() throws(StoreError) -> Timestamp?

    /// The stored accounts, ordered by name.
    func accounts() throws(StoreError) -> [StoredAccount]

    /// All secrets, sealed, retired ones included; ordered by account, kind and time.
    func secrets() throws(StoreError) -> [OwnedSecret]

    /// All keys, those that open nothing any more included; ordered by account and time.
    func keys() throws(StoreError) -> [StoredAPIKey]

    /// When webhook secrets were last used.
    func secretUses() throws(StoreError) -> [CredentialUses.SecretName: Timestamp]

    /// An account's audit before a record, newest first, at most `limit` and ``AuditPage/mostRecords``.
    func auditTrail(account: AccountID, before: Int64?, limit: Int) throws(StoreError) -> AuditPage

    /// What names a number in a slice of what is stored of an account, erased data apart: the slice after this
    /// place, or the first one. Runs over the tables, since nothing but a person's wish asks for it.
    func mentions(account: AccountID, number: TelephoneNumber, after: Int64?) throws(StoreError) -> Mentions

    /// How many things a step of retention would take away if it were not bounded, counted up to a limit.
    func overAge(_ step: RetentionStep, atMost limit: Int) throws(StoreError) -> Int

    /// The numbers that stay forgotten, of all accounts.
    func forgottenNumbers() throws(StoreError) -> [ForgottenNumber]

    /// Moves what was committed to where it stays and empties the logs beside it, so that bytes that were deleted are
    /// in no file any more. Says whether that was possible now.
    func compact() throws(StoreError) -> Bool

    /// Figures of the store for health and metrics, without scanning tables.
    func facts() throws(StoreError) -> StoreFacts
}

/// The writing half of the port to durable storage, which one writer at a time uses.
package protocol JournalStore: Sendable {
    /// Stores a batch in one transaction, each entry in a savepoint, and returns when it is synced to disk: one receipt
    /// per entry, in order. Throws where nothing of the batch is stored.
    func apply(_ batch: [JournalEntry]) throws(StoreError) -> [JournalReceipt]
}

/// A call that expects something.
package struct ExpectingCall: Hashable, Sendable {
    /// The gateway's id.
    package var call: CallID
    /// Bolna's id.
    package var execution: ExecutionID

    /// Puts a call together.
    package init(call: CallID, execution: ExecutionID) {
        self.call = call
        self.execution = execution
    }
}

/// A place among the calls that expect something, or whose waiting has ended: behind the one with this time.
package struct DueCursor: Hashable, Sendable {
    /// The time of the last call of the page before: when it is due, or its waiting ended.
    package var due: Timestamp
    /// The store's own number of it.
    package var row: Int64

    /// Puts a cursor together.
    package init(due: Timestamp, row: Int64) {
        self.due = due
        self.row = row
    }
}

/// What a store says of itself.
package struct StoreFacts: Hashable, Sendable {
    /// Name and version of the engine.
    package var engine: String
    /// The version of the schema.
    package var schemaVersion: Int
    /// Settings that durability rests on, as read back.
    package var settings: [String: String]
    /// The size of the database in bytes.
    package var sizeBytes: Int64
    /// The size of what was committed and is not yet in the database, in bytes; nil where there is nothing of the kind.
    package var logBytes: Int64?
    /// The space that is free where the database lies, in bytes; nil where that is not known.
    package var freeBytes: Int64?

    /// Puts facts together.
    package init(
        engine: String, schemaVersion: Int, settings: [String: String], sizeBytes: Int64, logBytes: Int64? = nil,
        freeBytes: Int64? = nil
    ) {
        self.engine = engine
        self.schemaVersion = schemaVersion
        self.settings = settings
        self.sizeBytes = sizeBytes
        self.logBytes = logBytes
        self.freeBytes = freeBytes
    }
}

/// Why the store could not do what was asked.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind, which decides what the caller does.
    package var kind: Kind
    /// What failed and what to do, without bound values.
    package var message: String

    /// The kinds of failure.
    package enum Kind: Hashable, Sendable {
        /// The database is locked or busy: try again.
        case busy
        /// The disk is full.
        case full
        /// Reading, writing or syncing failed.
        case io
        /// The database is damaged.
        case corrupt
        /// The schema is newer than this program.
        case newerSchema
        /// Another process owns the database.
        case owned
        /// What was to be stored, or what was read, cannot be.
        case invalid
        /// A report was asked for as of a position, or of a time, that cannot be told of.
        case outOfReach
    }

    /// Puts an error together.
    package init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }

    /// Whether the same request may succeed later without anybody's help.
    package var isRetryable: Bool {
        switch kind {
        case .busy, .full, .io: true
        case .corrupt, .newerSchema, .owned, .invalid, .outOfReach: false
        }
    }

    /// The message.
    package var description: String { message }
}

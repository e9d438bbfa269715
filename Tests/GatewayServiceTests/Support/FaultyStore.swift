import CallDomain
import Foundation
import Synchronization

/// A store that fails or waits where a test wants it to, and is the real one otherwise.
final class FaultyStore: CallStore {
    private let store: any CallStore
    private let state = Mutex(State())
    private let gate = NSCondition()

    private struct State {
        var failure: StoreError?
        var refusal: (error: StoreError, isMeant: @Sendable (JournalEntry) -> Bool)?
        var factsFailure: StoreError?
        var lie: StoreError?
        var damage: (@Sendable (inout CallDossier) -> Void)?
        var isClosed = false
        var batches: [Int] = []
        var entered = 0
        var newestHeartbeat: Timestamp?
        var lastHeartbeat: Timestamp?
    }

    init(_ store: any CallStore) { self.store = store }

    /// Every batch fails with this, until it is nil again.
    func fail(_ error: StoreError?) { state.withLock { $0.failure = error } }

    /// The store's figures cannot be read, until this is nil again.
    func failFacts(_ error: StoreError?) { state.withLock { $0.factsFailure = error } }

    /// Every batch is committed, and then reported to have failed with this, until it is nil again.
    func lie(_ error: StoreError?) { state.withLock { $0.lie = error } }

    /// Every entry, or those that are meant, and what shares their batch, fails by itself with this, until it is nil again.
    func refuse(_ error: StoreError?, _ isMeant: @escaping @Sendable (JournalEntry) -> Bool = { _ in true }) {
        state.withLock { $0.refusal = error.map { ($0, isMeant) } }
    }

    /// What is read of a call is damaged like this, until it is nil again.
    func damage(_ change: (@Sendable (inout CallDossier) -> Void)?) { state.withLock { $0.damage = change } }

    /// Lets commits wait, before they begin.
    func close() { state.withLock { $0.isClosed = true } }

    func open() {
        state.withLock { $0.isClosed = false }
        gate.lock()
        gate.broadcast()
        gate.unlock()
    }

    /// How many commits have begun or wait to begin.
    var entered: Int { state.withLock { $0.entered } }
    /// The sizes of the batches that were committed.
    var batches: [Int] { state.withLock { $0.batches } }

    func apply(_ batch: [JournalEntry]) throws(StoreError) -> [JournalReceipt] {
        state.withLock { $0.entered += 1 }
        gate.lock()
        while state.withLock({ $0.isClosed }) { gate.wait() }
        gate.unlock()
        if let failure = state.withLock({ $0.failure }) { throw failure }
        if let refusal = state.withLock({ $0.refusal }), batch.contains(where: refusal.isMeant) {
            return batch.map { _ in .failed(refusal.error) }
        }
        let receipts = try store.apply(batch)
        state.withLock { state in
            state.batches.append(batch.count)
            for case .heartbeat(let time) in batch { state.newestHeartbeat = time }
        }
        if let lie = state.withLock({ $0.lie }) { throw lie }
        return receipts
    }

    func takeDue(
        of accounts: [AccountID], at now: Timestamp, limit: Int, lease: Duration
    ) throws(StoreError) -> (calls: [DueCall], damaged: [DamagedCall], hasMore: Bool) {
        try store.takeDue(of: accounts, at: now, limit: limit, lease: lease)
    }

    func due(
        account: AccountID, isHinted: Bool, at now: Timestamp, after: DueCursor?, limit: Int
    ) throws(StoreError) -> (calls: [DueCall], damaged: [DamagedCall], next: DueCursor?) {
        try store.due(account: account, isHinted: isHinted, at: now, after: after, limit: limit)
    }

    func endedUnseen(
        account: AccountID, after: DueCursor, limit: Int
    ) throws(StoreError) -> (calls: [DueCall], damaged: [DamagedCall], next: DueCursor?) {
        try store.endedUnseen(account: account, after: after, limit: limit)
    }

    func call(account: AccountID, reference: String, withBody: Bool) throws(StoreError) -> CallRecord? {
        try store.call(account: account, reference: reference, withBody: withBody)
    }

    func calls(
        account: AccountID, query: CallQuery, after: CallPageCursor?, limit: Int
    ) throws(StoreError) -> CallPage {
        try store.calls(account: account, query: query, after: after, limit: limit)
    }

    func calls(
        account: AccountID, query: CallQuery, offset: Int, limit: Int, withBodies: Bool
    ) throws(StoreError) -> (calls: [CallRecord], total: Int) {
        try store.calls(account: account, query: query, offset: offset, limit: limit, withBodies: withBodies)
    }

    func journal(account: AccountID, call: CallID, withBodies: Bool) throws(StoreError) -> CallJournal? {
        try store.journal(account: account, call: call, withBodies: withBodies)
    }

    func journalPage(
        account: AccountID, call: CallID, after position: Int64, limit: Int, withBodies: Bool
    ) throws(StoreError) -> JournalPage? {
        try store.journalPage(
            account: account, call: call, after: position, limit: limit, withBodies: withBodies)
    }

    func dossier(account: AccountID, reference: String) throws(StoreError) -> CallDossier? {
        guard var dossier = try store.dossier(account: account, reference: reference) else { return nil }
        state.withLock { $0.damage }?(&dossier)
        return dossier
    }

    func journals(
        account: AccountID, from: Timestamp, to: Timestamp, after: Int64?, limit: Int
    ) throws(StoreError) -> (calls: [ReplayedCall], next: Int64?) {
        try store.journals(account: account, from: from, to: to, after: after, limit: limit)
    }

    func changes(account: AccountID, after: ChangeCursor, limit: Int) throws(StoreError) -> [Change]? {
        try store.changes(account: account, after: after, limit: limit)
    }

    func latestCursor(account: AccountID) throws(StoreError) -> ChangeCursor {
        try store.latestCursor(account: account)
    }

    func edition(of account: AccountID) -> UInt64 { store.edition(of: account) }

    func known(account: AccountID, executions: [ExecutionID]) throws(StoreError) -> [ExecutionID: CallStatus?] {
        try store.known(account: account, executions: executions)
    }

    func reportPositions() throws(StoreError) -> ClosedRange<Int64> { try store.reportPositions() }

    func report(_ query: ReportQuery) throws(StoreError) -> ReconciliationReport { try store.report(query) }

    func reportItems(
        _ query: ReportQuery, figure: FigureID, after: ReportCursor?, limit: Int
    ) throws(StoreError) -> ReportPage {
        try store.reportItems(query, figure: figure, after: after, limit: limit)
    }

    func quarantine(
        account: AccountID, query: QuarantineQuery, slice: QuarantineSlice
    ) throws(StoreError) -> [QuarantineRecord] {
        try store.quarantine(account: account, query: query, slice: slice)
    }

    func quarantineCounts(account: AccountID, query: QuarantineQuery) throws(StoreError) -> QuarantineCounts {
        try store.quarantineCounts(account: account, query: query)
    }

    func dial(account: AccountID, correlationKey: String) throws(StoreError) -> DialRecord? {
        try store.dial(account: account, correlationKey: correlationKey)
    }

    func openDials(limit: Int) throws(StoreError) -> (dials: [DialRecord], damaged: [AccountID]) {
        try store.openDials(limit: limit)
    }

    func pathHealth() throws(StoreError) -> [(account: AccountID, agent: AgentID?, record: [UInt8])] {
        try store.pathHealth()
    }

    func incidents(account: AccountID, from: Timestamp, to: Timestamp) throws(StoreError) -> [Incident] {
        try store.incidents(account: account, from: from, to: to)
    }

    func incidents(
        account: AccountID, call: CallID, agent: AgentID?, since: Timestamp
    ) throws(StoreError) -> [Incident] {
        try store.incidents(account: account, call: call, agent: agent, since: since)
    }

    func openIncident(_ kind: Incident.Kind, account: AccountID, call: CallID) throws(StoreError) -> Incident? {
        try store.openIncident(kind, account: account, call: call)
    }

    func learned() throws(StoreError) -> [LearnedRecord] { try store.learned() }

    func expecting(
        account: AccountID, agent: AgentID?, after: DueCursor?, limit: Int
    ) throws(StoreError) -> (calls: [ExpectingCall], next: DueCursor?) {
        try store.expecting(account: account, agent: agent, after: after, limit: limit)
    }

    func audits(account: AccountID, from: Timestamp, to: Timestamp) throws(StoreError) -> [Audit] {
        try store.audits(account: account, from: from, to: to)
    }

    func sweepMarks(account: AccountID) throws(StoreError) -> [AgentID: Timestamp] {
        try store.sweepMarks(account: account)
    }

    func sweepGaps(account: AccountID) throws(StoreError) -> [SweepGap] { try store.sweepGaps(account: account) }

    func oldestOpen(account: AccountID) throws(StoreError) -> Timestamp? { try store.oldestOpen(account: account) }

    func lastHeartbeat() throws(StoreError) -> Timestamp? {
        if let beat = state.withLock({ $0.lastHeartbeat }) { return beat }
        return try store.lastHeartbeat()
    }

    /// From now on the last beat is the last one that was stored so far, as after a restart.
    func startsAgain() { state.withLock { $0.lastHeartbeat = $0.newestHeartbeat } }

    func accounts() throws(StoreError) -> [StoredAccount] { try store.accounts() }

    func secrets() throws(StoreError) -> [OwnedSecret] { try store.secrets() }

    func keys() throws(StoreError) -> [StoredAPIKey] { try store.keys() }

    func secretUses() throws(StoreError) -> [CredentialUses.SecretName: Timestamp] { try store.secretUses() }

    func mentions(account: AccountID, number: TelephoneNumber, after: Int64?) throws(StoreError) -> Mentions {
        try store.mentions(account: account, number: number, after: after)
    }

    func overAge(_ step: RetentionStep, atMost limit: Int) throws(StoreError) -> Int {
        try store.overAge(step, atMost: limit)
    }

    func forgottenNumbers() throws(StoreError) -> [ForgottenNumber] { try store.forgottenNumbers() }

    func compact() throws(StoreError) -> Bool { try store.compact() }

    func auditTrail(account: AccountID, before: Int64?, limit: Int) throws(StoreError) -> AuditPage {
        try store.auditTrail(account: account, before: before, limit: limit)
    }

    func facts() throws(StoreError) -> StoreFacts {
        if let failure = state.withLock({ $0.factsFailure }) { throw failure }
        return try store.facts()
    }
}

import CallDomain
import GRDB
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: applying")
struct SQLiteStoreApplyTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    @Test("A first webhook makes a call, a journal row with its bytes, and a change")
    func first() throws {
        let arrival = Arrival.webhook("e", .ringing, at: 5)
        let observed = try #require(try store.observe(arrival).first)
        #expect(observed.decision.outcome == .created)
        #expect(observed.status == .ringing)
        #expect(observed.metExpectation == nil)
        let record = try store.record("e", withBody: true)
        #expect(record.state?.status == .ringing)
        #expect(record.lastBody == arrival.body)
        #expect(record.createdAt == .at(5))
        #expect(record.cursor == observed.change?.cursor)
        #expect(record.ledger == observed.ledger)
        let journal = try store.journal(of: "e")
        #expect(journal.rows.map(\.body) == [arrival.body])
        #expect(journal.rows.first?.decision == observed.decision)
        #expect(journal.rows.first?.observation.statement == arrival.incoming.statement)
    }

    @Test("A delivery writes one row of calls, observations, bodies and changes; a repeat writes none")
    func rowsPerDelivery() throws {
        try store.observe(.webhook("e", .ringing, at: 1))
        let tables = ["calls", "observations", "bodies", "changes", "reads", "contradictions", "quarantine"]
        #expect(try tables.map { try store.count($0) } == [1, 1, 1, 1, 0, 0, 0])
        try store.observe(.webhook("e", .ringing, at: 1))
        #expect(try tables.map { try store.count($0) } == [1, 1, 1, 1, 0, 0, 0])
    }

    @Test("The same bytes again are counted, in one batch and over batches, and change nothing")
    func duplicates() throws {
        let arrival = Arrival.webhook("e", .ringing, at: 5)
        var later = arrival
        later.receivedAt = .at(9)
        let first = try store.observe(arrival, arrival)
        #expect(first.map(\.decision.outcome) == [.created, .duplicate])
        #expect(first.last?.change == nil)
        let before = try store.record("e")
        try store.observe(later)
        let row = try #require(try store.journal(of: "e").rows.first)
        #expect(row.count == 3)
        #expect(row.observation.receivedAt == .at(5))
        #expect(row.lastReceivedAt == .at(9))
        let after = try store.record("e")
        #expect(after.state == before.state)
        #expect(after.cursor == before.cursor)
    }

    @Test("The same bytes with an earlier receipt make the call be folded again")
    func earlierReceipt() throws {
        var arrival = Arrival.webhook("e", .ringing, at: 50)
        try store.observe(arrival)
        arrival.receivedAt = .at(20)
        try store.observe(arrival)
        #expect(try store.journal(of: "e").rows.first?.observation.receivedAt == .at(20))
        #expect(try store.record("e").state?.current.statusAsOf == .at(20))
        #expect(try store.record("e").createdAt == .at(20))
    }

    @Test("A repeated read is a read of its own, without a row or bytes of its own; the same read again is none")
    func repeatedReads() throws {
        try store.observe(.read("e", .ringing, sent: 10))
        let again = try #require(try store.observe(.read("e", .ringing, sent: 40)).first)
        #expect(again.decision.statusAfter == nil)
        try store.observe(.read("e", .ringing, sent: 40))
        #expect(try store.count("observations") == 1)
        #expect(try store.count("bodies") == 1)
        let journal = try store.journal(of: "e")
        #expect(journal.reads.map(\.sentAt) == [.at(10), .at(40)])
        #expect(try store.record("e").state?.context.reads == 2)
    }

    @Test("A hint on an unknown call is kept but shows no call; a read confirms it and clears the hint")
    func hints() throws {
        let observed = try #require(try store.observe(.hint("e", .completed, at: 5)).first)
        #expect(observed.status == nil)
        #expect(observed.change == nil)
        #expect(try store.record("e").state == nil)
        #expect(try store.record("e").unverifiedStatus == .completed)
        #expect(try store.calls(account: .default, query: CallQuery(), after: nil, limit: 10).calls.isEmpty)
        #expect(
            try store.known(account: .default, executions: [ExecutionID(rawValue: "e")]).values.map(\.self) == [nil])
        let read = try #require(try store.observe(.read("e", .ringing, sent: 8)).first)
        #expect(read.change?.status == .ringing)
        #expect(try store.record("e").unverifiedStatus == nil)
        try store.observe(.hint("e", .busy, at: 20))
        #expect(try store.record("e").unverifiedStatus == .busy)
        #expect(try store.record("e").state?.status == .ringing)
        #expect(try store.calls(account: .default, query: CallQuery(), after: nil, limit: 10).calls.count == 1)
    }

    @Test("More distinct webhooks than are folded go to quarantine, and reads still tell how the call goes on and ends")
    func tooMany() throws {
        let webhooks = (1...Evidence.mostBeforeReads).map { number -> JournalEntry in
            var arrival = Arrival.webhook("e", .ringing, at: 1)
            arrival.updatedAt = .at(Int64(number))
            return arrival.entry
        }
        _ = try store.apply(webhooks)
        let further = try store.apply([
            Arrival.webhook("e", .completed, at: 9).entry, Arrival.read("e", .inProgress, sent: 500).entry,
            Arrival.webhook("other", .queued, at: 9).entry,
        ])
        #expect(further.map(\.reason) == [.tooManyObservations, nil, nil])
        #expect(try store.record("e").state?.status == .inProgress)
        #expect(try store.record("e").ledger.lastReadAt == .at(500))

        let reads = (1...Evidence.mostBeforeFinals).map { number -> JournalEntry in
            var arrival = Arrival.read("e", .inProgress, sent: 600)
            arrival.note = "\(number)"
            return arrival.entry
        }
        #expect(try store.apply(reads).last?.reason == .tooManyObservations)
        _ = try store.apply([Arrival.read("e", .completed, sent: 700).entry])
        #expect(try store.record("e").state?.status == .completed)
        #expect(try store.count("observations") == Evidence.mostBeforeFinals + 2)
    }

    @Test("Where even final reads find no room, a read still counts as a look, so that the call is not read for ever")
    func full() throws {
        let reads = (1...Evidence.mostObservations).map { number -> JournalEntry in
            var arrival = Arrival.read("e", .completed, sent: 5)
            arrival.note = "\(number)"
            return arrival.entry
        }
        _ = try store.apply(reads)
        #expect(try store.apply([Arrival.read("e", .failed, sent: 900).entry]).first?.reason == .tooManyObservations)
        #expect(try store.record("e").ledger.lastReadAt == .at(900))
        #expect(try store.count("observations") == Evidence.mostObservations)
    }

    @Test("Hints cannot fill a call's journal: further ones go to quarantine, and statements and reads still count")
    func tooManyHints() throws {
        let hints = (0...Int64(Evidence.mostHints)).map { Arrival.hint("e", .unknown("forged-\($0)"), at: $0).entry }
        let receipts = try store.apply(hints)
        #expect(receipts.map(\.reason).filter { $0 == .tooManyObservations }.count == 1)
        #expect(receipts.last?.reason == .tooManyObservations)
        #expect(try store.apply(Array(hints.prefix(1))).map(\.isObserved) == [true])
        try store.observe(.webhook("e", .ringing, at: 900), .read("e", .completed, sent: 950))
        #expect(try store.record("e").state?.status == .completed)
    }

    @Test("What only a call's expectation changes is told with its receipt, as clients who resume are told")
    func revised() throws {
        try store.observe(.webhook("e", .callDisconnected, at: 1))
        let before = try store.latestCursor(account: .default)
        let call = try store.record("e").call
        let profile = ScopeProfile(path: .degraded)
        let entry = JournalEntry.recompute(account: .default, call: call, profile: profile, now: .at(2))
        let change = try #require(try store.apply([entry, entry]).map(\.change).first)
        #expect(change != nil)
        #expect(try store.changes(account: .default, after: before, limit: 10) == [change].compactMap(\.self))
        #expect(try store.apply([entry]).first?.change == nil)
    }

    @Test("A ruling that withdraws everything hides the call; the next statement shows it again")
    func everythingWithdrawn() throws {
        let webhook = Arrival.webhook("e", .completed, at: 1)
        try store.observe(webhook)
        var ruling = Arrival(
            execution: "e", status: nil, source: .ruling, trust: .authoritative, receivedAt: .at(5)
        ).incoming
        ruling.withdraws = [webhook.incoming.key]
        let receipts = try store.apply([.observation(ruling)])
        #expect(receipts.map(\.isObserved) == [true])
        #expect(try store.record("e").state == nil)
        #expect(try store.record("e").ledger.open?.what == .verification)
        #expect(try store.calls(account: .default, query: CallQuery(), after: nil, limit: 10).calls.isEmpty)
        let read = try #require(try store.observe(.read("e", .ringing, sent: 40)).first)
        #expect(read.change?.status == .ringing)
        #expect(try store.record("e").state == Reconciler().fold(try store.journal(of: "e").evidence))
    }

    @Test(
        "A status that nobody knows is read back as it was stored, whatever it is made of",
        arguments: [
            "\0", "\0ring", "ring\0ing", String(repeating: "x", count: 63) + "-y", String(repeating: "é", count: 40),
            "a" + String(repeating: "é", count: 40),
        ])
    func strangeStatus(spelling: String) throws {
        guard let status = CallStatus(spelling: spelling) else { return }
        let change = try #require(try store.observe(.webhook("e", status, at: 1)).first?.change)
        let start = ChangeCursor(sequence: 0)
        #expect(try store.changes(account: .default, after: start, limit: 10) == [change])
        #expect(try store.journal(of: "e").rows.first?.decision.statusAfter == status)
    }

    @Test("An entry that cannot be stored goes to quarantine with its bytes; its neighbours are stored")
    func poisoned() throws {
        try store.observe(Arrival(execution: "a", status: .queued, callID: "taken"))
        var poison = Arrival(execution: "b", status: .ringing)
        poison.callID = "taken"
        let receipts = try store.apply([
            Arrival.webhook("c", .queued, at: 1).entry, poison.entry, Arrival.webhook("d", .queued, at: 2).entry,
        ])
        #expect(receipts.map(\.reason) == [nil, .poisoned, nil])
        #expect(receipts.map(\.isObserved) == [true, false, true])
        let kept = try #require(try store.quarantine(account: .default, before: nil, limit: 10).first)
        #expect(kept.delivery.body == poison.body)
        #expect(kept.delivery.reason == .poisoned)
        #expect(!kept.delivery.detail.contains("taken"))
        #expect(try store.call(account: .default, reference: "b", withBody: false) == nil)
        #expect(try ["c", "d"].map { try store.record($0).state?.status } == [.queued, .queued])
    }

    @Test("A call whose journal cannot be read fails alone")
    func damagedJournal() throws {
        try store.observe(.webhook("e", .ringing, at: 1), .webhook("f", .ringing, at: 1))
        try store.tamper("UPDATE observations SET statement = x'ff' WHERE call = 1")
        try store.tamper("UPDATE calls SET rules_version = 0 WHERE id = 1")
        let receipts = try store.apply([
            Arrival.webhook("e", .completed, at: 2).entry, Arrival.webhook("f", .completed, at: 2).entry,
        ])
        #expect(receipts.map(\.reason) == [.poisoned, nil])
    }

    @Test(
        "A damaged row is an error of its own, never a trap",
        arguments: [
            "UPDATE observations SET source = 300", "UPDATE observations SET digest = x'00'",
            "UPDATE observations SET statement = x''", "UPDATE observations SET withdraws = x'0102'",
            "UPDATE observations SET rule = 'none'", "UPDATE calls SET ledger = x'07'",
        ])
    func damagedRow(damage: String) throws {
        try store.observe(.webhook("e", .ringing, at: 1), .webhook("f", .ringing, at: 1))
        let call = try store.record("e").call
        try store.tamper("\(damage); UPDATE calls SET state = x'00'")
        let error = #expect(throws: StoreError.self) {
            _ = try store.journal(account: .default, call: call, withBodies: true)
            _ = try store.record("e")
        }
        #expect(error?.kind == .invalid)
    }

    @Test("An entry about a call that is not there fails alone")
    func unknownCall() throws {
        let receipts = try store.apply([
            .recompute(
                account: .default, call: CallID(rawValue: "nobody"), profile: ScopeProfile(path: .healthy), now: .at(1)),
            Arrival.webhook("e", .queued, at: 1).entry,
        ])
        #expect(receipts.map(\.isFailed) == [true, false])
        #expect(receipts.map(\.isObserved) == [false, true])
    }

    @Test("A full disk fails the whole batch, leaves nothing, and is got over")
    func fullDisk() throws {
        try store.observe(.webhook("e", .ringing, at: 1))
        let pages = try store.pool.writeWithoutTransaction { db in
            let count = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            return try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(count + 4)") ?? 0
        }
        #expect(pages > 0)
        let before = try tables()
        let batch = (0..<40).map { number -> JournalEntry in
            var arrival = Arrival.webhook("big-\(number)", .completed, at: 2)
            arrival.fields[.transcript] = .text(String(repeating: "talk ", count: 2_000))
            return arrival.entry
        }
        let error = #expect(throws: StoreError.self) { try store.apply(batch) }
        #expect(error?.kind == .full)
        #expect(error?.isRetryable == true)
        #expect(try tables() == before)
        try store.tamper("PRAGMA max_page_count = 1000000")
        #expect(try store.apply(batch).count == 40)
        #expect(try store.count("calls") == 41)
    }

    @Test("A commit that fails leaves nothing of its batch, and the next one works")
    func failingCommit() throws {
        try store.observe(.webhook("e", .ringing, at: 1))
        let before = try tables()
        let refusal = CommitRefusal()
        store.pool.add(transactionObserver: refusal, extent: .databaseLifetime)
        let error = #expect(throws: StoreError.self) {
            try store.observe(.webhook("e", .completed, at: 2), .webhook("f", .queued, at: 2))
        }
        #expect(error?.kind == .io)
        #expect(try tables() == before)
        store.pool.remove(transactionObserver: refusal)
        try store.observe(.webhook("e", .completed, at: 2), .webhook("f", .queued, at: 2))
        #expect(try store.record("e").state?.status == .completed)
        #expect(try store.count("calls") == 2)
    }

    @Test("A writer that another program holds up gives up within its bound and says that the database is busy")
    func busy() throws {
        try store.tamper("PRAGMA busy_timeout = 0")
        let intruder = try DatabaseQueue(path: fixture.path)
        try intruder.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            let error = #expect(throws: StoreError.self) { try store.observe(.webhook("e", .ringing, at: 1)) }
            #expect(error?.kind == .busy)
            try db.execute(sql: "ROLLBACK")
        }
        try store.observe(.webhook("e", .ringing, at: 1))
    }

    @Test("A state that other rules made is folded anew where it is read and where it is touched")
    func otherRules() throws {
        try store.observe(.webhook("e", .ringing, at: 1))
        let state = try store.record("e").state
        for damage in ["rules_version = 0, state = x'00'", "state = x'0102'"] {
            try store.tamper("UPDATE calls SET \(damage)")
            #expect(try store.record("e").state == state)
        }
        try store.tamper("UPDATE calls SET rules_version = 0, has_recording = 1, lead = 'x', created_at = 7")
        try store.observe(.webhook("e", .completed, at: 2))
        let row = try store.pool.read { db in
            try Row.fetchOne(db, sql: "SELECT rules_version, has_recording, lead, created_at FROM calls")
        }
        #expect(
            row == [
                "rules_version": Reconciler().edition, "has_recording": 0, "lead": nil,
                "created_at": Timestamp.at(1).rawValue,
            ], "no column stays as the other rules made it")
        #expect(try store.record("e").state == Reconciler().fold(try store.journal(of: "e").evidence))
    }

    private func tables() throws -> [Int] {
        try ["calls", "observations", "bodies", "changes", "quarantine"].map { try store.count($0) }
    }
}

/// Refuses every commit as a failed sync would.
private final class CommitRefusal: TransactionObserver {
    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseWillCommit() throws { throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC) }
    func databaseDidCommit(_ db: Database) {}
    func databaseDidRollback(_ db: Database) {}
}

extension JournalReceipt {
    /// Why it was quarantined; nil where it was not.
    var reason: QuarantineReason? {
        if case .quarantined(let reason, _) = self { reason } else { nil }
    }

    var isObserved: Bool {
        if case .observed = self { true } else { false }
    }

    var isFailed: Bool {
        if case .failed = self { true } else { false }
    }
}

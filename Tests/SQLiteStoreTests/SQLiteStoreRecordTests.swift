import CallDomain
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: changes and records")
struct SQLiteStoreRecordTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    @Test("Changes follow in the order of commits, and a reader who goes on from each cursor misses none")
    func changes() throws {
        let first = try store.observe(.webhook("a", .ringing, at: 1), .webhook("b", .queued, at: 2))
        let second = try store.observe(.webhook("a", .completed, at: 3))
        let made = (first + second).compactMap(\.change)
        #expect(made.count == 3)
        var read: [Change] = []
        var cursor = ChangeCursor(sequence: 0)
        while let next = try store.changes(account: .default, after: cursor, limit: 1)?.first {
            read.append(next)
            cursor = next.cursor
        }
        #expect(read == made)
        #expect(try store.latestCursor(account: .default) == cursor)
        #expect(try store.changes(account: .default, after: cursor, limit: 10) == [])
    }

    @Test("A cursor from another store is refused")
    func foreignCursor() throws {
        try store.observe(.webhook("a", .ringing, at: 1))
        let foreign = ChangeCursor(sequence: 1_000)
        #expect(try store.changes(account: .default, after: foreign, limit: 10) == nil)
        #expect(try store.changes(account: .other, after: ChangeCursor(sequence: 0), limit: 10) == [])
    }

    @Test("Changes are kept for a day; a cursor from before is told that it is too old, one within is not")
    func pruning() throws {
        let old = try store.observe(.webhook("a", .queued, at: 0), .webhook("a", .ringing, at: 10))
        let kept = try store.observe(.webhook("a", .inProgress, at: 80_000))
        try store.observe(.webhook("a", .completed, at: 90_000))
        #expect(try store.count("changes") == 2)
        #expect(try store.changes(account: .default, after: ChangeCursor(sequence: 0), limit: 10) == nil)
        let oldest = try #require(old.first?.change?.cursor)
        #expect(try store.changes(account: .default, after: oldest, limit: 10) == nil)
        let edge = try #require(old.last?.change?.cursor)
        #expect(try store.changes(account: .default, after: edge, limit: 10)?.count == 2)
        let within = try #require(kept.first?.change?.cursor)
        #expect(try store.changes(account: .default, after: within, limit: 10)?.count == 1)
    }

    @Test("A batch removes a bounded number of old changes")
    func boundedPruning() throws {
        let many = StoreBounds.changesPrunedPerBatch + 40
        _ = try store.apply((0..<many).map { Arrival.webhook("call-\($0)", .queued, at: 0).entry })
        try store.observe(.webhook("new", .queued, at: 100_000))
        #expect(try store.count("changes") == 41)
        try store.observe(.webhook("newer", .queued, at: 100_001))
        #expect(try store.count("changes") == 2)
    }

    @Test("Quarantined bytes are one entry per reason, counted, newest first, page by page")
    func quarantine() throws {
        func delivery(_ text: String, _ reason: QuarantineReason, at seconds: Int64) -> JournalEntry {
            .quarantine(
                QuarantinedDelivery(
                    account: .default, agent: AgentID(rawValue: "agent"), source: .webhook, trust: .signed,
                    receivedAt: .at(seconds), reason: reason, detail: "Not usable.", digest: ContentDigest(of: text),
                    body: Array(text.utf8)))
        }
        let receipts = try store.apply([
            delivery("x", .notJSON, at: 5), delivery("x", .notJSON, at: 3), delivery("x", .noID, at: 6),
            delivery("", .notJSON, at: 7),
        ])
        #expect(receipts.map(\.reason) == [.notJSON, .notJSON, .noID, .notJSON])
        #expect(receipts.map(\.isRepeat) == [false, true, false, false])
        let all = try store.quarantine(account: .default, before: nil, limit: 10)
        #expect(all.map(\.delivery.reason) == [.notJSON, .noID, .notJSON])
        #expect(all.map(\.count) == [1, 1, 2])
        #expect(all.map(\.delivery.body.count) == [0, 1, 1])
        #expect(all.last?.delivery.receivedAt == .at(3))
        let page = try store.quarantine(account: .default, before: all[0].id, limit: 1)
        #expect(page.map(\.id) == [all[1].id])
    }

    private func intent(_ key: String, idempotency: String? = nil, account: AccountID = .default) -> DialIntent {
        DialIntent(
            account: account, correlationKey: key, idempotencyKey: idempotency, fingerprint: ContentDigest(of: key),
            agent: AgentID(rawValue: "agent"), request: Array("{}".utf8), createdAt: .at(1))
    }

    @Test("An idempotency key is taken once per account")
    func idempotency() throws {
        let first = intent("k1", idempotency: "once")
        let receipts = try store.apply([
            .dialIntent(first), .dialIntent(intent("k2", idempotency: "once")), .dialIntent(intent("k1")),
            .dialIntent(intent("k3", idempotency: "once", account: .other)), .dialIntent(intent("k4")),
        ])
        #expect(receipts.map(\.existingDial?.intent) == [nil, first, first, nil, nil])
        #expect(try store.dial(account: .default, correlationKey: "k2") == nil)
        #expect(try store.openDials(limit: 10).dials.map(\.intent.correlationKey) == ["k1", "k3", "k4"])
    }

    @Test("A dial that cannot be read costs only itself, and its account is named")
    func damagedDial() throws {
        _ = try store.apply([
            .dialIntent(intent("k1")), .dialIntent(intent("k2", account: .other)), .dialIntent(intent("k3")),
        ])
        try store.tamper("UPDATE dials SET fingerprint = x'07' WHERE correlation_key = 'k2'")
        let open = try store.openDials(limit: 10)
        #expect(open.dials.map(\.intent.correlationKey) == ["k1", "k3"])
        #expect(open.damaged == [.other])
    }

    @Test("The first verified statement that carries the key settles an intent; a hint does not")
    func placing() throws {
        _ = try store.apply([.dialIntent(intent("k")), .dialIntent(intent("k", account: .other))])
        var hint = Arrival.hint("e", .queued, at: 2)
        hint.correlationKey = "k"
        try store.observe(hint)
        #expect(try store.dial(account: .default, correlationKey: "k")?.state == .open)
        var webhook = Arrival.webhook("e", .queued, at: 3)
        webhook.correlationKey = "k"
        try store.observe(webhook)
        let placed = try #require(try store.dial(account: .default, correlationKey: "k"))
        #expect(placed.state == .placed)
        #expect(placed.call == (try store.record("e").call))
        #expect(try store.dial(account: .other, correlationKey: "k")?.state == .open)
    }

    @Test("An intent that ended unknown is placed by a late webhook; one that was placed is not undone")
    func lateOutcomes() throws {
        func outcome(_ state: DialState) -> JournalEntry {
            .dialOutcome(
                DialOutcome(account: .default, correlationKey: "k", state: state, detail: "No answer.", at: .at(5)))
        }
        _ = try store.apply([.dialIntent(intent("k")), outcome(.unknown)])
        #expect(try store.dial(account: .default, correlationKey: "k")?.detail == "No answer.")
        #expect(try store.openDials(limit: 10).dials.isEmpty)
        var webhook = Arrival.webhook("e", .queued, at: 700)
        webhook.correlationKey = "k"
        try store.observe(webhook)
        _ = try store.apply([outcome(.refused)])
        #expect(try store.dial(account: .default, correlationKey: "k")?.state == .placed)
    }

    @Test("Path health and sweep marks are remembered, the newest record of each scope")
    func health() throws {
        let agent = AgentID(rawValue: "agent")
        _ = try store.apply([
            .pathHealth(account: .default, agent: nil, record: [1], at: .at(1)),
            .pathHealth(account: .default, agent: agent, record: [2], at: .at(1)),
            .pathHealth(account: .default, agent: agent, record: [3, 4], at: .at(2)),
            .sweepMark(account: .default, agent: agent, sweptAt: .at(1)),
            .sweepMark(account: .default, agent: agent, sweptAt: .at(2)),
        ])
        let health = try store.pathHealth()
        #expect(health.map(\.agent) == [nil, agent])
        #expect(health.map(\.record) == [[1], [3, 4]])
        #expect(try store.sweepMarks(account: .default) == [agent: .at(2)])
    }

    @Test("Nothing crosses accounts, whatever is read")
    func isolation() throws {
        let execution = ExecutionID(rawValue: "same")
        var theirs = Arrival.webhook("same", .completed, at: 5)
        theirs.account = .other
        theirs.fields[.transcript] = .text("theirs")
        try store.observe(theirs)
        let agent = AgentID(rawValue: "agent")
        let kept = QuarantinedDelivery(
            account: .other, agent: nil, source: .webhook, trust: .signed, receivedAt: .at(5), reason: .notJSON,
            detail: "", digest: ContentDigest(of: "x"), body: [1])
        _ = try store.apply([
            .quarantine(kept), .dialIntent(intent("k", account: .other)),
            .sweepMark(account: .other, agent: agent, sweptAt: .at(1)),
        ])
        let id = try store.record("same", account: .other).call
        for reference in ["same", id.rawValue] {
            #expect(try store.call(account: .default, reference: reference, withBody: true) == nil)
        }
        #expect(try store.journal(account: .default, call: id, withBodies: true) == nil)
        #expect(try store.calls(account: .default, query: CallQuery(), after: nil, limit: 10).calls.isEmpty)
        let list = try store.calls(account: .default, query: CallQuery(), offset: 0, limit: 10, withBodies: true)
        #expect(list.calls.isEmpty)
        #expect(list.total == 0)
        #expect(try store.changes(account: .default, after: ChangeCursor(sequence: 0), limit: 10) == [])
        #expect(try store.latestCursor(account: .default) == ChangeCursor(sequence: 0))
        #expect(try store.known(account: .default, executions: [execution]).isEmpty)
        #expect(try store.quarantine(account: .default, before: nil, limit: 10).isEmpty)
        #expect(try store.dial(account: .default, correlationKey: "k") == nil)
        #expect(try store.sweepMarks(account: .default).isEmpty)
        let query = ReportQuery(account: .default, from: .at(-100), to: .at(100))
        #expect(try store.report(query).figures.allSatisfy { ($0.value ?? 0) == 0 })
        for figure in FigureID.all {
            #expect(try store.reportItems(query, figure: figure, after: nil, limit: 10).items.isEmpty)
        }
        let receipts = try store.apply([
            .recompute(account: .default, call: id, profile: ScopeProfile(path: .degraded), now: .at(9))
        ])
        #expect(receipts.map(\.isFailed) == [true])
        var ours = theirs
        ours.account = .default
        #expect(try store.observe(ours).first?.decision.outcome == .created)
    }
}

extension JournalReceipt {
    var isRepeat: Bool {
        if case .quarantined(_, true) = self { true } else { false }
    }

    var existingDial: DialRecord? {
        if case .dialExists(let record) = self { record } else { nil }
    }
}

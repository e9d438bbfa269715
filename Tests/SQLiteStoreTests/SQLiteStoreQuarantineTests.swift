import CallDomain
import GRDB
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: quarantine")
struct SQLiteStoreQuarantineTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private func delivery(
        _ text: String, _ reason: QuarantineReason = .agentMismatch, execution: String? = nil, at seconds: Int64 = 0,
        account: AccountID = .default, agent: String? = "agent", trust: Trust = .signed,
        standing: Standing = .applied
    ) -> QuarantinedDelivery {
        QuarantinedDelivery(
            account: account, agent: agent.map(AgentID.init(rawValue:)),
            execution: execution.map(ExecutionID.init(rawValue:)), source: .webhook, trust: trust,
            standing: standing, receivedAt: .at(seconds), reason: reason, detail: "Not usable.",
            digest: ContentDigest(of: text),
            body: Array(text.utf8))
    }

    /// Keeps deliveries aside and returns their numbers.
    @discardableResult
    private func keep(_ deliveries: QuarantinedDelivery...) throws -> [Int64] {
        let before = try store.quarantineCounts(account: .default, query: QuarantineQuery()).newest ?? 0
        _ = try store.apply(deliveries.map(JournalEntry.quarantine))
        let entries = try store.quarantine(
            account: .default, query: QuarantineQuery(after: before),
            slice: QuarantineSlice(isOldestFirst: true, limit: 1_000))
        return entries.map(\.id)
    }

    private func entry(_ id: Int64, withBody: Bool = false) throws -> QuarantineRecord {
        let found = try store.quarantine(
            account: .default, query: QuarantineQuery(ids: [id]), slice: QuarantineSlice(limit: 2, withBodies: withBody)
        )
        return try #require(found.count == 1 ? found.first : nil)
    }

    private func trial(
        _ id: Int64, _ arrivals: [Arrival], _ resolution: QuarantineResolution? = .replayedByHand,
        at seconds: Int64 = 900
    ) -> QuarantineTrial {
        QuarantineTrial(
            account: .default, entry: id,
            observations: arrivals.map { arrival in
                var incoming = arrival.incoming
                incoming.replayedAt = .at(seconds)
                return incoming
            }, resolution: resolution, circumstances: "these", at: .at(seconds))
    }

    private func attempt(_ trial: QuarantineTrial) throws -> QuarantineTrialOutcome {
        let receipt = try #require(try store.apply([.quarantineTrial(trial)]).first)
        guard case .tried(let outcome) = receipt else { throw UnexpectedReceipt(receipt: receipt) }
        return outcome
    }

    @Test("Other senders, trusts and agents of the same bytes are entries of their own: a replay tells them apart")
    func identity() throws {
        let ids = try keep(
            delivery("x"), delivery("x", at: 5), delivery("x", agent: "other"), delivery("x", agent: nil),
            delivery("x", trust: .addressed), delivery("x", .noID))
        #expect(ids.count == 5)
        #expect(try entry(ids[0]).count == 2)
        #expect(try entry(ids[0]).delivery.receivedAt == .at(0))
    }

    @Test("What an entry is about is kept with it, bodies only come where they are asked for, their size always")
    func columns() throws {
        var read = delivery("body", .otherCall, execution: "exec-1", at: 7)
        read.source = .poll
        read.sentAt = .at(6)
        let id = try #require(try keep(read).first)
        let stored = try entry(id)
        #expect(stored.delivery.execution == ExecutionID(rawValue: "exec-1"))
        #expect(stored.delivery.sentAt == .at(6))
        #expect(stored.delivery.source == .poll)
        #expect(stored.delivery.body.isEmpty)
        #expect(stored.bodyBytes == 4)
        #expect(stored.settlement == nil)
        #expect(try entry(id, withBody: true).delivery.body == Array("body".utf8))
    }

    @Test("Entries are filtered by everything they have, and counted by reason and state")
    func filters() throws {
        let ids = try keep(
            delivery("a", .notJSON, at: 10), delivery("b", .noID, at: 20, agent: "other"),
            delivery("c", .noID, execution: "e", at: 30), delivery("d", .noID, at: 40, agent: nil))
        _ = try store.apply([.quarantine(delivery("z", .noID, account: .other))])
        _ = try attempt(trial(ids[3], [], .discardedByHand))
        func found(_ query: QuarantineQuery) throws -> [Int64] {
            let records = try store.quarantine(
                account: .default, query: query, slice: QuarantineSlice(isOldestFirst: true, limit: 100))
            let counts = try store.quarantineCounts(account: .default, query: query)
            #expect(counts.total == records.count)
            #expect(counts.newest == records.last?.id)
            return records.map(\.id)
        }
        #expect(try found(QuarantineQuery()) == ids)
        #expect(try found(QuarantineQuery(ids: [ids[0], ids[2], 9_999])) == [ids[0], ids[2]])
        #expect(try found(QuarantineQuery(ids: [])) == [])
        #expect(try found(QuarantineQuery(reason: .noID)) == Array(ids[1...]))
        #expect(try found(QuarantineQuery(agent: AgentID(rawValue: "other"))) == [ids[1]])
        #expect(try found(QuarantineQuery(execution: ExecutionID(rawValue: "e"))) == [ids[2]])
        #expect(try found(QuarantineQuery(from: .at(20), to: .at(30))) == [ids[1]])
        #expect(try found(QuarantineQuery(state: .settled)) == [ids[3]])
        #expect(try found(QuarantineQuery(state: .open)) == Array(ids[..<3]))
        #expect(try found(QuarantineQuery(notTriedUnder: "these")) == Array(ids[..<3]))
        #expect(try found(QuarantineQuery(reason: .noID, state: .open)) == [ids[1], ids[2]])
        var slice = QuarantineQuery()
        slice.after = ids[0]
        slice.through = ids[2]
        #expect(try found(slice) == [ids[1], ids[2]])
        let counts = try store.quarantineCounts(account: .default, query: QuarantineQuery())
        #expect(counts.byReason == [.notJSON: .init(open: 1), .noID: .init(open: 2, settled: 1)])
        #expect(try store.quarantineCounts(account: AccountID(rawValue: "none"), query: QuarantineQuery()).total == 0)
    }

    @Test("A page goes on behind the last one, in both orders")
    func pages() throws {
        let ids = try keep(delivery("a"), delivery("b"), delivery("c"))
        for isOldestFirst in [true, false] {
            var seen: [Int64] = []
            var after: Int64?
            while let next = try store.quarantine(
                account: .default, query: QuarantineQuery(),
                slice: QuarantineSlice(after: after, isOldestFirst: isOldestFirst, limit: 1)
            ).first {
                seen.append(next.id)
                after = next.id
            }
            #expect(seen == (isOldestFirst ? ids : ids.reversed()))
        }
    }

    @Test("A replay stores its observations with the time of their receipt, and settles the entry with them")
    func replay() throws {
        try store.observe(.webhook("e", .ringing, at: 50))
        let id = try #require(try keep(delivery("x", execution: "e", at: 20)).first)
        let arrivals: [Arrival] = [.webhook("e", .initiated, at: 20), .webhook("new", .completed, at: 21)]
        guard case .settled(.replayedByHand, let observed) = try attempt(trial(id, arrivals)) else {
            Issue.record("it must be settled")
            return
        }
        #expect(observed.map(\.decision.outcome) == [.stale, .created])
        #expect(try store.record("new").createdAt == .at(21))
        #expect(try store.record("new").updatedAt == .at(900), "it changed for clients when it was replayed")
        #expect(try entry(id).settlement == QuarantineSettlement(resolution: .replayedByHand, at: .at(900)))
        let other = try StoreFixture()
        let direct = try other.open()
        try direct.observe(.webhook("e", .initiated, at: 20), .webhook("e", .ringing, at: 50))
        #expect(try store.record("e").state == direct.record("e").state)
        let cursors = try store.changes(account: .default, after: ChangeCursor(sequence: 0), limit: 10)?.map(\.cursor)
        #expect(cursors == cursors?.sorted())
        #expect(try store.journal(of: "e").rows.map(\.count) == [1, 1])
    }

    @Test("A change by a replay is one that clients are told of; its cursor is its own")
    func changes() throws {
        let id = try #require(try keep(delivery("x")).first)
        let receipts = try store.apply([
            .quarantineTrial(trial(id, [.webhook("a", .queued, at: 1), .webhook("b", .queued, at: 2)])),
            Arrival.webhook("c", .queued, at: 3).entry,
        ])
        let changes = receipts.flatMap(\.changes)
        #expect(changes.map(\.execution.rawValue) == ["a", "b", "c"])
        #expect(Set(changes.map(\.cursor)).count == 3)
        #expect(try store.changes(account: .default, after: ChangeCursor(sequence: 0), limit: 10) == changes)
    }

    @Test("Replaying twice stores nothing twice, and tells how the entry ended")
    func twice() throws {
        let id = try #require(try keep(delivery("x")).first)
        _ = try attempt(trial(id, [.webhook("e", .ringing, at: 1)]))
        guard case .settledBefore(let settlement) = try attempt(trial(id, [.webhook("e", .ringing, at: 1)], at: 950))
        else {
            Issue.record("it had been settled")
            return
        }
        #expect(settlement == QuarantineSettlement(resolution: .replayedByHand, at: .at(900)))
        #expect(try store.journal(of: "e").rows.map(\.count) == [1])
    }

    @Test("A part that stays unusable keeps the entry open, and the rest is stored once")
    func partly() throws {
        let id = try #require(try keep(delivery("x", .badField)).first)
        for outcome in [Decision.Outcome.created, .duplicate] {
            guard
                case .kept(let observed, isOverfull: false) = try attempt(
                    trial(id, [.webhook("e", .ringing, at: 1)], nil))
            else {
                Issue.record("it must stay")
                return
            }
            #expect(observed.map(\.decision.outcome) == [outcome])
        }
        #expect(try entry(id).settlement == nil)
        #expect(
            try store.quarantineCounts(account: .default, query: QuarantineQuery(notTriedUnder: "these")).total == 0)
    }

    @Test("A call without room keeps the entry open, and no second entry is made")
    func overfull() throws {
        let webhooks = (1...Evidence.mostBeforeReads).map { number -> JournalEntry in
            var arrival = Arrival.webhook("e", .ringing, at: 1)
            arrival.updatedAt = .at(Int64(number))
            return arrival.entry
        }
        _ = try store.apply(webhooks)
        #expect(try store.apply([Arrival.webhook("e", .busy, at: 9).entry]).map(\.isQuarantined) == [true])
        let kept = try #require(
            try store.quarantine(account: .default, query: QuarantineQuery(), slice: QuarantineSlice(limit: 5)).first)
        #expect(kept.delivery.reason == .tooManyObservations)
        #expect(kept.delivery.execution == ExecutionID(rawValue: "e"))
        guard case .kept(_, isOverfull: true) = try attempt(trial(kept.id, [.webhook("e", .busy, at: 9)])) else {
            Issue.record("there is no room")
            return
        }
        let all = try store.quarantine(account: .default, query: QuarantineQuery(), slice: QuarantineSlice(limit: 5))
        #expect(all.map(\.count) == [1])
        #expect(all.first?.settlement == nil)
        try store.observe(.read("e", .busy, sent: 500))
        #expect(try entry(kept.id).settlement?.resolution == .settledByRead)
    }

    @Test("A replay that the store cannot take leaves nothing of it: neither observations nor an end")
    func atomic() throws {
        let id = try #require(try keep(delivery("x")).first)
        try store.tamper(
            """
            CREATE TRIGGER poison BEFORE INSERT ON observations WHEN NEW.status = 'busy'
            BEGIN SELECT RAISE(ABORT, 'poisoned'); END
            """)
        let receipts = try store.apply([
            .quarantineTrial(trial(id, [.webhook("a", .ringing, at: 1), .webhook("b", .busy, at: 2)])),
            Arrival.webhook("c", .queued, at: 3).entry,
        ])
        guard case .failed(let error)? = receipts.first else {
            Issue.record("it must fail by itself")
            return
        }
        #expect(error.kind == .invalid)
        #expect(try store.call(account: .default, reference: "a", withBody: false) == nil)
        #expect(try entry(id).settlement == nil)
        #expect(try store.record("c").state?.status == .queued, "its neighbour is stored")
    }

    @Test("What the store itself refused is kept with the call it is about, and can be replayed once the cause is gone")
    func poisoned() throws {
        try store.tamper(
            """
            CREATE TRIGGER poison BEFORE INSERT ON observations BEGIN SELECT RAISE(ABORT, 'poisoned'); END
            """)
        #expect(try store.apply([Arrival.webhook("e", .busy, at: 9).entry]).map(\.isQuarantined) == [true])
        let kept = try #require(
            try store.quarantine(account: .default, query: QuarantineQuery(), slice: QuarantineSlice(limit: 5)).first)
        #expect(kept.delivery.reason == .poisoned)
        #expect(kept.delivery.execution == ExecutionID(rawValue: "e"))
        try store.tamper("DROP TRIGGER poison")
        guard case .settled = try attempt(trial(kept.id, [.webhook("e", .busy, at: 9)])) else {
            Issue.record("it must be settled")
            return
        }
        #expect(try store.record("e").state?.status == .busy)
    }

    @Test("Entries of other accounts, and those that are not there, cannot be tried")
    func foreign() throws {
        let id = try #require(try keep(delivery("x")).first)
        var foreign = trial(id, [.webhook("e", .ringing, at: 1)])
        foreign.account = .other
        for unknown in [foreign, trial(9_999, [])] {
            guard case .failed? = try store.apply([.quarantineTrial(unknown)]).first else {
                Issue.record("it must fail")
                return
            }
        }
        #expect(try entry(id).settlement == nil)
        #expect(try store.call(account: .other, reference: "e", withBody: false) == nil)
    }

    @Test("A full read settles the entries of its call that were received before it was sent, and no others")
    func settledByRead() throws {
        let ids = try keep(
            delivery("a", execution: "e", at: 10), delivery("b", .badField, execution: "e", at: 19),
            delivery("c", execution: "e", at: 20), delivery("d", execution: "other", at: 10), delivery("f", at: 10))
        try store.observe(.webhook("e", .ringing, at: 30))
        #expect(try store.quarantineCounts(account: .default, query: QuarantineQuery(state: .settled)).total == 0)
        try store.observe(.read("e", .ringing, sent: 20))
        let settled = try store.quarantine(
            account: .default, query: QuarantineQuery(state: .settled),
            slice: QuarantineSlice(isOldestFirst: true, limit: 9))
        #expect(settled.map(\.id) == Array(ids[..<2]))
        #expect(
            settled.map(\.settlement) == [
                .init(resolution: .settledByRead, at: .at(21)), .init(resolution: .settledByRead, at: .at(21)),
            ])
        try store.observe(.read("e", .ringing, sent: 40))
        #expect(try entry(ids[2]).settlement?.resolution == .settledByRead, "a repeated answer is a read, too")
        #expect(try entry(ids[0]).settlement?.at == .at(21), "the first end stands")
    }

    @Test("A read of another account's call with the same id settles nothing")
    func settledAcrossAccounts() throws {
        let id = try #require(try keep(delivery("a", execution: "e", at: 10)).first)
        var read = Arrival.read("e", .ringing, sent: 20)
        read.account = .other
        try store.observe(read)
        #expect(try entry(id).settlement == nil)
    }

    @Test("At its bound the quarantine takes nothing more and says so; what is settled makes room")
    func bounds() throws {
        let id = try #require(try keep(delivery("x")).first)
        for (column, bound) in [
            ("entries", QuarantineBounds.mostOpenEntries), ("bytes", QuarantineBounds.mostOpenBytes),
        ] {
            try store.tamper(
                "UPDATE quarantine_totals SET \(column) = \(bound) WHERE account = 'default' AND shelf = 0")
            let receipts = try store.apply([
                .quarantine(delivery("y \(column)")), .quarantine(delivery("x")),
                .quarantine(delivery("z \(column)", account: .other)), Arrival.webhook(column, .queued, at: 3).entry,
            ])
            guard case .failed(let error)? = receipts.first else {
                Issue.record("it must fail by itself")
                return
            }
            #expect(error.kind == .full)
            #expect(error.isRetryable, "the sender is told to try again")
            #expect(receipts[1].isQuarantined, "a repeat needs no room")
            #expect(receipts[2].isQuarantined, "the other account has room")
            #expect(try store.record(column).state?.status == .queued)
            try store.tamper("UPDATE quarantine_totals SET entries = 1, bytes = 1 WHERE account = 'default'")
        }
        #expect(try totals(.open) == [1, 1])
        _ = try attempt(trial(id, [], .discardedByHand))
        #expect(try totals(.open) == [0, 0])
        #expect(try totals(.settled) == [1, 1])
        try keep(delivery("abc"), delivery("de"))
        #expect(try totals(.open) == [2, 5])
        try store.tamper("DELETE FROM quarantine")
        for shelf in QuarantineShelf.allCases { #expect(try totals(shelf).allSatisfy { $0 <= 0 }) }
    }

    private func totals(_ shelf: QuarantineShelf) throws -> [Int] {
        try store.pool.read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT entries, bytes FROM quarantine_totals WHERE account = 'default' AND shelf = ?",
                arguments: [shelf.rawValue])
            return [try row?.value(0) ?? -1, try row?.value(1) ?? -1]
        }
    }

    @Test("Workflow and batch bodies are settled as they come, and never keep an unusable body from being taken")
    func otherKinds() throws {
        let ids = try keep(delivery("w", .workflow), delivery("b", .batch), delivery("w", .workflow))
        #expect(ids.count == 2)
        #expect(try entry(ids[0]).count == 2)
        #expect(
            try entry(ids[1]).settlement == QuarantineSettlement(resolution: .keptAsOther, at: .at(0)))
        #expect(try store.quarantineCounts(account: .default, query: QuarantineQuery()).open == 0)
        #expect(try totals(.other) == [2, 2])
        #expect(try totals(.open) == [-1, -1], "they count against no bound of open entries")
        try store.tamper(
            """
            UPDATE quarantine_totals SET entries = \(QuarantineBounds.mostOtherEntries),
                bytes = \(QuarantineBounds.mostOtherBytes) WHERE shelf = 3
            """)
        let receipts = try store.apply([
            .quarantine(delivery("w2", .workflow, at: 9)), .quarantine(delivery("not JSON", .notJSON, at: 9)),
        ])
        #expect(receipts.map(\.isQuarantined) == [true, true], "both are answered 2xx")
        #expect(
            try store.quarantine(
                account: .default, query: QuarantineQuery(ids: [ids[0]]), slice: QuarantineSlice(limit: 1)
            ).isEmpty, "the oldest went")
        #expect(try store.quarantineCounts(account: .default, query: QuarantineQuery()).open == 1)
    }

    @Test("Of settled entries the oldest bodies go first where they are too many or too old; the entries stay")
    func settledBodies() throws {
        let ids = try keep(delivery("aaaa"), delivery("bbbb"), delivery("cccc"), delivery("dddd"))
        _ = try attempt(trial(ids[0], [], .discardedByHand, at: 900))
        _ = try attempt(trial(ids[1], [], .discardedByHand, at: 901))
        try store.tamper(
            "UPDATE quarantine_totals SET bytes = \(QuarantineBounds.mostSettledBytes) WHERE shelf = 2")
        _ = try attempt(trial(ids[2], [], .discardedByHand, at: 902))
        #expect(try ids.map { try entry($0).isBodyKept } == [false, true, true, true])
        #expect(try entry(ids[0], withBody: true).delivery.body.isEmpty)
        #expect(try entry(ids[0]).bodyBytes == 4)
        let later = 901 + StoreBounds.settledBodiesKept.components.seconds + 1
        _ = try attempt(trial(ids[3], [], .discardedByHand, at: later))
        #expect(try ids.map { try entry($0).isBodyKept } == [false, false, true, true])
    }

    @Test("Unverified senders have a bound of their own, which does not fill the others'")
    func unverified() throws {
        let hint = delivery("h", .noID, trust: .addressed, standing: .hint)
        let id = try #require(try keep(hint).first)
        #expect(try entry(id).delivery.standing == .hint)
        #expect(try totals(.unverified) == [1, 1])
        try store.tamper(
            "UPDATE quarantine_totals SET entries = \(QuarantineBounds.mostUnverifiedEntries) WHERE shelf = 1")
        let receipts = try store.apply([
            .quarantine(delivery("h2", .noID, trust: .addressed, standing: .hint)), .quarantine(delivery("s", .noID)),
        ])
        #expect(receipts.map(\.isQuarantined) == [false, true])
        _ = try attempt(trial(id, [], .discardedByHand))
        #expect(try totals(.settled) == [1, 1])
    }

    @Test("A late replay counts from now on as far as what is expected next is concerned")
    func expectations() throws {
        let id = try #require(try keep(delivery("x", execution: "e", at: 0)).first)
        _ = try attempt(trial(id, [.webhook("e", .initiated, at: 0)], at: 9_000))
        #expect(try store.record("e").ledger.open?.since == .at(9_000))
        #expect(try store.record("e").state?.current.statusAsOf == .at(0))
    }

    @Test("An entry of the first schema is brought forward with its number, open, and its account's totals")
    func migration() throws {
        let old = try SQLiteStore(
            path: fixture.path + "-old", reconciler: Reconciler(), calculus: ExpectationCalculus(),
            migrations: Migration.all.filter { $0.version < Migration.quarantine.version })
        try old.tamper(
            """
            INSERT INTO quarantine (id, account, agent, source, trust, received_at, reason, detail, digest, count, body)
            VALUES (7, 'default', NULL, 0, 30, 5, 'no-id', 'd', zeroblob(32), 3, x'4142'),
                (9, 'default', 'a', 0, 30, 6, 'no-id', 'd', zeroblob(32), 1, x'43') ON CONFLICT DO NOTHING
            """)
        try old.close()
        let new = try SQLiteStore(path: fixture.path + "-old")
        let found = try new.quarantine(
            account: .default, query: QuarantineQuery(state: .open), slice: QuarantineSlice(limit: 5, withBodies: true))
        #expect(found.map(\.id) == [7])
        #expect(found.first?.count == 3)
        #expect(found.first?.delivery.body == [0x41, 0x42])
        _ = try new.apply([.quarantine(delivery("later"))])
        #expect(try new.quarantineCounts(account: .default, query: QuarantineQuery()).newest == 8)
        let totals = try new.pool.read { db in
            try Int.fetchAll(db, sql: "SELECT entries FROM quarantine_totals")
        }
        #expect(totals == [2])
    }

    @Test("Journals come in the order of their calls, page by page, within the window, those of hints too")
    func journals() throws {
        try store.observe(
            .webhook("b", .ringing, at: 20), .webhook("a", .ringing, at: 10), .hint("c", .ringing, at: 20),
            .webhook("late", .ringing, at: 100), .read("a", .busy, sent: 50))
        var foreign = Arrival.webhook("f", .ringing, at: 20)
        foreign.account = .other
        try store.observe(foreign)
        var seen: [String] = []
        var cursor: Int64?
        repeat {
            let page = try store.journals(account: .default, from: .at(0), to: .at(100), after: cursor, limit: 1)
            seen += page.calls.map(\.execution.rawValue)
            cursor = page.next
        } while cursor != nil
        #expect(seen == ["b", "a", "c"])
        let all = try store.journals(account: .default, from: .at(0), to: .at(100), after: nil, limit: 10)
        #expect(all.next == nil)
        let call = all.calls.first { $0.execution.rawValue == "a" }
        #expect(try call?.journal.evidence == store.journal(of: "a").evidence)
        #expect(call?.journal.reads.count == 1)
    }

    @Test("Pages of entries and of journals come from indexes, in their order")
    func plans() throws {
        func details(_ sql: String) throws -> String {
            try store.pool.read { db in
                let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                statement.setUncheckedArguments(StatementArguments())
                return try Row.fetchAll(statement).map { $0["detail"] }.joined(separator: "\n")
            }
        }
        let ids = QuarantineFilter(account: .default, query: QuarantineQuery(ids: [1, 2], state: .open))
        let all = QuarantineFilter(account: .default, query: QuarantineQuery())
        for plan in [
            try details(SQLiteStore.sliceSQL(all, selecting: "x''") + " ORDER BY id DESC LIMIT 1"),
            try details(SQLiteStore.sliceSQL(ids, selecting: "body") + " ORDER BY id LIMIT 1"),
            try details(SQLiteStore.replayedSQL),
            try details("SELECT id FROM quarantine WHERE account = ? AND execution = ? AND resolution IS NULL"),
        ] {
            #expect(plan.contains("USING") && !plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "\(plan)")
        }
    }
}

extension JournalReceipt {
    fileprivate var isQuarantined: Bool { if case .quarantined = self { true } else { false } }
}

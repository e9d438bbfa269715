import CallDomain
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: due calls")
struct SQLiteStoreDueTests {
    private static let accounts = ["a", "b", "default", "late", "later", "other"].map(AccountID.init(rawValue:))

    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    /// Calls whose ringing is overdue, the first the longest.
    private func fill(_ account: AccountID, _ count: Int, from second: Int64 = 0, hints: Bool = false) throws {
        let arrivals = (0..<count).map { number -> Arrival in
            let name = "\(account.rawValue)-\(number)"
            var arrival =
                hints
                ? Arrival.hint(name, .ringing, at: second + Int64(number))
                : Arrival.webhook(name, .ringing, at: second + Int64(number))
            arrival.account = account
            return arrival
        }
        _ = try store.apply(arrivals.map(\.entry))
    }

    private func due(_ limit: Int) throws -> [DueCall] {
        try store.takeDue(of: Self.accounts, at: .at(100_000), limit: limit, lease: .seconds(30)).calls
    }

    @Test("One account's backlog does not hide another's calls: accounts take turns, the earliest of each first")
    func fairness() throws {
        try fill(.default, 200)
        let late = AccountID(rawValue: "late")
        try fill(late, 3, from: 5_000)
        try fill(AccountID(rawValue: "later"), 50, from: 6_000)
        let taken = try due(60)
        #expect(taken.count == 60)
        let shares = Dictionary(grouping: taken, by: \.account.rawValue).mapValues(\.count)
        #expect(shares == ["default": 29, "late": 3, "later": 28])
        #expect(taken.filter { $0.account == .default }.map(\.execution.rawValue) == (0..<29).map { "default-\($0)" })
        #expect(taken == taken.sorted { $0.due < $1.due })
    }

    @Test("Of the waits that have ended, those that no look has ended are given, hints included, page by page")
    func endedUnseen() throws {
        try store.observe(.webhook("looked", .ringing, at: 0))
        try store.observe(.read("looked", .ringing, sent: 200_000))
        try fill(.other, 3)
        try fill(.default, 3)
        func end(_ names: [String], _ account: AccountID, at seconds: Int64) throws {
            _ = try store.apply(
                names.map { name in
                    .readFailed(
                        FailedRead(
                            account: account, call: CallID(rawValue: "\(account.rawValue)-\(name)"), at: .at(seconds),
                            retryAt: .at(seconds + 60), isNotFound: false))
                })
        }
        try end(["other-0"], .other, at: 200_000)
        try end(["default-0", "default-1"], .default, at: 200_000)
        try store.observe(.hint("hint-0", .ringing, at: 1))
        try end(["hint-0"], .default, at: 300_000)
        var found: [String] = []
        var place: DueCursor? = DueCursor(due: .at(150_000), row: .min)
        while let after = place {
            let page = try store.endedUnseen(account: .default, after: after, limit: 1)
            found += page.calls.map(\.execution.rawValue)
            place = page.next
        }
        #expect(found == ["default-0", "default-1", "hint-0"])
        let late = DueCursor(due: .at(200_001), row: .min)
        #expect(try store.endedUnseen(account: .default, after: late, limit: 9).calls.count == 1)
        #expect(try store.endedUnseen(account: .other, after: late, limit: 9).calls.isEmpty)
    }

    @Test("What fits is taken whole, earliest first, whichever account it belongs to")
    func order() throws {
        try fill(.default, 3, from: 10)
        try fill(.other, 2, from: 9)
        #expect(
            try due(100).map(\.execution.rawValue) == ["other-0", "default-0", "other-1", "default-1", "default-2"])
        #expect(try due(0).isEmpty)
        #expect(try store.takeDue(of: [.default], at: .at(1), limit: 10, lease: .zero).calls.isEmpty)
    }

    @Test("Hints come after all calls that something is known of, accounts in turns")
    func hints() throws {
        try fill(.other, 2, from: 50)
        try fill(AccountID(rawValue: "a"), 20, hints: true)
        try fill(AccountID(rawValue: "b"), 20, from: 30, hints: true)
        let taken = try due(8)
        #expect(taken.map(\.account.rawValue).filter { $0 == "a" }.count == 3)
        #expect(taken.map(\.account.rawValue).filter { $0 == "b" }.count == 3)
        #expect(taken.filter { $0.status != nil }.map(\.account) == [.other, .other])
    }

    @Test("A part of the limit is kept for hints, however many calls are due before them")
    func shareOfHints() throws {
        try fill(.default, 100)
        try fill(AccountID(rawValue: "a"), 20, from: 200, hints: true)
        let taken = try store.takeDue(of: Self.accounts, at: .at(100_000), limit: 40, lease: .zero)
        #expect(taken.calls.filter { $0.status == nil }.map(\.execution.rawValue) == (0..<5).map { "a-\($0)" })
        #expect(taken.calls.count == 40)
        #expect(taken.hasMore)
        let all = try store.takeDue(of: Self.accounts, at: .at(100_000), limit: 120, lease: .zero)
        #expect(all.calls.count == 120)
        #expect(!all.hasMore)
    }

    @Test("Calls of accounts that cannot be read take no place of others")
    func unreadable() throws {
        try fill(.other, 1_200)
        try fill(.default, 50, from: 5_000)
        let taken = try store.takeDue(of: [.default], at: .at(100_000), limit: 50, lease: .zero)
        #expect(taken.calls.map(\.account) == Array(repeating: .default, count: 50))
        #expect(try store.takeDue(of: [], at: .at(100_000), limit: 50, lease: .zero).calls.isEmpty)
    }

    @Test(
        "A row that cannot be read costs only itself, and is named",
        arguments: [
            "UPDATE calls SET ledger = x'07' WHERE execution IN ('default-0', 'default-2')",
            """
            UPDATE calls SET state = x'00' WHERE execution IN ('default-0', 'default-2');
            UPDATE observations SET statement = x'00'
            WHERE call IN (SELECT id FROM calls WHERE execution IN ('default-0', 'default-2'))
            """,
        ])
    func damaged(damage: String) throws {
        try fill(.default, 4)
        try fill(.other, 2, from: 5_000)
        try store.tamper(damage)
        let named = ["default-default-0", "default-default-2"]
        let taken = try store.takeDue(of: Self.accounts, at: .at(100_000), limit: 4, lease: .zero)
        #expect(taken.calls.map(\.execution.rawValue) == ["default-1", "default-3", "other-0", "other-1"])
        #expect(taken.damaged.map(\.call.rawValue) == named)
        #expect(Set(taken.damaged.map(\.account)) == [.default])
        var found: [String] = []
        var damaged: [String] = []
        var cursor: DueCursor?
        repeat {
            let page = try store.due(
                account: .default, isHinted: false, at: .at(100_000), after: cursor, limit: 1)
            found += page.calls.map(\.execution.rawValue)
            damaged += page.damaged.map(\.call.rawValue)
            cursor = page.next
        } while cursor != nil
        #expect(found == ["default-1", "default-3"])
        #expect(damaged == named)
        let expecting = try store.expecting(account: .default, agent: nil, after: nil, limit: 10)
        #expect(expecting.calls.count == 4)
    }

    @Test("The calls of a scope that expect something are found page by page, and no others")
    func expecting() throws {
        let agent = AgentID(rawValue: "a")
        let arrivals = (0..<25).map { number -> Arrival in
            var arrival = Arrival.webhook("e\(number)", number == 24 ? .canceled : .ringing, at: Int64(number / 4))
            arrival.fields = [.agentID: .text(number % 2 == 0 ? "a" : "b")]
            return arrival
        }
        _ = try store.apply(arrivals.map(\.entry))
        try fill(.other, 3)
        try fill(.default, 2)
        var found: [CallID] = []
        var cursor: DueCursor?
        var pages = 0
        repeat {
            let page = try store.expecting(account: .default, agent: agent, after: cursor, limit: 5)
            found += page.calls.map(\.call)
            cursor = page.next
            pages += 1
        } while cursor != nil
        #expect(Set(found.map(\.rawValue)) == Set(stride(from: 0, to: 24, by: 2).map { "default-e\($0)" }))
        #expect(found.count == 12)
        #expect(pages == 3)
        let without = try store.expecting(account: .default, agent: nil, after: nil, limit: 10)
        #expect(without.calls.map(\.call.rawValue) == ["default-default-0", "default-default-1"])
    }

    @Test("Audits are kept with the names of what differs, for as long as reports reach")
    func audits() throws {
        try store.observe(.webhook("e", .completed, at: 1))
        let call = try store.record("e").call
        let old = Audit(account: .default, call: call, agent: nil, at: .at(1), outcome: .agrees)
        let new = Audit(
            account: .default, call: call, agent: nil, at: .at(90 * 86_400), outcome: .differs,
            differing: ["status", "totalCost"])
        _ = try store.apply([.audit(old), .audit(new)])
        #expect(try store.audits(account: .default, from: .at(0), to: .at(100 * 86_400)) == [old, new])
        #expect(try store.audits(account: .other, from: .at(0), to: .at(100 * 86_400)).isEmpty)
        var last = new
        last.at = .at(93 * 86_400)
        _ = try store.apply([.audit(last), .heartbeat(at: .at(102 * 86_400))])
        #expect(try store.audits(account: .default, from: .at(0), to: .at(100 * 86_400)) == [new, last])
        let stranger = Audit(account: .other, call: call, agent: nil, at: .at(1), outcome: .agrees)
        guard case .failed = try store.apply([.audit(stranger)])[0] else {
            Issue.record("an audit of another account's call was stored")
            return
        }
    }
}

extension DueCall {
    fileprivate var due: Timestamp { ledger.open?.due ?? .distantFuture }
}

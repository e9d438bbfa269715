import CallDomain
import Testing

@testable import SQLiteStore

@Suite("What is to be swept, in SQLite")
struct SQLiteStoreSweepTests {
    let fixture: StoreFixture
    let store: SQLiteStore
    private let agent = AgentID(rawValue: "a")

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private func gap(_ from: Int64, _ to: Int64, agent: AgentID? = nil, account: AccountID = .default) -> SweepGap {
        SweepGap(account: account, agent: agent, from: .at(from), to: .at(to))
    }

    private func write(closed: [SweepGap] = [], opened: [SweepGap]) throws {
        #expect(try store.apply([.sweepGaps(closed: closed, opened: opened)]).count == 1)
    }

    @Test("Gaps are kept over a restart, each once, until they, or all of their time, are closed")
    func gaps() throws {
        try write(opened: [gap(5, 9), gap(1, 3), gap(1, 3), gap(1, 3, agent: agent), gap(1, 3, account: .other)])
        try store.close()
        let again = try fixture.open()
        #expect(try again.sweepGaps(account: .default) == [gap(1, 3), gap(5, 9), gap(1, 3, agent: agent)])
        _ = try again.apply([.sweepGaps(closed: [gap(1, 8)], opened: [gap(2, 3, agent: agent)])])
        #expect(
            try again.sweepGaps(account: .default) == [gap(5, 9), gap(1, 3, agent: agent), gap(2, 3, agent: agent)])
        #expect(try again.sweepGaps(account: .other) == [gap(1, 3, account: .other)])
    }

    @Test("Of too many of an agent, those that lie back farthest go, and none of another's")
    func bound() throws {
        let most = Int64(StoreBounds.mostSweepGaps)
        for number in 0..<10 {
            let other = AgentID(rawValue: "other-\(number)")
            try write(opened: (0..<most).map { gap(-$0 - 1, -$0, agent: other) })
        }
        try write(opened: (0..<most + 3).map { gap($0, $0 + 1) })
        let kept = try store.sweepGaps(account: .default)
        #expect(kept.count == 11 * StoreBounds.mostSweepGaps)
        #expect(kept.first?.from == .at(3))
    }

    @Test("The oldest open call is the one that is waited for, by the creation that Bolna states")
    func oldestOpen() throws {
        #expect(try store.oldestOpen(account: .default) == nil)
        var open = Arrival.webhook("open", .ringing, at: 500)
        open.fields[.createdAt] = .time(.at(100))
        try store.observe(open)
        try store.observe(.webhook("later", .ringing, at: 600))
        try store.observe(.webhook("over", .completed, at: 40))
        #expect(try store.oldestOpen(account: .default) == .at(100))
        #expect(try store.oldestOpen(account: .other) == nil)
    }

    @Test("A call that was given up, whatever its status says, is not open")
    func abandoned() throws {
        try store.observe(.webhook("given-up", .ringing, at: 100))
        try store.observe(.webhook("open", .ringing, at: 1_000_000))
        let call = try store.record("given-up").call
        let failed = FailedRead(
            account: .default, call: call, at: .at(200_000), retryAt: .at(200_100), isNotFound: false)
        _ = try store.apply([.readFailed(failed)])
        #expect(try store.record("given-up").ledger.outcome == .abandoned)
        #expect(try store.oldestOpen(account: .default) == .at(1_000_000))
    }
}

@Suite("What a statement claims itself, in SQLite")
struct SQLiteStoreClaimTests {
    @Test("A late statement claims the position it has among the others, in the attempt that they count")
    func late() throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try store.observe(.webhook("e", .busy, at: 10), .webhook("e", .initiated, at: 20))
        var late = Arrival.webhook("e", .ringing, at: 30)
        late.updatedAt = .at(5)
        let observed = try store.observe(late)
        #expect(observed.map(\.claimed) == [Position(attempt: 0, step: 4)])
        #expect(observed.map(\.position) == [Position(attempt: 1, step: 2)])
        let front = try store.observe(.webhook("e", .ringing, at: 40))
        #expect(front.map(\.claimed) == [Position(attempt: 1, step: 4)])
        let odd = try store.observe(.webhook("e", .unknown("odd"), at: 50))
        #expect(odd.map(\.claimed?.step) == [5])
        let hint = try store.observe(.hint("e", .busy, at: 60))
        #expect(hint.map(\.claimed) == [nil])
    }
}

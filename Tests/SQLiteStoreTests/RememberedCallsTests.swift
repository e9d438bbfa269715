import CallDomain
import GRDB
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: remembered calls")
struct RememberedCallsTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private var remembered: [StoredCall] { store.statements.calls.all }

    /// Remembered calls that differ from their rows.
    private func differences() throws -> [String] {
        try store.pool.read { db in
            try remembered.filter { call in
                let row = try StoredCall.find(
                    db, account: call.account, execution: call.execution, reconciler: store.reconciler)
                // A state that is short does not tell which root the next statement is packed with.
                var known = call
                if row?.root == nil { known.root = nil }
                return row != known
            }.map(\.execution.rawValue)
        }
    }

    private func entry(using random: inout SeededGenerator) -> JournalEntry {
        let name = "exec-\(Int.random(in: 0..<3, using: &random))"
        let call = CallID(rawValue: "default-\(name)")
        let second = Int64.random(in: 600..<900, using: &random)
        let profile = ScopeProfile(path: .healthy)
        return switch Int.random(in: 0..<8, using: &random) {
        case 0: .recompute(account: .default, call: call, profile: profile, now: .at(second))
        case 1: .reopen(account: .default, call: call, profile: profile, now: .at(second))
        case 2: .recompute(account: .default, call: CallID(rawValue: "nobody"), profile: profile, now: .at(second))
        case 3: .erase(Erasure(account: .default, calls: [call], at: .at(second)))
        case 4, 5:
            .retain(
                RetentionStep(
                    account: .default, kind: Bool.random(using: &random) ? .transcripts : .calls, before: .at(second),
                    at: .at(second + 900)))
        default:
            Arrival(execution: "poison", status: .ringing, receivedAt: .at(second), callID: "default-exec-0").entry
        }
    }

    @Test(
        "What is remembered of a call is what would be read of it, whatever happened",
        arguments: 1...24 as ClosedRange<UInt64>)
    func equal(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        var wasRemembered = false
        for _ in 0..<25 {
            var batch = ArrivalSamples.sequence(of: Int.random(in: 1...6, using: &random), using: &random).map(\.entry)
            if Int.random(in: 0..<3, using: &random) == 0 { batch.append(entry(using: &random)) }
            _ = try store.apply(batch.shuffled(using: &random))
            #expect(try differences() == [])
            wasRemembered = wasRemembered || !remembered.isEmpty
        }
        #expect(wasRemembered)
    }

    @Test("A batch that fails, and anything written past the journal, leaves nothing remembered")
    func forgotten() throws {
        try store.observe(.webhook("e", .ringing, at: 1))
        #expect(remembered.map(\.execution.rawValue) == ["e"])
        try store.tamper("CREATE TRIGGER full BEFORE INSERT ON changes BEGIN SELECT RAISE(ABORT, 'full'); END")
        _ = try store.apply([Arrival.webhook("e", .inProgress, at: 2).entry])
        #expect(remembered.isEmpty)
        try store.tamper("DROP TRIGGER full")
        try store.observe(.webhook("e", .inProgress, at: 3))
        try store.tamper("UPDATE calls SET observation_count = 77")
        try store.observe(.webhook("e", .completed, at: 4))
        #expect(remembered.map(\.observationCount) == [78])
        let other = try DatabaseQueue(path: fixture.path)
        try other.writeWithoutTransaction { db in try db.execute(sql: "UPDATE calls SET observation_count = 7") }
        try other.close()
        try store.observe(.read("e", .completed, sent: 9))
        #expect(remembered.map(\.observationCount) == [8])
    }

    @Test("A name that the database cuts at its first NUL is not remembered")
    func cutNames() throws {
        try store.observe(Arrival(execution: "e\0x", status: .ringing, callID: "e"))
        #expect(remembered.isEmpty)
    }

    @Test("No more than twice so many are remembered, and those that were written last")
    func bound() throws {
        let calls = RememberedCalls()
        for number in 0..<StoreBounds.callsRemembered * 5 {
            calls.keep(StoredCall(Arrival.webhook("e\(number)", .ringing, at: 1).incoming))
            #expect(calls.all.count <= StoreBounds.callsRemembered * 2)
        }
        let last = Set(calls.all.map(\.execution.rawValue))
        let newest = StoreBounds.callsRemembered * 4..<StoreBounds.callsRemembered * 5
        #expect(newest.allSatisfy { last.contains("e\($0)") })
    }
}

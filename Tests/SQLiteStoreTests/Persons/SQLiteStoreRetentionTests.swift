import CallDomain
import GRDB
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: retention")
struct SQLiteStoreRetentionTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private func bodyCount() throws -> Int { try store.count("bodies") }

    @Test("Bodies that are too old go, and what is believed stays")
    func bodies() throws {
        try store.observe(.told("e", .ringing, at: 1), .told("e", .completed, at: 100), .told("f", .ringing, at: 50))
        let before = try store.record("e").state
        #expect(try store.retain(.bodies, before: 60) == ErasedData(count: 2, isDone: true))
        #expect(try bodyCount() == 1)
        #expect(try store.record("e").state == before)
        #expect(try store.differences(of: "e") == [])
        #expect(try store.retain(.bodies, before: 60).count == 0)
        #expect(try store.retain(.bodies, before: 200).count == 1)
    }

    @Test("Words that are too old go from the call, its journal, the search and the files; the call equals its journal")
    func words() throws {
        try store.observe(.told("e", .ringing, at: 1), .told("e", .completed, at: 10), .told("f", .completed, at: 500))
        try store.observe(.hint("hint", .failed, at: 5))
        #expect(try store.retain(.transcripts, before: 400) == ErasedData(count: 2, isDone: true))
        let state = try #require(try store.record("e").state)
        #expect(state[.transcript] == nil)
        #expect(state[.toNumber] == .text(Arrival.number))
        #expect(try store.differences(of: "e") == [])
        #expect(try store.journal(of: "e").rows.allSatisfy { $0.body == nil })
        var query = CallQuery()
        query.text = "asha"
        #expect(
            try store.calls(account: .default, query: query, after: nil, limit: 9).calls.count == 2, "a caller's name")
        query.text = "my name"
        let found = try store.calls(account: .default, query: query, after: nil, limit: 9).calls
        #expect(found.map(\.execution.rawValue) == ["f"])
        let hint = ExecutionID(rawValue: "hint")
        #expect(try store.known(account: .default, executions: [hint])[hint] == .some(.completed))
    }

    @Test(
        "A call that cannot be read keeps no other call's words, and goes as a whole when its time is over",
        arguments: [
            "UPDATE calls SET ledger = x'07' WHERE execution = 'b'",
            """
            UPDATE calls SET state = x'00' WHERE execution = 'b';
            UPDATE observations SET statement = x'00' WHERE call = (SELECT id FROM calls WHERE execution = 'b')
            """,
        ])
    func damaged(damage: String) throws {
        for (number, name) in ["a", "b", "c"].enumerated() {
            try store.observe(.told(name, .completed, at: Int64(number)))
        }
        try store.observe(.hint("hint", .failed, at: 5))
        try store.tamper(damage)
        let damaged = DamagedCall(account: .default, call: CallID(rawValue: "default-b"))
        #expect(
            try store.retain(.transcripts, before: 400) == ErasedData(count: 3, isDone: true, damaged: [damaged]))
        for name in ["a", "c"] {
            #expect(try store.record(name).state?[.transcript] == nil)
            #expect(try store.differences(of: name) == [])
        }
        try store.tamper("UPDATE calls SET next_due_at = NULL")
        #expect(try store.retain(.calls, before: 1_000) == ErasedData(count: 3, isDone: true))
        #expect(try store.count("observations") == 0 && store.count("bodies") == 0)
        #expect(try store.compact())
        #expect(try !store.isInFiles(Arrival.words, of: fixture))
    }

    @Test("What comes late cannot bring words back: repeats, further statements, reads")
    func wordsStayGone() throws {
        let first = Arrival.told("e", .ringing, at: 1)
        try store.observe(first)
        try store.retain(.transcripts, before: 400)
        var repeated = first
        repeated.receivedAt = .at(0)
        var read = Arrival.read("e", .completed, sent: 600)
        read.fields = [.transcript: .text(Arrival.words)]
        for arrival in [first, repeated, .told("e", .completed, at: 500, created: 1), read] {
            try store.observe(arrival)
            #expect(try store.record("e").state?[.transcript] == nil)
            #expect(try store.differences(of: "e") == [])
        }
        #expect(try bodyCount() == 0)
        #expect(try store.record("e").state?.status == .completed)
    }

    @Test("A late statement that shows its call to be old takes the words of the earlier ones with it")
    func lateAge() throws {
        try store.observe(.told("e", .ringing, at: 1))
        var incoming = Arrival.told("e", .completed, at: 10, created: -9_000).incoming
        incoming.redaction = .words
        _ = try store.apply([.observation(incoming)])
        #expect(try store.record("e").state?[.transcript] == nil)
        #expect(try store.differences(of: "e") == [])
        #expect(try bodyCount() == 0)
    }

    @Test("Calls that are over go as a whole and stay away; one that still waits for something stays")
    func calls() throws {
        try store.observe(
            .told("waits", .ringing, at: 1), .told("over", .completed, at: 2), .read("over", .completed, sent: 3))
        try store.tamper("UPDATE calls SET next_due_at = NULL WHERE execution = 'over'")
        try store.tamper("UPDATE calls SET next_due_at = 5 WHERE execution = 'waits'")
        #expect(try store.retain(.calls, before: 1_000) == ErasedData(count: 1, isDone: true))
        #expect(try store.call(account: .default, reference: "over", withBody: false) == nil)
        #expect(try store.record("waits").state?.status == .ringing)
        #expect(try store.differences(of: "waits") == [])
        #expect(try store.count("observations") == 1)
        #expect(try store.damage() == [])
        guard case .forgotten? = try store.apply([Arrival.told("over", .completed, at: 2).entry]).first else {
            Issue.record("it must stay away")
            return
        }
        #expect(try store.retain(.calls, before: 1_000).count == 0)
    }

    private func isSaidToLack(from seconds: Int64) throws -> Bool {
        let report = try store.report(.window(from: seconds, to: seconds + 1_000))
        return report.coverage.contains { $0.contains("have been deleted") }
    }

    @Test("A report of a window in which a deleted call was told of says so, also long after the call's creation")
    func reports() throws {
        try store.observe(
            .told("over", .completed, at: 2), .read("over", .completed, sent: 700), .told("kept", .completed, at: 5_000)
        )
        try store.tamper("UPDATE calls SET next_due_at = NULL")
        let before = try store.report(.window(from: 500))
        #expect(try !isSaidToLack(from: 500))
        #expect(try store.retain(.calls, before: 100).count == 1)
        #expect(try store.report(.window(from: 500, asOf: before.position)).figures != before.figures)
        #expect(try isSaidToLack(from: 0) && isSaidToLack(from: 500))
        #expect(try !isSaidToLack(from: 800))
    }

    @Test("A report says so as well where a call went that only hints told of, with words that were too old")
    func reportsOfHints() throws {
        try store.observe(.hint("hint", .failed, at: 5), .told("kept", .completed, at: 500))
        #expect(try store.retain(.transcripts, before: 400).count == 1)
        #expect(try isSaidToLack(from: 0))
        #expect(try !isSaidToLack(from: 10))
    }

    @Test("The audit, the quarantine's bytes and dials go by their own times")
    func others() throws {
        let records = (0..<3).map { number in
            AuditRecord(at: .at(number * 100), account: .default, actor: "a", action: .reveal, subject: "s")
        }
        let delivery = QuarantinedDelivery(
            account: .default, agent: nil, source: .webhook, trust: .signed, receivedAt: .at(1), reason: .badField,
            detail: "", digest: ContentDigest(of: "q"), body: Array("body".utf8))
        let intent = DialIntent(
            account: .default, correlationKey: "key", idempotencyKey: nil, fingerprint: ContentDigest(of: "d"),
            agent: AgentID(rawValue: "a"), request: [1], createdAt: .at(1))
        _ = try store.apply([.auditTrail(records), .quarantine(delivery), .dialIntent(intent)])
        #expect(try store.retain(.audit, before: 150).count == 2)
        #expect(try store.auditTrail(account: .default, before: nil, limit: 9).records.count == 1)
        #expect(try store.retain(.quarantine, before: 150).count == 1)
        #expect(try store.quarantineCounts(account: .default, query: QuarantineQuery()).open == 0)
        #expect(try store.retain(.quarantine, before: 150).count == 0)
        #expect(try store.retain(.dials, before: 150).count == 0, "one that is open stays")
        _ = try store.apply([
            .dialOutcome(DialOutcome(account: .default, correlationKey: "key", state: .refused, detail: "", at: .at(2)))
        ])
        #expect(try store.retain(.dials, before: 150).count == 1)
    }

    @Test("Steps are bounded, and go on while statements come in between; each leaves every call as its journal says")
    func steps() throws {
        let many = 130
        for number in 0..<many { try store.observe(.told("e\(number)", .completed, at: Int64(number))) }
        var steps = 0
        while try !store.retain(.transcripts, before: 1_000).isDone {
            steps += 1
            try store.observe(.told("late\(steps)", .ringing, at: 2_000))
            try store.observe(.told("e\(steps)", .completed, at: 900, created: Int64(steps)))
            for number in stride(from: 0, to: many, by: 17) { #expect(try store.differences(of: "e\(number)") == []) }
        }
        #expect(steps == 2)
        for number in 0..<many {
            #expect(try store.record("e\(number)").state?[.transcript] == nil)
            #expect(try store.differences(of: "e\(number)") == [])
        }
        #expect(try store.record("late1").state?[.transcript] != nil)
    }

    @Test("Law 4 holds for calls of any evidence, whatever is taken from them", arguments: SQLiteStoreLawTests.seeds)
    func explained(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        for arrival in ArrivalSamples.sequence(of: 40, using: &random) { _ = try store.apply([arrival.entry]) }
        for kind in [RetentionStep.Kind.bodies, .transcripts] {
            try store.retain(kind, before: 300)
            for arrival in ArrivalSamples.sequence(of: 15, using: &random) {
                _ = try store.apply([arrival.entry])
                for execution in ["exec-0", "exec-1", "exec-2"] {
                    guard try store.dossier(account: .default, reference: execution) != nil else { continue }
                    #expect(try store.differences(of: execution) == [])
                }
            }
        }
    }

    @Test(
        "What is too old is found by an index",
        arguments: [
            JournalTransaction.oldBodiesSQL, JournalTransaction.oldQuarantineSQL, JournalTransaction.oldWordsSQL,
            JournalTransaction.oldHintsSQL, JournalTransaction.oldCallsSQL,
        ])
    func plans(sql: String) throws {
        let lines: [String] = try store.pool.read { db in
            let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
            statement.setUncheckedArguments(StatementArguments())
            return try Row.fetchAll(statement).map { $0["detail"] }
        }
        #expect(lines.allSatisfy { $0.contains("SEARCH") }, "\(lines)")
    }
}

import CallDomain
import GRDB
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: expectations")
struct SQLiteStoreExpectationTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private func learned(_ agent: String?, _ topic: LearnedTopic, _ bytes: [UInt8], at seconds: Int64) -> LearnedRecord
    {
        LearnedRecord(
            account: .default, agent: agent.map(AgentID.init(rawValue:)), topic: topic, bytes: bytes, at: .at(seconds))
    }

    @Test("What was learned is kept, one record for each scope and topic; a topic of a later program is left out")
    func remembers() throws {
        let records = [
            learned(nil, .talking, [], at: 1), learned("agent", .ringing, [2], at: 1),
            learned("agent", .recording, [3], at: 1), learned("agent", .ringing, [4, 5], at: 9),
        ]
        _ = try store.apply(records.map(JournalEntry.learned))
        #expect(try store.learned() == [records[0], records[3], records[2]])
        try store.tamper("UPDATE learned SET topic = 77 WHERE topic = 100")
        #expect(try store.learned() == [records[0], records[3]])
    }

    @Test("A ledger of the first form is read, and written anew when its call is touched")
    func firstForm() throws {
        try store.observe(.webhook("exec-1", .ringing, at: 0))
        let form = Array(try store.record("exec-1").ledger.encoded)
        #expect(form.first == 2)
        // A ringing call since 1 790 000 000, whose first look was due 75 s later.
        try store.tamper(
            """
            UPDATE calls SET ledger = x'010103008080afa2dbffad0680a3f2e9dbffad068080eaffde84ae06000772696e67696e670400\
            010008010602000001\
            80e8c1c8dbffad06'
            """)
        let old = try store.record("exec-1").ledger
        #expect(old.open?.why == .ringing && old.open?.looks == 2)
        try store.observe(.webhook("exec-1", .inProgress, at: 5))
        #expect(try store.record("exec-1").ledger.encoded.first == 2)
    }

    @Test("Each change of an artefact is a change that clients see, and one read that finds all of them ends the wait")
    func artefacts() throws {
        var completed = Arrival.webhook("exec-1", .completed, at: 0)
        completed.fields = [.conversationDuration: .number(30), .transcript: .text("assistant: hello")]
        let first = try store.observe(completed)[0]
        #expect(first.artefactsBefore == nil)
        #expect(first.ledger.artefacts?[.transcript]?.state == .arrived)
        #expect(first.ledger.artefacts?[.recording]?.state == .expected)
        #expect(first.ledger.open?.due == .at(180))
        var read = Arrival.read("exec-1", .completed, sent: 180)
        read.fields = completed.fields.merging(
            [.recordingURL: .text("https://example.com/1"), .totalCost: .number(5.65)]) { $1 }
        let second = try store.observe(read)[0]
        #expect(second.artefactsBefore == first.ledger.artefacts)
        #expect(second.ledger.outcome == .settled && second.ledger.open == nil)
        #expect(second.ledger.artefacts?[.recording]?.endedAt == .at(181))
        #expect(second.change != nil)
    }

    @Test("A hint is no word of life for a call that Bolna does not know; a trusted statement is")
    func unknownToBolna() throws {
        try store.observe(.webhook("exec-1", .ringing, at: 0))
        let call = try store.record("exec-1").call
        for seconds in [100, 400, 800] as [Int64] {
            _ = try store.apply([
                .readFailed(
                    FailedRead(
                        account: .default, call: call, at: .at(seconds), retryAt: .at(seconds + 60), isNotFound: true))
            ])
        }
        #expect(try store.record("exec-1").ledger.outcome == .unknownToBolna)
        try store.observe(.hint("exec-1", .inProgress, at: 900))
        #expect(try store.record("exec-1").ledger.outcome == .unknownToBolna)
        #expect(try store.record("exec-1").ledger.open?.due == .at(960))
        try store.observe(.webhook("exec-1", .ringing, at: 910))
        #expect(try store.record("exec-1").ledger.outcome == nil)
        #expect(try store.record("exec-1").ledger.open != nil)
    }

    @Test("The priority of a dial belongs to the call that first carries its key, and not to a hint's")
    func priority() throws {
        func dial(_ key: String, isPriority: Bool) -> JournalEntry {
            .dialIntent(
                DialIntent(
                    account: .default, correlationKey: key, idempotencyKey: nil, fingerprint: ContentDigest(of: key),
                    agent: AgentID(rawValue: "agent"), request: [1], createdAt: .at(0), isPriority: isPriority))
        }
        _ = try store.apply([dial("urgent", isPriority: true), dial("usual", isPriority: false)])
        #expect(try store.dial(account: .default, correlationKey: "urgent")?.intent.isPriority == true)
        #expect(try store.dial(account: .default, correlationKey: "usual")?.intent.isPriority == false)
        for (execution, key) in [("exec-1", "urgent"), ("exec-2", "usual"), ("exec-3", "nobody's")] {
            var arrival = Arrival.webhook(execution, .ringing, at: 1)
            arrival.correlationKey = key
            arrival.fields[.recipientData] = .json("{}")
            try store.observe(arrival)
            #expect(try store.record(execution).ledger.isPriority == (key == "urgent"))
        }
        var hint = Arrival.hint("exec-4", .ringing, at: 1)
        hint.correlationKey = "urgent"
        try store.observe(hint)
        #expect(try store.record("exec-4").ledger.isPriority == false)
        try store.observe(.webhook("exec-1", .inProgress, at: 2))
        #expect(try store.record("exec-1").ledger.isPriority)
    }
}

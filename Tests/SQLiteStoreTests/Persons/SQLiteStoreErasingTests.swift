import CallDomain
import GRDB
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: erasing")
struct SQLiteStoreErasingTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private static let day = ReportQuery(account: .default, from: .at(-10), to: .at(4_000))

    @Test("An erased call is nowhere to be seen, and nothing of the person is in any file")
    func gone() throws {
        try store.observe(.told("e", .ringing, at: 1), .told("e", .completed, at: 10), .told("other", .ringing, at: 2))
        try store.observe(.read("e", .completed, sent: 20))
        #expect(try store.erase(["default-e"]) == ErasedData(count: 1, isDone: true))
        #expect(try store.call(account: .default, reference: "e", withBody: true) == nil)
        #expect(try store.dossier(account: .default, reference: "default-e") == nil)
        #expect(try store.journal(account: .default, call: CallID(rawValue: "default-e"), withBodies: true) == nil)
        let page = try store.calls(account: .default, query: CallQuery(), after: nil, limit: 10)
        #expect(page.calls.map(\.execution.rawValue) == ["other"])
        #expect(try store.erase(["default-other", "default-e", "none"]).count == 1)
        #expect(try store.compact())
        for text in [
            Arrival.number, "14155550100", Arrival.words.lowercased(), Arrival.words, "Asha", "lead-7", "r.mp3",
        ] {
            #expect(try !store.isInFiles(text, of: fixture), "\(text)")
        }
        #expect(try store.damage() == [])
    }

    @Test("Reports add up as before: a call that was erased still counts")
    func reports() throws {
        try store.observe(.told("e", .ringing, at: 1), .told("e", .completed, at: 10), .told("e", .completed, at: 10))
        let before = try store.report(Self.day)
        try store.erase(["default-e"])
        let after = try store.report(Self.day)
        for figure in [FigureID(.calls), FigureID(.deliveries), FigureID(.duplicates), FigureID(.finished)] {
            #expect(after.figures.first { $0.id == figure } == before.figures.first { $0.id == figure })
        }
    }

    @Test("The index of texts loses a block only where a text goes, and can be made again at once")
    func textIndex() throws {
        try store.observe(.webhook("silent", .ringing, at: 1), .told("e", .ringing, at: 2), .told("f", .ringing, at: 3))
        _ = try store.apply([.indexTexts(unchangedSince: .at(100))])
        func changedAt() throws -> [Int64?] {
            try store.pool.read { db in try Int64?.fetchAll(db, sql: "SELECT changed_at FROM text_blocks") }
        }
        #expect(try changedAt() == [nil])
        try store.erase(["default-silent"])
        #expect(try changedAt() == [nil])
        try store.erase(["default-e"])
        #expect(try changedAt() == [Timestamp.at(2).rawValue])
        #expect(try store.count("text_grams") == 0)
    }

    @Test(
        "A number is found and erased although what names it, or the call, cannot be read",
        arguments: [
            "UPDATE observations SET statement = CAST(char(0) || ' +14155550100 ' AS BLOB) WHERE position = 1",
            "UPDATE calls SET ledger = x'07' WHERE execution = 'e'",
        ])
    func damaged(damage: String) throws {
        try store.observe(.told("e", .ringing, at: 1))
        try store.observe(.told("f", .ringing, at: 2))
        try store.tamper(damage + "; UPDATE calls SET from_digits = NULL, to_digits = NULL")
        let number = try #require(TelephoneNumber(Arrival.number))
        let mentions = try store.mentions(account: .default, number: number, after: nil)
        #expect(mentions.calls.map(\.rawValue).sorted() == ["default-e", "default-f"])
        #expect(try store.erase(mentions.calls.map(\.rawValue)) == ErasedData(count: 2, isDone: true))
        #expect(try store.mentions(account: .default, number: number, after: nil).isEmpty)
        #expect(try store.compact())
        #expect(try !store.isInFiles("14155550100", of: fixture))
    }

    @Test("Whatever comes later about an erased call is dropped, and the call is known so that nothing reads it")
    func staysErased() throws {
        try store.observe(.told("e", .ringing, at: 1))
        try store.erase(["default-e"])
        let late: [Arrival] = [
            .told("e", .completed, at: 50), .told("e", .ringing, at: 1), .read("e", .completed, sent: 60),
            .hint("e", .failed, at: 70),
        ]
        for arrival in late {
            guard case .forgotten? = try store.apply([arrival.entry]).first else {
                Issue.record("it must be dropped")
                return
            }
        }
        let execution = ExecutionID(rawValue: "e")
        #expect(try store.known(account: .default, executions: [execution]) == [execution: .some(.completed)])
        #expect(try store.takeDue(of: [.default], at: .distantFuture, limit: 10, lease: .seconds(1)).calls.isEmpty)
        let revised = try store.apply([
            .recompute(
                account: .default, call: CallID(rawValue: "default-e"), profile: ScopeProfile(path: .healthy),
                now: .at(90))
        ])
        #expect(revised.first?.change == nil)
        #expect(try !store.isInFiles(Arrival.number, of: fixture) || store.compact())
        #expect(try !store.isInFiles(Arrival.number, of: fixture))
    }

    @Test("A statement about a forgotten person erases its call, makes none, and leaves a row that keeps it away")
    func forgotten() throws {
        try store.observe(.webhook("e", .ringing, at: 1))
        for execution in ["e", "new"] {
            var incoming = Arrival.told(execution, .completed, at: 10).incoming
            incoming.isForgotten = true
            guard case .forgotten? = try store.apply([.observation(incoming)]).first else {
                Issue.record("it must be dropped")
                return
            }
            #expect(try store.call(account: .default, reference: execution, withBody: false) == nil)
            let id = ExecutionID(rawValue: execution)
            #expect(try store.known(account: .default, executions: [id]) == [id: .some(.completed)])
        }
        #expect(try store.compact())
        #expect(try !store.isInFiles(Arrival.number, of: fixture))
    }

    @Test("A stranger's claim about a forgotten person erases nothing and leaves nothing")
    func stranger() throws {
        try store.observe(.webhook("e", .ringing, at: 1))
        for execution in ["e", "new"] {
            var incoming = Arrival.hint(execution, .completed, at: 10).incoming
            incoming.isForgotten = true
            _ = try store.apply([.observation(incoming)])
        }
        #expect(try store.record("e").state?.status == .ringing)
        #expect(try store.known(account: .default, executions: [ExecutionID(rawValue: "new")]).isEmpty)
    }

    @Test("A statement that is over age makes no call, and does not touch one that is there")
    func overAge() throws {
        try store.observe(.webhook("e", .ringing, at: 1))
        for execution in ["e", "new"] {
            var incoming = Arrival.webhook(execution, .completed, at: 10).incoming
            incoming.isOverAge = true
            _ = try store.apply([.observation(incoming)])
        }
        #expect(try store.record("e").state?.status == .completed)
        #expect(try store.call(account: .default, reference: "new", withBody: false) == nil)
    }

    @Test("Mentions are found wherever they stand, of one account only, and are gone once erased")
    func mentions() throws {
        var other = Arrival.told("x", .ringing, at: 1)
        other.account = .other
        try store.observe(.told("e", .ringing, at: 1), other)
        var inWords = Arrival.webhook("words", .completed, at: 3)
        inWords.fields = [.transcript: .text("call me on 14155550100 please")]
        try store.observe(inWords, .webhook("none", .completed, at: 4))
        let body = Array("{\"id\":\"q\",\"to\":\"+14155550100\"}".utf8)
        _ = try store.apply([
            .quarantine(
                QuarantinedDelivery(
                    account: .default, agent: nil, source: .webhook, trust: .signed, receivedAt: .at(1),
                    reason: .badField, detail: "", digest: ContentDigest(of: "q"), body: body)),
            .dialIntent(
                DialIntent(
                    account: .default, correlationKey: "key", idempotencyKey: nil,
                    fingerprint: ContentDigest(of: "d"), agent: AgentID(rawValue: "a"), request: body,
                    createdAt: .at(1))),
        ])
        let number = try #require(TelephoneNumber(Arrival.number))
        let found = try store.mentions(account: .default, number: number, after: nil)
        #expect(Set(found.calls.map(\.rawValue)) == ["default-e", "default-words"])
        #expect(found.quarantine.count == 1)
        #expect(found.dials == ["key"])
        #expect(found.next == nil)
        try store.erase(found.calls.map(\.rawValue), quarantine: found.quarantine, dials: found.dials)
        #expect(try store.mentions(account: .default, number: number, after: nil).isEmpty)
        #expect(try store.mentions(account: .other, number: number, after: nil).calls.count == 1)
        let entry = try #require(
            try store.quarantine(
                account: .default, query: QuarantineQuery(), slice: QuarantineSlice(limit: 1, withBodies: true)
            ).first)
        #expect(entry.settlement?.resolution == .forgotten)
        #expect(entry.delivery.body.isEmpty)
        #expect(!entry.isBodyKept)
        let totals = try store.pool.read { db in
            try Row.fetchOne(db, sql: "SELECT sum(entries), sum(bytes) FROM quarantine_totals")
        }
        #expect(totals == ["sum(entries)": 1, "sum(bytes)": 0])
    }

    @Test("An entry of the quarantine that turns out to be about a forgotten person ends so, without its bytes")
    func replayed() throws {
        let delivery = QuarantinedDelivery(
            account: .default, agent: nil, source: .webhook, trust: .signed, receivedAt: .at(1), reason: .badField,
            detail: "", digest: ContentDigest(of: "q"), body: Array("body".utf8))
        _ = try store.apply([.quarantine(delivery)])
        var incoming = Arrival.told("e", .completed, at: 1).incoming
        incoming.isForgotten = true
        _ = try store.apply([
            .quarantineTrial(
                QuarantineTrial(
                    account: .default, entry: 1, observations: [incoming], resolution: .replayedByHand,
                    circumstances: "these", at: .at(9)))
        ])
        let entry = try #require(
            try store.quarantine(
                account: .default, query: QuarantineQuery(), slice: QuarantineSlice(limit: 1, withBodies: true)
            ).first)
        #expect(entry.settlement?.resolution == .forgotten)
        #expect(!entry.isBodyKept)
    }

    @Test("With a call go the bytes of what had been kept aside about it, also of what had ended, and of nothing else")
    func settledEntries() throws {
        try store.observe(.told("e", .ringing, at: 1))
        for (name, execution) in [("settled", "e"), ("open", "e"), ("other", "another")] {
            let delivery = QuarantinedDelivery(
                account: .default, agent: nil, execution: ExecutionID(rawValue: execution), source: .webhook,
                trust: .signed, receivedAt: .at(1), reason: .badField, detail: "", digest: ContentDigest(of: name),
                body: Array("user: Zzorina".utf8))
            _ = try store.apply([.quarantine(delivery)])
        }
        _ = try store.apply([
            .quarantineTrial(
                QuarantineTrial(
                    account: .default, entry: 1, observations: [], resolution: .discardedByHand, circumstances: nil,
                    at: .at(2)))
        ])
        try store.erase(["default-e"])
        let entries = try store.quarantine(
            account: .default, query: QuarantineQuery(), slice: QuarantineSlice(limit: 10, withBodies: true)
        ).sorted { $0.id < $1.id }
        #expect(entries.map(\.isBodyKept) == [false, false, true])
        #expect(entries.map { $0.settlement?.resolution } == [.discardedByHand, .forgotten, nil])
    }

    @Test("With a call go the idempotency key and the fingerprint of the request that it came of")
    func dials() throws {
        let intent = DialIntent(
            account: .default, correlationKey: "key", idempotencyKey: "asha-14155550100",
            fingerprint: ContentDigest(of: "d"), agent: AgentID(rawValue: "a"), request: Array("{}".utf8),
            createdAt: .at(1))
        var arrival = Arrival.told("e", .ringing, at: 2)
        arrival.fields[.recipientData] = .json("{\"gateway_dial\":\"key\"}")
        _ = try store.apply([.dialIntent(intent)])
        try store.observe(arrival)
        try store.erase(["default-e"])
        let dial = try #require(try store.dial(account: .default, correlationKey: "key"))
        #expect(dial.intent.idempotencyKey == nil)
        #expect(dial.intent.fingerprint.bytes.allSatisfy { $0 == 0 })
        #expect(dial.intent.request.isEmpty)
    }

    @Test("Forgotten numbers are remembered once, by account")
    func numbers() throws {
        let number = ForgottenNumber(account: .default, digest: ContentDigest(of: "1"))
        let other = ForgottenNumber(account: .other, digest: ContentDigest(of: "1"))
        _ = try store.apply([
            .forgetNumber(number, at: .at(1)), .forgetNumber(number, at: .at(2)), .forgetNumber(other, at: .at(2)),
        ])
        #expect(Set(try store.forgottenNumbers()) == [number, other])
    }
}

import CallDomain
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore dossiers")
struct SQLiteStoreDossierTests {
    /// A call that two reads took back, with a hint beside it.
    private static let arrivals: [Arrival] = [
        Arrival(
            execution: "e", status: .ringing, receivedAt: .at(1), updatedAt: .at(0),
            fields: [.agentID: .text("agent-1"), .recordingURL: .text("https://example.com/r")]),
        .webhook("e", .completed, at: 10),
        .hint("e", .failed, at: 20),
        .read("e", .inProgress, sent: 100),
        .read("e", .inProgress, sent: 200),
    ]

    private func store(in folder: StoreFixture) throws -> SQLiteStore {
        let store = try folder.open()
        for arrival in Self.arrivals { try store.observe(arrival) }
        return store
    }

    @Test("What is stored equals what the journal makes, after every step of a call's life")
    func equal() throws {
        let folder = try StoreFixture()
        let store = try folder.open()
        for arrival in Self.arrivals {
            try store.observe(arrival)
            let dossier = try #require(try store.dossier(account: .default, reference: "e"))
            #expect(dossier.compared().differences == [])
            #expect(!dossier.compared().isFoldedAnew)
        }
    }

    @Test("A dossier holds rows, reads with what they led to, and contradictions with their end")
    func contents() throws {
        let folder = try StoreFixture()
        let store = try store(in: folder)
        let dossier = try #require(try store.dossier(account: .default, reference: "default-e"))
        #expect(dossier.rows.map(\.decision.outcome) == [.created, .advanced, .hinted, .contradicted])
        #expect(dossier.rows.allSatisfy { $0.body == nil })
        #expect(dossier.reads.map(\.outcome) == [.contradicted, .reopened])
        #expect(dossier.reads.map(\.statusAfter) == [nil, .inProgress])
        #expect(dossier.contradictions.map(\.settledAt) == [.at(201)])
        let explanation = dossier.explained(now: .at(300))
        #expect(explanation.state == dossier.record.state)
        #expect(explanation.steps.last?.arrival.outcome == .reopened)
        #expect(try store.dossier(account: .other, reference: "e") == nil)
        #expect(try store.dossier(account: .default, reference: "none") == nil)
    }

    @Test(
        "Whatever is tampered with in a call's row is found, and named",
        arguments: [
            ("state = x'00'", "state (cannot be read)"), ("state = NULL", "state (missing)"),
            ("status = 'busy'", "list status"), ("agent = 'other'", "list agentId"),
            ("has_recording = 1 - has_recording", "list recording"),
            ("observation_count = 9", "list observations"), ("created_at = 5", "list createdAt"),
            ("unverified_status = 'busy'", "list unverified"),
        ])
    func tampered(assignment: String, difference: String) throws {
        let folder = try StoreFixture()
        let store = try store(in: folder)
        try store.tamper("UPDATE calls SET \(assignment)")
        let dossier = try #require(try store.dossier(account: .default, reference: "e"))
        #expect(dossier.compared().differences == [difference])
    }

    @Test("A state that was exchanged for another one is found field by field")
    func exchanged() throws {
        let folder = try StoreFixture()
        let store = try store(in: folder)
        var state = try #require(try store.record("e").state)
        state.attempts[0].status = .completed
        state.shared.values[.agentID] = .text("other")
        let bytes = state.encoded.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        try store.tamper("UPDATE calls SET state = x'\(bytes)'")
        let comparison = try #require(try store.dossier(account: .default, reference: "e")).compared()
        #expect(comparison.differences == ["agentId", "attempt 0 status"])
    }

    @Test("A journal that was tampered with no longer makes what is stored")
    func tamperedJournal() throws {
        let folder = try StoreFixture()
        let store = try store(in: folder)
        try store.tamper("UPDATE observations SET received_at = received_at + 7000000 WHERE position = 1")
        let comparison = try #require(try store.dossier(account: .default, reference: "e")).compared()
        #expect(!comparison.isEqual)
    }

    @Test("What other rules or bounds made is folded anew, and the dossier says so")
    func otherRules() throws {
        let folder = try StoreFixture()
        let store = try store(in: folder)
        try store.tamper("UPDATE calls SET rules_version = 0")
        let older = try #require(try store.dossier(account: .default, reference: "e")).compared()
        #expect(older.isFoldedAnew && older.isEqual && older.madeByVersion == 0)
        try store.close()

        let strict = try SQLiteStore(
            path: folder.path, reconciler: Reconciler(policy: ReopeningPolicy(pause: .seconds(3_600))))
        try strict.tamper("UPDATE calls SET rules_version = \(Reconciler().edition)")
        let dossier = try #require(try strict.dossier(account: .default, reference: "e"))
        #expect(dossier.compared().isFoldedAnew)
        #expect(dossier.record.state?.status == .completed, "under this pause the two reads withdraw nothing")
        #expect(dossier.explained(now: .at(300)).state == dossier.record.state)
    }

    @Test("A call that only hints tell of has a dossier too")
    func hintsOnly() throws {
        let folder = try StoreFixture()
        let store = try folder.open()
        try store.observe(.hint("h", .failed, at: 1))
        let dossier = try #require(try store.dossier(account: .default, reference: "h"))
        #expect(dossier.stored.state == .none)
        #expect(dossier.compared().differences == [])
    }

    @Test("A journal's pages follow each other, each row once, within bounds of rows and bytes")
    func pages() throws {
        let folder = try StoreFixture()
        let store = try folder.open()
        for number in 0..<7 {
            var arrival = Arrival.webhook("e", .ringing, at: Int64(number))
            arrival.note = String(repeating: "x", count: number < 5 ? 1 << 20 : 10)
            try store.observe(arrival)
        }
        let call = try store.record("e").call
        func positions(limit: Int, withBodies: Bool) throws -> [[Int64]] {
            var pages: [[Int64]] = []
            var after: Int64? = 0
            while let position = after, pages.count < 10 {
                let page = try #require(
                    try store.journalPage(
                        account: .default, call: call, after: position, limit: limit, withBodies: withBodies))
                #expect(page.rows.allSatisfy { ($0.body != nil) == withBodies })
                pages.append(page.rows.map(\.position))
                after = page.next
            }
            return pages
        }
        let all = try store.journal(of: "e").rows.map(\.position)
        #expect(try positions(limit: 3, withBodies: false).map(\.count) == [3, 3, 1])
        #expect(try positions(limit: 7, withBodies: false).map(\.count) == [7])
        #expect(try positions(limit: 100, withBodies: true).map(\.count) == [3, 4], "four MiB of bodies and no more")
        #expect(try positions(limit: 100, withBodies: true).flatMap { $0 } == all)
        #expect(try store.journalPage(account: .other, call: call, after: 0, limit: 3, withBodies: false) == nil)
    }

    @Test("A page with a body larger than its bound holds that body alone")
    func largeBody() throws {
        let folder = try StoreFixture()
        let store = try folder.open()
        for number in 0..<2 {
            var arrival = Arrival.webhook("e", .ringing, at: Int64(number))
            arrival.note = String(repeating: "x", count: JournalPage.mostBodyBytes + 1)
            try store.observe(arrival)
        }
        let call = try store.record("e").call
        let page = try #require(
            try store.journalPage(account: .default, call: call, after: 0, limit: 10, withBodies: true))
        #expect(page.rows.count == 1 && page.next == page.rows.first?.position)
    }
}

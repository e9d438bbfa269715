import CallDomain
import Foundation
import GRDB
import Testing

@testable import SQLiteStore

extension Arrival {
    /// A sentence that no other text has, in letters that the searched text does not keep.
    static let sentence = "Never Was A Sentence Like This One"

    /// A webhook with a long transcript.
    static func talkative(_ execution: String, _ status: CallStatus?, at seconds: Int64) -> Arrival {
        var arrival = Arrival.told(execution, status, at: seconds)
        let lines = (0..<40).map { "user: line \($0) is \($0 &* 7_919 % 10_007)" }
        arrival.fields[.transcript] = .text("\(execution): \(sentence)\n" + lines.joined(separator: "\n"))
        return arrival
    }
}

@Suite("SQLiteStore: packed values")
struct SQLiteStorePackingTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    private static let arrivals: [Arrival] = [
        .webhook("e", .queued, at: 1), .talkative("e", .ringing, at: 2), .talkative("e", .inProgress, at: 3),
        .talkative("e", .completed, at: 4),
    ]

    private func observeAll() throws { for arrival in Self.arrivals { try store.observe(arrival) } }

    /// How often the sentence stands in the database's file.
    private func sentences() throws -> Int {
        #expect(try store.compact())
        var data = try Data(contentsOf: URL(filePath: fixture.path))
        var count = 0
        while let range = data.range(of: Data(Arrival.sentence.utf8)) {
            count += 1
            data = data[range.upperBound...]
        }
        return count
    }

    @Test("Statements, state and bodies come back as they came, and what they have in common stands in the file once")
    func once() throws {
        try observeAll()
        let rows = try store.journal(of: "e").rows
        #expect(rows.map(\.observation.statement) == Self.arrivals.map(\.incoming.statement))
        #expect(rows.map(\.body) == Self.arrivals.map(\.body))
        #expect(try store.record("e", withBody: true).lastBody == Self.arrivals.last?.body)
        #expect(try store.differences(of: "e") == [])
        #expect(try sentences() == 1)
        try store.close()
        let again = try fixture.open()
        try again.observe(.read("e", .completed, sent: 9))
        #expect(try again.journal(of: "e").rows.prefix(4).map(\.body) == Self.arrivals.map(\.body))
        #expect(try again.differences(of: "e") == [])
    }

    @Test("Bodies that go leave everything else readable")
    func bodies() throws {
        try observeAll()
        #expect(try store.retain(.bodies, before: 100).count == 4)
        #expect(try store.journal(of: "e").rows.map(\.observation.statement) == Self.arrivals.map(\.incoming.statement))
        #expect(try store.differences(of: "e") == [])
    }

    @Test("Words that go are gone from every value that was packed with them, and the call goes on")
    func words() throws {
        try observeAll()
        #expect(try store.retain(.transcripts, before: 100).count == 1)
        #expect(try sentences() == 0)
        let record = try store.record("e")
        #expect(record.state?[.transcript] == nil && record.state?[.toNumber] == .text(Arrival.number))
        #expect(try store.differences(of: "e") == [])
        try store.observe(.talkative("e", .completed, at: 7))
        #expect(try sentences() == 0)
        #expect(try store.differences(of: "e") == [])
    }

    @Test("A call that is erased leaves nothing, and the next one is packed without it")
    func erased() throws {
        try observeAll()
        try store.observe(.talkative("f", .ringing, at: 8))
        try store.erase(["default-e"])
        #expect(try sentences() == 1)
        let number = try #require(TelephoneNumber(Arrival.number))
        #expect(
            try store.mentions(account: .default, number: number, after: nil).calls.map(\.rawValue) == ["default-f"])
        try store.observe(.talkative("f", .completed, at: 9))
        #expect(try store.differences(of: "f") == [])
    }

    @Test("A number is found in what is packed")
    func mentions() throws {
        var arrival = Arrival.talkative("e", .completed, at: 1)
        arrival.note = "call +44 20 7946 0958 back"
        try store.observe(.talkative("e", .ringing, at: 0), arrival)
        for text in ["+442079460958", Arrival.number] {
            let number = try #require(TelephoneNumber(text))
            let found = try store.mentions(account: .default, number: number, after: nil)
            #expect(found.calls.map(\.rawValue) == ["default-e"])
        }
    }

    @Test(
        "A statement that others are packed with and that cannot be read costs its call alone",
        arguments: ["x'ff'", "CAST(x'b101ff' AS BLOB)", "(SELECT statement FROM observations WHERE position = 3)"])
    func damagedRoot(damage: String) throws {
        try observeAll()
        try store.observe(.talkative("f", .ringing, at: 5))
        try store.tamper("UPDATE observations SET statement = \(damage) WHERE position = 2")
        let receipts = try store.apply([
            Arrival.talkative("e", .failed, at: 6).entry, Arrival.talkative("f", .completed, at: 6).entry,
        ])
        #expect(receipts.map(\.reason) == [.poisoned, nil])
        #expect(throws: StoreError.self) { try store.record("e") }
        try store.erase(["default-e"])
        #expect(try sentences() == 1)
    }

    @Test("What was stored before values were packed is read, and goes on")
    func unpacked() throws {
        try observeAll()
        let (rows, record) = (try store.journal(of: "e").rows, try store.record("e"))
        let state = try #require(record.state)
        try store.pool.writeWithoutTransaction { db in
            for row in rows {
                try db.execute(
                    sql: "UPDATE observations SET statement = ? WHERE position = ?",
                    arguments: [Data(row.observation.statement.encoded), row.position])
                try db.execute(
                    sql: "UPDATE bodies SET body = ?, is_packed = 0 WHERE position = ?",
                    arguments: [row.body.map { Data($0) }, row.position])
            }
            try db.execute(sql: "UPDATE calls SET state = ?", arguments: [Data(state.encoded)])
        }
        let read = try store.journal(of: "e").rows
        #expect(read.map(\.observation) == rows.map(\.observation) && read.map(\.body) == rows.map(\.body))
        #expect(try store.record("e").state == state)
        try store.observe(.talkative("e", .completed, at: 8))
        #expect(try store.differences(of: "e") == [])
    }
}

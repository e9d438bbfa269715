import CallDomain
import GRDB
import GRDBSQLite
import Testing

@testable import SQLiteStore

/// What taking due calls costs, in what does not depend on the machine: the steps of SQLite's virtual machine.
@Suite("SQLiteStore: steps of a tick")
struct SQLiteStoreDueCostTests {
    private static let accounts = (0..<20).map { AccountID(rawValue: "account-\($0)") }

    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
    }

    /// Calls that ring since a second, one after the other.
    private func fill(_ account: AccountID, _ count: Int, named name: String, from second: Int64) throws {
        let entries = (0..<count).map { number -> JournalEntry in
            var arrival = Arrival.webhook("\(name)-\(number)", .ringing, at: second + Int64(number))
            arrival.account = account
            return arrival.entry
        }
        _ = try store.apply(entries)
    }

    /// The steps and the rows of one take at second 1 000.
    private func take(limit: Int) throws -> (steps: Int, calls: Int) {
        func steps() throws -> Int {
            try store.pool.read { db in
                var total = 0
                var statement = sqlite3_next_stmt(db.sqliteConnection, nil)
                while let current = statement {
                    total += Int(sqlite3_stmt_status(current, SQLITE_STMTSTATUS_VM_STEP, 1))
                    statement = sqlite3_next_stmt(db.sqliteConnection, current)
                }
                return total
            }
        }
        // The first one prepares the statements.
        _ = try store.takeDue(of: Self.accounts, at: .at(1_000), limit: limit, lease: .zero)
        _ = try steps()
        let taken = try store.takeDue(of: Self.accounts, at: .at(1_000), limit: limit, lease: .zero)
        return (try steps(), taken.calls.count)
    }

    @Test("A tick costs what is due, whatever else waits")
    func waiting() throws {
        for account in Self.accounts { try fill(account, 5, named: "due", from: 0) }
        let few = try take(limit: 2_048)
        for account in Self.accounts { try fill(account, 200, named: "later", from: 100_000) }
        let many = try take(limit: 2_048)
        #expect(few.calls == 100)
        #expect(many.calls == 100)
        #expect(many.steps <= few.steps + few.steps / 10, "\(few.steps), with more that waits \(many.steps)")
    }

    @Test("A tick of a backlog costs what there is room for, however many accounts have one")
    func backlog() throws {
        for account in Self.accounts { try fill(account, 200, named: "due", from: 0) }
        let taken = try take(limit: 100)
        #expect(taken.calls == 100)
        // Each place is some ten steps, each call that is read some thirty; a few for each account's end.
        #expect(taken.steps < 12_000, "\(taken.steps)")
    }

    @Test("Shares give the places that all of the queues would", arguments: 1...20 as ClosedRange<UInt64>)
    func differential(seed: UInt64) throws {
        var seed = seed
        func random(_ bound: UInt64) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((seed >> 33) % bound)
        }
        let accounts = Array(Self.accounts.prefix(6))
        for account in accounts { try fill(account, random(3) == 0 ? random(60) : random(6), named: "due", from: 0) }
        try store.pool.read { db in
            let all = try accounts.flatMap { account in
                try DueQueue.calls.places(db, of: account, at: .at(1_000), after: nil, limit: 1_000).enumerated()
                    .map { (number: $0.offset, place: $0.element) }
            }.sorted { ($0.number, $0.place) < ($1.number, $1.place) }.map(\.place)
            for limit in 1...max(all.count + 2, 3) {
                let taken = try DueQueue.calls.take(db, of: accounts, at: .at(1_000), limit: limit)
                #expect(taken == Array(all.prefix(limit)))
            }
        }
    }
}

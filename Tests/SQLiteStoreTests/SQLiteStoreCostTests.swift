import CallDomain
import GRDB
import Testing

@testable import SQLiteStore

/// What a delivery costs, in what does not depend on the machine: statements that SQLite runs.
@Suite("SQLiteStore: statements of a delivery")
struct SQLiteStoreCostTests {
    let fixture: StoreFixture
    let store: SQLiteStore

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
        // What the first batch alone does: statements are prepared, and the time is marked.
        try store.observe(.webhook("earlier", .ringing, at: 1))
    }

    /// The statements that applying entries runs, but for those of whole batches.
    private func statements(_ entries: [JournalEntry]) throws -> [String] {
        final class Log { var lines: [String] = [] }
        let log = Log()
        store.pool.writeWithoutTransaction { db in
            db.trace { event in if case .statement(let statement) = event { log.lines.append(statement.sql) } }
        }
        defer { store.pool.writeWithoutTransaction { $0.trace(options: []) } }
        _ = try store.apply(entries)
        return log.lines
    }

    private func entries(_ arrivals: [Arrival]) -> [JournalEntry] { arrivals.map(\.entry) }

    /// One of each batch looks for changes that are too old. A trigger counts a new call with one statement and a change of
    /// status with two, and is itself a line.
    @Test(
        "A first webhook, a next one and a repeat run no more statements than they need",
        arguments: [
            ([Arrival.webhook("e", .ringing, at: 2)], 1 + 5 + 2),
            ([.webhook("e", .ringing, at: 2), .webhook("e", .inProgress, at: 3)], 1 + 5 + 2 + 5 + 3),
            ([.webhook("e", .ringing, at: 2), .webhook("e", .ringing, at: 2)], 1 + 5 + 2 + 4),
        ])
    func deliveries(arrivals: [Arrival], most: Int) throws {
        let run = try statements(entries(arrivals))
        let ofBatch = try statements([])
        #expect(run.count - ofBatch.count <= most, "\(run.joined(separator: "\n"))")
    }

    /// The pages that applying entries writes to the log, each once.
    private func pages(_ entries: [JournalEntry]) throws -> Int {
        #expect(try store.compact())
        _ = try store.apply(entries)
        return try store.pool.writeWithoutTransaction { db in
            let row = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(PASSIVE)")
            return try #require(row).value(1)
        }
    }

    @Test("64 webhooks write few pages: what they repeat is not stored again, and no index changes with a status")
    func pagesOfBatches() throws {
        func batch(_ status: CallStatus, at seconds: Int64) -> [JournalEntry] {
            entries((0..<64).map { .talkative("e\($0)", status, at: seconds + $0) })
        }
        #expect(try pages(batch(.ringing, at: 100)) <= 140)
        #expect(try pages(batch(.inProgress, at: 200)) <= 60)
        #expect(try pages(batch(.completed, at: 300)) <= 60)
        _ = try store.apply(batch(.completed, at: 400))
    }

    @Test("A webhook of a call that was written lately does not read the call")
    func remembered() throws {
        try store.observe(.webhook("e", .ringing, at: 2))
        let run = try statements(entries([.webhook("e", .inProgress, at: 3)]))
        #expect(!run.contains { $0.contains("FROM calls") })
    }

    @Test("A batch sets no savepoints, and one that holds something wrong sets them")
    func savepoints() throws {
        let good = try statements(entries([.webhook("e", .ringing, at: 2)]))
        #expect(good.contains { $0.hasPrefix("SAVEPOINT") } == false)
        let unknown = CallID(rawValue: "no-such-call")
        let wrong = JournalEntry.recompute(
            account: .default, call: unknown, profile: ScopeProfile(path: .healthy), now: .at(3))
        let bad = try statements(entries([.webhook("f", .ringing, at: 2)]) + [wrong])
        #expect(bad.contains { $0.hasPrefix("SAVEPOINT") })
        #expect(try store.record("f").state?.status == .ringing)
    }

    @Test("A change of status alone touches no column that an index of numbers, agents or creation has")
    func columns() throws {
        try store.observe(.webhook("e", .ringing, at: 2))
        let run = try statements(entries([.webhook("e", .inProgress, at: 3)]))
        let updates = run.filter { $0.hasPrefix("UPDATE calls") }
        #expect(updates.count == 1)
        // Each name is set apart: the columns of an index, and those of its condition. One index is there to follow it.
        let named = try store.pool.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT sql FROM sqlite_master WHERE tbl_name = 'calls' AND type = 'index' AND sql IS NOT NULL
                    """)
        }.filter { !$0.contains("_by_due") && !$0.contains("calls_by_status") }.joined()
        for column in ["status", "phase", "updated_at", "next_due_at", "state", "ledger", "waits_by"] {
            #expect(!named.contains(column))
        }
        for column in ["agent", "from_digits", "to_digits", "created_at", "lead", "born_at", "erased_at"] {
            #expect(updates.allSatisfy { !$0.contains("\(column) =") })
        }
    }
}

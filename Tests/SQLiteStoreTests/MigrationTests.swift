import CallDomain
import GRDB
import Testing

@testable import SQLiteStore

@Suite("Migration")
struct MigrationTests {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    private static let next = newest + 1
    private static let newest = Migration.all.last?.version ?? 0
    private static let later = Migration(version: next, sql: "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT")
    private static let broken = Migration(
        version: next, sql: "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE nonsense")

    private func open(_ migrations: [Migration]) throws -> SQLiteStore {
        try SQLiteStore(
            path: fixture.path, reconciler: Reconciler(), calculus: ExpectationCalculus(), migrations: migrations)
    }

    /// Puts into a store of an earlier version what this program's would have of it, as far as it has the columns.
    private func fill(_ old: SQLiteStore) throws {
        let other = try StoreFixture()
        let new = try other.open()
        try new.observe(.webhook("e", .ringing, at: 1))
        try new.close()
        try old.pool.writeWithoutTransaction { db in
            try db.execute(sql: "ATTACH ? AS source", arguments: [other.path])
            for table in ["calls", "observations", "bodies", "changes"] {
                let columns = try String.fetchAll(db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table])
                    .joined(separator: ", ")
                try db.execute(sql: "INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM source.\(table)")
            }
            try db.execute(sql: "UPDATE main.meta SET position = (SELECT position FROM source.meta)")
        }
    }

    @Test("Steps are numbered from 1 without gaps")
    func numbers() {
        #expect(Migration.all.map(\.version) == Array(1...Migration.all.count))
    }

    @Test("A database of any earlier version is brought forward and keeps what it holds", arguments: 1...newest)
    func forward(version: Int) throws {
        let old = try open(Migration.all.filter { $0.version <= version })
        try fill(old)
        try old.close()
        let new = try open(Migration.all + [Self.later])
        #expect(try new.facts().schemaVersion == Self.next)
        #expect(try new.record("e").state?.status == .ringing)
        #expect(try new.journal(of: "e").rows.map(\.body) == [Arrival.webhook("e", .ringing, at: 1).body])
        let page = try new.calls(account: .default, query: CallQuery(), after: nil, limit: 9)
        #expect(page.calls.map(\.execution.rawValue) == ["e"])
        #expect(try new.takeDue(of: [.default], at: .distantFuture, limit: 9, lease: .zero).calls.count == 1)
        try new.observe(.talkative("e", .completed, at: 2))
        #expect(try new.differences(of: "e") == [])
        #expect(try new.count("later") == 0)
        let query = ReportQuery(account: .default, from: .at(0), to: .at(100))
        #expect(try new.report(query).value(.deliveries) == 2)
        #expect(try new.report(query).value(.calls) == 1)
    }

    @Test("The index of texts begins with a block for each 256 calls, and reads no text for it")
    func textBlocks() throws {
        let store = try open(Migration.all)
        let (none, plan) = try store.pool.read { db in
            (
                try Row.fetchAll(db, sql: Migration.everyBlock).count,
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + Migration.everyBlock).map { $0["detail"] as String }
            )
        }
        #expect(none == 0)
        #expect(!plan.contains { $0.contains("call_texts") || $0.contains("SCAN calls") }, "\(plan)")
        for number in 0..<257 { try store.observe(.webhook("e\(number)", .ringing, at: 1)) }
        let blocks = try store.pool.read { db in try Int64.fetchAll(db, sql: Migration.everyBlock) }
        #expect(blocks == [0, 1])
    }

    @Test("A step that fails leaves the version before it")
    func failing() throws {
        #expect(throws: StoreError.self) { try open(Migration.all + [Self.broken]) }
        let store = try open(Migration.all)
        #expect(try store.facts().schemaVersion == Self.newest)
        #expect(try store.pool.read { db in try db.tableExists("later") } == false)
    }

    @Test("A newer schema is refused, for writing and for reading")
    func newer() throws {
        try open(Migration.all + [Self.later]).close()
        for attempt in [{ try fixture.open() }, { try SQLiteStore(readingAt: fixture.path) }] {
            let error = #expect(throws: StoreError.self) { try attempt() }
            #expect(error?.kind == .newerSchema)
        }
    }

    @Test("An older schema is not read until a gateway has opened it")
    func older() throws {
        let store = try fixture.open()
        try store.tamper("PRAGMA user_version = 0")
        let error = #expect(throws: StoreError.self) { try SQLiteStore(readingAt: fixture.path) }
        #expect(error?.kind == .invalid)
    }
}

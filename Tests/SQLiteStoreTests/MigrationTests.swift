import CallDomain
import GRDB
import Testing

@testable import SQLiteStore

@Suite("Migration")
struct MigrationTests {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    private static let second = Migration(version: 2, sql: "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT")
    private static let broken = Migration(
        version: 2, sql: "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE nonsense")

    private func open(_ migrations: [Migration]) throws -> SQLiteStore {
        try SQLiteStore(
            path: fixture.path, reconciler: Reconciler(), calculus: ExpectationCalculus(), migrations: migrations)
    }

    @Test("Steps are numbered from 1 without gaps")
    func numbers() {
        #expect(Migration.all.map(\.version) == Array(1...Migration.all.count))
    }

    @Test("A database of version 1 is brought forward and keeps what it holds")
    func forward() throws {
        let old = try open([.first])
        try old.observe(.webhook("e", .ringing, at: 1))
        try old.close()
        let new = try open([.first, Self.second])
        #expect(try new.facts().schemaVersion == 2)
        #expect(try new.record("e").state?.status == .ringing)
        #expect(try new.count("later") == 0)
    }

    @Test("A step that fails leaves the version before it")
    func failing() throws {
        #expect(throws: StoreError.self) { try open([.first, Self.broken]) }
        let store = try open([.first])
        #expect(try store.facts().schemaVersion == 1)
        #expect(try store.pool.read { db in try db.tableExists("later") } == false)
    }

    @Test("A newer schema is refused, for writing and for reading")
    func newer() throws {
        try open([.first, Self.second]).close()
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

import CallDomain
import Foundation
import GRDB
import Testing

@testable import SQLiteStore

@Suite("SQLiteStore: opening")
struct SQLiteStoreOpeningTests {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    @Test("The writer syncs each commit: WAL, synchronous FULL, foreign keys on")
    func durability() throws {
        let store = try fixture.open()
        let settings = try store.facts().settings
        #expect(settings["journal_mode"] == "wal")
        #expect(settings["synchronous"] == "2")
        #expect(settings["foreign_keys"] == "1")
        #expect(settings["wal_autocheckpoint"] == "1000")
        try store.observe(.webhook("e", .queued, at: 1))
        let later = try store.pool.writeWithoutTransaction { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
        #expect(later == 2)
    }

    @Test("Facts name the engine, the schema's version and the size")
    func facts() throws {
        let facts = try fixture.open().facts()
        #expect(facts.engine.hasPrefix("SQLite 3."))
        #expect(facts.schemaVersion == Migration.all.last?.version)
        #expect(facts.sizeBytes > 0)
        #expect(facts.settings["store_id"]?.count == 32)
    }

    @Test("The files belong to their owner alone", arguments: ["", "-wal", "-shm", ".lock"])
    func fileMode(suffix: String) throws {
        let store = try fixture.open()
        try store.observe(.webhook("e", .queued, at: 1))
        let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path + suffix)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test("A second opener is told that another gateway owns the file, until the first one closes it")
    func secondOpener() throws {
        let first = try fixture.open()
        let error = #expect(throws: StoreError.self) { try fixture.open() }
        #expect(error?.kind == .owned)
        #expect(error?.message.contains("Another gateway owns this database") == true)
        try first.close()
        let second = try fixture.open()
        #expect(try second.facts().schemaVersion == Migration.all.last?.version)
    }

    @Test("A store that is dropped gives the file back")
    func dropped() throws {
        _ = try fixture.open()
        _ = try fixture.open()
    }

    @Test("Readers cannot write and never checkpoint")
    func readers() throws {
        let store = try fixture.open()
        let settings = try store.pool.read { db in
            try ["query_only", "wal_autocheckpoint", "busy_timeout"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") }
        }
        #expect(settings == [1, 0, StoreBounds.busyTimeoutMilliseconds])
        #expect(throws: DatabaseError.self) {
            try store.pool.read { db in try db.execute(sql: "UPDATE meta SET position = 7") }
        }
    }

    @Test("A store for reading works beside the owner, cannot write, and leaves the files as they are")
    func readingBesideTheOwner() throws {
        let owner = try fixture.open()
        try owner.observe(.webhook("e", .ringing, at: 1))
        let before = try bytes()
        let reader = try SQLiteStore(readingAt: fixture.path)
        #expect(try reader.record("e").state?.status == .ringing)
        #expect(throws: StoreError.self) { try reader.observe(.webhook("e", .completed, at: 2)) }
        try owner.observe(.webhook("e", .inProgress, at: 3))
        #expect(try reader.record("e").state?.status == .inProgress)
        try reader.close()
        let after = try bytes()
        #expect(after.database == before.database)
        #expect(after.log.starts(with: before.log))
    }

    @Test("A store for reading works on a closed database")
    func readingAlone() throws {
        let owner = try fixture.open()
        try owner.observe(.webhook("e", .ringing, at: 1))
        try owner.close()
        #expect(try SQLiteStore(readingAt: fixture.path).record("e").state?.status == .ringing)
    }

    @Test("A store for reading does not make a database")
    func readingNothing() throws {
        let error = #expect(throws: StoreError.self) { try SQLiteStore(readingAt: fixture.path) }
        #expect(error?.kind == .io)
    }

    @Test("What was committed is there after the process went away without closing")
    func leftOver() throws {
        let store = try fixture.open()
        for second in 1...20 { try store.observe(.webhook("e-\(second)", .ringing, at: Int64(second))) }
        let copy = try StoreFixture()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: fixture.path + suffix, toPath: copy.path + suffix)
        }
        let reopened = try copy.open()
        #expect(try reopened.count("observations") == 20)
        #expect(try String.fetchOne(reopened.pool, sql: "PRAGMA integrity_check") == "ok")
    }

    @Test("A file that is no database is refused as corrupt")
    func noDatabase() throws {
        try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: fixture.path))
        #expect(throws: StoreError.self) { try fixture.open() }
        let error = #expect(throws: StoreError.self) { try SQLiteStore(readingAt: fixture.path) }
        #expect(error?.kind == .corrupt)
    }

    @Test("The last heartbeat is the one before this start")
    func heartbeat() throws {
        let first = try fixture.open()
        #expect(try first.lastHeartbeat() == nil)
        _ = try first.apply([.heartbeat(at: .at(1)), .heartbeat(at: .at(2))])
        #expect(try first.lastHeartbeat() == nil)
        try first.close()
        let second = try fixture.open()
        _ = try second.apply([.heartbeat(at: .at(9))])
        #expect(try second.lastHeartbeat() == .at(2))
    }

    private func bytes() throws -> (database: Data, log: Data) {
        (
            try Data(contentsOf: URL(fileURLWithPath: fixture.path)),
            try Data(contentsOf: URL(fileURLWithPath: fixture.path + "-wal"))
        )
    }
}

extension String {
    /// The first value of a query on a reader.
    static func fetchOne(_ pool: DatabasePool, sql: String) throws -> String? {
        try pool.read { db in try String.fetchOne(db, sql: sql) }
    }
}

package import CallDomain
import Foundation
import GRDB
import Synchronization

/// The store over SQLite: one process owns the file, one connection writes and alone checkpoints, a few read.
///
/// Write-ahead log with `synchronous=FULL`: ``apply(_:)`` returns after the log was synced. SQLite up to 3.51.2 can lose
/// commits when checkpoints of two connections race (https://sqlite.org/wal.html#walresetbug, seen 2026-11), hence the
/// lock beside the file and readers that cannot write. Not promised: storage that lies about syncing, and other
/// programs that write to the file.
package final class SQLiteStore: CallStore {
    /// The rules by which statements are reconciled.
    let reconciler: Reconciler
    /// The rules of what is expected next.
    let calculus: ExpectationCalculus
    /// One writer and ``StoreBounds/readers`` readers; only readers where the store was opened for reading.
    let pool: DatabasePool

    /// The writer's statements, of use on the queue of the writer's connection alone.
    nonisolated(unsafe) let statements = JournalStatements()
    /// What lists that have not changed are known by.
    let editions = Mutex(Editions())
    private let lock: FileLock?
    private let engine: String
    private let schemaVersion: Int
    private let settings: [String: String]
    private let previousHeartbeat: Timestamp?

    /// Opens the database at a path, made with mode 0600 where there is none, and brings its schema up to date.
    ///
    /// Throws ``StoreError/Kind/owned`` where another process has it, ``StoreError/Kind/newerSchema`` where its schema is
    /// newer than this program.
    package convenience init(
        path: String, reconciler: Reconciler = Reconciler(), calculus: ExpectationCalculus = ExpectationCalculus()
    ) throws(StoreError) {
        try self.init(path: path, reconciler: reconciler, calculus: calculus, migrations: Migration.all)
    }

    /// As ``init(path:reconciler:calculus:)``, with other steps of the schema.
    init(
        path: String, reconciler: Reconciler, calculus: ExpectationCalculus, migrations: [Migration]
    ) throws(StoreError) {
        let lock = try FileLock(path: path + ".lock")
        try DatabaseFile.create(path: path)
        self.lock = lock
        self.reconciler = reconciler
        self.calculus = calculus
        do {
            pool = try DatabasePool(path: path, configuration: Self.configuration(isReadOnly: false))
            (engine, schemaVersion, settings, previousHeartbeat) = try pool.writeWithoutTransaction { db in
                try Self.makeDurable(db)
                try Migration.migrate(db, to: migrations)
                let version = try Migration.schemaVersion(db)
                return (try Self.engine(db), version, try Self.settings(db), try Self.heartbeat(db))
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// Opens an existing database for reading, also beside a gateway that owns it; never checkpoints. ``apply(_:)``
    /// throws.
    package init(
        readingAt path: String, reconciler: Reconciler = Reconciler(),
        calculus: ExpectationCalculus = ExpectationCalculus()
    ) throws(StoreError) {
        lock = nil
        self.reconciler = reconciler
        self.calculus = calculus
        do {
            pool = try DatabasePool(path: path, configuration: Self.configuration(isReadOnly: true))
            (engine, schemaVersion, settings, previousHeartbeat) = try pool.read { db in
                let version = try Migration.schemaVersion(db)
                try Self.checkReadable(version: version)
                return (try Self.engine(db), version, try Self.settings(db), try Self.heartbeat(db))
            }
        } catch {
            throw StoreError(error)
        }
    }

    deinit { try? close() }

    /// Closes all connections, readers first, and gives the file back. Nothing else may be called after it.
    package func close() throws(StoreError) {
        defer { lock?.release() }
        pool.unsafeReentrantWrite { _ in unsafe statements.finalize() }
        do { try pool.close() } catch { throw StoreError(error) }
    }

    /// Runs reads on one snapshot of what is committed.
    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do { return try pool.read(body) } catch { throw StoreError(error) }
    }

    /// The last heartbeat before this start; nil at the first one.
    package func lastHeartbeat() throws(StoreError) -> Timestamp? { previousHeartbeat }

    /// Figures of the store for health and metrics, without scanning tables.
    package func facts() throws(StoreError) -> StoreFacts {
        let size = try read { db in
            try Int64.fetchOne(
                db, sql: "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()") ?? 0
        }
        func number(_ attributes: [FileAttributeKey: Any]?, _ key: FileAttributeKey) -> Int64? {
            (attributes?[key] as? NSNumber)?.int64Value
        }
        let files = FileManager.default
        return StoreFacts(
            engine: engine, schemaVersion: schemaVersion, settings: settings, sizeBytes: size,
            logBytes: number(try? files.attributesOfItem(atPath: pool.path + "-wal"), .size),
            freeBytes: number(try? files.attributesOfFileSystem(forPath: pool.path), .systemFreeSize))
    }
}

extension SQLiteStore {
    private static func configuration(isReadOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.label = "SQLiteStore"
        configuration.readonly = isReadOnly
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = StoreBounds.readers
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA busy_timeout = \(StoreBounds.busyTimeoutMilliseconds)")
            NumberFunctions.add(to: db)
            guard db.configuration.readonly else { return }
            try db.execute(sql: "PRAGMA query_only = 1; PRAGMA wal_autocheckpoint = 0")
        }
        return configuration
    }

    /// Sets what durability rests on and reads it back: GRDB sets `synchronous=NORMAL` when it opens the log
    /// (7.10.0, `Database.setUpWALMode`), under which a commit can roll back after a loss of power. Deleted bytes are
    /// overwritten, whatever the library was built with.
    private static func makeDurable(_ db: Database) throws {
        try db.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA secure_delete = ON;
                PRAGMA wal_autocheckpoint = \(StoreBounds.checkpointPages);
                PRAGMA cache_size = -\(StoreBounds.writerCacheKibibytes);
                PRAGMA journal_size_limit = \(StoreBounds.walSizeBytes)
                """)
        let settings = try settings(db)
        let wanted = ["synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"]
        for (name, value) in wanted where settings[name] != value {
            throw StoreError(
                kind: .io,
                message: "SQLite's \(name) reads \(settings[name] ?? "nothing") instead of \(value): "
                    + "the database cannot promise durability here.")
        }
    }

    private static func settings(_ db: Database) throws -> [String: String] {
        var settings: [String: String] = [:]
        for name in ["synchronous", "journal_mode", "foreign_keys", "wal_autocheckpoint", "query_only"] {
            settings[name] = try String.fetchOne(db, sql: "PRAGMA \(name)")
        }
        if try db.tableExists("meta") {
            settings["store_id"] = try String.fetchOne(db, sql: "SELECT store_id FROM meta")
        }
        return settings
    }

    private static func engine(_ db: Database) throws -> String {
        "SQLite " + (try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? "")
    }

    private static func heartbeat(_ db: Database) throws -> Timestamp? {
        try Int64.fetchOne(db, sql: "SELECT heartbeat_at FROM meta").map(Timestamp.init(rawValue:))
    }

    private static func checkReadable(version: Int) throws {
        let newest = Migration.all.last?.version ?? 0
        guard version != newest else { return }
        throw StoreError(
            kind: version > newest ? .newerSchema : .invalid,
            message: "The database's schema has version \(version), this program reads \(newest): "
                + (version > newest ? "update it." : "let this program's gateway open it once."))
    }
}

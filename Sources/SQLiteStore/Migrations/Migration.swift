import CallDomain
import GRDB

/// One step of the schema. Steps are numbered, go forward only, and are never edited once shipped.
struct Migration: Sendable {
    /// The schema's version after it, from 1.
    var version: Int
    /// Its statements.
    var sql: String

    /// All steps, in order.
    static let all: [Migration] = [
        .first, .health, .reports, .quarantine, .expectations, .sweeps, .accounts, .persons, .numbers, .texts, .packing,
        .lists,
    ]

    /// Brings the schema to the last of the steps, each in a transaction of its own, which also records its number.
    static func migrate(_ db: Database, to migrations: [Migration]) throws {
        let version = try schemaVersion(db)
        let newest = migrations.last?.version ?? 0
        guard version <= newest else {
            throw StoreError(
                kind: .newerSchema,
                message: "The database's schema has version \(version), this program knows \(newest): update it.")
        }
        for migration in migrations where migration.version > version {
            try db.inTransaction(.immediate) {
                try db.execute(sql: migration.sql)
                try db.execute(sql: "PRAGMA user_version = \(migration.version)")
                return .commit
            }
        }
    }

    /// The version as the database has it: 0 for a new one.
    static func schemaVersion(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }
}

import CallDomain
import Foundation
import SQLiteStore

/// Looks at the database, without writing to it.
enum StoreChecks {
    /// The findings, and when the gateway last beat.
    static func findings(path: String) -> (findings: [Finding], lastHeartbeat: Date?) {
        guard FileManager.default.fileExists(atPath: path) else {
            return ([.ok("store", "there is none yet; gateway serve makes it")], nil)
        }
        do {
            let store = try SQLiteStore(readingAt: path)
            defer { try? store.close() }
            let facts = try store.facts()
            let damage = try store.damage()
            let heartbeat = try store.lastHeartbeat().map { Date(timeIntervalSince1970: Double($0.rawValue) / 1e6) }
            let state: Finding =
                damage.isEmpty
                ? .ok("store", "intact, schema \(facts.schemaVersion), \(facts.sizeBytes / 1_024) KiB")
                : .fail(
                    "store", "it is damaged: \(damage.joined(separator: "; "))",
                    "stop the gateway, keep a copy of the data directory, and restore a backup")
            return ([state, engine(facts.engine)], heartbeat)
        } catch {
            return ([.fail("store", error.message, "correct it before the gateway is started")], nil)
        }
    }

    /// SQLite loses commits where checkpoints of two connections race (https://sqlite.org/wal.html#walresetbug): the
    /// gateway has one that checkpoints, other programs must not.
    static func engine(_ engine: String) -> Finding {
        let numbers = engine.split(separator: " ").last?.split(separator: ".").compactMap { Int($0) } ?? []
        guard numbers.count >= 3 else { return .ok("store engine", engine) }
        let version = (numbers[0], numbers[1], numbers[2])
        let isRepaired =
            version >= (3, 51, 3) || (numbers[1] == 44 && numbers[2] >= 6) || (numbers[1] == 50 && numbers[2] >= 7)
        guard !isRepaired else { return .ok("store engine", engine) }
        return .warn(
            "store engine", "\(engine) can lose commits where several programs checkpoint",
            "let no other program write to the database, litestream included")
    }
}

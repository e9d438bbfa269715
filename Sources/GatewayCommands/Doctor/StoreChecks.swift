import CallDomain
import Foundation
import SQLiteStore

/// Looks at the database, without writing to it.
enum StoreChecks {
    /// What the database holds of accounts and of who is forgotten.
    struct Stored {
        var accounts: [StoredAccount] = []
        var secrets: [OwnedSecret] = []
        var keys: [StoredAPIKey] = []
        var forgotten: [ForgottenNumber] = []
    }

    /// What was found, when the gateway last beat, and what is stored; nil where that cannot be read.
    struct Outcome {
        var findings: [Finding]
        var lastHeartbeat: Date?
        var stored: Stored?
    }

    /// Reads the database.
    static func examine(path: String) -> Outcome {
        guard FileManager.default.fileExists(atPath: path) else {
            return Outcome(findings: [.ok("store", "there is none yet; gateway serve makes it")], stored: Stored())
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
            let stored = Stored(
                accounts: try store.accounts(), secrets: try store.secrets(), keys: try store.keys(),
                forgotten: try store.forgottenNumbers())
            return Outcome(findings: [state, engine(facts.engine)], lastHeartbeat: heartbeat, stored: stored)
        } catch {
            return Outcome(findings: [.fail("store", error.message, "correct it before the gateway is started")])
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

import CallDomain
import Foundation
import SQLiteStore

/// What is stored in a data directory, for commands that only read.
enum StoredGateway {
    /// Opens the database for reading, also beside a running gateway.
    static func open(settings: GatewaySettings, data: DataDirectory) throws(GatewayFailure) -> SQLiteStore {
        let path = try existingDatabase(settings: settings, data: data)
        let policy = settings.policy
        do {
            return try SQLiteStore(readingAt: path, reconciler: policy.reconciler, calculus: policy.calculus)
        } catch {
            throw GatewayFailure(.unavailable, error.message)
        }
    }

    /// The path of the database. Only a start of `serve` makes one: what it mints is shown that one time.
    static func existingDatabase(settings: GatewaySettings, data: DataDirectory) throws(GatewayFailure) -> String {
        let path = try GatewayAssembly.databasePath(settings: settings, data: data)
        guard FileManager.default.fileExists(atPath: path) else {
            throw GatewayFailure(.negative, "there is no database yet: start gateway serve once")
        }
        return path
    }
}

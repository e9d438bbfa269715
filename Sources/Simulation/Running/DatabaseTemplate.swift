import Foundation
import SQLiteStore
import Synchronization

/// An empty database with its schema, made once, of which each run gets a copy: making the schema takes longer than
/// many a run.
enum DatabaseTemplate {
    private static let file = Mutex<Data?>(nil)

    /// Puts an empty database at a path; where that fails, the store makes its schema itself.
    static func copy(to path: String) {
        guard let data = contents() else { return }
        try? data.write(to: URL(fileURLWithPath: path))
    }

    private static func contents() -> Data? {
        file.withLock { file in
            if file == nil { file = try? make() }
            return file
        }
    }

    private static func make() throws -> Data {
        let directory = SimulationRun.temporaryDirectory()
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appendingPathComponent("template.sqlite").path
        try SQLiteStore(path: path).close()
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }
}

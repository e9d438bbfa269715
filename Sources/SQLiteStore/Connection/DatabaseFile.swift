import CallDomain
import Foundation

/// The database's file, before SQLite opens it.
enum DatabaseFile {
    /// Makes an empty file with mode 0600 where there is none, its name synced; SQLite gives `-wal` and `-shm` the same
    /// mode.
    static func create(path: String) throws(StoreError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { return }
            throw StoreError(kind: .io, message: "The database \(path) cannot be made (errno \(errno)).")
        }
        _ = close(descriptor)
        let directory = unsafe open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else {
            throw StoreError(kind: .io, message: "The directory of \(path) cannot be opened (errno \(errno)).")
        }
        defer { _ = close(directory) }
        guard fsync(directory) == 0 else {
            throw StoreError(kind: .io, message: "The directory of \(path) cannot be synced (errno \(errno)).")
        }
    }
}

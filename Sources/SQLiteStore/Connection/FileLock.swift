import CallDomain
import Foundation
import Synchronization

/// The exclusive lock beside a database: one process owns the file, so that one connection alone ever checkpoints.
///
/// An advisory `flock`: it keeps out every gateway, not other programs that open the file.
final class FileLock: Sendable {
    private let descriptor: Mutex<CInt?>

    /// Takes the lock, or throws ``StoreError/Kind/owned`` where another process, or another store of this one, has it.
    init(path: String) throws(StoreError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(kind: .io, message: "The lock file \(path) cannot be opened (errno \(errno)).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            _ = Foundation.close(descriptor)
            guard code == EWOULDBLOCK else {
                throw StoreError(kind: .io, message: "The lock file \(path) cannot be locked (errno \(code)).")
            }
            throw StoreError(
                kind: .owned,
                message: "Another gateway owns this database (\(path) is locked): stop it, or use another directory.")
        }
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Gives the lock back; again does nothing.
    func release() {
        descriptor.withLock { descriptor in
            if let descriptor { _ = Foundation.close(descriptor) }
            descriptor = nil
        }
    }
}

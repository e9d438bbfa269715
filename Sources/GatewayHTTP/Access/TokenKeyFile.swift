import Foundation
package import Logging
import ServiceLifecycle
import Synchronization

/// Keeps the public keys of a JWKS file in use, also when the file changes: it is looked at once in an interval and when
/// told to. A file that cannot be used changes nothing.
package final class TokenKeyFile: Service, Sendable {
    /// The keys.
    package let keys = TokenKeys()

    private let path: String
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var read: [UInt8]?
        var problem: TokenKeyProblem?
    }

    /// Names the file; nothing is read yet.
    package init(path: String, interval: Duration, clock: any Clock<Duration>, logger: Logger) {
        self.path = path
        self.interval = interval
        self.clock = clock
        self.logger = logger
    }

    /// Reads the file for the first time.
    package func load() async throws(TokenKeyProblem) { try await replace() }

    /// Reads the file again where it changed, and takes its keys where they can be used; says so once.
    package func reload() async {
        do {
            guard try await replace() else { return }
            logger.notice("The public keys of tokens were replaced.")
        } catch {
            let isNew = state.withLock { state in
                defer { state.problem = error }
                return state.problem != error
            }
            guard isNew else { return }
            logger.error(
                "The new file of tokens' public keys cannot be used; those that were there before go on.",
                metadata: ["problem": "\(error)"])
        }
    }

    /// Looks at the file until a graceful shutdown.
    package func run() async throws {
        try? await cancelWhenGracefulShutdown { [self] in
            while true {
                try await clock.sleep(for: interval)
                await reload()
            }
        }
    }

    /// Whether other keys are in use now.
    @discardableResult private func replace() async throws(TokenKeyProblem) -> Bool {
        let bytes = try Self.read(path)
        guard state.withLock({ $0.read != bytes || $0.problem != nil }) else { return false }
        try await keys.take(bytes)
        return state.withLock { state in
            defer { state = State(read: bytes) }
            return state.read != bytes
        }
    }

    private static func read(_ path: String) throws(TokenKeyProblem) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else { throw .unreadable(path: path) }
        defer { try? file.close() }
        // One byte more than is taken, so that a file that is too large is told from one that just fits.
        do {
            return Array(try file.read(upToCount: TokenKeys.largestSet + 1) ?? Data())
        } catch {
            throw .unreadable(path: path)
        }
    }
}

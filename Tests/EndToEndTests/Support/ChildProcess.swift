import Foundation
import Synchronization

/// A child process by `posix_spawn` and `waitpid`. Foundation's own watches children through `select`, which cannot see
/// descriptors above 1023, and the tests beside this one open many.
final class ChildProcess: Sendable {
    /// What the child writes to standard output.
    let output: FileHandle
    /// What it writes to standard error.
    let errors: FileHandle

    /// Goes to the folder and becomes the program.
    private static let launcher = "/usr/bin/env"

    private struct State {
        var pid: pid_t
        /// The exit code, negative for a signal; nil until the child was waited for.
        var code: Int32?
    }

    private let state: Mutex<State>

    init(executable: String, arguments: [String], folder: String, environment: [String: String]) throws {
        let (outRead, outWrite) = try Self.pipe()
        let (errRead, errWrite) = try Self.pipe()
        output = FileHandle(fileDescriptor: outRead, closeOnDealloc: true)
        errors = FileHandle(fileDescriptor: errRead, closeOnDealloc: true)
        defer {
            close(outWrite)
            close(errWrite)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, outWrite, 1)
        posix_spawn_file_actions_adddup2(&actions, errWrite, 2)
        let words = ([Self.launcher, "-C", folder, executable] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, Self.launcher, &actions, nil, words, variables)
        guard failure == 0 else { throw EndToEndFailure("the gateway could not be started: error \(failure)") }
        state = Mutex(State(pid: pid))
    }

    deinit {
        signal(SIGKILL)
        _ = end()
    }

    /// Sends a signal, unless the child was waited for already and its number may be another's.
    func signal(_ number: Int32) {
        state.withLock { state in if state.code == nil { kill(state.pid, number) } }
    }

    /// Waits for the end and returns the exit code, negative for a signal.
    func end() -> Int32 {
        state.withLock { state in
            if let code = state.code { return code }
            var status: Int32 = 0
            while waitpid(state.pid, &status, 0) == -1, errno == EINTR {}
            let signal = status & 0x7F
            let code = signal == 0 ? (status >> 8) & 0xFF : -signal
            state.code = code
            return code
        }
    }

    /// A pipe that other children do not inherit.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Foundation.pipe(&ends) == 0 else { throw EndToEndFailure("no pipe could be made") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}

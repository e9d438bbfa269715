import Foundation
import Synchronization

/// Sentences for the person at the terminal, apart from what a command prints as its result.
enum StandardError {
    /// Writes one line.
    static func write(_ line: String) { try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8)) }
}

/// A command's result.
enum StandardOutput {
    private static let failure = Mutex(false)

    /// Whether something could not be written: a full disk, a reader that is gone. The command ends as failed then.
    static var hasFailed: Bool { failure.withLock { $0 } }

    /// Writes text as it is.
    static func write(exactly text: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            failure.withLock { $0 = true }
        }
    }

    /// Writes one line at once, so that a pipe's reader sees it when it is said.
    static func write(_ line: String) { write(exactly: line + "\n") }

    /// Writes lines, if there are any.
    static func write(lines: [String]) {
        if !lines.isEmpty { write(lines.joined(separator: "\n")) }
    }
}

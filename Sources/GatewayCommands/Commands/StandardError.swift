import Foundation

/// Sentences for the person at the terminal, apart from what a command prints as its result.
enum StandardError {
    /// Writes one line.
    static func write(_ line: String) { try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8)) }
}

/// A command's result.
enum StandardOutput {
    /// Writes text as it is.
    static func write(exactly text: String) { try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) }

    /// Writes one line at once, so that a pipe's reader sees it when it is said.
    static func write(_ line: String) { try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8)) }
}

import Foundation
import Synchronization

/// A program that runs beside the tests, with what it prints, line by line.
final class Program: Sendable {
    private let process: Process
    private let lines: AsyncStream<String>
    private let text: Mutex<String>

    /// Starts a program with nothing of the environment but a path and `environment`; it ends with this object.
    init(
        _ executable: URL, _ arguments: [String] = [], in folder: URL, environment: [String: String] = [:]
    ) throws {
        process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let inherited = ProcessInfo.processInfo.environment.filter {
            ["PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR"].contains($0.key)
        }
        process.environment = inherited.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        text = Mutex("")
        try process.run()
        Thread.detachNewThread { [weak self] in
            var partial = Data()
            while true {
                let data = output.fileHandleForReading.availableData
                guard !data.isEmpty else { break }
                self?.text.withLock { $0 += String(decoding: data, as: UTF8.self) }
                partial += data
                while let end = partial.firstIndex(of: 0x0A) {
                    continuation.yield(String(decoding: partial[..<end], as: UTF8.self))
                    partial.removeSubrange(...end)
                }
            }
            continuation.finish()
        }
    }

    deinit {
        // Children start with the signals blocked that the thread they are started from blocks; this one cannot be.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// The first line for which `select` returns something; throws where the program ends before.
    func line<Value>(_ select: (String) -> Value?) async throws -> Value {
        for await line in lines {
            if let value = select(line) { return value }
        }
        throw BrowserFailure(
            "\(process.executableURL?.lastPathComponent ?? "") ended: \(text.withLock { $0.suffix(2_000) })")
    }

    /// Holds the program still, or lets it go on.
    func hold(_ isHeld: Bool) { kill(process.processIdentifier, isHeld ? SIGSTOP : SIGCONT) }

    /// A program that was built beside the test bundle that runs this.
    static func built(_ name: String) throws -> URL {
        var folder = Bundle(for: Program.self).bundleURL
        while folder.path != "/" {
            let candidate = folder.appending(path: name)
            if FileManager.default.isExecutableFile(atPath: candidate.path), !candidate.hasDirectoryPath {
                return candidate
            }
            folder = folder.deletingLastPathComponent()
        }
        throw BrowserFailure("the built \(name) was not found; run swift build first")
    }
}

/// Why a test could not go on.
struct BrowserFailure: Error, CustomStringConvertible {
    let description: String
    /// The error code of WebDriver (https://www.w3.org/TR/webdriver2/#errors), where the browser refused.
    let code: String?

    init(_ description: String, code: String? = nil) {
        self.description = description
        self.code = code
    }

    /// Whether it may have failed only because the page it was for was being left: the driver then tells of an element
    /// that is gone, an error of its own, or a script that timed out, long before its time.
    var mayBeOfLeavingPage: Bool {
        switch code {
        case "stale element reference", "element not interactable", "script timeout", "unknown error": true
        case "javascript error": description.contains("document unloaded")
        default: false
        }
    }
}

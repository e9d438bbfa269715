import Foundation
import Synchronization

/// The built `gateway` as a child process, with what it prints, line by line.
final class GatewayProcess: Sendable {
    private let child: ChildProcess
    private let output: LineReader
    private let errors: LineReader

    /// A built program, beside the test bundle that runs this.
    static func executable(_ name: String = "gateway") throws -> URL {
        let bundle = Bundle(for: LineReader.self).bundleURL
        var folder = bundle
        while folder.path != "/" {
            let candidate = folder.appending(path: name)
            if FileManager.default.isExecutableFile(atPath: candidate.path), !candidate.hasDirectoryPath {
                return candidate
            }
            folder = folder.deletingLastPathComponent()
        }
        throw EndToEndFailure("the built \(name) was not found above \(bundle.path); run swift build first")
    }

    /// Starts the program with these arguments in a folder, with nothing of the environment but a path and `environment`.
    init(
        _ arguments: [String], in folder: URL, environment: [String: String] = [:], program: String = "gateway"
    ) throws {
        let inherited = ProcessInfo.processInfo.environment.filter {
            ["PATH", "HOME", "LD_LIBRARY_PATH"].contains($0.key)
        }
        child = try ChildProcess(
            executable: try Self.executable(program).path, arguments: arguments, folder: folder.path,
            environment: inherited.merging(environment) { $1 })
        output = LineReader(child.output)
        errors = LineReader(child.errors)
    }

    /// The first line of standard output for which `select` returns something; throws where the program ends before.
    func line<Value>(_ select: (String) -> Value?) async throws -> Value {
        while let line = await output.next() {
            if let value = select(line) { return value }
        }
        throw EndToEndFailure(
            "the gateway ended before it said what was waited for; it said: \(errors.text.suffix(2_000))")
    }

    /// Waits for the `ready` line and returns the addresses it names.
    func ready() async throws -> (gateway: URL, operator: URL) {
        try await line { line in
            let words = line.split(separator: " ")
            guard words.first == "ready" else { return nil }
            let addresses = words.compactMap { URL(string: String($0)) }.filter { $0.port != nil }
            return addresses.count == 2 ? (addresses[0], addresses[1]) : nil
        }
    }

    /// Sends a signal.
    func signal(_ number: Int32) { child.signal(number) }

    /// Waits for the end and returns the exit code, negative for a signal, with all that was printed.
    func end() async -> (code: Int32, output: String, errors: String) {
        while await output.next() != nil {}
        while await errors.next() != nil {}
        return (child.end(), output.text, errors.text)
    }
}

/// Why an end-to-end test could not go on.
struct EndToEndFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A pipe's lines, kept as text too.
final class LineReader: Sendable {
    private struct State {
        var text = ""
        var partial: [UInt8] = []
    }

    private let state = Mutex(State())
    private let stream: AsyncStream<String>

    init(_ handle: FileHandle) {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        self.stream = stream
        Thread.detachNewThread { [weak self] in
            while true {
                let data = handle.availableData
                guard !data.isEmpty else { break }
                for line in self?.take(data) ?? [] { continuation.yield(line) }
            }
            continuation.finish()
        }
    }

    /// All that came so far.
    var text: String { state.withLock { $0.text } }

    /// The next line; nil at the end. One caller at a time.
    func next() async -> String? {
        for await line in stream { return line }
        return nil
    }

    private func take(_ data: Data) -> [String] {
        state.withLock { state in
            state.text += String(decoding: data, as: UTF8.self)
            state.partial += data
            var lines: [String] = []
            while let end = state.partial.firstIndex(of: 0x0A) {
                lines.append(String(decoding: state.partial[..<end], as: UTF8.self))
                state.partial.removeSubrange(...end)
            }
            return lines
        }
    }
}

/// A folder that goes with the test.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "gateway-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

import Foundation

/// The toolchain's own linter, run over the project as `.ci/run` runs it.
enum FormatLint {
    /// What the linter prints about these paths; empty where all is well.
    static func complaints(paths: [String]) throws -> String {
        let words = [
            "swift", "format", "lint", "--strict", "--parallel", "--configuration", ".swift-format", "--recursive",
        ]
        let quoted = ([SourceTree.root.path] + paths).map { "'" + $0.replacing("'", with: "'\\''") + "'" }
        let command = "cd \(quoted[0]) && \(words.joined(separator: " ")) \(quoted[1...].joined(separator: " ")) 2>&1"
        guard let stream = popen(command, "r") else { return "the linter could not be started" }
        var text = ""
        var line = [CChar](repeating: 0, count: 4_096)
        while fgets(&line, Int32(line.count), stream) != nil {
            text += String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return pclose(stream) == 0 ? "" : (text.isEmpty ? "the linter failed without a word" : text)
    }
}

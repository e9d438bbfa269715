import Foundation

/// One Swift file of the project, as text.
struct SourceFile: Sendable {
    /// The path below the project's folder, with `/`.
    var path: String
    /// Its lines, without their ends.
    var lines: [Substring]

    init(path: String, text: String) {
        self.path = path
        self.lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The target the file belongs to: the folder below `Sources` or `Tests`.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
}

/// The project on disk, found from this file's place in it.
enum SourceTree {
    /// The project's folder.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every Swift file below a folder of the project, ordered by path.
    static func swiftFiles(below folder: String) throws -> [SourceFile] {
        let top = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(at: top, includingPropertiesForKeys: nil) else { return [] }
        var files: [SourceFile] = []
        for case let url as URL in walk where url.pathExtension == "swift" {
            let path = url.path.dropFirst(root.path.count).drop { $0 == "/" }
            files.append(SourceFile(path: String(path), text: try String(contentsOf: url, encoding: .utf8)))
        }
        return files.sorted { $0.path < $1.path }
    }
}

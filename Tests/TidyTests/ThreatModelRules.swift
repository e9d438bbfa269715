import Foundation

/// The threat model names the tests that hold its claims; each of them has to exist.
enum ThreatModelRules {
    /// Where it is written.
    static let page = "Sources/GatewayHTTP/GatewayHTTP.docc/ThreatModel.md"

    /// The suites that a page names: words in backquotes that end in `Tests`.
    static func suites(in text: String) -> Set<String> {
        var names = Set(text.matches(of: #/`([A-Za-z0-9]+Tests)`/#).map { String($0.1) })
        names.remove("Tests")
        return names
    }

    /// Those that no file declares.
    static func missing(_ names: Set<String>, files: [SourceFile]) -> [String] {
        let declared = Set(
            files.flatMap(\.lines).flatMap { line in
                line.matches(of: #/(?:struct|class|enum) ([A-Za-z0-9]+Tests)\b/#).map { String($0.1) }
            })
        return names.subtracting(declared).sorted()
    }
}

import Foundation
import Testing

@Suite struct TidyTests {
    @Test("Every target imports only what the layout allows it")
    func imports() throws {
        let files = try SourceTree.swiftFiles(below: "Sources")
        #expect(files.count > 100, "the sources were not found")
        #expect(files.flatMap(ImportRules.violations) == [])
    }

    @Test("Every public or package declaration has a doc comment")
    func documentation() throws {
        #expect(try SourceTree.swiftFiles(below: "Sources").flatMap(DocumentationRules.violations) == [])
    }

    @Test("Sources neither trap on purpose nor leave work undone")
    func traps() throws {
        let files = try SourceTree.swiftFiles(below: "Sources")
        #expect(files.flatMap { TextRules.violations(in: $0, words: TextRules.traps) } == [])
    }

    @Test("Every library says in a page what its part is")
    func pages() {
        for target in ImportRules.allowed.keys.sorted()
        where !["gateway", "bolna-simulator", "gateway-benchmark"].contains(target) {
            let page = SourceTree.root.appending(path: "Sources/\(target)/\(target).docc/\(target).md")
            #expect(FileManager.default.fileExists(atPath: page.path), "\(page.path) is missing")
        }
    }

    @Test("Tests neither sleep nor depend on how busy the machine is")
    func sleeps() throws {
        let files = try SourceTree.swiftFiles(below: "Tests").filter { !$0.path.hasPrefix("Tests/TidyTests/") }
        let words = TextRules.sleeps + TextRules.shortTimeLimits
        #expect(files.flatMap { TextRules.violations(in: $0, words: words) } == [])
    }

    @Test("Every test that the threat model leans on exists")
    func threatModel() throws {
        let url = SourceTree.root.appending(path: ThreatModelRules.page)
        let suites = ThreatModelRules.suites(in: try String(contentsOf: url, encoding: .utf8))
        #expect(suites.count > 20, "the page was not understood")
        #expect(ThreatModelRules.missing(suites, files: try SourceTree.swiftFiles(below: "Tests")) == [])
    }

    @Test("Every limit of the listeners is told with its default and the tests that cross it")
    func limits() throws {
        func text(_ path: String) throws -> String {
            try String(contentsOf: SourceTree.root.appending(path: path), encoding: .utf8)
        }
        let rows = LimitRules.rows(in: try text(LimitRules.page))
        let defaults = LimitRules.defaults(in: try text(LimitRules.settings))
        #expect(defaults.count > 15, "the settings were not understood")
        #expect(LimitRules.faults(rows: rows, defaults: defaults) == [])
        let suites = Set(rows.flatMap(\.suites))
        #expect(ThreatModelRules.missing(suites, files: try SourceTree.swiftFiles(below: "Tests")) == [])
    }

    @Test("Every file keeps the checked-in format")
    func format() throws {
        #expect(try FormatLint.complaints(paths: ["Package.swift", "Sources", "Tests"]) == "")
    }

    @Test("The top level holds what was agreed, and nothing else")
    func topLevel() throws {
        let agreed: Set<String> = ["Package.swift", "Sources", "Tests", "README.md", "certs", "config"]
        let entries = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
        let made: Set<String> = ["Package.resolved", "data"]
        #expect(entries.filter { !$0.hasPrefix(".") && !agreed.contains($0) && !made.contains($0) } == [])
        #expect(agreed.subtracting(entries) == [])
    }
}

@Suite struct TidyRulesTests {
    @Test(
        "A forbidden import is named with its line",
        arguments: [
            "import Foundation", "package import GRDB", "@testable import BolnaWire", "private import NIOCore",
            "import struct Foundation.Date",
        ])
    func forbiddenImport(line: String) {
        let file = SourceFile(path: "Sources/CallDomain/Planted.swift", text: "// first line\n\(line)\n")
        let found = ImportRules.violations(in: file)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("Sources/CallDomain/Planted.swift:2: CallDomain must not import") == true)
    }

    @Test("An allowed import passes, and so does the word inside a sentence")
    func allowedImport() {
        let text = "package import CallDomain\nimport COpenSSL\n/// The import of calls.\n"
        #expect(ImportRules.violations(in: SourceFile(path: "Sources/WebhookTrust/File.swift", text: text)) == [])
    }

    @Test("A target without a row is refused")
    func unknownTarget() {
        #expect(ImportRules.violations(in: SourceFile(path: "Sources/Extra/File.swift", text: "")).count == 1)
    }

    @Test(
        "A visible declaration without a doc comment is found",
        arguments: [
            "package struct Call {}", "    package let id: Int", "    package static func f() {}",
            "public final class Server {", "    @discardableResult package mutating func g() -> Int { 1 }",
            "    package init() {}", "    package subscript(i: Int) -> Int { i }", "@inlinable\npackage func h() {}",
            "    package private(set) var count = 0", "    nonisolated package func k() {}",
            "package enum Kind {\n    case one\n}", "// a plain comment\npackage var x: Int { 1 }",
        ])
    func undocumented(text: String) {
        #expect(!DocumentationRules.violations(in: SourceFile(path: "Sources/A/B.swift", text: text)).isEmpty)
    }

    @Test("Documented, private and local declarations pass")
    func documented() {
        let text = """
            package import CallDomain
            /// A kind.
            @frozen
            package enum Kind {
                /// One.
                case one

                /// Its name.
                package var name: String {
                    switch self {
                    case .one: "package var"
                    }
                }
            }
            enum Hidden {
                case two
            }
            struct Local { let package = 1 }
            """
        #expect(DocumentationRules.violations(in: SourceFile(path: "Sources/A/B.swift", text: text)) == [])
    }

    @Test("A time limit that a busy machine may cross is found, and one that ends a hanging test is none")
    func timeLimits() {
        let text = "@Test(.timeLimit(.minutes(1)))\n@Test(.timeLimit(.minutes(10)))\n"
        let file = SourceFile(path: "Tests/A/B.swift", text: text)
        let found = TextRules.violations(in: file, words: TextRules.shortTimeLimits)
        #expect(found.map { $0.hasPrefix("Tests/A/B.swift:1: ") } == [true])
    }

    @Test("A test that does not exist is found in a threat model")
    func missingSuite() {
        let file = SourceFile(path: "Tests/A/B.swift", text: "struct RealTests {\n}")
        let suites = ThreatModelRules.suites(in: "held by `RealTests` and `MadeUpTests`")
        #expect(ThreatModelRules.missing(suites, files: [file]) == ["MadeUpTests"])
    }

    @Test("A limit that the table lacks, does not know or tells wrongly is found")
    func wrongLimit() {
        let rows = LimitRules.rows(
            in: """
                | `limits.right` | 5s | closed | `RealTests` |
                | `limits.other` | 5s | closed | `RealTests` |
                | `limits.untested` | 1 | closed | none |
                | `limits.gone` | 1 | closed | `RealTests` |
                """)
        let defaults = LimitRules.defaults(
            in: "limits:\n  # One.\n  right: 5s\n  other: 6s\n  untested: 1\n  new: 7\nlog:\n  level: info\n")
        #expect(defaults.count == 4)
        #expect(
            LimitRules.faults(rows: rows, defaults: defaults) == [
                "limits.gone is no setting", "limits.new is not in the table",
                "limits.other is 6s unless told otherwise", "limits.untested has no test",
            ])
    }

    @Test("A file that breaks the format is named by the linter")
    func badFormat() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "Planted.swift")
        try "struct A{ let  b : Int ;}\n".write(to: file, atomically: true, encoding: .utf8)
        #expect(try FormatLint.complaints(paths: [file.path]).contains("Planted.swift:1"))
    }
}

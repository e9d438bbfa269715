import CallDomain
import Foundation
import Logging
import Synchronization

/// A text that no log line, metric or error may hold: made up, so that it cannot be there by chance.
struct Canary: Hashable, Sendable {
    enum Kind: String, CaseIterable { case number, name, words, token }

    var kind: Kind
    /// How it stands in what is planted.
    var text: String

    /// What is looked for: of a number its digits, so that no other way of writing it is missed.
    var needle: String { kind == .number ? String(text.dropFirst()) : text }

    /// As many of each kind, 200 in all, from a seed.
    static func planted(seed: UInt64) -> [Canary] {
        var generator = CanaryGenerator(state: seed)
        var canaries: Set<Canary> = []
        for kind in Kind.allCases {
            while canaries.filter({ $0.kind == kind }).count < count / Kind.allCases.count {
                canaries.insert(Canary(kind: kind, text: text(of: kind, &generator)))
            }
        }
        return canaries.sorted { ($0.kind.rawValue, $0.text) < ($1.kind.rawValue, $1.text) }
    }

    static let count = 200

    private static func text(of kind: Kind, _ generator: inout CanaryGenerator) -> String {
        func letters(_ count: Int) -> String {
            String((0..<count).map { _ in "bcdfghjklmnpqrstvwxz".randomElement(using: &generator) ?? "q" })
        }
        switch kind {
        case .number: return "+91" + String(Int.random(in: 7_000_000_000...9_999_999_999, using: &generator))
        case .name: return "Zz" + letters(10)
        case .words: return "we spoke of \(letters(8)) and \(letters(8))"
        case .token: return "tk_" + letters(40)
        }
    }

    /// The canaries that stand in a text.
    static func found(_ canaries: [Canary], in text: String) -> [Canary] {
        canaries.filter { text.contains($0.needle) }
    }
}

struct CanaryGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Remembers every line, of the lowest level too, with its metadata.
struct CanaryLog: LogHandler {
    private final class Lines: Sendable {
        let lines = Mutex([String]())
    }

    private let shared = Lines()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    var text: String { shared.lines.withLock { $0.joined(separator: "\n") } }
    var count: Int { shared.lines.withLock { $0.count } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let pairs = metadata.merging(event.metadata ?? [:]) { $1 }.map { "\($0.key)=\($0.value)" }.sorted()
        shared.lines.withLock { $0.append("\(event.level) \(event.message) \(pairs.joined(separator: " "))") }
    }
}

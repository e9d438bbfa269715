import Foundation
import Testing

@Suite("What outsiders send")
struct CorpusTests {
    /// Damaged inputs a target reads in the tests; a run of `.ci/fuzz` reads millions.
    private static let mutations = 20_000
    /// A target stops early after this long, so that a slow machine does not make the tests slow.
    private static let longest: Duration = .seconds(5)

    /// The payloads as they were seen or documented.
    private static func payloads() throws -> [[UInt8]] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "BolnaWireTests/Payloads")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
    }

    @Test(
        "Seeds and their damaged copies are read without a trap, and promises hold",
        arguments: FuzzTarget.all.map(\.name))
    func corpus(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let corpus = try target.seeds + (target.readsBodies ? Self.payloads() : [])
        for input in corpus { #expect(throws: Never.self, "\(text(input))") { try target.run(input) } }

        var mutator = Mutator(corpus: corpus, seed: 1)
        let end = ContinuousClock.now + Self.longest
        for _ in 0..<Self.mutations where ContinuousClock.now < end {
            let input = mutator.next()
            do { try target.run(input) } catch {
                Issue.record("\(name): \(error): \(input)")
                return
            }
        }
    }

    @Test("A parser that trusts its input is caught")
    func planted() throws {
        let planted = FuzzTarget("planted", seeds: [#"{"id":"a"}"#]) { input in
            try hold(!input.contains(0), "no input has a NUL")
        }
        var mutator = Mutator(corpus: planted.seeds, seed: 1)
        let isCaught = (0..<Self.mutations).contains { _ in (try? planted.run(mutator.next())) == nil }
        #expect(isCaught, "no damaged input had a NUL")
    }
}

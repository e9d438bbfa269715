import Foundation
import Testing

@testable import Simulation

/// Hundreds of worlds in each run of the tests; `GATEWAY_SEED` replays one of them.
@Suite struct SimulationSeedTests {
    @Test("No law is broken in any of these worlds", .timeLimit(.minutes(30)))
    func lawsHold() async throws {
        let replayed = try ReplayedSeed.named(by: ProcessInfo.processInfo.environment["GATEWAY_SEED"])
        let sweep = SeedSweep(from: replayed ?? 1, count: replayed == nil ? Self.seeds : 1)
        let summary = try await onThread { sweep.run() }
        for failure in summary.failures.prefix(1) {
            let shrunk = try await onThread {
                var shrinker = Shrinker(mostRuns: 60)
                return shrinker.shrink(failure)
            }
            Issue.record("\(FailureReport(shrunk).text)")
        }
        #expect(summary.seeds == sweep.count)
        guard replayed == nil else { return }
        expectCoverage(of: summary)
    }

    /// Every law was checked, every fault struck, and everything that may happen did and had an effect.
    private func expectCoverage(of summary: SeedSweep.Summary) {
        let counters = summary.counters
        for law in Law.allCases { #expect(summary.checked[law, default: 0] > 0, "\(law) was never checked") }
        for fault in Fault.allCases {
            #expect(counters.faultsByName[fault.rawValue, default: 0] > 0, "\(fault.rawValue) never struck")
        }
        for name in Disturbance.Kind.names {
            #expect(counters.effects[name, default: 0] > 0, "\(name) never had an effect")
        }
        #expect(counters.effects["entry poisoned", default: 0] > 0)
        #expect(counters.crashes > 0 && counters.acknowledged > 0 && counters.reads > 0 && counters.dials > 0)
        #expect(counters.pollPages > 0, "no list page stood for reads of several calls")
    }

    @Test("A seed that cannot be read is an error, not another test")
    func unreadableSeed() throws {
        #expect(try ReplayedSeed.named(by: nil) == nil)
        #expect(try ReplayedSeed.named(by: "17") == 17)
        for text in ["", "x", "-1", "1.5"] {
            #expect(throws: ReplayedSeed.Unreadable.self) { try ReplayedSeed.named(by: text) }
        }
    }

    /// How many worlds are run.
    private static let seeds: UInt64 = 300
}

/// The seed that `GATEWAY_SEED` names.
enum ReplayedSeed {
    /// What is wrong with it.
    struct Unreadable: Error, CustomStringConvertible {
        var text: String
        var description: String { "GATEWAY_SEED: expected a whole number from 0 on, not \"\(text)\"" }
    }

    /// Reads the variable; nil where it is not set.
    static func named(by text: String?) throws -> UInt64? {
        guard let text else { return nil }
        guard let seed = UInt64(text) else { throw Unreadable(text: text) }
        return seed
    }
}

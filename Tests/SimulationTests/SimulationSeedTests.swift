import Foundation
import Testing

@testable import Simulation

/// Hundreds of worlds in each run of the tests; `GATEWAY_SEED` replays one of them.
@Suite struct SimulationSeedTests {
    @Test("No law is broken in any of these worlds", .timeLimit(.minutes(5)))
    func lawsHold() async throws {
        let replayed = ProcessInfo.processInfo.environment["GATEWAY_SEED"].flatMap { UInt64($0) }
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
        for law in Law.allCases { #expect(summary.checked[law, default: 0] > 0, "\(law) was never checked") }
        #expect(summary.counters.crashes > 0 && summary.counters.acknowledged > 0 && summary.counters.reads > 0)
    }

    /// How many worlds are run.
    private static let seeds: UInt64 = 200
}

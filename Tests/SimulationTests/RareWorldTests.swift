import Testing

@testable import Simulation

/// Kinds of worlds of which few are drawn from seeds.
@Suite struct RareWorldTests {
    @Test("A world with more calls than a page keeps its laws, and is read by pages", arguments: [UInt64(2), 7])
    func busy(seed: UInt64) async throws {
        let outcome = try await onThread { SimulationRun.run(Scenario.busy(seed: Seed(rawValue: seed))) }
        #expect(outcome.violations.isEmpty, "\(outcome.violations)")
        #expect(outcome.counters.calls >= 60)
        #expect(outcome.counters.pollPages > 0)
    }

    @Test("After an outage of a day, calls that were never heard of before it are found", arguments: [UInt64(0), 1, 2])
    func longOutage(seed: UInt64) async throws {
        let outcome = try await onThread { SimulationRun.run(Scenario.longOutage(seed: Seed(rawValue: seed))) }
        #expect(outcome.violations.isEmpty, "\(outcome.violations)")
        #expect(outcome.counters.crashes == 1)
    }

    @Test("A call that Bolna fails to show keeps no other from being found", arguments: [UInt64(0), 1, 2])
    func stubborn(seed: UInt64) async throws {
        let outcome = try await onThread { SimulationRun.run(Scenario.stubborn(seed: Seed(rawValue: seed))) }
        #expect(outcome.violations.isEmpty, "\(outcome.violations)")
        #expect(outcome.counters.effects["fail"] == 1)
        #expect(outcome.counters.storedReads["sweep", default: 0] > 0)
    }
}

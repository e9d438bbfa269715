import Testing

@testable import Simulation

@Suite struct BusyWorldTests {
    @Test("A world with more calls than a page keeps its laws, and is read by pages", arguments: [UInt64(2)])
    func keepsLaws(seed: UInt64) async throws {
        let outcome = try await onThread { SimulationRun.run(Scenario.busy(seed: Seed(rawValue: seed))) }
        #expect(outcome.violations.isEmpty, "\(outcome.violations)")
        #expect(outcome.counters.calls >= 60)
    }
}

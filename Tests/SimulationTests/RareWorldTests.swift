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

    @Test("After an outage of two days, calls never heard of before it are found", arguments: [UInt64(0), 1, 2])
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

    @Test("A refused token keeps nothing from being read once it is taken again", arguments: [UInt64(0), 1, 2])
    func refused(seed: UInt64) async throws {
        let outcome = try await onThread { SimulationRun.run(Scenario.refused(seed: Seed(rawValue: seed))) }
        #expect(outcome.violations.isEmpty, "\(outcome.violations)")
        #expect(outcome.counters.effects["refusal"] == 1)
        #expect(outcome.counters.storedReads["sweep", default: 0] > 0)
    }

    @Test("Persons' checks put no look off", arguments: [UInt64(0), 1, 2])
    func impatient(seed: UInt64) async throws {
        let outcome = try await onThread { SimulationRun.run(Scenario.impatient(seed: Seed(rawValue: seed))) }
        #expect(outcome.violations.isEmpty, "\(outcome.violations)")
        #expect(outcome.counters.storedReads["check", default: 0] > 0)
        #expect(outcome.counters.storedReads["poll", default: 0] > 0)
    }

    @Test("Of placed calls whose answers are lost it is found out what became of them", arguments: [UInt64(0), 1, 2])
    func unanswered(seed: UInt64) async throws {
        let outcome = try await onThread { SimulationRun.run(Scenario.unanswered(seed: Seed(rawValue: seed))) }
        #expect(outcome.violations.isEmpty, "\(outcome.violations)")
        #expect(outcome.counters.dials > 0)
    }

    @Test("Who watches changes hears of commits that are reported as failed, too", arguments: [UInt64(0), 1, 2])
    func doubtful(seed: UInt64) async throws {
        let outcome = try await onThread { SimulationRun.run(Scenario.doubtful(seed: Seed(rawValue: seed))) }
        #expect(outcome.violations.isEmpty, "\(outcome.violations)")
        #expect(outcome.faults.contains { $0.fault == .commitUnclear })
    }
}

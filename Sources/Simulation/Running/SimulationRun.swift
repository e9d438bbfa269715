package import BolnaModel
import Foundation

/// What came of one run.
package struct RunOutcome: Sendable {
    /// What was run.
    package var scenario: Scenario
    /// The laws that did not hold, in the order in which it was seen; a run ends soon after the first.
    package var violations: [Violation]
    /// What happened, in numbers.
    package var counters: Counters
    /// How often each law was checked.
    package var checked: [Law: Int]
    /// When each change of status showed.
    package var staleness: [StalenessSample]
    /// The faults that struck.
    package var faults: Set<FaultPoint>
    /// The timeline; empty unless it was asked for.
    package var trace: [TraceLine]
    /// What is true at the end, by organization.
    package var truth: [[CallTruth]]
}

/// Runs one scenario from its start to its end.
package enum SimulationRun {
    /// Runs the scenario of a seed.
    package static func run(seed: Seed, keepsTrace: Bool = false) -> RunOutcome {
        run(Scenario.drawn(from: seed), keepsTrace: keepsTrace)
    }

    /// Runs a scenario on the calling thread, which must not be one of the global executor's. The database lies in
    /// memory where the system has a place for that, and is removed afterwards.
    package static func run(_ scenario: Scenario, keepsTrace: Bool = false) -> RunOutcome {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            let world = try SimulatedWorld(scenario: scenario, directory: directory, keepsTrace: keepsTrace)
            world.run()
            return RunOutcome(
                scenario: scenario, violations: world.watch.violations, counters: world.counters,
                checked: world.watch.checked, staleness: world.watch.staleness.samples, faults: world.fired,
                trace: world.trace, truth: world.models.map(\.truth))
        } catch {
            let violation = Violation(law: .footing, at: 0, detail: "the simulation cannot start: \(error)")
            return RunOutcome(
                scenario: scenario, violations: [violation], counters: Counters(), checked: [:], staleness: [],
                faults: [], trace: [], truth: [])
        }
    }

    /// A place for a run's database: in memory where the system has a place for that.
    static func temporaryDirectory() -> URL {
        let memory = "/dev/shm"
        let isWritable = FileManager.default.isWritableFile(atPath: memory)
        let base = isWritable ? URL(fileURLWithPath: memory) : FileManager.default.temporaryDirectory
        return base.appendingPathComponent("gateway-simulation-\(UUID().uuidString)")
    }
}

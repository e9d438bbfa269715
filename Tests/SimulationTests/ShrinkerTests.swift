import BolnaModel
import Testing

@testable import Simulation

/// Runs that are made up: which faults strike, and when the law breaks, is known.
@Suite struct ShrinkerTests {
    private static func outcome(
        _ scenario: Scenario, faults: Set<FaultPoint>, breaks law: Law?
    ) -> RunOutcome {
        RunOutcome(
            scenario: scenario, violations: law.map { [Violation(law: $0, at: 0, detail: "")] } ?? [],
            counters: Counters(), checked: [:], staleness: [], faults: faults, trace: [], truth: [])
    }

    private static let needed = FaultPoint(.webhookLost, 70)

    /// A world in which the needed fault breaks the law; while an early fault strikes, a late one does not.
    private static func run(_ scenario: Scenario) -> RunOutcome {
        let points = (1...100).map { FaultPoint(.webhookLost, $0) } + [FaultPoint(.answerCut, 1)]
        var faults = Set(points).subtracting(scenario.without)
        if !faults.contains(FaultPoint(.answerCut, 1)) {
            faults.formUnion(Set((200...220).map { FaultPoint(.answerLost, $0) }).subtracting(scenario.without))
        }
        return outcome(scenario, faults: faults, breaks: faults.contains(needed) ? .staleness : nil)
    }

    @Test("All that the law does not need is taken out, also what strikes only since something else was taken out")
    func faults() {
        var scenario = Scenario(seed: Seed(rawValue: 1))
        scenario.disturbances = [Disturbance(at: 1, .reconnect), Disturbance(at: 2, .rubbish(1))]
        var shrinker = Shrinker(mostRuns: 2_000) { scenario, _ in Self.run(scenario) }
        let shrunk = shrinker.shrink(Self.run(scenario))
        #expect(shrunk.faults == [Self.needed])
        #expect(shrunk.scenario.disturbances.isEmpty)
        #expect(shrunk.violations.first?.law == .staleness)
    }

    @Test("A run that breaks another law is not the same failure")
    func otherLaw() {
        var scenario = Scenario(seed: Seed(rawValue: 1))
        let kept = Disturbance(at: 1, .reconnect)
        scenario.disturbances = [kept]
        var shrinker = Shrinker(mostRuns: 100) { scenario, _ in
            Self.outcome(scenario, faults: [], breaks: scenario.disturbances.isEmpty ? .bounds : .staleness)
        }
        let shrunk = shrinker.shrink(Self.outcome(scenario, faults: [], breaks: .staleness))
        #expect(shrunk.scenario.disturbances == [kept])
    }

    @Test("No more runs are tried than allowed, and a run without violations is left as it is")
    func bounded() {
        var tried = 0
        var shrinker = Shrinker(mostRuns: 7) { scenario, keepsTrace in
            if !keepsTrace { tried += 1 }
            return Self.outcome(scenario, faults: [], breaks: .staleness)
        }
        let scenario = Scenario(seed: Seed(rawValue: 1))
        _ = shrinker.shrink(Self.outcome(scenario, faults: [], breaks: .staleness))
        #expect(tried == 7)
        #expect(shrinker.shrink(Self.outcome(scenario, faults: [], breaks: nil)).violations.isEmpty)
        #expect(tried == 7)
    }
}

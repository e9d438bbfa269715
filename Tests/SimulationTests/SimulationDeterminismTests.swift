import Testing

@testable import Simulation

@Suite struct SimulationDeterminismTests {
    @Test("The same seed gives the same timeline, to the last byte", arguments: [3, 8, 17, 41] as [UInt64])
    func sameSeedSameTimeline(number: UInt64) async throws {
        let (first, second) = try await onThread {
            let first = SimulationRun.run(seed: Seed(rawValue: number), keepsTrace: true)
            let second = SimulationRun.run(seed: Seed(rawValue: number), keepsTrace: true)
            return (first, second)
        }
        let lines = first.trace.map(\.description).joined(separator: "\n")
        #expect(lines == second.trace.map(\.description).joined(separator: "\n"))
        #expect(first.counters == second.counters)
        #expect(first.trace.count > 20)
    }

    @Test("Keeping the timeline changes nothing")
    func traceIsInert() async throws {
        let (kept, unkept) = try await onThread {
            (
                SimulationRun.run(seed: Seed(rawValue: 5), keepsTrace: true),
                SimulationRun.run(seed: Seed(rawValue: 5), keepsTrace: false)
            )
        }
        #expect(kept.counters == unkept.counters)
        #expect(unkept.trace.isEmpty)
    }

    @Test("Another seed gives another world")
    func otherSeedOtherWorld() async throws {
        let (first, second) = try await onThread {
            (SimulationRun.run(seed: Seed(rawValue: 5)), SimulationRun.run(seed: Seed(rawValue: 6)))
        }
        #expect(first.counters != second.counters)
    }

    @Test("A stream of chance gives the same numbers each time, and others than its neighbour")
    func streams() {
        func draw(_ stream: String) -> [Int] {
            var dice = Dice(seed: 7, stream: stream)
            return (0..<8).map { _ in dice.integer(below: 1_000_000) }
        }
        #expect(draw("a") == draw("a"))
        #expect(draw("a") != draw("b"))
        var dice = Dice(seed: 1, stream: "order")
        #expect(dice.shuffled(Array(0..<20)).sorted() == Array(0..<20))
    }
}

import CallDomain
import Testing

@testable import Simulation

/// The checks of the order can fail: they find what is wrong where something is.
@Suite struct OrderCheckSensitivityTests {
    /// Two deliveries with the same bytes that say different things: which of them came first then matters.
    static let ambiguous: [EvidenceArrival] = {
        var other = EvidenceTable.life[2]
        other.observation.key = EvidenceTable.life[6].observation.key
        other.name = "busy with the bytes of completed"
        return [EvidenceTable.life[0], EvidenceTable.life[6], other]
    }()

    @Test("Arrivals that share their bytes but not what they say are found")
    func steps() throws {
        let figures = OrderCheck(arrivals: Self.ambiguous, largestSet: 3).run()
        #expect(figures.violations > 0)
        let shown = try #require(figures.shown.first)
        #expect(shown.line.contains("busy with the bytes of completed"))
    }

    @Test("Going through the orders one by one finds them, too")
    func enumeration() {
        #expect(OrderEnumeration(arrivals: Self.ambiguous, largestSet: 3).run().violations > 0)
    }

    @Test("Few of many violations are shown")
    func bounded() {
        var figures = OrderFigures()
        for number in 0..<100 { figures.record(["\(number)"], "wrong") }
        #expect(figures.violations == 100)
        #expect(figures.shown.map(\.line) == (0..<OrderFigures.mostShown).map { "wrong: \($0)" })
    }
}

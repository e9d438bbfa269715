import CallDomain
import Testing

@testable import Simulation

/// Law 1: order does not matter.
@Suite struct OrderCheckTests {
    @Test("Every set of up to six of nine arrivals gives one call, in every order and with every repetition")
    func table() {
        let arrivals = Array(EvidenceTable.arrivals.prefix(EvidenceTable.testedCount))
        let figures = OrderCheck(arrivals: arrivals, largestSet: 6).run()
        #expect(figures.violations == 0, "\(figures.shown.map(\.line))")
        #expect(figures.sets == 465)
        #expect(figures.concludedPermutations == 79_209)
        #expect(figures.concludedRepetitions == 1_530_369)
    }

    @Test("So does a life that is folded in place where it comes in order")
    func life() {
        let figures = OrderCheck(arrivals: EvidenceTable.life, largestSet: 5).run()
        #expect(figures.violations == 0, "\(figures.shown.map(\.line))")
        #expect(figures.extended > 100)
    }

    @Test("So do reads at the edges of the pause and the window, and they withdraw within them alone")
    func reads() throws {
        let table = EvidenceTable.reads
        let figures = OrderCheck(arrivals: table, largestSet: table.count).run()
        #expect(figures.violations == 0, "\(figures.shown.map(\.line))")
        func status(_ members: Int...) -> CallStatus? { KeptCall(members.map { table[$0] }).state?.status }
        #expect(table[0].observation.statement.status == .completed)
        #expect(status(0, 2, 3) == .completed, "too soon")
        #expect(status(0, 2, 4) == .inProgress)
        #expect(status(0, 2, 5) == .inProgress)
        #expect(status(0, 2, 6) == .completed, "too late")
    }

    @Test("Going through the orders one by one finds what the steps between sets conclude")
    func enumeration() {
        let arrivals = Array(EvidenceTable.arrivals.prefix(EvidenceTable.testedCount))
        let figures = OrderEnumeration(arrivals: arrivals, largestSet: 4).run()
        let concluded = OrderCheck(arrivals: arrivals, largestSet: 4).run()
        #expect(figures.violations == 0, "\(figures.shown.map(\.line))")
        #expect(figures.sets == concluded.sets)
        #expect(figures.permutations == 3_609)
        #expect(figures.permutations == concluded.concludedPermutations)
        #expect(figures.repetitions == concluded.concludedRepetitions)
    }

    @Test(
        "Large random sets give one call in every order, and it is the fold of what came",
        arguments: Seed.all(below: 30))
    func random(seed: UInt64) {
        let figures = RandomArrivals.check(seed: seed)
        #expect(figures.violations == 0, "GATEWAY_SEED=\(seed) \(figures.shown.map(\.line))")
    }

    @Test("The table holds what could make order matter")
    func tableIsMeaningful() {
        let table = EvidenceTable.arrivals
        #expect(table.count == 14)
        #expect(Set(table.map(\.name)).count == 14)
        let tested = table.prefix(EvidenceTable.testedCount)
        let call = KeptCall(table.filter { $0.observation.key.source != .ruling })
        #expect(call.state?.withdrawn.isEmpty == false, "two reads withdraw")
        #expect(tested.contains { $0.observation.key.source == .ruling && $0.observation.statement.updatedAt == nil })
        #expect(tested.contains { $0.observation.key.source == .webhook && $0.observation.statement.updatedAt == nil })
        #expect(tested.contains { $0.observation.key.standing == .hint })
        #expect(tested.contains { $0.observation.statement.status?.step == nil })
        #expect(tested.count { $0.read != nil } == 2)
        #expect(
            tested.contains {
                $0.observation.statement.status == .scheduled && $0.observation.statement.retryCount == nil
            })
        #expect(KeptCall(tested).state?.attempts.count == 2)
        #expect(table.contains { $0.observation.statement.looksPreCall })
        #expect(KeptCall(table.filter { $0.observation.statement.status?.isFinal == true }).state?.contradictions != [])
    }
}

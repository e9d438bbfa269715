import CallDomain
import Testing

@testable import Simulation

/// What reading costs, in virtual time: the same figures on every machine.
@Suite struct EconomyComparisonTests {
    private static let seeds = [1, 2, 5].map { Seed(rawValue: $0) }

    private func row(loss: Double, calls: Int = 30) async throws -> EconomyComparison.Row {
        try #require(
            try await onThread { try EconomyComparison(calls: calls, seeds: Self.seeds).run(loss: loss) })
    }

    @Test("Where all webhooks come no request is sent for a call")
    func noLoss() async throws {
        let row = try await row(loss: 0)
        #expect(row.gateway.requests == 0)
        #expect(row.untold == 0)
        #expect(row.complaint == nil)
        #expect(row.gateway.staleness.never == 0)
        #expect(row.gateway.sweepPages > 0)
        #expect(row.predecessor.reads > row.calls)
    }

    @Test("Up to a tenth lost, all that is read is bounded by the best there can be", arguments: [0.01, 0.1])
    func someLoss(loss: Double) async throws {
        let row = try await row(loss: loss, calls: 60)
        #expect(row.complaint == nil)
        #expect(row.untold > 0)
        #expect(row.oracle.reads == row.untold)
        #expect(row.gateway.staleness.never == 0)
        #expect(row.oracle.staleness.never == 0)
    }

    @Test(
        "With half of the webhooks lost, or all, the gateway shows everything, which the predecessor did not",
        arguments: [0.5, 1])
    func muchLoss(loss: Double) async throws {
        let row = try await row(loss: loss)
        #expect(row.complaint == nil)
        #expect(loss < 1 || row.untold == row.changes)
        #expect(row.gateway.staleness.never == 0)
        #expect(row.predecessor.staleness.never > 0)
        let oracle = try #require(row.oracle.staleness.quantile(0.99))
        let gateway = try #require(row.gateway.staleness.quantile(0.99))
        #expect(gateway >= oracle)
    }

    @Test("Looks for late recordings are the only requests beside, where all webhooks come")
    func lateRecordings() async throws {
        let row = try #require(
            try await onThread {
                try EconomyComparison(calls: 30, seeds: Self.seeds, hasLateRecordings: true).run(loss: 0)
            })
        #expect(row.gateway.stateRequests == 0)
        #expect(row.gateway.artefactLooks > 0)
        #expect(row.complaint == nil)
    }

    @Test("A gateway that had to read at a pace stops that when webhooks come again, however slow")
    func slowPath() async throws {
        let parts = try await onThread { try SlowPath(seed: Seed(rawValue: 1)).run() }
        #expect(parts.map(\.states) == [[.healthy], [.degraded], [.healthy], [.healthy]])
        #expect(SlowPath.complaints(about: parts).isEmpty)
        #expect(parts[1].requests > 2 * parts[3].requests)
    }
}

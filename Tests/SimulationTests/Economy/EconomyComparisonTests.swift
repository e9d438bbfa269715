import CallDomain
import Testing

@testable import Simulation

/// What reading costs, in virtual time: the same figures on every machine.
@Suite struct EconomyComparisonTests {
    @Test("Where all webhooks come no request is sent for a call", arguments: Seed.all(below: 2))
    func noLoss(seed: UInt64) async throws {
        let row = try await onThread { try EconomyComparison(calls: 40, seed: Seed(rawValue: seed)).run(loss: 0) }
        #expect(row.gateway.stateRequests == 0)
        #expect(row.untold == 0)
        #expect(row.complaint == nil)
        #expect(row.gateway.staleness.never == 0)
        #expect(row.gateway.sweepPages > 0)
        #expect(row.predecessor.reads > row.calls)
    }

    @Test("Up to a tenth of webhooks lost, what is read is bounded by the best there can be", arguments: [0.01, 0.1])
    func someLoss(loss: Double) async throws {
        let row = try await onThread { try EconomyComparison(calls: 60, seed: Seed(rawValue: 1)).run(loss: loss) }
        #expect(row.complaint == nil)
        #expect(row.oracle.reads == row.untold)
        #expect(row.gateway.staleness.never == 0)
        #expect(row.oracle.staleness.never == 0)
    }

    @Test("Without any webhook the gateway shows everything, which the predecessor did not")
    func allLost() async throws {
        let row = try await onThread { try EconomyComparison(calls: 30, seed: Seed(rawValue: 1)).run(loss: 1) }
        #expect(row.untold == row.changes)
        #expect(row.gateway.staleness.never == 0)
        #expect(row.predecessor.staleness.never > 0)
    }

    @Test("A gateway that had to read at a pace stops that when webhooks come again, however slow")
    func slowPath() async throws {
        let parts = try await onThread { try SlowPath(seed: Seed(rawValue: 1)).run() }
        #expect(parts.map(\.states) == [[.healthy], [.degraded], [.healthy], [.healthy]])
        #expect(SlowPath.complaints(about: parts).isEmpty)
        #expect(parts[1].requests > 2 * parts[3].requests)
    }
}

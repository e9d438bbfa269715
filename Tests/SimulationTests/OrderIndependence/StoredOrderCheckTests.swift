import CallDomain
import Foundation
import SQLiteStore
import Testing

@testable import Simulation

/// What is stored is what the incremental path makes, and that is the fold of what came.
@Suite final class StoredOrderCheckTests {
    private let directory: URL
    private let store: SQLiteStore

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("order-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        store = try SQLiteStore(path: directory.appendingPathComponent("gateway.sqlite").path)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    @Test("Every set of up to three of the table is stored as its fold, whatever came last and however often")
    func table() throws {
        let figures = try StoredOrderCheck(store: store).run(arrivals: EvidenceTable.arrivals, largestSet: 3)
        #expect(figures.violations == 0, "\(figures.shown.map(\.line))")
        #expect(figures.sets == 469)
    }

    @Test("Large random sets are stored as their fold", arguments: Seed.all(below: 5))
    func random(seed: UInt64) throws {
        let figures = try StoredOrderCheck(store: store).runRandom(seed: seed)
        #expect(figures.violations == 0, "GATEWAY_SEED=\(seed) \(figures.shown.map(\.line))")
    }
}

import Foundation

@testable import Simulation

extension Seed {
    /// The seeds 0..<count, or the one of `GATEWAY_SEED`, so that a failure can be replayed.
    static func all(below count: UInt64) -> [UInt64] {
        guard let text = ProcessInfo.processInfo.environment["GATEWAY_SEED"], let seed = UInt64(text) else {
            return Array(0..<count)
        }
        return [seed]
    }
}

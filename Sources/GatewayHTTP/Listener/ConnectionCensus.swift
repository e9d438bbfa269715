import Synchronization

/// Counts a listener's open connections, in all and by address.
final class ConnectionCensus: Sendable {
    private struct Counts {
        var total = 0
        var byAddress: [String: Int] = [:]
    }

    private let most: Int
    private let mostPerAddress: Int
    private let counts = Mutex(Counts())

    init(limits: ListenerLimits) {
        most = limits.connections
        mostPerAddress = limits.connectionsPerAddress
    }

    /// Counts a new connection, or returns false where it is one too many.
    func admit(_ address: String) -> Bool {
        counts.withLock { counts in
            let ofAddress = counts.byAddress[address, default: 0]
            guard counts.total < most, ofAddress < mostPerAddress else { return false }
            counts.total += 1
            counts.byAddress[address] = ofAddress + 1
            return true
        }
    }

    /// Forgets a connection that was admitted.
    func leave(_ address: String) {
        counts.withLock { counts in
            counts.total -= 1
            let left = counts.byAddress[address, default: 0] - 1
            counts.byAddress[address] = left > 0 ? left : nil
        }
    }

    /// The number of open connections.
    var total: Int { counts.withLock { $0.total } }
}

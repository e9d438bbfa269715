import Synchronization
import WebhookTrust

/// Counts a listener's open connections, in all and by address.
final class ConnectionCensus: Sendable {
    private struct Counts {
        var total = 0
        var bySource: [ConnectionSource: Int] = [:]
    }

    /// The most connections at once.
    let most: Int
    private let mostPerAddress: Int
    private let proxies: SourceAddresses
    private let counts = Mutex(Counts())

    /// Why a connection is not admitted.
    enum Refusal: Error {
        case tooMany
        case tooManyOfAddress
    }

    init(limits: ListenerLimits, proxies: SourceAddresses) {
        most = limits.connections
        mostPerAddress = limits.connectionsPerAddress
        self.proxies = proxies
    }

    /// Counts a new connection and returns under what, or throws where it is one too many.
    func admit(_ address: String) throws(Refusal) -> ConnectionSource {
        let source = ConnectionSource(address: address)
        let isProxy = proxies.contains(address)
        let refusal: Refusal? = counts.withLock { counts in
            guard counts.total < most else { return .tooMany }
            let ofSource = counts.bySource[source, default: 0]
            guard isProxy || ofSource < mostPerAddress else { return .tooManyOfAddress }
            counts.total += 1
            counts.bySource[source] = ofSource + 1
            return nil
        }
        if let refusal { throw refusal }
        return source
    }

    /// Forgets a connection that was admitted.
    func leave(_ source: ConnectionSource) {
        counts.withLock { counts in
            counts.total -= 1
            let left = counts.bySource[source, default: 0] - 1
            counts.bySource[source] = left > 0 ? left : nil
        }
    }

    /// The number of open connections.
    var total: Int { counts.withLock { $0.total } }
}

/// What connections are counted under: an IPv4 address, or an IPv6 network of 64 bits, within which one customer has as many
/// addresses as it likes; everything without an address together.
struct ConnectionSource: Hashable {
    private let bits: UInt128?

    init(address: String) {
        guard let address = IPAddress(address) else {
            bits = nil
            return
        }
        bits = address.isVersion4 ? address.bits : address.bits & ~UInt128(UInt64.max)
    }
}

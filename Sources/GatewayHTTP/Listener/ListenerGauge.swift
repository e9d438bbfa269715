import GatewayService
import Synchronization

/// What a listener says of itself while it runs: its connections, and the limits that clients met since the start.
final class ListenerGauge: Sendable {
    private struct State {
        var census: ConnectionCensus?
        var met: [ListenerLimit: Int] = [:]
    }

    private let state = Mutex(State())

    /// A listener counts its connections so from now on; nil: it no longer runs.
    func follow(_ census: ConnectionCensus?) { state.withLock { $0.census = census } }

    /// A client met a limit.
    func met(_ limit: ListenerLimit) { state.withLock { $0.met[limit, default: 0] += 1 } }

    /// The open connections and the most there may be; nil where no listener runs.
    var connections: (open: Int, most: Int)? {
        state.withLock { $0.census }.map { ($0.total, $0.most) }
    }

    /// How often clients met a limit since the start. Connections that ended for want of a request are no offence.
    var refused: [ListenerLimit: Int] { state.withLock { $0.met }.filter { $0.key != .idle } }
}

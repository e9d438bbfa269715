import GatewayService
import Synchronization

/// How a stream of events is kept alive.
package struct StreamSettings: Hashable, Sendable {
    /// How often a comment and an event `heartbeat` without an id are sent, so that neither a proxy nor a page takes the
    /// stream for dead. Pages call it stale after two that did not come. The first may come earlier, so that those of many
    /// streams do not come together.
    package var heartbeat: Duration = .seconds(15)
    /// How long a client should wait before it comes back.
    package var retry: Duration = .seconds(2)
    /// How often it is asked whether the client's key still opens anything. Nothing is sent to one whose key does not;
    /// this is how long its connection may go on in silence.
    package var recheck: Duration = .seconds(1)
    /// Streams at once, of all clients; one more is answered 503. Below ``ListenerLimits/connections``, so that streams leave
    /// room for webhooks.
    package var mostStreams: Int = 8_000
    /// Streams at once of one account, so that none takes all; one more is answered 503.
    package var mostStreamsOfAccount: Int = 6_000

    /// The defaults.
    package init() {}
}

/// Looks after all streams by one timer: ends those whose client is not admitted any more, and nudges the others when their
/// heartbeat is due. It runs while there are any.
final class StreamPulse: Sendable {
    private let clock: any Clock<Duration>
    private let interval: Duration
    private let turnsOfHeartbeat: Int
    private let state = Mutex(State())

    private struct State {
        var streams: [UInt64: Watched] = [:]
        var lastID: UInt64 = 0
        var task: Task<Void, Never>?
    }

    private struct Watched {
        let stream: ChangeStream
        let isAdmitted: @Sendable () -> Bool
        var turnsLeft: Int
    }

    init(settings: StreamSettings, clock: any Clock<Duration>) {
        self.clock = clock
        interval = min(settings.recheck, settings.heartbeat)
        turnsOfHeartbeat = max(Int(settings.heartbeat / interval), 1)
    }

    /// Looks after a stream until it is removed by the number that is returned.
    func add(_ stream: ChangeStream, isAdmitted: @escaping @Sendable () -> Bool) -> UInt64 {
        state.withLock { state in
            state.lastID += 1
            state.streams[state.lastID] = Watched(
                stream: stream, isAdmitted: isAdmitted,
                turnsLeft: 1 + Int(state.lastID % UInt64(turnsOfHeartbeat)))
            if state.task == nil { state.task = Task { await run() } }
            return state.lastID
        }
    }

    /// A stream is over.
    func remove(_ id: UInt64) {
        state.withLock { state in
            state.streams[id] = nil
            guard state.streams.isEmpty else { return }
            state.task?.cancel()
            state.task = nil
        }
    }

    private func run() async {
        while (try? await clock.sleep(for: interval)) != nil, !Task.isCancelled { beat() }
    }

    private func beat() {
        let all = state.withLock { state in
            for id in Array(state.streams.keys) {
                let left = state.streams[id]?.turnsLeft ?? 0
                state.streams[id]?.turnsLeft = left > 1 ? left - 1 : turnsOfHeartbeat
            }
            return Array(state.streams.values)
        }
        for watched in all {
            if !watched.isAdmitted() {
                watched.stream.end()
            } else if watched.turnsLeft == turnsOfHeartbeat {
                watched.stream.nudge()
            }
        }
    }
}

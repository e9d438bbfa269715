import GatewayService
import ServiceLifecycle

/// How a stream of events is kept alive.
package struct StreamSettings: Hashable, Sendable {
    /// How often a comment and an event `heartbeat` without an id are sent, so that neither a proxy nor a page takes the
    /// stream for dead. Pages call it stale after two that did not come.
    package var heartbeat: Duration = .seconds(15)
    /// How long a client should wait before it comes back.
    package var retry: Duration = .seconds(2)
    /// How often it is asked whether the client's key still opens anything. Nothing is sent to one whose key does not;
    /// this is how long its connection may go on in silence.
    package var recheck: Duration = .seconds(1)
    /// Streams at once, of all clients; one more is answered 503.
    package var mostStreams: Int = 1_000
    /// Streams at once of one account, so that none takes all; one more is answered 503.
    package var mostStreamsOfAccount: Int = 250

    /// The defaults.
    package init() {}
}

/// What a stream sends, one after the other: changes as they come, and heartbeats; until the client goes away or is no
/// longer admitted, the feed ends, or the gateway stops.
///
/// A change is taken from the feed only when the one before was sent, so what waits for a slow client waits in the feed,
/// which bounds it. Heartbeats that wait are bounded by ``ListenerLimits/writeStall``.
struct StreamSteps: Sendable {
    enum Step: Sendable {
        case event(ChangeEvent)
        case heartbeat
    }

    private let events: AsyncStream<ChangeEvent>
    private let heartbeat: Duration
    private let recheck: Duration
    private let clock: any Clock<Duration>
    private let isAdmitted: @Sendable () -> Bool
    private let steps = AsyncStream.makeStream(of: Step.self)
    private let permits = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(
        events: AsyncStream<ChangeEvent>, heartbeat: Duration, recheck: Duration, clock: any Clock<Duration>,
        isAdmitted: @escaping @Sendable () -> Bool
    ) {
        self.events = events
        self.heartbeat = heartbeat
        self.recheck = recheck
        self.clock = clock
        self.isAdmitted = isAdmitted
    }

    /// Ends ``run(_:)`` after the step it is sending.
    func stop() { steps.continuation.finish() }

    /// Sends step after step until the end.
    func run(_ send: (Step) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { await takeEvents() }
            group.addTask { await beat() }
            group.addTask { await watch() }
            group.addTask {
                try? await gracefulShutdown()
                stop()
            }
            for await step in steps.stream {
                // Asked before each step too: what came between two looks must not go to one who was shut out before it.
                guard isAdmitted() else { break }
                try await send(step)
                if case .event = step { permits.continuation.yield() }
            }
        }
    }

    private func takeEvents() async {
        var permits = permits.stream.makeAsyncIterator()
        for await event in events {
            steps.continuation.yield(.event(event))
            guard await permits.next() != nil else { break }
        }
        stop()
    }

    private func watch() async {
        while (try? await clock.sleep(for: recheck)) != nil {
            guard isAdmitted() else { return stop() }
        }
    }

    private func beat() async {
        while (try? await clock.sleep(for: heartbeat)) != nil { steps.continuation.yield(.heartbeat) }
    }
}

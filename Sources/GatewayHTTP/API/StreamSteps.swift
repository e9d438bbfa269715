import GatewayService
import ServiceLifecycle

/// How a stream of events is kept alive.
package struct StreamSettings: Hashable, Sendable {
    /// How often a comment is sent, so that no proxy takes the stream for dead.
    package var heartbeat: Duration = .seconds(15)
    /// How long a client should wait before it comes back.
    package var retry: Duration = .seconds(2)
    /// Streams at once, of all clients; one more is answered 503.
    package var mostStreams: Int = 1_000

    /// The defaults.
    package init() {}
}

/// What a stream sends, one after the other: changes as they come, and heartbeats; until the client goes away, the feed
/// ends, or the gateway stops.
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
    private let clock: any Clock<Duration>
    private let steps = AsyncStream.makeStream(of: Step.self)
    private let permits = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(events: AsyncStream<ChangeEvent>, heartbeat: Duration, clock: any Clock<Duration>) {
        self.events = events
        self.heartbeat = heartbeat
        self.clock = clock
    }

    /// Ends ``run(_:)`` after the step it is sending.
    func stop() { steps.continuation.finish() }

    /// Sends step after step until the end.
    func run(_ send: (Step) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { await takeEvents() }
            group.addTask { await beat() }
            group.addTask {
                try? await gracefulShutdown()
                stop()
            }
            for await step in steps.stream {
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

    private func beat() async {
        while (try? await clock.sleep(for: heartbeat)) != nil { steps.continuation.yield(.heartbeat) }
    }
}

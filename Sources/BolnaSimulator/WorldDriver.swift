import BolnaModel
import ServiceLifecycle
import Synchronization

/// Holds the world, and lets its time pass: wakes when something is due, and hands what is to be sent on.
final class WorldDriver: Service {
    private let world: Mutex<BolnaWorld>
    private let now: @Sendable () -> Moment
    private let clock: any Clock<Duration>
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let deliver: @Sendable (WebhookDelivery) -> Void

    init(
        world: BolnaWorld, now: @escaping @Sendable () -> Moment, clock: any Clock<Duration>,
        deliver: @escaping @Sendable (WebhookDelivery) -> Void
    ) {
        self.world = Mutex(world)
        self.now = now
        self.clock = clock
        self.deliver = deliver
        // One wake is as good as many.
        (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Reads or changes the world at the present moment. What that makes due is seen to at once.
    func withWorld<Result: Sendable>(_ body: (inout BolnaWorld, Moment) -> Result) -> Result {
        let result = world.withLock { body(&$0, now()) }
        wake.yield()
        return result
    }

    func run() async throws {
        // Not a child task: it is replaced with each turn, and ends with this function.
        var timer: Task<Void, any Error>?
        defer { timer?.cancel() }
        wake.yield()
        for await _ in wakes.cancelOnGracefulShutdown() {
            timer?.cancel()
            let (events, wait) = world.withLock { world in
                let moment = now()
                let events = world.advance(to: moment)
                return (events, world.nextEventTime.map { $0 - moment })
            }
            for case .deliver(let delivery) in events { deliver(delivery) }
            guard let wait else { continue }
            timer = Task { [clock, wake] in
                try await clock.sleep(for: .microseconds(max(wait, 1)))
                wake.yield()
            }
        }
    }
}

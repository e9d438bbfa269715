import CallDomain
import ServiceLifecycle

/// How long a service may finish what is in flight after a shutdown was asked for. Services stop one after the other and
/// share the time after which a group is cancelled; the journal writer, the last, must have its part of it.
let shutdownGrace: Duration = .seconds(2)

/// Runs work that ends by itself after a graceful shutdown; what has not ended within the grace is cancelled.
func withShutdownGrace(clock: any Clock<Duration>, _ work: @escaping @Sendable () async -> Void) async {
    await withTaskGroup(of: Void.self) { group in
        group.addTask { await work() }
        group.addTask {
            try? await gracefulShutdown()
            try? await clock.sleep(for: shutdownGrace)
        }
        await group.next()
        group.cancelAll()
    }
}

/// Calls the body now and then at each interval, until a graceful shutdown or cancellation; a body under way is not
/// interrupted by a shutdown.
func repeatUntilShutdown(
    every interval: Duration, clock: any Clock<Duration>, _ body: @escaping @Sendable () async -> Void
) async {
    let (ticks, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup(of: Void.self) { group in
        group.addTask {
            await tick(every: interval, clock: clock) { continuation.yield() }
            continuation.finish()
        }
        for await _ in ticks { await body() }
        group.cancelAll()
    }
}

/// Calls a body that does not wait, now and then at each interval, until a graceful shutdown or cancellation.
func tick(
    every interval: Duration, clock: any Clock<Duration>, _ body: @escaping @Sendable () -> Void
) async {
    try? await cancelWhenGracefulShutdown {
        while !Task.isCancelled {
            body()
            try await clock.sleep(for: interval)
        }
    }
}

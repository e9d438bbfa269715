import ServiceLifecycle

/// How long requests wait for a budget that is used up: it fills again all the time, and holds only a sixth of what a
/// minute allows, so that asking once per tick would leave most of it unused.
struct Patience: Sendable {
    private let clock: any Clock<Duration>
    private let uptime: @Sendable () -> Duration
    private let end: Duration
    private let yields: @Sendable () -> Bool

    /// The longest pause before the budget is asked for again.
    static let pause: Duration = .seconds(1)

    /// Waits by a clock until its `uptime` is `end`; a request that `yields` is not sent meanwhile, since others that wait
    /// come first.
    init(
        clock: any Clock<Duration>, uptime: @escaping @Sendable () -> Duration, until end: Duration,
        yields: @escaping @Sendable () -> Bool = { false }
    ) {
        self.clock = clock
        self.uptime = uptime
        self.end = end
        self.yields = yields
    }

    /// Waits until a budget may have room, which it has in `wait` at the earliest; false where that is too late, and
    /// during a shutdown.
    func waits(_ wait: Duration) async -> Bool {
        guard wait <= end - uptime() else { return false }
        repeat {
            do {
                try await cancelWhenGracefulShutdown { try await clock.sleep(for: min(wait, Self.pause)) }
            } catch {
                return false
            }
        } while yields() && uptime() < end
        return uptime() < end
    }
}

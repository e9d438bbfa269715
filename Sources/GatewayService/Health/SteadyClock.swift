package import CallDomain
package import Logging
import Synchronization

/// The wall clock for records, which does not go back; see ``SteadyTime``. Each step of the wall clock is told once.
package final class SteadyClock: Sendable {
    private let wall: @Sendable () -> Timestamp
    private let uptime: @Sendable () -> Duration
    private let time: Mutex<SteadyTime>
    private let logger: Logger

    /// Follows a wall clock, and measures passing time by another one; goes on from the last time that was recorded.
    package init(
        wall: @escaping @Sendable () -> Timestamp, clock: any Clock<Duration>, notBefore recorded: Timestamp?,
        logger: Logger
    ) {
        self.wall = wall
        self.uptime = stopwatch(clock)
        self.time = Mutex(SteadyTime(notBefore: recorded))
        self.logger = logger
    }

    /// The time now.
    package var now: @Sendable () -> Timestamp { { self.read() } }

    private func read() -> Timestamp {
        let (time, step) = time.withLock { $0.now(wall: wall(), uptime: uptime()) }
        if let step {
            logger.warning(
                "The system's clock was set; records go on without going back.",
                metadata: ["clock.step_seconds": "\(Int(step.seconds.rounded()))"])
        }
        return time
    }
}

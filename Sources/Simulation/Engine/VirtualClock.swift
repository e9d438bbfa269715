import Synchronization

/// A clock that stands at the virtual time of a simulation; who sleeps by it is woken by an event of that time.
final class VirtualClock: Clock, Sendable {
    /// A point of virtual time.
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
    }

    private struct State {
        var now = Instant(offset: .zero)
        var lastSleeper = 0
        var sleepers: [Int: CheckedContinuation<Void, any Error>] = [:]
    }

    private let state: Mutex<State>
    private let wakeUp: @Sendable (Duration, Int) -> Void

    /// A clock that stands at a time, and asks for a sleeper to be woken at one, by calling ``wake(_:)`` with its number
    /// then.
    init(at start: Duration = .zero, wakeUp: @escaping @Sendable (Duration, Int) -> Void) {
        state = Mutex(State(now: Instant(offset: start)))
        self.wakeUp = wakeUp
    }

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .zero }

    /// Moves time on.
    func advance(to offset: Duration) { state.withLock { $0.now = Instant(offset: offset) } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let sleeper = state.withLock { state in
            state.lastSleeper += 1
            return state.lastSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                state.withLock { $0.sleepers[sleeper] = continuation }
                wakeUp(deadline.offset, sleeper)
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: sleeper) }?.resume(throwing: CancellationError())
        }
    }

    /// Wakes a sleeper, unless it was cancelled.
    func wake(_ sleeper: Int) { state.withLock { $0.sleepers.removeValue(forKey: sleeper) }?.resume() }
}

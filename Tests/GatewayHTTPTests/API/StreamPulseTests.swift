import CallDomain
import GatewayService
import Testing

@testable import GatewayHTTP

/// A clock whose sleepers wake when a test says so.
private final class TurnClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration = .zero

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
    }

    private let turns = AsyncStream.makeStream(of: Void.self)
    private let asked = AsyncStream.makeStream(of: Void.self)

    var now: Instant { Instant() }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        asked.continuation.yield()
        for await _ in turns.stream { return }
        throw CancellationError()
    }

    /// Waits until a sleeper has asked to be woken.
    func awaitSleeper() async { for await _ in asked.stream { return } }

    /// Wakes one sleeper.
    func wake() { turns.continuation.yield() }
}

@Suite("StreamPulse", .timeLimit(.minutes(10)))
struct StreamPulseTests {
    @Test("One timer beats for all streams, spread over the interval, and ends those that are not admitted any more")
    func beats() async throws {
        try await TestGateway.run { gateway in
            let clock = TurnClock()
            var settings = StreamSettings()
            settings.heartbeat = .seconds(5)
            let pulse = StreamPulse(settings: settings, clock: clock)
            let start = gateway.wall.now
            var streams: [ChangeStream] = []
            var numbers: [UInt64] = []
            for index in 0..<10 {
                let stream = try await gateway.changes.subscribe(account: .default, after: nil)
                streams.append(stream)
                numbers.append(pulse.add(stream) { index > 0 || gateway.wall.now == start })
            }
            // Each turn nudges a fifth of them, and each of them once in five.
            for _ in 0..<5 {
                await clock.awaitSleeper()
                clock.wake()
            }
            await clock.awaitSleeper()
            for stream in streams { #expect(await stream.next() == []) }
            gateway.wall.advance(by: .seconds(1))
            #expect(gateway.changes.subscribers == 10)
            clock.wake()
            await clock.awaitSleeper()
            #expect(gateway.changes.subscribers == 9)
            #expect(await streams[0].next() == nil)
            for number in numbers { pulse.remove(number) }
        }
    }
}

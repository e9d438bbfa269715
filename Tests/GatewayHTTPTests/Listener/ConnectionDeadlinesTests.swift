import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("ConnectionDeadlines")
struct ConnectionDeadlinesTests {
    private let limits = ListenerLimits()

    @Test("The time to headers runs from accepting to the end of the header block, whatever trickles in")
    func firstRequest() {
        var deadlines = ConnectionDeadlines(limits: limits)
        #expect(deadlines.accepted() == .start(limits.timeToHeaders))
        #expect(deadlines.received() == .keep)
        #expect(deadlines.received() == .keep)
        #expect(deadlines.requestBegan() == .stop)
    }

    @Test("An idle connection waits for its idle time; the first byte of a request starts the time to headers")
    func nextRequest() {
        var deadlines = ConnectionDeadlines(limits: limits)
        _ = deadlines.requestBegan()
        #expect(deadlines.requestEnded() == .start(limits.idle))
        #expect(deadlines.received() == .start(limits.timeToHeaders))
        #expect(deadlines.received() == .keep)
    }

    @Test("Bytes between the streams of HTTP/2 do not make a connection less idle")
    func streams() {
        var deadlines = ConnectionDeadlines(limits: limits)
        deadlines.isMultiplexed = true
        _ = deadlines.requestBegan()
        _ = deadlines.requestBegan()
        #expect(deadlines.requestEnded() == .keep)
        #expect(deadlines.requestEnded() == .start(limits.idle))
        #expect(deadlines.received() == .keep)
    }
}

@Suite("BodyProgress")
struct BodyProgressTests {
    @Test(
        "A body may be slow for its grace, then needs its rate, and always ends in time",
        arguments: [
            (4, 0, false), (5, 0, false), (6, 0, true), (6, 1_023, true), (6, 1_024, false), (29, 24_576, false),
            (29, 24_575, true), (30, 1_000_000, true),
        ] as [(Int64, Int, Bool)])
    func rate(seconds: Int64, received: Int, isTooSlow: Bool) {
        var progress = BodyProgress(startedAt: .uptimeNanoseconds(0))
        progress.received = received
        let now = NIODeadline.uptimeNanoseconds(0) + .seconds(seconds)
        #expect(progress.isTooSlow(at: now, limits: ListenerLimits()) == isTooSlow)
    }
}

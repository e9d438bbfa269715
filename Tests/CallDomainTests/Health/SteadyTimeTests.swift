import CallDomain
import Testing

@Suite("SteadyTime")
struct SteadyTimeTests {
    private var time = SteadyTime()

    private static func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_790_000_000 + seconds) }

    @Test("It is the wall clock's, as long as that goes on")
    mutating func plain() {
        for second in stride(from: Int64(0), to: 100_000, by: 777) {
            // Disciplined by some milliseconds now and then.
            let wall = Self.at(second).advanced(by: .milliseconds(second % 3))
            #expect(time.now(wall: wall, uptime: .seconds(second)) == (wall, nil))
        }
    }

    @Test("An hour ahead and back: time never goes back, is never far ahead, and agrees again after twice the step")
    mutating func anHourAhead() {
        var last = Timestamp.distantPast
        var agreesAt: Int64?
        var steps: [Duration] = []
        for second in stride(from: Int64(0), through: 20_000, by: 10) {
            let isAhead = (1_000..<2_000).contains(second)
            let wall = Self.at(second + (isAhead ? 3_600 : 0))
            let now = time.now(wall: wall, uptime: .seconds(second))
            #expect(now.time >= last)
            #expect(now.time.duration(since: Self.at(second)) <= .seconds(3_600))
            if let step = now.step { steps.append(step) }
            if second >= 2_000, agreesAt == nil, now.time == wall { agreesAt = second }
            last = now.time
        }
        let expected: Int64 = 1_990 + 7_200
        #expect(agreesAt == expected)
        #expect(steps == [.seconds(3_600), .seconds(-3_600)])
    }

    @Test("What is received after a step back is later than what was read before it, so that it can win")
    mutating func order() {
        let read = time.now(wall: Self.at(3_600), uptime: .zero).time
        let webhook = time.now(wall: Self.at(1), uptime: .seconds(1)).time
        #expect(webhook > read)
    }

    @Test("A clock that was years ahead is followed back at once: nobody can wait for it")
    mutating func yearsAhead() {
        _ = time.now(wall: Self.at(0), uptime: .zero)
        _ = time.now(wall: Self.at(400_000_000), uptime: .seconds(1))
        let back = time.now(wall: Self.at(2), uptime: .seconds(2))
        #expect(back.time == Self.at(2))
        #expect(back.step == .seconds(-400_000_000 + 1))
    }

    @Test("Over a restart it goes on from what was recorded last, where the clock was set back meanwhile")
    func restart() {
        var time = SteadyTime(notBefore: Self.at(3_600), uptime: .zero)
        #expect(time.now(wall: Self.at(10), uptime: .seconds(10)).time == Self.at(3_605))
        var fresh = SteadyTime(notBefore: Self.at(0), uptime: .zero)
        #expect(fresh.now(wall: Self.at(500), uptime: .zero).time == Self.at(500))
    }

    @Test("An uptime that goes back is taken for one that stands still")
    mutating func uptime() {
        _ = time.now(wall: Self.at(100), uptime: .seconds(100))
        #expect(time.now(wall: Self.at(90), uptime: .seconds(50)).time == Self.at(100))
    }
}

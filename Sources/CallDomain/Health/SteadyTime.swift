/// The time of the records: the wall clock, as long as that does not go back.
///
/// Reconciliation compares the times at which statements were received and reads were sent. A clock that ran ahead and
/// is set back would let what was read while it was ahead outlive all that comes until the clock is there again; so
/// time goes on, at half its pace, until the wall clock has caught up, which takes twice the step. A step ahead is
/// followed at once: nothing received before it looks newer for it. A wall clock that is set back by more than
/// ``mostAhead`` is followed as well, since nobody can wait for it; that is told, and reads of the time that never was
/// hold until a person's ruling withdraws them. What was due in that time is due anew: see
/// ``Timestamp/hasCome(at:setAtMost:)`` and ``ExpectationCalculus/isAhead(_:of:)``.
package struct SteadyTime: Sendable {
    private var last: Reading?

    /// The farthest that the time of the records is ahead of the wall clock.
    package static let mostAhead: Duration = .seconds(7_200)
    /// A smaller difference is no step: clocks are disciplined all the time.
    package static let leastStep: Duration = .seconds(5)

    private static let mostMicrosecondsAhead = mostAhead.microseconds
    private static let leastMicroseconds = leastStep.microseconds.magnitude

    private struct Reading: Sendable {
        var time: Timestamp
        var wall: Timestamp
        var uptime: Duration
    }

    /// Goes on from the last time that was recorded before the start, where the wall clock has been set back since.
    package init(notBefore recorded: Timestamp? = nil, uptime: Duration = .zero) {
        last = recorded.map { Reading(time: $0, wall: $0, uptime: uptime) }
    }

    /// The time now, by what the wall clock and one that only measures passing time show; and by how much the wall clock
    /// was set since the last reading, where it was: ahead is positive.
    package mutating func now(wall: Timestamp, uptime: Duration) -> (time: Timestamp, step: Duration?) {
        guard let last else {
            self.last = Reading(time: wall, wall: wall, uptime: uptime)
            return (wall, nil)
        }
        // In whole numbers: every webhook asks for the time, several times, and durations have 128 bits.
        let passed = max((uptime - last.uptime).microseconds, 0)
        let slowed = last.time.advanced(byMicroseconds: passed / 2)
        let isTooFar = slowed.microseconds(since: wall) > Self.mostMicrosecondsAhead
        let time = isTooFar ? wall : max(wall, slowed)
        self.last = Reading(time: time, wall: wall, uptime: max(uptime, last.uptime))
        let step = wall.microseconds(since: last.wall.advanced(byMicroseconds: passed))
        return (time, step.magnitude > Self.leastMicroseconds ? .microseconds(step) : nil)
    }
}

extension Timestamp {
    /// Whether a time that was set at most `longest` ahead has come. One that lies further ahead was set before the clock
    /// was set back, and nobody can wait for it: it has come, too.
    package func hasCome(at now: Timestamp, setAtMost longest: Duration) -> Bool {
        self <= now || self > now.advanced(by: longest)
    }
}

package import CallDomain

/// Tells from the gaps between stored beats when the gateway was out: a value that takes what two clocks show.
///
/// While the process runs, a clock that only measures passing time tells: a wall clock that was set, in whichever
/// direction, is no outage. Over a restart only the wall clock is there, and a step ahead of it cannot be told from an
/// outage; to take it for one costs a listing, nothing else. A beat that could not be stored is none: in that time
/// nothing else could be stored either.
package struct HeartbeatMachine: Sendable {
    private var last: (at: Timestamp, uptime: Duration?)?

    /// A longer gap between beats is an outage.
    package static let longestGap: Duration = .seconds(30)

    /// Goes on from the last beat before the start; nil at the first start.
    package init(lastBeat: Timestamp?) { last = lastBeat.map { ($0, nil) } }

    /// The outage that a beat now would end; nil where there was none. An outage ends now, and its length is the time
    /// that passed.
    package func outage(endingAt now: Timestamp, uptime: Duration) -> Range<Timestamp>? {
        guard let last else { return nil }
        let byWall = now.duration(since: last.at)
        guard let lastUptime = last.uptime else {
            return byWall > Self.longestGap ? last.at..<now : nil
        }
        let passed = uptime - lastUptime
        guard passed > Self.longestGap else { return nil }
        let isSet = abs((byWall - passed).seconds) > SteadyTime.leastStep.seconds
        return (isSet ? now.advanced(by: .zero - passed) : last.at)..<now
    }

    /// Whether time has gone back since the last stored beat: the wall clock was set back by more than records wait for.
    package func hasGoneBack(to now: Timestamp) -> Bool { last.map { now < $0.at } ?? false }

    /// A beat is on disk.
    package mutating func stored(at now: Timestamp, uptime: Duration) { last = (now, uptime) }
}

package import CallDomain
import Synchronization

/// Counts what reports tell beside the journal's observations, between two times that it is written down.
///
/// A crash loses what was counted since: at most ``interval``.
package final class TallyBook: Sendable {
    private let state = Mutex(State())

    /// How often counts are written down; a name that is new is written down with the next beat.
    package static let interval: Duration = .seconds(60)
    /// The most counts that are held; what is of a further name or minute is not counted.
    package static let mostHeld = 4_096

    private struct Name: Hashable, Comparable {
        var account: AccountID
        var kind: Tally.Kind
        var name: String

        static func < (left: Self, right: Self) -> Bool {
            (left.account, left.kind.rawValue, left.name) < (right.account, right.kind.rawValue, right.name)
        }
    }

    private struct Key: Hashable, Comparable {
        var name: Name
        /// The minute of what is counted by the minute.
        var minute: Int64?

        static func < (left: Self, right: Self) -> Bool {
            (left.name, left.minute ?? .min) < (right.name, right.minute ?? .min)
        }
    }

    private struct Count {
        var count = 0
        var firstAt: Timestamp?
    }

    private struct State {
        var counts: [Key: Count] = [:]
        var written: Set<Name> = []
        var lastTaken: Timestamp?
    }

    /// Nothing is counted yet.
    package init() {}

    /// Counts something.
    package func count(_ tally: Tally) {
        let name = Name(account: tally.account, kind: tally.kind, name: tally.name)
        let key = Key(name: name, minute: tally.at.map { $0.rawValue / 60_000_000 })
        state.withLock { state in
            guard state.counts[key] != nil || state.counts.count < Self.mostHeld else { return }
            state.counts[key, default: Count(firstAt: tally.at)].count += tally.count
            if let at = tally.at, let first = state.counts[key]?.firstAt, at < first { state.counts[key]?.firstAt = at }
        }
    }

    /// What is to be written down now; empty between the times for it. Everything where it is the last time.
    package func take(at now: Timestamp, isLast: Bool = false) -> [Tally] {
        state.withLock { state in
            let isDue = state.lastTaken.map { now.duration(since: $0) >= Self.interval || now < $0 } ?? true
            let due = state.counts.filter { isLast || isDue || !state.written.contains($0.key.name) }
            if isDue { state.lastTaken = now }
            for key in due.keys {
                state.counts[key] = nil
                if state.written.count < Self.mostHeld { state.written.insert(key.name) }
            }
            return due.sorted { $0.key < $1.key }.map { key, counted in
                Tally(
                    account: key.name.account, kind: key.name.kind, name: key.name.name, count: counted.count,
                    at: counted.firstAt)
            }
        }
    }

    /// What was taken could not be written down: it counts on.
    package func giveBack(_ tallies: [Tally]) { for tally in tallies { count(tally) } }
}

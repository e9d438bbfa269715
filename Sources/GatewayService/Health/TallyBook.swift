package import CallDomain
import Synchronization

/// Counts what reports tell beside the journal's observations, between two times that it is written down.
///
/// A crash loses what was counted since: at most ``interval``.
package final class TallyBook: Sendable {
    private let state = Mutex(State())

    /// How often counts are written down; a name that is new is written down with the next beat.
    package static let interval: Duration = .seconds(60)
    /// The most counts that are held; further names wait for the next time.
    package static let mostHeld = 1_000

    private struct Key: Hashable, Comparable {
        var account: AccountID
        var kind: Tally.Kind
        var name: String

        static func < (left: Self, right: Self) -> Bool {
            (left.account, left.kind.rawValue, left.name) < (right.account, right.kind.rawValue, right.name)
        }
    }

    private struct State {
        var counts: [Key: Int] = [:]
        var written: Set<Key> = []
        var lastTaken: Timestamp?
    }

    /// Nothing is counted yet.
    package init() {}

    /// Counts something.
    package func count(_ tally: Tally) {
        let key = Key(account: tally.account, kind: tally.kind, name: tally.name)
        state.withLock { state in
            guard state.counts[key] != nil || state.counts.count < Self.mostHeld else { return }
            state.counts[key, default: 0] += tally.count
        }
    }

    /// What is to be written down now; empty between the times for it. Everything where it is the last time.
    package func take(at now: Timestamp, isLast: Bool = false) -> [Tally] {
        state.withLock { state in
            let isDue = state.lastTaken.map { now.duration(since: $0) >= Self.interval || now < $0 } ?? true
            let due = state.counts.filter { isLast || isDue || !state.written.contains($0.key) }
            if isDue { state.lastTaken = now }
            for key in due.keys {
                state.counts[key] = nil
                if state.written.count < Self.mostHeld { state.written.insert(key) }
            }
            return due.sorted { $0.key < $1.key }.map { key, count in
                Tally(account: key.account, kind: key.kind, name: key.name, count: count)
            }
        }
    }

    /// What was taken could not be written down: it counts on.
    package func giveBack(_ tallies: [Tally]) { for tally in tallies { count(tally) } }
}

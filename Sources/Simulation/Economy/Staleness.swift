import BolnaModel

/// How far a call has come.
struct Progress: Hashable, Comparable, Sendable {
    /// The attempt of auto-retry.
    var attempt: Int
    /// The step within it.
    var step: Int

    /// Where a change brings a call.
    init(_ change: CallHistory.Change) {
        attempt = change.attempt
        step =
            switch change.status {
            case .scheduled, .rescheduled, .queued: 0
            case .initiated: 1
            case .ringing: 2
            case .inProgress: 3
            case .callDisconnected: 4
            case .completed, .busy, .noAnswer, .failed, .error, .canceled, .stopped, .balanceLow: 5
            }
    }

    /// Less far first.
    static func < (left: Progress, right: Progress) -> Bool {
        (left.attempt, left.step) < (right.attempt, right.step)
    }
}

/// How late changes of status showed.
package struct Staleness: Hashable, Sendable {
    /// Seconds, ascending, of the changes that showed.
    private var seconds: [Double]
    /// Changes that never showed.
    package var never: Int

    /// Takes what was measured.
    init(_ seconds: [Double], never: Int) {
        self.seconds = seconds.sorted()
        self.never = never
    }

    /// What was measured in two runs.
    static func + (left: Staleness, right: Staleness) -> Staleness {
        Staleness(left.seconds + right.seconds, never: left.never + right.never)
    }

    /// The number of changes.
    package var changes: Int { seconds.count + never }

    /// The least time within which this share of changes showed, in seconds; nil where it never did.
    package func quantile(_ share: Double) -> Double? {
        let rank = Int((Double(changes) * share).rounded(.up))
        guard rank > 0 else { return seconds.first }
        return rank <= seconds.count ? seconds[rank - 1] : nil
    }
}

import CallDomain

/// How many requests somebody may still make: so many at once, and as many again spread evenly over each further window.
/// Within any window it is at most twice the quota.
///
/// Kept as one time (“generic cell rate algorithm”): each request costs an even share of the window, and what was spent
/// comes back as time passes.
struct RequestQuota: Hashable, Sendable {
    /// When all that was spent will have come back.
    private(set) var wholeAt: Timestamp

    /// Starts unspent.
    init(at now: Timestamp) { wholeAt = now }

    /// What came of asking for one request.
    struct Answer: Hashable, Sendable {
        /// The requests that are left now.
        var left: Int
        /// In what time all come back.
        var whole: Duration
        /// How long to wait for one; nil where it was granted.
        var wait: Duration?
    }

    /// Takes one request of `most` in a window, where there is one.
    mutating func take(most: Int, window: Duration, at now: Timestamp) -> Answer {
        let (spent, share, room) = spending(most: most, window: window, at: now)
        guard spent + share <= room else {
            return Answer(left: 0, whole: .microseconds(spent), wait: .microseconds(spent + share - room))
        }
        wholeAt = now.advanced(by: .microseconds(spent + share))
        return Answer(left: Int((room - spent - share) / share), whole: .microseconds(spent + share), wait: nil)
    }

    /// How long to wait for a request; nil where there is one now. Takes none.
    func wait(most: Int, window: Duration, at now: Timestamp) -> Duration? {
        let (spent, share, room) = spending(most: most, window: window, at: now)
        return spent + share <= room ? nil : .microseconds(spent + share - room)
    }

    /// What is spent, what a request costs, and what there is in all, in microseconds. A clock that was set back prolongs
    /// no wait beyond one window.
    private func spending(
        most: Int, window: Duration, at now: Timestamp
    ) -> (spent: Int64, share: Int64, room: Int64) {
        let most = Int64(max(most, 1))
        let share = max(window.microseconds / most, 1)
        let room = share * most
        return (min(max(wholeAt.duration(since: now).microseconds, 0), room), share, room)
    }
}

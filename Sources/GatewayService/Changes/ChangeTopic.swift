import CallDomain

/// The newest changes of one account, held once for all who are subscribed to them: a value.
struct ChangeTopic: Sendable {
    private var recent: RecentChanges
    private var subscriptions: [UInt64: ChangeSubscription] = [:]
    /// Those who have been told all there is.
    private var sleepers: [UInt64: CheckedContinuation<Void, Never>] = [:]

    /// A subscriber that slept.
    struct Sleeper: Sendable {
        var id: UInt64
        var continuation: CheckedContinuation<Void, Never>
    }

    init(mostWaiting: Int) { recent = RecentChanges(most: mostWaiting) }

    var subscribers: Int { subscriptions.count }

    mutating func subscribe(_ id: UInt64, cursor: ChangeCursor) {
        subscriptions[id] = ChangeSubscription(cursor: cursor)
    }

    /// Takes changes of the account; returns those to wake for them.
    mutating func publish(_ changes: [Change]) -> [Sleeper] {
        // Who comes later reads them from the store.
        guard !subscriptions.isEmpty else { return [] }
        recent.append(changes)
        return wakeAll()
    }

    /// Something may be in the store that was not published; returns those to wake to look.
    mutating func recheck() -> [Sleeper] {
        for id in Array(subscriptions.keys) { subscriptions[id]?.recheck() }
        return wakeAll()
    }

    /// Makes the next step of a subscription one that tells nothing; returns it where it slept.
    mutating func nudge(_ id: UInt64) -> CheckedContinuation<Void, Never>? {
        subscriptions[id]?.nudge()
        return sleepers.removeValue(forKey: id)
    }

    mutating func step(_ id: UInt64) -> ChangeSubscription.Step { subscriptions[id]?.step(recent) ?? .end }

    mutating func replayed(_ id: UInt64, _ page: [Change]?, latest: ChangeCursor) {
        subscriptions[id]?.replayed(page, latest: latest)
    }

    /// Keeps who sleeps, unless there is something to do already.
    mutating func fallAsleep(_ id: UInt64, _ sleeper: CheckedContinuation<Void, Never>) -> Bool {
        guard subscriptions[id]?.maySleep(recent) == true, sleepers[id] == nil else { return false }
        sleepers[id] = sleeper
        return true
    }

    /// Ends a subscription; returns whether there was one, and who slept.
    mutating func end(_ id: UInt64) -> (wasThere: Bool, sleeper: CheckedContinuation<Void, Never>?) {
        let wasThere = subscriptions.removeValue(forKey: id) != nil
        if subscriptions.isEmpty { recent.removeAll() }
        return (wasThere, sleepers.removeValue(forKey: id))
    }

    /// Ends all subscriptions; returns those who slept.
    mutating func end() -> [Sleeper] {
        subscriptions = [:]
        recent.removeAll()
        return wakeAll()
    }

    private mutating func wakeAll() -> [Sleeper] {
        defer { sleepers = [:] }
        return sleepers.map { Sleeper(id: $0.key, continuation: $0.value) }
    }
}

/// The changes that may wait for a subscriber, in the order of their cursors.
struct RecentChanges: Sendable {
    private let most: Int
    private var changes: [Change] = []
    /// The newest change that is not held any more.
    private var dropped: ChangeCursor?

    init(most: Int) { self.most = most }

    mutating func append(_ new: [Change]) {
        for change in new where change.cursor > changes.last?.cursor ?? dropped ?? ChangeCursor(sequence: .min) {
            changes.append(change)
        }
        // Twice as many may be held, so that the rest is moved once for as many changes.
        guard changes.count > most * 2 else { return }
        let surplus = changes.count - most
        dropped = changes[surplus - 1].cursor
        changes.removeFirst(surplus)
    }

    mutating func removeAll() {
        dropped = changes.last?.cursor ?? dropped
        changes = []
    }

    /// What came after a cursor, at most `limit`; nil where more than may wait did.
    func after(_ cursor: ChangeCursor, limit: Int) -> ArraySlice<Change>? {
        guard cursor >= dropped ?? cursor else { return nil }
        guard let last = changes.last, last.cursor > cursor else { return [] }
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].cursor > cursor { high = middle } else { low = middle + 1 }
        }
        guard changes.count - low <= most else { return nil }
        return changes[low...].prefix(limit)
    }
}

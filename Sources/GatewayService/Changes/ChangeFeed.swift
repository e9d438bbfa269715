package import CallDomain
import Synchronization

/// What a subscriber is told.
package enum ChangeEvent: Hashable, Sendable {
    /// A call changed.
    case change(Change)
    /// What came after the subscriber's cursor is no longer kept: load all anew, then go on from here.
    case resync(ChangeCursor)
}

/// Tells subscribers of changes in the order of commits, without gap or repeat.
///
/// A subscriber reads from the store until it has caught up, then hears of changes as they are published. Those are held
/// once for all subscribers of an account, and bounded: a subscriber that falls behind them is ended, and comes back with
/// its last cursor.
package final class ChangeFeed: Sendable {
    private let reader: StoreReader
    private let state: Mutex<State>

    /// The most changes read from the store at once.
    package static let pageSize = 256

    private struct State {
        let mostWaiting: Int
        var topics: [AccountID: ChangeTopic] = [:]
        var subscribers = 0
        var lastID: UInt64 = 0
        var edition: UInt64 = 0
        var hasEnded = false

        subscript(account: AccountID) -> ChangeTopic {
            get { topics[account] ?? ChangeTopic(mostWaiting: mostWaiting) }
            // In place: a topic that is taken out and put back would be copied with all its subscriptions.
            _modify { yield &topics[account, default: ChangeTopic(mostWaiting: mostWaiting)] }
        }
    }

    /// Feeds from a store; at most `mostWaiting` changes wait for one subscriber.
    package init(reader: StoreReader, mostWaiting: Int = 1_024) {
        self.reader = reader
        state = Mutex(State(mostWaiting: max(mostWaiting, 1)))
    }

    /// How many are subscribed.
    package var subscribers: Int { state.withLock { $0.subscribers } }

    /// How many of an account are subscribed.
    package func subscribers(of account: AccountID) -> Int {
        state.withLock { $0.topics[account]?.subscribers ?? 0 }
    }

    /// Counts the commits that changed, or may have changed, what calls look like without a change to tell, such as an
    /// erasure: what was made of a call before must not be shown after.
    package var edition: UInt64 { state.withLock { $0.edition } }

    /// Tells those who are live what a commit changed; called in the order of commits, before any sender is answered.
    package func committed(_ receipts: [JournalReceipt]) {
        var changes: [Change] = []
        var isTold = true
        for receipt in receipts {
            let own = receipt.changes
            if own.isEmpty { isTold = false }
            changes += own
        }
        let woken = state.withLock { state -> [ChangeTopic.Sleeper] in
            if !isTold { state.edition &+= 1 }
            var woken: [ChangeTopic.Sleeper] = []
            for (account, own) in Dictionary(grouping: changes, by: \.account) { woken += state[account].publish(own) }
            return woken
        }
        Self.wake(woken)
    }

    /// A commit failed, as far as is known: one that reached the disk all the same has changes that were not published, so
    /// those who are live read on from the store.
    package func recheck() {
        let woken = state.withLock { state in
            state.edition &+= 1
            return state.topics.keys.flatMap { state[$0].recheck() }
        }
        Self.wake(woken)
    }

    /// The changes after a cursor, or from now on without one. Ends when the subscriber is too slow, when the store
    /// cannot be read, or when the gateway stops.
    package func subscribe(account: AccountID, after: ChangeCursor?) async throws(StoreError) -> ChangeStream {
        let cursor: ChangeCursor
        if let after {
            cursor = after
        } else {
            cursor = try await latestCursor(of: account)
        }
        let id = state.withLock { state in
            state.lastID += 1
            guard !state.hasEnded else { return state.lastID }
            state.subscribers += 1
            state[account].subscribe(state.lastID, cursor: cursor)
            return state.lastID
        }
        return ChangeStream(feed: self, account: account, id: id)
    }

    /// Ends all subscriptions and takes no new ones.
    package func end() {
        let woken = state.withLock { state in
            state.hasEnded = true
            state.subscribers = 0
            return state.topics.keys.flatMap { state[$0].end() }
        }
        Self.wake(woken)
    }

    /// Ends one subscription.
    func end(_ id: UInt64, of account: AccountID) {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let ended = state.topics[account]?.end(id) else { return nil }
            if ended.wasThere { state.subscribers -= 1 }
            return ended.sleeper
        }
        sleeper?.resume()
    }

    /// Wakes one subscriber without anything to tell.
    func nudge(_ id: UInt64, of account: AccountID) {
        state.withLock { $0.topics[account]?.nudge(id) }?.resume()
    }

    /// The next events of a subscription, none where it was nudged; nil where it has ended.
    func next(_ id: UInt64, of account: AccountID) async -> [ChangeEvent]? {
        while true {
            switch state.withLock({ $0.topics[account]?.step(id) ?? .end }) {
            case .tell(let events): return events
            case .end:
                end(id, of: account)
                return nil
            case .read(let cursor):
                guard await replay(id, account: account, after: cursor) else { return nil }
            case .sleep: await sleep(id, account: account)
            }
        }
    }

    /// Sleeps until something is published or the subscription ends.
    private func sleep(_ id: UInt64, account: AccountID) async {
        await withCheckedContinuation { (sleeper: CheckedContinuation<Void, Never>) in
            let isAsleep = state.withLock { $0.topics[account]?.fallAsleep(id, sleeper) ?? false }
            if !isAsleep { sleeper.resume() }
        }
    }

    /// Reads the next page for a subscription that has not caught up; false where that is not possible.
    private func replay(_ id: UInt64, account: AccountID, after cursor: ChangeCursor) async -> Bool {
        do {
            let page = try await reader.read { store throws(StoreError) in
                try store.changes(account: account, after: cursor, limit: Self.pageSize)
            }
            let latest = page == nil ? try await latestCursor(of: account) : cursor
            state.withLock { $0.topics[account]?.replayed(id, page, latest: latest) }
            return true
        } catch {
            end(id, of: account)
            return false
        }
    }

    private func latestCursor(of account: AccountID) async throws(StoreError) -> ChangeCursor {
        try await reader.read { store throws(StoreError) in try store.latestCursor(account: account) }
    }

    /// Who came first is woken first: the order of a dictionary differs from process to process.
    private static func wake(_ woken: [ChangeTopic.Sleeper]) {
        for sleeper in woken.sorted(by: { $0.id < $1.id }) { sleeper.continuation.resume() }
    }
}

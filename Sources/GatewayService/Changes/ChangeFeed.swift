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
/// A subscriber reads from the store until it has caught up, then hears of changes as they are published. What waits
/// for it then is bounded: a subscriber that does not keep up is ended, and comes back with its last cursor.
package final class ChangeFeed: Sendable {
    private let reader: StoreReader
    private let mostWaiting: Int
    private let state = Mutex(State())

    /// The most changes read from the store at once.
    package static let pageSize = 256

    private struct State {
        var subscriptions: [UInt64: ChangeSubscription] = [:]
        var lastID: UInt64 = 0
        var lastPublished: [AccountID: ChangeCursor] = [:]
        var hasEnded = false
    }

    /// Feeds from a store; at most `mostWaiting` changes wait for one subscriber.
    package init(reader: StoreReader, mostWaiting: Int = 1_024) {
        self.reader = reader
        self.mostWaiting = max(mostWaiting, 1)
    }

    /// How many are subscribed.
    package var subscribers: Int { state.withLock { $0.subscriptions.count } }

    /// How many of an account are subscribed.
    package func subscribers(of account: AccountID) -> Int {
        state.withLock { $0.subscriptions.values.count { $0.account == account } }
    }

    /// Tells those who are live; called in the order of commits.
    package func publish(_ changes: [Change]) {
        guard !changes.isEmpty else { return }
        let woken = state.withLock { state in
            for change in changes {
                state.lastPublished[change.account] =
                    max(state.lastPublished[change.account] ?? change.cursor, change.cursor)
            }
            return state.subscriptions.keys.compactMap { id in
                state.subscriptions[id]?.offer(changes, mostWaiting: mostWaiting).map { (id, $0) }
            }
        }
        // Who came first is woken first: the order of a dictionary differs from process to process.
        for (_, sleeper) in woken.sorted(by: { $0.0 < $1.0 }) { sleeper.resume() }
    }

    /// A commit failed, as far as is known: one that reached the disk all the same has changes that were not published, so
    /// those who are live read on from the store.
    package func recheck() {
        let woken = state.withLock { state in
            state.subscriptions.keys.compactMap { id in state.subscriptions[id]?.recheck().map { (id, $0) } }
        }
        for (_, sleeper) in woken.sorted(by: { $0.0 < $1.0 }) { sleeper.resume() }
    }

    /// The changes after a cursor, or from now on without one. Ends when the subscriber is too slow, when the store
    /// cannot be read, or when the gateway stops.
    package func subscribe(
        account: AccountID, after: ChangeCursor?
    ) async throws(StoreError) -> AsyncStream<ChangeEvent> {
        let cursor: ChangeCursor
        if let after {
            cursor = after
        } else {
            cursor = try await latestCursor(of: account)
        }
        let added = state.withLock { state -> UInt64? in
            guard !state.hasEnded else { return nil }
            state.lastID += 1
            state.subscriptions[state.lastID] = ChangeSubscription(account: account, cursor: cursor)
            return state.lastID
        }
        guard let id = added else { return AsyncStream { $0.finish() } }
        // The stream's closures hold the ticket, and nobody else: the subscription ends with the stream.
        let ticket = Ticket { [weak self] in self?.end(id) }
        return AsyncStream(
            unfolding: { [weak self] in
                defer { withExtendedLifetime(ticket) {} }
                return await self?.next(id)
            }, onCancel: { ticket.end() })
    }

    /// Ends all subscriptions and takes no new ones.
    package func end() {
        let ids = state.withLock { state in
            state.hasEnded = true
            return state.subscriptions.keys.sorted()
        }
        for id in ids { end(id) }
    }

    private func end(_ id: UInt64) {
        let sleeper = state.withLock { $0.subscriptions.removeValue(forKey: id)?.sleeper }
        sleeper?.resume()
    }

    /// The next event of a subscription; nil where it has ended.
    private func next(_ id: UInt64) async -> ChangeEvent? {
        while true {
            let step = state.withLock { $0.subscriptions[id]?.step() ?? .end }
            switch step {
            case .tell(let event): return event
            case .end:
                end(id)
                return nil
            case .read(let account, let cursor):
                guard await replay(id, account: account, after: cursor) else { return nil }
            case .sleep: await sleep(id)
            }
        }
    }

    /// Sleeps until something is offered or the subscription ends.
    private func sleep(_ id: UInt64) async {
        await withCheckedContinuation { (sleeper: CheckedContinuation<Void, Never>) in
            let isAsleep = state.withLock { state in
                state.subscriptions[id]?.fallAsleep(sleeper) ?? false
            }
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
            state.withLock { state in
                let published = state.lastPublished[account]
                state.subscriptions[id]?.replayed(page, latest: latest, published: published)
            }
            return true
        } catch {
            end(id)
            return false
        }
    }

    private func latestCursor(of account: AccountID) async throws(StoreError) -> ChangeCursor {
        try await reader.read { store throws(StoreError) in try store.latestCursor(account: account) }
    }

    /// Ends a subscription when the last stream that could read from it is gone.
    private final class Ticket: Sendable {
        private let onEnd: @Sendable () -> Void

        init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }

        deinit { onEnd() }

        func end() { onEnd() }
    }
}

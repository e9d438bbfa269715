import CallDomain

/// The changes of one account as one subscriber hears of them. Its subscription ends with it, and with the task that
/// waits for it; one task at a time reads from it.
package final class ChangeStream: AsyncSequence, Sendable {
    /// Changes, one by one.
    package typealias Element = ChangeEvent

    private let feed: ChangeFeed
    private let account: AccountID
    private let id: UInt64

    init(feed: ChangeFeed, account: AccountID, id: UInt64) {
        self.feed = feed
        self.account = account
        self.id = id
    }

    deinit { feed.end(id, of: account) }

    /// What came since the last time, a few changes at once, waiting for it where nothing did; nothing where ``nudge()``
    /// was called, nil at the end.
    package func next() async -> [ChangeEvent]? {
        await withTaskCancellationHandler {
            await feed.next(id, of: account)
        } onCancel: {
            end()
        }
    }

    /// Makes ``next()`` return with nothing, once.
    package func nudge() { feed.nudge(id, of: account) }

    /// Ends it; what waits is not told.
    package func end() { feed.end(id, of: account) }

    /// Tells changes one by one.
    package struct AsyncIterator: AsyncIteratorProtocol {
        private let stream: ChangeStream
        private var waiting: ArraySlice<ChangeEvent> = []

        fileprivate init(_ stream: ChangeStream) { self.stream = stream }

        /// The next change; nil at the end.
        package mutating func next() async -> ChangeEvent? {
            while waiting.isEmpty {
                guard let events = await stream.next() else { return nil }
                waiting = events[...]
            }
            return waiting.popFirst()
        }
    }

    /// Begins where the stream is.
    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}

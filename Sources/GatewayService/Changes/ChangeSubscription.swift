import CallDomain

/// One subscriber's place: values in, what to do next out.
struct ChangeSubscription: Sendable {
    /// Whose changes are told.
    let account: AccountID
    private var cursor: ChangeCursor
    private var phase = Phase.replaying
    /// Whether a commit whose end is not known came while the store was being read: the page may lack what it stored.
    private var mayLackChanges = false
    private var waiting: [ChangeEvent] = []
    private(set) var sleeper: CheckedContinuation<Void, Never>?

    private enum Phase { case replaying, live, ended }

    /// What the subscriber's stream does next.
    enum Step: Sendable {
        case tell(ChangeEvent)
        case read(AccountID, after: ChangeCursor)
        case sleep
        case end
    }

    init(account: AccountID, cursor: ChangeCursor) {
        self.account = account
        self.cursor = cursor
    }

    mutating func step() -> Step {
        if !waiting.isEmpty { return .tell(waiting.removeFirst()) }
        return switch phase {
        case .replaying: .read(account, after: cursor)
        case .live: .sleep
        case .ended: .end
        }
    }

    /// A page was read: nil where the cursor is older than what is kept. What was published, but not read, makes it
    /// read on; else the subscriber has caught up, and all that is published from now on is offered to it.
    mutating func replayed(_ page: [Change]?, latest: ChangeCursor, published: ChangeCursor?) {
        guard phase == .replaying else { return }
        if let page {
            waiting += page.map(ChangeEvent.change)
            cursor = page.last?.cursor ?? cursor
        } else {
            waiting.append(.resync(latest))
            cursor = latest
        }
        let isWhole = (page?.count ?? 0) < ChangeFeed.pageSize
        if isWhole, !mayLackChanges, (published ?? cursor) <= cursor { phase = .live }
        mayLackChanges = false
    }

    /// Takes what it has not had; returns its sleeper where there is something to wake for.
    mutating func offer(_ changes: [Change], mostWaiting: Int) -> CheckedContinuation<Void, Never>? {
        guard phase == .live else { return nil }
        for change in changes where change.account == account && change.cursor > cursor {
            waiting.append(.change(change))
            cursor = change.cursor
        }
        if waiting.count > mostWaiting {
            waiting = []
            phase = .ended
        }
        guard !waiting.isEmpty || phase == .ended else { return nil }
        defer { sleeper = nil }
        return sleeper
    }

    /// Something may be in the store that was not offered: reads on from where it is. Returns its sleeper.
    mutating func recheck() -> CheckedContinuation<Void, Never>? {
        if phase == .replaying { mayLackChanges = true }
        guard phase == .live else { return nil }
        phase = .replaying
        defer { sleeper = nil }
        return sleeper
    }

    /// Keeps the sleeper, unless there is something to do already.
    mutating func fallAsleep(_ new: CheckedContinuation<Void, Never>) -> Bool {
        guard phase == .live, waiting.isEmpty, sleeper == nil else { return false }
        sleeper = new
        return true
    }
}

import CallDomain

/// One subscriber's place: values in, what to do next out.
struct ChangeSubscription: Sendable {
    private var cursor: ChangeCursor
    private var phase = Phase.replaying
    /// Whether a commit whose end is not known came while the store was being read: the page may lack what it stored.
    private var mayLackChanges = false
    /// What was read from the store and not told yet.
    private var waiting: [ChangeEvent] = []
    private var isNudged = false

    /// The most changes that are told at once.
    static let mostAtOnce = 16

    private enum Phase { case replaying, live }

    /// What the subscriber's stream does next.
    enum Step: Sendable {
        case tell([ChangeEvent])
        case read(after: ChangeCursor)
        case sleep
        case end
    }

    init(cursor: ChangeCursor) { self.cursor = cursor }

    mutating func step(_ recent: RecentChanges) -> Step {
        if isNudged {
            isNudged = false
            return .tell([])
        }
        if !waiting.isEmpty {
            let told = Array(waiting.prefix(Self.mostAtOnce))
            waiting.removeFirst(told.count)
            return .tell(told)
        }
        switch phase {
        case .replaying: return .read(after: cursor)
        case .live:
            guard let changes = recent.after(cursor, limit: Self.mostAtOnce) else { return .end }
            guard let last = changes.last else { return .sleep }
            cursor = last.cursor
            return .tell(changes.map(ChangeEvent.change))
        }
    }

    /// A page was read: nil where the cursor is older than what is kept. After the last one the subscriber has caught up:
    /// what was published since it subscribed, and is not on a page, is held for it.
    mutating func replayed(_ page: [Change]?, latest: ChangeCursor) {
        guard phase == .replaying else { return }
        if let page {
            waiting += page.map(ChangeEvent.change)
            cursor = page.last?.cursor ?? cursor
        } else {
            waiting.append(.resync(latest))
            cursor = latest
        }
        let isWhole = (page?.count ?? 0) < ChangeFeed.pageSize
        if isWhole, !mayLackChanges { phase = .live }
        mayLackChanges = false
    }

    /// Makes the next step one that tells nothing.
    mutating func nudge() { isNudged = true }

    /// Something may be in the store that was not published: reads on from where it is.
    mutating func recheck() {
        if phase == .replaying { mayLackChanges = true }
        phase = .replaying
    }

    /// Whether there is nothing to do until something comes.
    func maySleep(_ recent: RecentChanges) -> Bool {
        phase == .live && waiting.isEmpty && !isNudged && recent.after(cursor, limit: 1)?.isEmpty == true
    }
}

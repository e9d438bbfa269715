/// How the webhooks of one account and agent fare: the share of changes of status whose webhook came in time, whoever
/// told the change first.
///
/// Only changes whose webhook is to be expected belong here: those of ``isCounted(_:by:)``, to statuses that the agent
/// does not suppress. Each transition starts the figures anew, so that what led to one cannot lead back.
package struct PathHealth: Hashable, Sendable {
    /// How they fare now.
    package private(set) var state: PathState

    /// The newest counted changes, oldest first.
    private(set) var results: [Result] = []
    /// Changes that a read told, by what their webhook will claim, with the time they were told.
    private(set) var pending: [Awaited: Timestamp] = [:]
    /// Changes whose webhook did not come in time, with the time they were told: it may still come, late.
    private(set) var overdue: [Awaited: Timestamp] = [:]
    /// When webhooks came that had been given up, newest last.
    private(set) var lateArrivals: [Timestamp] = []
    /// Whether it was told that the webhook of a change did not come although none ever had.
    private var isKnownSilent = false
    /// When time was last seen to pass; nil before the first time.
    private(set) var seenAt: Timestamp?

    /// When an accepted webhook came last; nil before the first one.
    package private(set) var heardAt: Timestamp?

    /// How long a webhook may take.
    package let patience: Duration
    /// The time over which a path is judged.
    package let span: Duration

    /// The most counted changes that are kept.
    package static let mostResults = 256
    /// The most changes that wait for their webhooks at once; while so many do, no further one is counted.
    package static let mostPending = 512
    /// So many changes are needed to call a path degraded.
    package static let leastChanges = 20
    /// So many of the newest changes are looked at to call it healthy again: more than 90 % of ten is all of them.
    package static let newestChanges = 10

    /// Unproven, with 15 minutes for a webhook and an hour to judge, multiplied by `scale` (`expectations.scale`).
    package init(scale: Double = 1) {
        state = .unproven
        patience = Duration.seconds(900).scaled(by: scale)
        span = Duration.seconds(3_600).scaled(by: scale)
    }

    /// A counted change.
    struct Result: Hashable, Sendable {
        /// When it was known.
        var at: Timestamp
        /// Whether its webhook came in time.
        var hasArrived: Bool
    }

    /// What a webhook must claim to be the awaited one.
    struct Awaited: Hashable, Sendable {
        var call: CallID
        var position: Position
    }

    /// Whether a change counts. Waiting statuses do not: captures show no webhook for them, so their silence proves
    /// nothing. Unknown statuses, whose steps are odd, do not either: nobody knows which of them are sent. A dial's answer and an import are no changes that Bolna tells by webhook, and a ruling is none at all.
    package static func isCounted(_ position: Position, by source: Source) -> Bool {
        switch source {
        case .webhook, .poll, .check, .sweep: position.step > 0 && position.step.isMultiple(of: 2)
        case .dial, .import, .ruling: false
        }
    }

    /// An accepted webhook came, whatever it told; `position` is the one that it claims itself, nil without a status.
    @discardableResult
    package mutating func webhookArrived(call: CallID, position: Position?, at now: Timestamp) -> PathTransition? {
        heardAt = max(heardAt ?? now, now)
        // What was told before the first webhook ever says nothing about the path that now works.
        if state == .unproven {
            pending.removeAll()
            overdue.removeAll()
            return enter(.healthy, arrived: 1, changes: 1, at: now)
        }
        guard let position else { return nil }
        let awaited = Awaited(call: call, position: position)
        if overdue.removeValue(forKey: awaited) != nil { noteLateArrival(at: now) }
        guard let toldAt = pending.removeValue(forKey: awaited) else { return nil }
        let isInTime = now.duration(since: toldAt) <= patience
        if !isInTime { noteLateArrival(at: now) }
        return count(hasArrived: isInTime, at: now)
    }

    /// A change of status was told first by this source. A webhook's own change is told here after
    /// ``webhookArrived(call:position:at:)``.
    @discardableResult
    package mutating func changeTold(
        call: CallID, position: Position, by source: Source, at now: Timestamp
    ) -> PathTransition? {
        guard Self.isCounted(position, by: source) else { return nil }
        let awaited = Awaited(call: call, position: position)
        // Where no further change could wait, none that came counts either: else the share would look too good.
        guard pending[awaited] == nil, pending.count < Self.mostPending else { return nil }
        if source == .webhook { return state == .unproven ? nil : count(hasArrived: true, at: now) }
        pending[awaited] = now
        return nil
    }

    /// Time passed: to be called at each tick.
    ///
    /// Where more time passed unseen than a webhook may take (the gateway was out, or the clock jumped), nothing can be
    /// said of the webhooks of that time: what waited for them is forgotten.
    @discardableResult
    package mutating func advance(to now: Timestamp) -> PathTransition? {
        defer { seenAt = now }
        if let seenAt, now.duration(since: seenAt) > patience {
            pending.removeAll()
            return nil
        }
        overdue = overdue.filter { $0.value <= now && now.duration(since: $0.value) <= span + patience }
        var missed = 0
        for (awaited, toldAt) in pending {
            if toldAt > now {
                pending[awaited] = now
            } else if now.duration(since: toldAt) > patience {
                pending[awaited] = nil
                if overdue.count < Self.mostPending { overdue[awaited] = toldAt }
                missed += 1
            }
        }
        var transition: PathTransition?
        for _ in 0..<missed { transition = count(hasArrived: false, at: now) ?? transition }
        return transition
    }

    /// Counts one change and judges.
    private mutating func count(hasArrived: Bool, at now: Timestamp) -> PathTransition? {
        if results.count >= Self.mostResults { results.removeFirst(results.count - Self.mostResults + 1) }
        results.append(Result(at: now, hasArrived: hasArrived))
        switch state {
        case .unproven:
            guard !isKnownSilent else { return nil }
            isKnownSilent = true
            return transition(to: .unproven, arrived: 0, changes: results.count, at: now)
        case .healthy:
            var (changes, arrived) = (0, 0)
            for result in results where now.duration(since: result.at) <= span {
                changes += 1
                if result.hasArrived { arrived += 1 }
            }
            guard changes >= Self.leastChanges, arrived * 2 < changes else { return nil }
            return enter(.degraded, arrived: arrived, changes: changes, at: now)
        case .degraded:
            let newest = results.suffix(Self.newestChanges)
            let arrived = newest.count { $0.hasArrived }
            guard newest.count == Self.newestChanges, arrived * 10 > newest.count * 9 else { return nil }
            return enter(.healthy, arrived: arrived, changes: newest.count, at: now)
        }
    }

    private mutating func enter(_ next: PathState, arrived: Int, changes: Int, at now: Timestamp) -> PathTransition {
        let transition = transition(to: next, arrived: arrived, changes: changes, at: now)
        state = next
        results.removeAll()
        return transition
    }

    private func transition(to next: PathState, arrived: Int, changes: Int, at now: Timestamp) -> PathTransition {
        let recent = recent(at: now)
        return PathTransition(
            from: state, to: next, arrived: arrived, changes: changes, missed: recent.missed, late: recent.late, at: now
        )
    }

    private mutating func noteLateArrival(at now: Timestamp) {
        if lateArrivals.count >= Self.mostResults { lateArrivals.removeFirst() }
        lateArrivals.append(now)
    }

    /// What can be said of the time over which a path is judged, up to now.
    package func recent(at now: Timestamp) -> PathFigures {
        let recent = results.filter { now.duration(since: $0.at) <= span }
        return PathFigures(
            state: state, arrived: recent.count { $0.hasArrived },
            missed: recent.filter { !$0.hasArrived }.map(\.at),
            late: lateArrivals.count { $0 <= now && now.duration(since: $0) <= span })
    }

    /// Takes up what was kept; see `init(record:scale:)`.
    init(state: PathState, results: [Result], seenAt: Timestamp?, heardAt: Timestamp?, scale: Double) {
        self.init(scale: scale)
        self.heardAt = heardAt
        self.state = state
        self.results = results
        self.seenAt = seenAt
    }

    /// The share of the kept changes whose webhook came in time, for reports; nil without any.
    package var share: Double? {
        results.isEmpty ? nil : Double(results.count { $0.hasArrived }) / Double(results.count)
    }
}

/// A change of a path's state, with the figures behind it; or, from unproven to unproven, that the webhook of a change
/// did not come in time although none ever had, once.
package struct PathTransition: Hashable, Sendable {
    /// The state before.
    package var from: PathState
    /// The state after.
    package var to: PathState
    /// Changes whose webhook came in time.
    package var arrived: Int
    /// Changes that were counted.
    package var changes: Int
    /// When each webhook was given up that did not come in time.
    package var missed: [Timestamp]
    /// Webhooks that came after they had been given up.
    package var late: Int
    /// When.
    package var at: Timestamp
}

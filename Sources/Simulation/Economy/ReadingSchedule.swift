import BolnaModel

/// A way to find out what webhooks did not tell, other than the gateway's: what it costs, and how late it shows changes.
package struct ScheduleFigures: Hashable, Sendable {
    /// Full reads of calls.
    package var reads: Int
    /// Those among them of completed calls of which webhooks had told everything: looks for artefacts that come late.
    package var artefactLooks = 0
    /// List pages that stand for reads of several calls.
    package var pages: Int = 0
    /// List pages of sweeps for calls never heard of.
    package var sweepPages: Int = 0
    /// How late changes of status showed.
    package var staleness: Staleness

    /// Reads and pages together.
    package var requests: Int { reads + pages }
    /// Requests for the states of calls.
    package var stateRequests: Int { requests - artefactLooks }

    /// What two runs cost.
    static func + (left: ScheduleFigures, right: ScheduleFigures) -> ScheduleFigures {
        ScheduleFigures(
            reads: left.reads + right.reads, artefactLooks: left.artefactLooks + right.artefactLooks,
            pages: left.pages + right.pages, sweepPages: left.sweepPages + right.sweepPages,
            staleness: left.staleness + right.staleness)
    }
}

/// Follows what somebody believes of a call, and how late each change shows there.
struct Belief {
    private let changes: [CallHistory.Change]
    private var open: [(progress: Progress, at: Double)] = []
    private var next = 0
    private(set) var status: ExecutionStatus?
    private var progress: Progress?
    private(set) var seconds: [Double] = []

    /// Nothing is known yet.
    init(_ history: CallHistory) { changes = history.changes }

    /// What is true at a time: the last change before it.
    func truth(at time: Double) -> CallHistory.Change? { changes.last { $0.at <= time } }

    /// A statement about the call is believed at a time, unless it is behind what is believed.
    mutating func learn(_ change: CallHistory.Change, at time: Double) {
        happen(until: time)
        let told = Progress(change)
        if let progress, told < progress { return }
        status = change.status
        progress = told
        open.removeAll { pending in
            guard pending.progress <= told else { return false }
            seconds.append(max(time - pending.at, 0))
            return true
        }
    }

    /// How many changes have not shown by the end.
    mutating func unshown() -> Int {
        happen(until: .infinity)
        return open.count
    }

    /// Changes up to a time become true; a further word on a step that is believed is no change of status.
    private mutating func happen(until time: Double) {
        while next < changes.count, changes[next].at <= time {
            let change = changes[next]
            next += 1
            if let progress, Progress(change) <= progress { continue }
            open.append((Progress(change), change.at))
        }
    }
}

/// The best there can be: somebody who knows the truth at Bolna, and reads a call once for each change that no webhook
/// will tell, as soon as it is made.
enum OracleSchedule {
    /// What it costs.
    static func run(_ histories: [CallHistory], latency: Double) -> ScheduleFigures {
        var reads = 0
        var seconds: [Double] = []
        var never = 0
        for history in histories {
            var belief = Belief(history)
            let learned = history.changes.map { (change: $0, at: $0.toldAt ?? $0.at + latency) }
            for (change, time) in learned.sorted(by: { $0.at < $1.at }) { belief.learn(change, at: time) }
            reads += history.changes.count { $0.toldAt == nil }
            seconds += belief.seconds
            never += belief.unshown()
        }
        return ScheduleFigures(reads: reads, staleness: Staleness(seconds, never: never))
    }
}

/// What the predecessor did: every 30 s it read each call that it held for unfinished, one after the other, whatever
/// webhooks had told. A call seen as disconnected was unfinished no longer, and was never read to its end. (`bolna.md`,
/// section 6.)
enum PredecessorSchedule {
    /// The time between rounds, in seconds.
    static let interval = 30.0

    /// What it costs, up to an end. It is taken to know every call from its creation, since it placed them.
    static func run(_ histories: [CallHistory], latency: Double, until end: Double) -> ScheduleFigures {
        var beliefs = histories.map(Belief.init)
        var ahead = histories.map { history in
            history.changes.filter { $0.toldAt != nil }.sorted { $0.toldAt ?? 0 < $1.toldAt ?? 0 }[...]
        }
        func hearWebhooks(of call: Int, until time: Double) {
            while let told = ahead[call].first, let at = told.toldAt, at <= time {
                beliefs[call].learn(told, at: at)
                ahead[call].removeFirst()
            }
        }
        for (call, history) in histories.enumerated() {
            if let first = history.changes.first { beliefs[call].learn(first, at: first.at) }
        }
        var reads = 0
        var round = interval
        while round <= end {
            var time = round
            for call in histories.indices {
                guard let created = histories[call].changes.first?.at, created <= time else { continue }
                hearWebhooks(of: call, until: time)
                guard let status = beliefs[call].status, isPolled(status) else { continue }
                reads += 1
                guard let truth = beliefs[call].truth(at: time + latency / 2) else { continue }
                time += latency
                hearWebhooks(of: call, until: time)
                beliefs[call].learn(truth, at: time)
            }
            // A round that takes longer than the interval delays the next one.
            round += max(1, ((time - round) / interval).rounded(.up)) * interval
        }
        for call in histories.indices { hearWebhooks(of: call, until: .infinity) }
        var never = 0
        for call in beliefs.indices { never += beliefs[call].unshown() }
        return ScheduleFigures(reads: reads, staleness: Staleness(beliefs.flatMap(\.seconds), never: never))
    }

    /// The statuses that it took for unfinished.
    private static func isPolled(_ status: ExecutionStatus) -> Bool {
        switch status {
        case .queued, .initiated, .ringing, .inProgress: true
        case .scheduled, .rescheduled, .callDisconnected, .completed, .busy, .noAnswer, .failed, .error, .canceled,
            .stopped, .balanceLow:
            false
        }
    }
}

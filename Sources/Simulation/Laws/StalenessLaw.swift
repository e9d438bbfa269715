import BolnaModel
import CallDomain

/// One change of a call at Bolna, and when the gateway showed it or a later one.
package struct StalenessSample: Hashable, Sendable {
    /// The status.
    package var status: String
    /// How long it took, in seconds of Bolna's time.
    package var seconds: Double
    /// Which source told it.
    package var source: String
}

/// Law 6, for changes: while nothing but webhooks fails, a change shows after the deadline, one tick and the read. Knows
/// the table of deadlines by itself.
struct StalenessLaw {
    private struct Pending {
        var place: Place
        var status: ExecutionStatus
        var at: Double
    }

    /// An attempt, and how far it has come.
    struct Place: Comparable {
        var attempt: Int
        var step: Int

        static func < (left: Place, right: Place) -> Bool { (left.attempt, left.step) < (right.attempt, right.step) }
    }

    private struct Held {
        var status: CallStatus
        var place: Place
        var at: Double
        /// Whether the gateway has looked by itself since then.
        var isLookedAt = false
    }

    private var pending: [QuietLaw.Key: [Pending]] = [:]
    private var held: [QuietLaw.Key: Held] = [:]
    private var excepted: Set<QuietLaw.Key> = []
    private(set) var samples: [StalenessSample] = []

    /// How long a look may take beside deadline and step: the tick, the read, and the commit.
    var slack = 0.0
    /// How long a call nobody told of may stay unknown.
    var discovery = 0.0
    /// The tick.
    var tick = 30.0

    /// A call changed at Bolna.
    mutating func changed(_ key: QuietLaw.Key, to status: ExecutionStatus, attempt: Int, at time: Double) {
        guard !excepted.contains(key) else { return }
        let place = Place(attempt: attempt, step: Self.step(status))
        // A further word on the same step, such as a late recording's, is no change of status.
        if let held = held[key], place <= held.place { return }
        pending[key, default: []].append(Pending(place: place, status: status, at: time))
    }

    /// The gateway stored a state of a call: the changes it shows, and what is wrong with how late it does.
    /// `calmSince` is since when nothing kept it from learning of changes.
    mutating func stored(
        _ key: QuietLaw.Key, status: CallStatus, attempt: Int, source: Source, at time: Double, calmSince: Double
    ) -> String? {
        guard let step = Self.step(status) else {
            // Each statement may move an unknown status to another place, from which waiting begins anew.
            let place = held[key]?.place ?? Place(attempt: attempt, step: -1)
            held[key] = Held(status: status, place: place, at: time)
            return nil
        }
        let place = Place(attempt: attempt, step: step)
        var complaint: String?
        let changes = pending[key] ?? []
        pending[key] = changes.filter { $0.place > place }
        for change in changes where change.place <= place {
            samples.append(
                StalenessSample(status: change.status.rawValue, seconds: time - change.at, source: source.word))
            let limit = limit(of: change, key: key, calmSince: calmSince)
            if time > limit, complaint == nil {
                complaint =
                    "\(change.status.rawValue) of call \(key.execution.rawValue) shows \(Int(time - change.at)) s "
                    + "after Bolna's change, by \(source.word); expected after \(Int(limit - change.at)) s"
            }
        }
        if held[key]?.place != place || held[key]?.status != status {
            held[key] = Held(status: status, place: place, at: time)
        }
        return complaint
    }

    /// The gateway looked at a call by itself: what it looks at next follows from that look. A person's check is none.
    mutating func looked(at key: QuietLaw.Key) { held[key]?.isLookedAt = true }

    /// The gateway looked at calls of an account by itself.
    mutating func lookedAtCalls(of account: AccountID) {
        for key in held.keys where key.account == account { looked(at: key) }
    }

    /// Changes that have not shown although they should have by now; those of forgotten calls apart.
    mutating func overdue(at time: Double, calmSince: Double) -> String? {
        for (key, changes) in pending.sorted(by: { $0.key.execution < $1.key.execution }) {
            guard let change = changes.first else { continue }
            let limit = limit(of: change, key: key, calmSince: calmSince)
            guard time > limit else { continue }
            return
                "\(change.status.rawValue) of call \(key.execution.rawValue) has not shown \(Int(time - change.at)) s "
                + "after Bolna's change; expected after \(Int(limit - change.at)) s"
        }
        return nil
    }

    /// When everything that Bolna changed so far must show; nil where it does.
    func latestLimit(calmSince: Double) -> Double? {
        pending.flatMap { key, changes in changes.map { limit(of: $0, key: key, calmSince: calmSince) } }.max()
    }

    /// How many changes have not shown.
    var unshown: Int { pending.values.reduce(0) { $0 + $1.count } }

    /// A call whose changes nobody promises to show: Bolna forgets, fails to show or corrects it.
    mutating func except(_ key: QuietLaw.Key) {
        excepted.insert(key)
        pending[key] = nil
    }

    private func limit(of change: Pending, key: QuietLaw.Key, calmSince: Double) -> Double {
        let disturbed = max(calmSince, change.at)
        let recovery = calmSince > change.at ? 300 + tick : 0
        guard let held = held[key] else { return disturbed + recovery + discovery + slack }
        let (deadline, step) = Self.deadline(of: held.status, tick: tick, waited: disturbed - held.at)
        let first = held.at + deadline
        // What changes before the first look shows by it, whoever else has looked before.
        if !held.isLookedAt, disturbed < first, Self.hasFixedFirstLook(held.status) { return first + recovery + slack }
        return max(disturbed + step, first) + recovery + slack
    }

    /// Whether the first look is due so long after the status was stored; else it depends on what else was said.
    private static func hasFixedFirstLook(_ status: CallStatus) -> Bool {
        switch status {
        case .scheduled, .rescheduled, .unknown: false
        default: true
        }
    }

    /// The table of deadlines: the first look, and the longest step between looks after having waited so long.
    private static func deadline(of status: CallStatus, tick: Double, waited: Double) -> (first: Double, step: Double) {
        func doubling(_ first: Double, upTo longest: Double) -> Double { min(max(first, waited), longest) }
        let dialling = waited <= 300 ? tick : doubling(2 * tick, upTo: 900)
        switch status {
        case .queued, .prepared: return (60, doubling(120, upTo: 600))
        case .scheduled, .rescheduled: return (120, 900)
        case .initiated: return (45, dialling)
        case .ringing: return (75, dialling)
        case .inProgress: return (600, 600)
        case .callDisconnected: return (900, doubling(120, upTo: 900))
        case .completed, .busy, .noAnswer, .failed, .error, .canceled, .stopped, .balanceLow:
            return (120, doubling(240, upTo: 900))
        case .unknown: return (300, 900)
        }
    }

    private static func step(_ status: ExecutionStatus) -> Int {
        switch status {
        case .scheduled, .rescheduled, .queued: 0
        case .initiated: 1
        case .ringing: 2
        case .inProgress: 3
        case .callDisconnected: 4
        case .completed, .busy, .noAnswer, .failed, .error, .canceled, .stopped, .balanceLow: 5
        }
    }

    private static func step(_ status: CallStatus) -> Int? { ExecutionStatus(rawValue: status.word).map(step) }
}

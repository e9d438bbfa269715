import BolnaModel
package import CallDomain

/// Notes, while a world runs, what the gateway itself cannot know: which change a webhook told, and when. Counts list
/// pages by who asked for them.
final class EconomyMeter {
    /// When each change's webhook was acknowledged, in seconds of Bolna's time, in the order of the changes of its kind;
    /// nil where it was lost.
    private var fates: [Kind: [Double?]] = [:]
    /// Full reads of calls: which, and when.
    private(set) var reads: [(call: String, at: Double)] = []
    /// Pages that stand for reads of due calls: those that filter by status.
    private(set) var pollPages = 0
    /// Pages of sweeps for calls never heard of.
    private(set) var sweepPages = 0
    /// How the agents' webhooks fared at each tick, where that differed from the tick before.
    private(set) var paths: [PathNote] = []

    /// Changes that tell alike: a call takes the status `completed` twice where a recording comes late.
    private struct Kind: Hashable {
        var call: String
        var status: ExecutionStatus
        var attempt: Int
    }

    /// A change's webhook is never sent.
    func lost(_ change: StatusChange) { fates[kind(of: change), default: []].append(nil) }

    /// A webhook was acknowledged.
    func told(_ delivery: WebhookDelivery, at time: Double) {
        let kind = Kind(call: delivery.call, status: delivery.status, attempt: delivery.attempt)
        fates[kind, default: []].append(time)
    }

    /// A full read of a call was sent.
    func read(_ call: String, at time: Double) { reads.append((call, time)) }

    /// A page was asked for.
    func listed(_ window: BolnaRequest.ListWindow) {
        if window.status == nil { sweepPages += 1 } else { pollPages += 1 }
    }

    /// How the agents' webhooks fare now.
    func note(_ states: [PathState], at time: Double) {
        guard states != paths.last?.states else { return }
        paths.append(PathNote(at: time, states: states))
    }

    /// A call's changes with what its webhooks told, oldest first; times in seconds from the start.
    func history(of truth: CallTruth, from start: Moment, scale: Double) -> CallHistory {
        var taken: [Kind: Int] = [:]
        let changes = truth.changes.map { change in
            let kind = kind(of: change)
            let known = fates[kind, default: []]
            let place = taken[kind, default: 0]
            taken[kind] = place + 1
            return CallHistory.Change(
                at: Double(change.at - start) / 1e6 / scale, status: change.status, attempt: change.attempt,
                toldAt: place < known.count ? known[place] : nil)
        }
        return CallHistory(id: truth.id, agent: truth.agentID, changes: changes)
    }

    private func kind(of change: StatusChange) -> Kind {
        Kind(call: change.call, status: change.status, attempt: change.attempt)
    }
}

/// How the webhooks of a world's agents fared from a time on.
package struct PathNote: Hashable, Sendable {
    /// From when on, in seconds of Bolna's time.
    package var at: Double
    /// Each agent's state.
    package var states: [PathState]
}

/// What happened to a call at Bolna, and what webhooks told of it.
struct CallHistory: Hashable, Sendable {
    /// Bolna's id of the call.
    var id: String
    /// The id of its agent.
    var agent: String
    /// Oldest first.
    var changes: [Change]

    /// Whether a read at a time looks for an artefact: the call was complete, and webhooks had told all there was.
    func isLookForArtefact(at time: Double) -> Bool {
        let past = changes.prefix { $0.at <= time }
        return past.last?.status == .completed && past.allSatisfy { $0.toldAt.map { $0 <= time } ?? false }
    }

    /// One change; a further `completed` brings a late recording.
    struct Change: Hashable, Sendable {
        /// When, in seconds.
        var at: Double
        /// The status it brought.
        var status: ExecutionStatus
        /// The attempt of auto-retry.
        var attempt: Int
        /// When its webhook was acknowledged; nil where none came.
        var toldAt: Double?
    }
}

package import CallDomain
import Synchronization

/// What is learned of each agent: how long its calls take from one status to the next, and which artefacts come and
/// when. It takes each statement that was stored; what it learned is computed, and stored, at heartbeats.
package final class DeadlineBook: Sendable {
    private let state: Mutex<State>

    /// The most agents that are learned about; for further ones the table's deadlines hold.
    package static let mostScopes = 512
    /// The most records that are computed and stored at one heartbeat; the others at the next.
    package static let mostTaken = 64

    private struct Scope: Hashable, Comparable, Sendable {
        var account: AccountID
        var agent: AgentID?

        static func < (left: Self, right: Self) -> Bool {
            (left.account.rawValue, left.agent?.rawValue ?? "") < (right.account.rawValue, right.agent?.rawValue ?? "")
        }
    }

    private struct State: Sendable {
        var scopes: [Scope: Entry] = [:]
        var gaps: WebhookGaps
    }

    fileprivate struct Entry: Sendable {
        var path = PathState.healthy
        /// How often ``path`` changed: a gap over a change teaches nothing.
        var era = 0
        var lessons: [LearnedTopic: Lesson] = [:]
        var learned = Learned()

        mutating func teach(_ topic: LearnedTopic, at now: Timestamp, _ body: (inout Lesson) -> Void) {
            body(&lessons[topic, default: Lesson(at: now)])
        }

        /// Computes anew what follows from a topic.
        mutating func refresh(_ topic: LearnedTopic, at now: Timestamp) {
            lessons[topic]?.age(to: now)
            let lesson = lessons[topic]
            if let artefact = Artefact.allCases.first(where: { LearnedTopic($0) == topic }) {
                learned.artefacts[artefact] = lesson?.history
            } else {
                let step = Int(topic.rawValue)
                learned.deadlines[step] = lesson?.deadline(fromStep: step)
            }
        }
    }

    /// What was learned of an agent.
    package struct Learned: Hashable, Sendable {
        /// Deadlines by the step they start from.
        package var deadlines: [Int: LearnedDeadline] = [:]
        /// What is known of artefacts.
        package var artefacts: [Artefact: ArtefactHistory] = [:]
    }

    /// Goes on from what the store remembered, as of `now`; what is older than four weeks is forgotten.
    package init(settings: ExpectationSettings, remembered: [LearnedRecord] = [], now: Timestamp = .distantPast) {
        var state = State(gaps: WebhookGaps(scale: settings.scale))
        for record in remembered {
            let scope = Scope(account: record.account, agent: record.agent)
            guard state.scopes[scope] != nil || state.scopes.count < Self.mostScopes, let lesson = Lesson(record) else {
                continue
            }
            state.scopes[scope, default: Entry()].lessons[record.topic] = lesson
            state.scopes[scope]?.refresh(record.topic, at: now)
        }
        self.state = Mutex(state)
    }

    /// What was learned of an agent.
    package func learned(account: AccountID, agent: AgentID?) -> Learned {
        state.withLock { $0.scopes[Scope(account: account, agent: agent)]?.learned ?? Learned() }
    }

    /// Learns from a statement that was stored, while the scope's webhooks fare so.
    package func heard(_ observed: ObservedCall, from observation: IncomingObservation, path: PathState) {
        guard observation.key.standing == .applied else { return }
        let scope = Scope(account: observation.account, agent: observed.agent ?? observation.statement.agentID)
        let told = observed.told(by: observation)
        state.withLock { state in
            guard state.scopes[scope] != nil || state.scopes.count < Self.mostScopes else { return }
            state.scopes[scope, default: Entry()].hear(told, of: observed.call, path: path, gaps: &state.gaps)
            if let artefacts = observed.ledger.artefacts, artefacts != observed.artefactsBefore {
                state.scopes[scope]?.learn(artefacts, before: observed.artefactsBefore, from: observation)
            }
        }
    }

    /// Computes what follows from what was heard since it was taken last, for use and for the store: at most
    /// ``mostTaken`` records, those that wait longest first.
    package func takeChanges(at now: Timestamp) -> [JournalEntry] {
        state.withLock { state in
            var waiting: [(since: Timestamp, scope: Scope, topic: LearnedTopic)] = []
            for (scope, entry) in state.scopes {
                for (topic, lesson) in entry.lessons {
                    if let since = lesson.unsavedSince { waiting.append((since, scope, topic)) }
                }
            }
            waiting.sort { ($0.since, $0.scope, $0.topic) < ($1.since, $1.scope, $1.topic) }
            return waiting.prefix(Self.mostTaken).map { _, scope, topic in
                state.scopes[scope]?.refresh(topic, at: now)
                state.scopes[scope]?.lessons[topic]?.unsavedSince = nil
                return .learned(
                    LearnedRecord(
                        account: scope.account, agent: scope.agent, topic: topic,
                        bytes: state.scopes[scope]?.lessons[topic]?.bytes ?? [], at: now))
            }
        }
    }

    /// What was taken could not be stored: it is taken again.
    package func giveBack(_ entries: [JournalEntry]) {
        state.withLock { state in
            for case .learned(let record) in entries {
                let scope = Scope(account: record.account, agent: record.agent)
                state.scopes[scope]?.lessons[record.topic]?.unsavedSince = record.at
            }
        }
    }
}

extension DeadlineBook.Entry {
    /// Follows a call's webhooks while the path is healthy.
    fileprivate mutating func hear(
        _ told: WebhookGaps.Told?, of call: CallID, path: PathState, gaps: inout WebhookGaps
    ) {
        if self.path != path {
            self.path = path
            era += 1
        }
        guard path == .healthy else { return gaps.forget(call) }
        guard let told, let gap = gaps.heard(told, era: era) else { return }
        teach(gap.topic, at: told.at) { $0.record(gap.length, at: told.at) }
    }

    /// Learns which artefacts came, or were given up. An import tells what came long ago, and nothing of when; a final
    /// status that only a read told is too old for its artefacts' times to mean anything.
    fileprivate mutating func learn(
        _ artefacts: ArtefactLedger, before: ArtefactLedger?, from observation: IncomingObservation
    ) {
        guard observation.key.source != .import, observation.key.source != .ruling else { return }
        for wait in artefacts.waits {
            let earlier = before?[wait.artefact]
            guard earlier?.state != wait.state, let endedAt = wait.endedAt else { continue }
            let isTimed = wait.state == .arrived && (before != nil || observation.key.source == .webhook)
            teach(LearnedTopic(wait.artefact), at: endedAt) { lesson in
                lesson.record(hasArrived: wait.state == .arrived, at: endedAt)
                if isTimed { lesson.record(endedAt.duration(since: artefacts.since), at: endedAt) }
            }
        }
    }
}

extension ObservedCall {
    /// What a statement tells of its call, as far as gaps between webhooks are concerned; nil where it has no known
    /// status, and for a read that was not the first to tell one.
    fileprivate func told(by observation: IncomingObservation) -> WebhookGaps.Told? {
        let source = observation.key.source
        guard decision.outcome != .duplicate, let status = observation.statement.status,
            let claimed = claimed(by: observation), source == .webhook || decision.statusAfter != nil
        else { return nil }
        return WebhookGaps.Told(
            call: call, attempt: claimed.attempt, status: status, isCurrent: position == claimed, source: source,
            at: observation.receivedAt, updatedAt: observation.statement.updatedAt)
    }
}

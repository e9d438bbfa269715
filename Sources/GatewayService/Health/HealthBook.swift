package import CallDomain
package import Logging
import Synchronization

/// How the webhooks of each account and agent fare, as decisions tell; what it learned is kept over a restart.
package final class HealthBook: Sendable {
    private let accounts: AccountDirectory
    private let scale: Double
    private let logger: Logger
    private let refusals: RefusalLog
    private let scopes: Mutex<[Scope: Entry]>
    private let trouble = Mutex(Trouble())

    /// The most scopes that are followed; further ones are taken for unproven.
    package static let mostScopes = 10_000
    /// The most scopes that are written at once.
    package static let mostTaken = 512

    /// The gateway's own outages that are remembered, to tell why webhooks did not come.
    package static let mostOutages = 64

    /// What operators are told, and what it is concluded from.
    private struct Trouble: Sendable {
        var incidents = OpenIncidents()
        var outages: [Range<Timestamp>] = []
        var changed: Set<Scope> = []
        var accepted: [AccountID: Timestamp] = [:]
    }

    private struct Scope: Hashable, Comparable, Sendable {
        var account: AccountID
        var agent: AgentID?

        static func < (left: Self, right: Self) -> Bool {
            (left.account.rawValue, left.agent?.rawValue ?? "") < (right.account.rawValue, right.agent?.rawValue ?? "")
        }
    }

    private struct Entry: Sendable {
        var health: PathHealth
        var isDirty: Bool
    }

    /// Goes on from what the store remembered.
    package init(
        accounts: AccountDirectory, settings: ExpectationSettings,
        remembered: [(account: AccountID, agent: AgentID?, record: [UInt8])] = [],
        refusals: RefusalLog = RefusalLog(), logger: Logger
    ) {
        self.accounts = accounts
        self.refusals = refusals
        self.scale = settings.scale
        self.logger = logger
        var scopes: [Scope: Entry] = [:]
        for (account, agent, record) in remembered {
            guard let health = PathHealth(record: record, scale: settings.scale) else { continue }
            scopes[Scope(account: account, agent: agent)] = Entry(health: health, isDirty: false)
        }
        self.scopes = Mutex(scopes)
    }

    /// What expectations need to know of a scope.
    package func profile(account: AccountID, agent: AgentID?) -> ScopeProfile {
        let path = scopes.withLock { $0[Scope(account: account, agent: agent)]?.health.state }
        let settings = accounts[account]?.settings(for: agent)
        return ScopeProfile(
            path: path ?? .unproven, suppressedStatuses: settings?.suppressedStatuses ?? [],
            statedArtefacts: settings?.artefacts ?? [:], statedDeadlines: settings?.deadlines ?? [:])
    }

    /// How each scope fares, ordered.
    package var states: [(account: AccountID, agent: AgentID?, state: PathState)] {
        scopes.withLock { scopes in
            scopes.sorted { $0.key < $1.key }.map { ($0.key.account, $0.key.agent, $0.value.health.state) }
        }
    }

    /// Learns from a statement that was stored.
    package func heard(_ observed: ObservedCall, from observation: IncomingObservation) {
        guard observation.key.standing == .applied else { return }
        let scope = Scope(
            account: observation.account, agent: observed.agent ?? observation.statement.agentID)
        let source = observation.key.source
        let at = observation.receivedAt
        let transitions = scopes.withLock { scopes -> [PathTransition] in
            guard scopes[scope] != nil || scopes.count < Self.mostScopes else { return [] }
            var transitions: [PathTransition?] = []
            let claimed = source == .webhook ? observed.claimed(by: observation) : nil
            let told = observed.decision.statusAfter.flatMap { isSuppressed($0, in: scope) ? nil : observed.position }
            // In place: a copy would carry along all that the path is judged by.
            { entry in
                entry.isDirty = true
                if source == .webhook {
                    transitions.append(entry.health.webhookArrived(call: observed.call, position: claimed, at: at))
                }
                if let told {
                    transitions.append(entry.health.changeTold(call: observed.call, position: told, by: source, at: at))
                }
            }(&scopes[scope, default: Entry(health: PathHealth(scale: scale), isDirty: true)])
            return transitions.compactMap(\.self)
        }
        for transition in transitions { report(transition, scope) }
    }

    /// Lets time pass for all scopes.
    package func advance(to now: Timestamp) {
        let transitions = scopes.withLock { scopes -> [(PathTransition, Scope)] in
            scopes.keys.sorted().compactMap { scope in
                guard let transition = scopes[scope]?.health.advance(to: now) else { return nil }
                scopes[scope]?.isDirty = true
                return (transition, scope)
            }
        }
        for (transition, scope) in transitions { report(transition, scope) }
    }

    /// What has changed since it was taken last, for the store: at most ``mostTaken`` scopes, the others next time, and
    /// the incidents.
    package func takeChanges(at now: Timestamp) -> [JournalEntry] {
        let records = scopes.withLock { scopes -> [JournalEntry] in
            let dirty = scopes.filter { $0.value.isDirty }.sorted { $0.key < $1.key }.prefix(Self.mostTaken)
            for (scope, _) in dirty { scopes[scope]?.isDirty = false }
            return dirty.map { scope, entry in
                .pathHealth(account: scope.account, agent: scope.agent, record: entry.health.record, at: now)
            }
        }
        return records + trouble.withLock { $0.incidents.take() }.map(JournalEntry.incident)
    }

    /// What was taken could not be stored: it is taken again.
    package func giveBack(_ entries: [JournalEntry]) {
        scopes.withLock { scopes in
            for case .pathHealth(let account, let agent, _, _) in entries {
                scopes[Scope(account: account, agent: agent)]?.isDirty = true
            }
        }
        let incidents = entries.compactMap { if case .incident(let incident) = $0 { incident } else { nil } }
        trouble.withLock { $0.incidents.giveBack(incidents) }
    }

    private func isSuppressed(_ status: CallStatus, in scope: Scope) -> Bool {
        accounts[scope.account]?.settings(for: scope.agent).suppressedStatuses?.contains(status) ?? false
    }

    /// Tells operators of a change of a path's state, and has what its calls expect computed anew.
    private func report(_ transition: PathTransition, _ scope: Scope) {
        let symptoms = symptoms(of: transition, scope)
        let incident = Incident(transition, account: scope.account, agent: scope.agent, symptoms: symptoms)
        trouble.withLock { trouble in
            // The pace of a path that is still unproven stays as it is.
            if transition.from != transition.to { trouble.changed.insert(scope) }
            if transition.from == .unproven, transition.to == .healthy {
                trouble.incidents.end(
                    .pathUnproven, account: scope.account, agent: scope.agent, at: transition.at,
                    detail: incident.detail)
            }
            if transition.from == .degraded {
                trouble.incidents.end(
                    .pathDegraded, account: scope.account, agent: scope.agent, at: transition.at,
                    detail: incident.detail)
            } else {
                trouble.incidents.note(incident)
            }
        }
        logger.notice(
            "The webhooks of an agent fare differently.",
            metadata: [
                "account": "\(scope.account.rawValue)", "agent.id": "\(scope.agent?.rawValue ?? "unknown")",
                "path.from": "\(transition.from.word)", "path.to": "\(transition.to.word)",
                "path.cause": "\(incident.cause?.rawValue ?? "none")",
                "changes": "\(transition.changes)", "changes.by_webhook": "\(transition.arrived)",
            ])
    }

    private func symptoms(of transition: PathTransition, _ scope: Scope) -> PathSymptoms {
        let others = scopes.withLock { scopes in
            scopes.filter { $0.key.account == scope.account && $0.key != scope }
                .map { $0.value.health.recent(at: transition.at) }
        }
        let model = PathHealth(scale: scale)
        let since = transition.at.advanced(by: .zero - (model.span + model.patience))
        return PathSymptoms(
            missed: transition.missed, late: transition.late, patience: model.patience,
            outages: trouble.withLock { $0.outages },
            refused: refusals.count(addressedTo: scope.account, from: since, to: transition.at), others: others)
    }
}

extension HealthBook {
    /// Something happened, or began; it is stored with the next heartbeat.
    package func note(_ incident: Incident) { trouble.withLock { $0.incidents.note(incident) } }

    /// Something that went on has ended; nil where it did not go on.
    @discardableResult
    package func end(
        _ kind: Incident.Kind, account: AccountID, agent: AgentID? = nil, at time: Timestamp, detail: String? = nil
    ) -> Incident? {
        trouble.withLock { $0.incidents.end(kind, account: account, agent: agent, at: time, detail: detail) }
    }

    /// Since when Bolna was last known to refuse an account's token, also before a restart; nil where it did not.
    func tokenRefusedSince(_ account: AccountID) -> Timestamp? {
        trouble.withLock { $0.incidents.current(.tokenRefused, account: account)?.from }
    }

    /// Bolna takes an account's token, whether or not it refused it before.
    func tokenIsTaken(_ account: AccountID, at time: Timestamp) {
        trouble.withLock { trouble in
            guard let refusal = trouble.incidents.end(.tokenRefused, account: account, at: time) else { return }
            trouble.accepted[account] = min(refusal.from, trouble.accepted[account] ?? refusal.from)
        }
    }

    /// The accounts whose token is taken again since this was asked last, and since when it had been refused, also before
    /// a restart: what was given up in that time nobody could look at.
    func takeAccepted() -> [AccountID: Timestamp] {
        trouble.withLock { trouble in
            defer { trouble.accepted = [:] }
            return trouble.accepted
        }
    }

    /// What the store says goes on since before the start.
    package func remember(_ incidents: [Incident]) { trouble.withLock { $0.incidents.remember(incidents) } }

    /// The gateway was out: that explains webhooks that did not come.
    package func wasOut(_ outage: Range<Timestamp>) {
        trouble.withLock { trouble in
            if trouble.outages.count >= Self.mostOutages { trouble.outages.removeFirst() }
            trouble.outages.append(outage)
        }
    }

    /// The scopes whose path fares differently since this was asked last: what their calls expect must be computed anew.
    package func takeChangedScopes() -> [(account: AccountID, agent: AgentID?)] {
        trouble.withLock { trouble in
            defer { trouble.changed = [] }
            return trouble.changed.sorted().map { ($0.account, $0.agent) }
        }
    }

    /// How the webhooks of each scope of an account fare, why, and since when, as far as it is known; ordered.
    package func standings(account: AccountID, at now: Timestamp) -> [PathStanding] {
        let figures = scopes.withLock { scopes in
            scopes.filter { $0.key.account == account }.sorted { $0.key < $1.key }
                .map { ($0.key, $0.value.health.recent(at: now), $0.value.health.heardAt) }
        }
        let model = PathHealth(scale: scale)
        let refused = refusals.count(
            addressedTo: account, from: now.advanced(by: .zero - (model.span + model.patience)), to: now)
        return trouble.withLock { trouble in
            figures.map { scope, figures, heardAt in
                let kind: Incident.Kind = figures.state == .unproven ? .pathUnproven : .pathDegraded
                let open = trouble.incidents.current(kind, account: account, agent: scope.agent)
                let isRefused = figures.state == .unproven && refused > 0
                return PathStanding(
                    account: account, agent: scope.agent, figures: figures, lastWebhookAt: heardAt,
                    since: open?.from, refused: refused,
                    cause: isRefused ? .refused : figures.state == .healthy ? nil : open?.cause)
            }
        }
    }
}

/// How the webhooks of one account and agent fare, for people.
package struct PathStanding: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// The agent; nil for calls whose agent is not known.
    package var agent: AgentID?
    /// How they fared of late.
    package var figures: PathFigures
    /// When a webhook was accepted last; nil before the first one.
    package var lastWebhookAt: Timestamp?
    /// Since when they fare badly; nil where they do not.
    package var since: Timestamp?
    /// Deliveries to the account that were refused of late.
    package var refused: Int
    /// The likely cause, where they fare badly, or no webhook was ever accepted and some were refused.
    package var cause: Incident.Cause?
}

extension ObservedCall {
    /// The position a statement claims itself, whatever the call's is now; nil where it has no status. Bytes that were
    /// stored before have no place of their own: what they say stands for it.
    func claimed(by observation: IncomingObservation) -> Position? {
        if let claimed { return claimed }
        guard let step = observation.statement.status?.step else { return nil }
        return Position(attempt: observation.statement.retryCount ?? position?.attempt ?? 0, step: step)
    }
}

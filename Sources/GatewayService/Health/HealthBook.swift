package import CallDomain
package import Logging
import Synchronization

/// How the webhooks of each account and agent fare, as decisions tell; what it learned is kept over a restart.
package final class HealthBook: Sendable {
    private let accounts: AccountDirectory
    private let scale: Double
    private let logger: Logger
    private let scopes: Mutex<[Scope: Entry]>

    /// The most scopes that are followed; further ones are taken for unproven.
    package static let mostScopes = 10_000
    /// The most scopes that are written at once.
    package static let mostTaken = 512

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
        remembered: [(account: AccountID, agent: AgentID?, record: [UInt8])] = [], logger: Logger
    ) {
        self.accounts = accounts
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
        return ScopeProfile(
            path: path ?? .unproven, suppressedStatuses: accounts[account]?.suppressedStatuses ?? [],
            statedArtefacts: accounts[account]?.expectsArtefacts.map { [.recording: $0] } ?? [:])
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
            var health = scopes[scope]?.health ?? PathHealth(scale: scale)
            var transitions: [PathTransition?] = []
            if source == .webhook {
                let claimed = observed.claimed(by: observation)
                transitions.append(health.webhookArrived(call: observed.call, position: claimed, at: at))
            }
            if let status = observed.decision.statusAfter, !isSuppressed(status, in: scope),
                let position = observed.position
            {
                transitions.append(health.changeTold(call: observed.call, position: position, by: source, at: at))
            }
            scopes[scope] = Entry(health: health, isDirty: true)
            return transitions.compactMap(\.self)
        }
        for transition in transitions { report(transition, scope) }
    }

    /// Lets time pass for all scopes.
    package func advance(to now: Timestamp) {
        let transitions = scopes.withLock { scopes -> [(PathTransition, Scope)] in
            scopes.keys.compactMap { scope in
                guard let transition = scopes[scope]?.health.advance(to: now) else { return nil }
                scopes[scope]?.isDirty = true
                return (transition, scope)
            }
        }
        for (transition, scope) in transitions { report(transition, scope) }
    }

    /// What has changed since it was taken last, for the store: at most ``mostTaken`` scopes, the others next time.
    package func takeChanges(at now: Timestamp) -> [JournalEntry] {
        scopes.withLock { scopes in
            let dirty = scopes.filter { $0.value.isDirty }.sorted { $0.key < $1.key }.prefix(Self.mostTaken)
            for (scope, _) in dirty { scopes[scope]?.isDirty = false }
            return dirty.map { scope, entry in
                .pathHealth(account: scope.account, agent: scope.agent, record: entry.health.record, at: now)
            }
        }
    }

    /// What was taken could not be stored: it is taken again.
    package func giveBack(_ entries: [JournalEntry]) {
        scopes.withLock { scopes in
            for case .pathHealth(let account, let agent, _, _) in entries {
                scopes[Scope(account: account, agent: agent)]?.isDirty = true
            }
        }
    }

    private func isSuppressed(_ status: CallStatus, in scope: Scope) -> Bool {
        accounts[scope.account]?.suppressedStatuses.contains(status) ?? false
    }

    private func report(_ transition: PathTransition, _ scope: Scope) {
        logger.notice(
            "The webhooks of an agent fare differently.",
            metadata: [
                "account": "\(scope.account.rawValue)", "agent.id": "\(scope.agent?.rawValue ?? "unknown")",
                "path.from": "\(transition.from.word)", "path.to": "\(transition.to.word)",
                "changes": "\(transition.changes)", "changes.by_webhook": "\(transition.arrived)",
            ])
    }
}

extension ObservedCall {
    /// The position a statement claims itself, whatever the call's is now; nil where it has no known status.
    func claimed(by observation: IncomingObservation) -> Position? {
        if decision.statusAfter != nil { return position }
        guard let step = observation.statement.status?.step else { return nil }
        return Position(attempt: observation.statement.retryCount ?? position?.attempt ?? 0, step: step)
    }
}

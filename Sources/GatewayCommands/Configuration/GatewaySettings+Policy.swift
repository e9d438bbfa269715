import CallDomain
import GatewayService

extension GatewaySettings {
    /// The rules that the settings describe: what senders may do, when reads take back what was claimed, and what is
    /// expected by when, of which agent. Agents' webhooks are taken to fare well. The read that settles a contradiction is made after the same pause that reopening asks for.
    var policy: ReplayPolicy {
        let scale = expectations.scale
        var durations = expectations
        durations.pause = reopening.pause
        return ReplayPolicy(
            trust: trustPolicy,
            reconciler: Reconciler(
                policy: ReopeningPolicy(
                    pause: reopening.pause.scaled(by: scale), window: reopening.window.scaled(by: scale))),
            calculus: ExpectationCalculus(settings: durations), usual: ScopeProfile(usualAgent),
            agents: agentSettings.mapValues { ScopeProfile($0.filled(from: usualAgent)) })
    }

    /// These settings with what a stored account says of its senders and agents in place of what they say of `default`.
    func describing(_ account: StoredAccount) -> GatewaySettings {
        var settings = self
        settings.trustPolicy = account.trust
        settings.usualAgent = account.settings
        settings.suppressedStatusesByAgent = account.agents.compactMapValues(\.suppressedStatuses)
        settings.artefactsByAgent = account.agents.mapValues(\.artefacts)
        settings.deadlinesByAgent = account.agents.mapValues(\.deadlines)
        return settings
    }
}

extension ScopeProfile {
    /// What settings state of an agent whose webhooks fare well, and of which nothing was learned.
    fileprivate init(_ settings: AgentSettings) {
        self.init(
            path: .healthy, suppressedStatuses: settings.suppressedStatuses ?? [], statedArtefacts: settings.artefacts,
            statedDeadlines: settings.deadlines)
    }
}

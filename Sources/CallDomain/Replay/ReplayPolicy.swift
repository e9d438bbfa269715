/// The rules under which journals are re-run: what senders may do, when reads take back what was claimed, and what is
/// expected by when.
package struct ReplayPolicy: Hashable, Sendable {
    /// What a delivery may do, by the trust in its sender.
    package var trust: TrustPolicy
    /// The rules of reconciliation.
    package var reconciler: Reconciler
    /// The rules of what is expected next.
    package var calculus: ExpectationCalculus
    /// What is stated of all agents that have no profile of their own.
    package var usual: ScopeProfile
    /// What is stated of single agents, with what is stated of all where they say nothing.
    package var agents: [AgentID: ScopeProfile]

    /// Puts a policy together. Nothing is stated of agents, and their webhooks fare well, unless told otherwise.
    package init(
        trust: TrustPolicy, reconciler: Reconciler, calculus: ExpectationCalculus,
        usual: ScopeProfile = ScopeProfile(path: .healthy), agents: [AgentID: ScopeProfile] = [:]
    ) {
        self.trust = trust
        self.reconciler = reconciler
        self.calculus = calculus
        self.usual = usual
        self.agents = agents
    }

    /// What is stated of an agent; of one that is not known, what is stated of all.
    package func profile(of agent: AgentID?) -> ScopeProfile { agent.flatMap { agents[$0] } ?? usual }

    /// A key with the standing that its trust has under this policy; nil where such a delivery is refused.
    package func key(_ key: ObservationKey) -> ObservationKey? {
        trust.standing(of: key.trust).map { standing in
            ObservationKey(source: key.source, trust: key.trust, standing: standing, digest: key.digest)
        }
    }

    /// An observation as this policy would have taken it; nil where it would have been refused.
    package func observation(_ observation: Observation) -> Observation? {
        guard let key = key(observation.key) else { return nil }
        var taken = observation
        taken.key = key
        taken.withdraws = observation.withdraws.map { self.key($0) ?? $0 }
        return taken
    }

    /// A journal's evidence as this policy would have taken it: refused deliveries are left out.
    package func evidence(of journal: CallJournal) -> Evidence {
        Evidence(
            observations: journal.rows.compactMap { observation($0.observation) },
            reads: journal.reads.compactMap { read in
                key(read.observation).map {
                    ReadRecord(sentAt: read.sentAt, receivedAt: read.receivedAt, observation: $0)
                }
            })
    }
}

/// A call whose journal is re-run.
package struct ReplayedCall: Sendable {
    /// The gateway's id.
    package var call: CallID
    /// Bolna's id.
    package var execution: ExecutionID
    /// The agent, where it is known.
    package var agent: AgentID?
    /// All that is known of it.
    package var journal: CallJournal

    /// Puts a call together.
    package init(
        call: CallID, execution: ExecutionID, agent: AgentID?, journal: CallJournal
    ) {
        self.call = call
        self.execution = execution
        self.agent = agent
        self.journal = journal
    }
}

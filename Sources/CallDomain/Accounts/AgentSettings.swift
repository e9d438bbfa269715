/// What is known of an agent, or of all agents of an account, that the gateway cannot see for itself.
package struct AgentSettings: Hashable, Sendable {
    /// Statuses that are not sent, since the agent is set up so at Bolna; nil leaves it to the account.
    package var suppressedStatuses: Set<CallStatus>?
    /// Whether artefacts come; one that is not named is learned.
    package var artefacts: [Artefact: Bool]
    /// First deadlines of rows of the table of expectations, not yet scaled; the table's hold for the others.
    package var deadlines: [ExpectationRule: Duration]

    /// Puts settings together.
    package init(
        suppressedStatuses: Set<CallStatus>? = nil, artefacts: [Artefact: Bool] = [:],
        deadlines: [ExpectationRule: Duration] = [:]
    ) {
        self.suppressedStatuses = suppressedStatuses
        self.artefacts = artefacts
        self.deadlines = deadlines
    }

    /// These settings, where they say nothing those of the account.
    package func filled(from account: AgentSettings) -> AgentSettings {
        AgentSettings(
            suppressedStatuses: suppressedStatuses ?? account.suppressedStatuses,
            artefacts: account.artefacts.merging(artefacts) { _, own in own },
            deadlines: account.deadlines.merging(deadlines) { _, own in own })
    }
}

/// An account as it is stored, without its secrets and keys. The account `default` is not: the settings describe it.
package struct StoredAccount: Hashable, Sendable {
    /// The account.
    package var id: AccountID
    /// What people call it; may be empty.
    package var label: String
    /// When it was added.
    package var createdAt: Timestamp
    /// Since when nothing is served or read for it; nil while it is in service.
    package var disabledAt: Timestamp?
    /// Whether overdue calls are read from Bolna, and calls never heard of looked for.
    package var polls: Bool
    /// What its webhooks may do, by trust.
    package var trust: TrustPolicy
    /// Where its webhooks come from, as addresses and CIDR blocks; nil: the three that Bolna names.
    package var sourceAddresses: [String]?
    /// What holds for all its agents.
    package var settings: AgentSettings
    /// What holds for single agents.
    package var agents: [AgentID: AgentSettings]
    /// How long its data is kept.
    package var retention: RetentionPolicy

    /// The most accounts beside `default`.
    package static let mostAccounts = 1_000
    /// The most agents of an account that have settings of their own.
    package static let mostAgents = 1_000
    /// The most source addresses of an account.
    package static let mostSourceAddresses = 256
    /// The longest label, in bytes.
    package static let longestLabel = 100

    /// Puts an account together.
    package init(
        id: AccountID, label: String = "", createdAt: Timestamp, disabledAt: Timestamp? = nil, polls: Bool = true,
        trust: TrustPolicy = TrustPolicy(), sourceAddresses: [String]? = nil, settings: AgentSettings = AgentSettings(),
        agents: [AgentID: AgentSettings] = [:], retention: RetentionPolicy = RetentionPolicy()
    ) {
        self.id = id
        self.label = label
        self.createdAt = createdAt
        self.disabledAt = disabledAt
        self.polls = polls
        self.trust = trust
        self.sourceAddresses = sourceAddresses
        self.settings = settings
        self.agents = agents
        self.retention = retention
    }
}

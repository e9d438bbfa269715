package import CallDomain

/// One account as the services see it: what may be done on its behalf, without its secrets.
package struct GatewayAccount: Hashable, Sendable {
    /// The account.
    package var id: AccountID
    /// Whether there is a token for Bolna's API: without one nothing is read and no call is placed.
    package var hasToken: Bool
    /// What its webhooks may do, by trust.
    package var trustPolicy: TrustPolicy
    /// What holds for all its agents.
    private let usual: AgentSettings
    /// What holds for single agents, filled up from ``usual``.
    private let agents: [AgentID: AgentSettings]

    /// Puts an account together. What an agent's settings leave open, those of the account say.
    package init(
        id: AccountID, hasToken: Bool, trustPolicy: TrustPolicy = TrustPolicy(),
        settings: AgentSettings = AgentSettings(), agents: [AgentID: AgentSettings] = [:]
    ) {
        self.id = id
        self.hasToken = hasToken
        self.trustPolicy = trustPolicy
        self.usual = settings
        self.agents = agents.mapValues { $0.filled(from: settings) }
    }

    /// What is known of an agent; nil is one that is not known.
    package func settings(for agent: AgentID?) -> AgentSettings { agent.flatMap { agents[$0] } ?? usual }
}

/// The accounts by id. Fixed while the gateway runs.
package struct AccountDirectory: Sendable {
    private let accounts: [AccountID: GatewayAccount]

    /// Takes the accounts; of several with one id the last stands.
    package init(_ accounts: [GatewayAccount]) {
        self.accounts = Dictionary(accounts.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
    }

    /// The account with this id; nil where there is none.
    package subscript(id: AccountID) -> GatewayAccount? { accounts[id] }

    /// All accounts, ordered by id.
    package var all: [GatewayAccount] { accounts.values.sorted { $0.id < $1.id } }
}

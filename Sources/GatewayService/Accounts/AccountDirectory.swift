package import CallDomain
import Synchronization

/// One account as the services see it: what may be done on its behalf, without its secrets.
package struct GatewayAccount: Hashable, Sendable {
    /// The account.
    package var id: AccountID
    /// Whether there is a token for Bolna's API: without one nothing is read and no call is placed.
    package var hasToken: Bool
    /// Whether overdue calls are read, and calls never heard of looked for.
    package var polls: Bool
    /// Whether nothing is served or read for it.
    package var isDisabled: Bool
    /// What its webhooks may do, by trust.
    package var trustPolicy: TrustPolicy
    /// How long its data is kept.
    package var retention: RetentionPolicy
    /// What holds for all its agents.
    private let usual: AgentSettings
    /// What holds for single agents, filled up from ``usual``.
    private let agents: [AgentID: AgentSettings]

    /// Puts an account together. What an agent's settings leave open, those of the account say.
    package init(
        id: AccountID, hasToken: Bool, trustPolicy: TrustPolicy = TrustPolicy(),
        settings: AgentSettings = AgentSettings(), agents: [AgentID: AgentSettings] = [:], polls: Bool = true,
        isDisabled: Bool = false, retention: RetentionPolicy = RetentionPolicy()
    ) {
        self.id = id
        self.hasToken = hasToken
        self.polls = polls
        self.isDisabled = isDisabled
        self.trustPolicy = trustPolicy
        self.retention = retention
        self.usual = settings
        self.agents = agents.mapValues { $0.filled(from: settings) }
    }

    /// Whether the gateway reads from Bolna for it of its own accord.
    package var mayRead: Bool { mayAsk && polls }

    /// Whether a person may have something asked from Bolna for it.
    package var mayAsk: Bool { hasToken && !isDisabled }

    /// What is known of an agent; nil is one that is not known.
    package func settings(for agent: AgentID?) -> AgentSettings { agent.flatMap { agents[$0] } ?? usual }
}

/// The accounts by id, those that are disabled included. They may be replaced while the gateway runs: who works for some
/// time asks anew each time.
package final class AccountDirectory: Sendable {
    private struct State {
        var accounts: [AccountID: GatewayAccount]
        var ordered: [GatewayAccount]
    }

    private let state: Mutex<State>

    /// Takes the accounts; of several with one id the last stands.
    package init(_ accounts: [GatewayAccount]) { state = Mutex(Self.state(accounts)) }

    /// The account with this id; nil where there is none.
    package subscript(id: AccountID) -> GatewayAccount? { state.withLock { $0.accounts[id] } }

    /// All accounts, ordered by id.
    package var all: [GatewayAccount] { state.withLock { $0.ordered } }

    /// Takes other accounts in place of all these.
    package func replace(_ accounts: [GatewayAccount]) {
        let new = Self.state(accounts)
        state.withLock { $0 = new }
    }

    private static func state(_ accounts: [GatewayAccount]) -> State {
        let byID = Dictionary(accounts.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        return State(accounts: byID, ordered: byID.values.sorted { $0.id < $1.id })
    }
}

package import CallDomain

/// One account as the services see it: what may be done on its behalf, without its secrets.
package struct GatewayAccount: Hashable, Sendable {
    /// The account.
    package var id: AccountID
    /// Whether there is a token for Bolna's API: without one nothing is read and no call is placed.
    package var hasToken: Bool
    /// What its webhooks may do, by trust.
    package var trustPolicy: TrustPolicy
    /// Whether recordings are to be expected; nil is unknown.
    package var expectsArtefacts: Bool?
    /// Statuses its agents are known not to send.
    package var suppressedStatuses: Set<CallStatus>

    /// Puts an account together.
    package init(
        id: AccountID, hasToken: Bool, trustPolicy: TrustPolicy = TrustPolicy(), expectsArtefacts: Bool? = nil,
        suppressedStatuses: Set<CallStatus> = []
    ) {
        self.id = id
        self.hasToken = hasToken
        self.trustPolicy = trustPolicy
        self.expectsArtefacts = expectsArtefacts
        self.suppressedStatuses = suppressedStatuses
    }
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

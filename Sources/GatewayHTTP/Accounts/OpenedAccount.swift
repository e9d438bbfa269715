package import CallDomain
package import GatewayService
package import WebhookTrust

/// A stored account with its secrets opened. Whatever prints it shows the account's name alone.
package struct OpenedAccount: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The account.
    package var account: StoredAccount
    /// The token for Bolna's API; nil: nothing is read and no call is placed.
    package var token: String?
    /// The active webhook secrets, the newest first.
    package var webhookSecrets: [(label: String, value: String)]
    /// The secret of its own application's tokens; nil where it has none.
    package var tokenSecret: String?

    /// Opens the secrets of accounts; retired ones are left out.
    package static func open(
        _ accounts: [StoredAccount], secrets: [OwnedSecret], sealer: SecretSealer
    ) throws(SecretSealer.Failure) -> [OpenedAccount] {
        let byAccount = Dictionary(grouping: secrets.filter { $0.secret.retiredAt == nil }, by: \.account)
        var opened: [OpenedAccount] = []
        for account in accounts {
            var one = OpenedAccount(account: account, webhookSecrets: [])
            for owned in (byAccount[account.id] ?? []).reversed() {
                let text = String(decoding: try sealer.open(owned), as: UTF8.self)
                switch owned.secret.kind {
                case .bolnaToken: one.token = text
                case .tokenSecret: one.tokenSecret = text
                case .webhook: one.webhookSecrets.append((owned.secret.label, text))
                case .check: break
                }
            }
            opened.append(one)
        }
        return opened
    }

    private init(account: StoredAccount, webhookSecrets: [(label: String, value: String)]) {
        self.account = account
        self.webhookSecrets = webhookSecrets
    }

    /// The account as the services see it.
    package var serviced: GatewayAccount {
        GatewayAccount(
            id: account.id, hasToken: token != nil, trustPolicy: account.trust, settings: account.settings,
            agents: account.agents, polls: account.polls, isDisabled: account.disabledAt != nil,
            retention: account.retention)
    }

    /// What it accepts from webhooks.
    var trust: AccountTrust {
        get throws {
            AccountTrust(
                account: account.id,
                secrets: try webhookSecrets.map { try WebhookSecret(label: $0.label, value: $0.value) },
                sourceAddresses: try account.sourceAddresses.map { try SourceAddresses(parsing: $0) } ?? .bolna,
                policy: account.trust)
        }
    }

    /// The account's name alone.
    package var description: String { "<account \(account.id.rawValue)>" }
    /// The account's name alone.
    package var debugDescription: String { description }
    /// Nothing of its secrets.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

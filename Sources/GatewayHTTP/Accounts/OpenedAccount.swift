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
    /// What is stored of it and cannot be used, by its name; the account does without.
    package var damage: [String] = []

    /// Opens the secrets of accounts; retired ones are left out. What cannot be opened costs its own account alone.
    package static func open(
        _ accounts: [StoredAccount], secrets: [OwnedSecret], sealer: SecretSealer
    ) -> [OpenedAccount] {
        let byAccount = Dictionary(grouping: secrets.filter { $0.secret.retiredAt == nil }, by: \.account)
        return accounts.map { account in
            var one = OpenedAccount(account: account, webhookSecrets: [])
            for owned in (byAccount[account.id] ?? []).reversed() { one.take(owned, sealer) }
            if one.sourceAddresses == nil { one.damage.append("source addresses") }
            return one
        }
    }

    private mutating func take(_ owned: OwnedSecret, _ sealer: SecretSealer) {
        let secret = owned.secret
        guard let bytes = try? sealer.open(owned) else {
            let label = secret.kind == .webhook ? " \(secret.label)" : ""
            return damage.append(secret.kind.word + label)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        switch secret.kind {
        case .bolnaToken: token = text
        case .tokenSecret: tokenSecret = text
        case .webhook: webhookSecrets.append((secret.label, text))
        case .check: break
        }
    }

    /// Nil where they cannot be read.
    private var sourceAddresses: SourceAddresses? {
        guard let blocks = account.sourceAddresses else { return .bolna }
        return try? SourceAddresses(parsing: blocks)
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
                sourceAddresses: sourceAddresses ?? SourceAddresses(blocks: []),
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

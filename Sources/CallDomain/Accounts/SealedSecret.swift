/// A secret of an account as it is kept: sealed, to be opened only with the gateway's sealing key.
package struct SealedSecret: Hashable, Sendable {
    /// What it is for.
    package var kind: Kind
    /// Its name in counters and for people; unique among the account's secrets of its kind.
    package var label: String
    /// The sealed bytes.
    package var sealed: [UInt8]
    /// When it was stored.
    package var createdAt: Timestamp

    /// Puts a secret together.
    package init(kind: Kind, label: String, sealed: [UInt8], createdAt: Timestamp) {
        self.kind = kind
        self.label = label
        self.sealed = sealed
        self.createdAt = createdAt
    }

    /// What secrets are for.
    package enum Kind: UInt8, Hashable, CaseIterable, Sendable {
        // Raw values are stored: append, never renumber.
        /// The token of Bolna's API.
        case bolnaToken = 0
        /// Signs webhooks, and tokens in their addresses are derived from it.
        case webhook = 1

        /// The word in JSON and commands.
        package var word: String {
            switch self {
            case .bolnaToken: "bolna-token"
            case .webhook: "webhook"
            }
        }
    }

    /// The most webhook secrets of one account that are active at once.
    package static let mostWebhookSecrets = 16

    /// What the secret is bound to when it is sealed: it opens nowhere else.
    package static func place(account: AccountID, kind: Kind, label: String) -> String {
        "account \(account.rawValue), \(kind.word), \(label)"
    }
}

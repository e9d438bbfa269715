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
    /// When it was taken out of use; nil while it is in use. Of a retired one the bytes are gone.
    package var retiredAt: Timestamp?

    /// Puts a secret together.
    package init(kind: Kind, label: String, sealed: [UInt8], createdAt: Timestamp, retiredAt: Timestamp? = nil) {
        self.kind = kind
        self.label = label
        self.sealed = sealed
        self.createdAt = createdAt
        self.retiredAt = retiredAt
    }

    /// What secrets are for.
    package enum Kind: UInt8, Hashable, CaseIterable, Sendable {
        // Raw values are stored: append, never renumber. 3 was never used.
        /// The token of Bolna's API.
        case bolnaToken = 0
        /// Signs webhooks, and tokens in their addresses are derived from it.
        case webhook = 1
        /// Signs the tokens (HS256) of an existing application.
        case tokenSecret = 2
        /// A known text, by which a wrong sealing key is noticed; the gateway's own.
        case check = 4

        /// The word in JSON and commands.
        package var word: String {
            switch self {
            case .bolnaToken: "bolna-token"
            case .webhook: "webhook"
            case .tokenSecret: "token-secret"
            case .check: "check"
            }
        }

        /// Whether an account has at most one of this kind, so that a new one takes the place of the old one.
        package var isSingle: Bool {
            switch self {
            case .webhook: false
            case .bolnaToken, .tokenSecret, .check: true
            }
        }
    }

    /// The most webhook secrets of one account that are active at once.
    package static let mostWebhookSecrets = 16
    /// The longest label, in bytes.
    package static let longestLabel = 64
    /// The label of a secret of which an account has only one.
    package static let singleLabel = "current"

    /// What the secret is bound to when it is sealed: it opens nowhere else.
    package static func place(account: AccountID, kind: Kind, label: String) -> String {
        "account \(account.rawValue), \(kind.word), \(label)"
    }
}

/// A sealed secret with the account it belongs to.
package struct OwnedSecret: Hashable, Sendable {
    /// The account; ``gateway`` for the gateway's own.
    package var account: AccountID
    /// The secret.
    package var secret: SealedSecret

    /// Stands for the account of the gateway's own secrets: no account can be named so.
    package static let gateway = AccountID(rawValue: "")

    /// Puts both together.
    package init(account: AccountID, secret: SealedSecret) {
        self.account = account
        self.secret = secret
    }
}

/// One change of accounts, secrets or keys, stored in a savepoint of its own. One that cannot be is answered with
/// ``JournalReceipt/failed(_:)`` and a sentence that may be shown.
package enum AccountChange: Sendable {
    /// An account is added, or takes the place of the one with its name.
    case put(StoredAccount)
    /// A secret is added; of a kind of which there is only one it takes the place of the one before.
    case putSecret(OwnedSecret)
    /// A secret is taken out of use, and its bytes are deleted; its label stays.
    case retireSecret(account: AccountID, kind: SealedSecret.Kind, label: String, at: Timestamp)
    /// A key is added.
    case putKey(StoredAPIKey)
    /// A key opens nothing any more.
    case revokeKey(account: AccountID, id: APIKeyID, at: Timestamp)
    /// When keys and secrets were last used.
    case used(CredentialUses)
    /// Secrets were sealed anew; the ones with their places are replaced, all of them or none.
    case reseal([OwnedSecret])

    /// The most keys of one account, revoked and expired ones included.
    package static let mostKeys = 1_000
}

/// When keys and webhook secrets were last used.
package struct CredentialUses: Hashable, Sendable {
    /// When keys were.
    package var keys: [APIKeyID: Timestamp]
    /// When webhook secrets were.
    package var secrets: [SecretName: Timestamp]

    /// The name of a webhook secret, those of the settings included.
    package struct SecretName: Hashable, Sendable {
        /// The account.
        package var account: AccountID
        /// The secret's label.
        package var label: String

        /// Puts a name together.
        package init(account: AccountID, label: String) {
            self.account = account
            self.label = label
        }
    }

    /// Puts uses together.
    package init(keys: [APIKeyID: Timestamp] = [:], secrets: [SecretName: Timestamp] = [:]) {
        self.keys = keys
        self.secrets = secrets
    }

    /// Whether there is nothing to write down.
    package var isEmpty: Bool { keys.isEmpty && secrets.isEmpty }
}

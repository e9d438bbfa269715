/// One thing that a person or program did through the gateway and that must be known later: who revealed, exported,
/// replayed, decided, deleted or changed what. It holds no personal data itself.
package struct AuditRecord: Hashable, Sendable {
    /// When.
    package var at: Timestamp
    /// The account it was about.
    package var account: AccountID
    /// Who: the label and name of an API key, the user of a token, `socket` for the local control socket, `system`.
    package var actor: String
    /// What was done.
    package var action: Action
    /// What it was done to: a call's gateway id, a key's name, an account's name, a count.
    package var subject: String

    /// The longest actor and subject, in bytes; longer ones are cut.
    package static let longestText = 200

    /// Puts a record together.
    package init(at: Timestamp, account: AccountID, actor: String, action: Action, subject: String) {
        self.at = at
        self.account = account
        self.actor = Self.cut(actor)
        self.action = action
        self.subject = Self.cut(subject)
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > longestText else { return text }
        return String(decoding: text.utf8.prefix(longestText), as: UTF8.self)
    }

    /// What can be done, by its stable word.
    package enum Action: String, Hashable, CaseIterable, Sendable {
        /// Full numbers, a transcript or a raw body were shown.
        case reveal = "reveal"
        /// A recording was played.
        case recording = "recording"
        /// Calls were exported.
        case export = "export"
        /// Quarantined deliveries were replayed.
        case replay = "replay"
        /// Quarantined deliveries were discarded.
        case discard = "discard"
        /// A person withdrew statements about a call.
        case ruling = "ruling"
        /// A call was placed.
        case dial = "dial"
        /// A person's data was deleted.
        case forget = "forget"
        /// Data whose time was over was deleted.
        case retention = "retention"
        /// An account was added or changed.
        case accountChanged = "account-changed"
        /// An account was disabled.
        case accountDisabled = "account-disabled"
        /// A disabled account was taken into service again.
        case accountEnabled = "account-enabled"
        /// An API key was minted.
        case keyMinted = "key-minted"
        /// An API key was revoked.
        case keyRevoked = "key-revoked"
        /// A webhook's address was written into an agent at Bolna.
        case webhookURLSet = "webhook-url-set"
        /// A refused delivery was verified again and accepted.
        case refusalAccepted = "refusal-accepted"
        /// A webhook was sent to the public address, as a test.
        case webhookTested = "webhook-tested"
        /// A secret of an account was stored.
        case secretAdded = "secret-added"
        /// A secret of an account was taken out of use.
        case secretRetired = "secret-retired"
        /// Secrets were sealed under another key.
        case rekeyed = "rekeyed"
        /// Somebody signed in to the pages.
        case signedIn = "signed-in"
        /// Somebody signed out.
        case signedOut = "signed-out"
    }
}

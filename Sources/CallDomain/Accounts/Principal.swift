/// On whose behalf a request is handled: every handler takes one, and reads and writes nothing outside its account.
package struct Principal: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// What it may do.
    package var scopes: Set<Scope>
    /// Who, for the audit: the label of an API key, `socket` for the local control socket.
    package var actor: String

    /// Puts a principal together.
    package init(account: AccountID, scopes: Set<Scope>, actor: String) {
        self.account = account
        self.scopes = scopes
        self.actor = actor
    }
}

/// What an API key may do.
package enum Scope: String, Hashable, CaseIterable, Sendable {
    /// Read calls, numbers masked, without transcripts, recordings and raw bodies.
    case read
    /// Ask Bolna about one call now.
    case check
    /// Place calls.
    case dial
    /// Reports, quarantine, health.
    case operate
    /// Accounts and keys.
    case admin
    /// Full numbers, transcripts, recordings, raw bodies.
    case reveal
}

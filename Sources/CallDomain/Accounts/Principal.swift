/// On whose behalf a request is handled: every handler takes one, and reads and writes nothing outside its account.
package struct Principal: Hashable, Sendable {
    /// The account.
    package var account: AccountID
    /// What it may do.
    package var scopes: Set<Scope>
    /// Who, for the audit: the label of an API key, `socket` for the local control socket.
    package var actor: String
    /// What it showed, by which it is told whether it may go on.
    package var credential: Credential
    /// Whether it may name any account and manage all of them: the control socket, and the key of the settings that is
    /// for nothing else. All others reach their own account only, whatever their scopes.
    package var reachesAll: Bool

    /// What somebody shows.
    package enum Credential: Hashable, Sendable {
        /// A key of the settings: good as long as the gateway runs with them.
        case fixed
        /// A key that was minted.
        case key(APIKeyID)
        /// A token of an existing application.
        case token(expiresAt: Timestamp)
        /// A session of the pages, by its name.
        case session(String)
        /// A connection to the control socket.
        case socket
    }

    /// Puts a principal together.
    package init(
        account: AccountID, scopes: Set<Scope>, actor: String, credential: Credential = .fixed,
        reachesAll: Bool = false
    ) {
        self.account = account
        self.scopes = scopes
        self.actor = actor
        self.credential = credential
        self.reachesAll = reachesAll
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

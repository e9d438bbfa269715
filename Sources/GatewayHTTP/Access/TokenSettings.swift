package import CallDomain

/// Which tokens (JWT) of an existing application are accepted, and what they stand for.
package struct TokenSettings: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret of HS256; nil: only those of accounts with a secret of their own are accepted.
    package var secret: String?
    /// What `iss` must be; nil: anything.
    package var issuer: String?
    /// What `aud` must be, or hold; nil: anything.
    package var audience: String?
    /// The claim that names the account; nil: all tokens are of ``account``.
    package var accountClaim: String?
    /// The account of tokens where no claim names it.
    package var account: AccountID
    /// The claim that names the user: a text of at most ``longestUser`` bytes, or a whole number.
    package var userClaim: String
    /// What users may do.
    package var scopes: Set<Scope>
    /// Whether a token without `exp` is refused.
    package var requiresExpiry: Bool
    /// How long a token may live: from its `iat`, where it has one, and from now on, to its `exp`.
    package var longestLife: Duration
    /// The most requests of one user in a minute.
    package var mostPerMinute: Int

    /// The claim by which accounts with a secret of their own are found, where no other is set.
    package static let usualAccountClaim = "account"
    /// How long a token may live unless told otherwise: applications keep people signed in for weeks.
    package static let usualLife: Duration = .seconds(31 * 86_400)
    /// The longest name of a user, in bytes.
    package static let longestUser = 128
    /// A shorter secret than the code it makes can be guessed (RFC 7518, section 3.2), in bytes.
    package static let goodSecretLength = 32

    /// Accepts nothing, unless told otherwise.
    package init(
        secret: String? = nil, issuer: String? = nil, audience: String? = nil, accountClaim: String? = nil,
        account: AccountID = .default, userClaim: String = "id", scopes: Set<Scope> = [.read, .check, .dial],
        requiresExpiry: Bool = true, longestLife: Duration = TokenSettings.usualLife,
        mostPerMinute: Int = StoredAPIKey.usualPerMinute
    ) {
        self.secret = secret
        self.issuer = issuer
        self.audience = audience
        self.accountClaim = accountClaim
        self.account = account
        self.userClaim = userClaim
        self.scopes = scopes
        self.requiresExpiry = requiresExpiry
        self.longestLife = longestLife
        self.mostPerMinute = mostPerMinute
    }

    /// Nothing of the secret.
    package var description: String { "<settings of tokens>" }
    /// Nothing of the secret.
    package var debugDescription: String { description }
    /// Nothing of the secret.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

package import CallDomain

/// The token of a Bolna organization. Whatever prints it shows a fixed text instead.
package struct BolnaToken: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The token as it is sent.
    let secret: String

    /// The longest token, in bytes; Bolna's have some forty.
    package static let longest = 4096

    /// Takes a token, or returns nil where it is empty, longer than ``longest``, or has bytes that cannot stand in a
    /// header's value: such as a line end, which would let it forge headers.
    package init?(_ secret: String) {
        guard (1...Self.longest).contains(secret.utf8.count), secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.secret = secret
    }

    /// Never the token.
    package var description: String { "<token>" }
    /// Never the token.
    package var debugDescription: String { description }
    /// Never the token.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The tokens by account: a request is sent with its own account's token or not at all.
package struct BolnaCredentials: Hashable, Sendable {
    private let tokens: [AccountID: BolnaToken]

    /// Takes the tokens of the accounts that have one.
    package init(_ tokens: [AccountID: BolnaToken]) { self.tokens = tokens }

    /// The account's token; nil where it has none.
    func token(of account: AccountID) -> BolnaToken? { tokens[account] }
}

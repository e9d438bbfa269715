import CallDomain

extension SettingKey {
    /// Who gets in beside the key of the settings: tokens of an existing application, and sessions of the pages.
    static let access: [SettingKey] = [
        list(
            "api.origins",
            expected: "origins such as https://app.example.com, separated by commas, without the scheme's own port",
            \.apiOrigins
        ) { $0.allSatisfy(isOrigin) },
        optionalText(
            "tokens.secret", isSecret: true, expected: "a text of at most \(longestText) bytes", \.tokens.secret,
            where: { $0.utf8.count <= longestText }),
        optionalText(
            "tokens.jwksFile", expected: "the path of a file with a JSON Web Key Set", \.tokens.jwksFile,
            where: SettingText.isPath),
        optionalText("tokens.issuer", expected: claimWords, \.tokens.issuer, where: isClaim),
        optionalText("tokens.audience", expected: claimWords, \.tokens.audience, where: isClaim),
        optionalText("tokens.accountClaim", expected: claimWords, \.tokens.accountClaim, where: isClaim),
        SettingKey(
            name: "tokens.account", expected: "the name of an account: 1 to 64 of a-z, 0-9, - and _",
            read: { text, settings in
                guard let account = AccountID(validating: text) else { return false }
                settings.tokens.account = account
                return true
            },
            show: { $0.tokens.account.rawValue }),
        text("tokens.userClaim", expected: claimWords, \.tokens.userClaim, where: isClaim),
        SettingKey(
            name: "tokens.scopes", expected: "scopes, separated by commas, among \(ScopeText.all)",
            read: { text, settings in
                guard let scopes = ScopeText.scopes(text) else { return false }
                settings.tokens.scopes = scopes
                return true
            },
            show: { ScopeText.text($0.tokens.scopes) }),
        flag("tokens.requireExpiry", \.tokens.requiresExpiry),
        duration("tokens.longest", in: .seconds(60)...(.seconds(3_660 * 86_400)), \.tokens.longestLife),
        duration("sessions.idle", in: .seconds(60)...(.seconds(30 * 86_400)), \.sessionIdle),
        duration("sessions.longest", in: .seconds(60)...(.seconds(90 * 86_400)), \.sessionLongest),
    ]

    private static let claimWords = "a text of 1 to 256 bytes"

    private static func isClaim(_ text: String) -> Bool { (1...256).contains(text.utf8.count) }

    /// Whether this is `https://` or `http://` with a host and perhaps a port, as browsers state it: never with the port
    /// that the scheme has anyway (RFC 6454, section 6.2).
    private static func isOrigin(_ text: String) -> Bool {
        let schemes: [(prefix: String, port: UInt16)] = [("https://", 443), ("http://", 80)]
        guard let scheme = schemes.first(where: { text.hasPrefix($0.prefix) }) else { return false }
        let authority = text.dropFirst(scheme.prefix.count)
        let sides = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = sides.first, SettingText.isHost(String(host)) else { return false }
        return sides.count == 1 || UInt16(sides[1]).map { $0 != scheme.port } ?? false
    }
}

/// Scopes as people write them.
enum ScopeText {
    /// Every scope there is.
    static let all = Scope.allCases.map(\.rawValue).joined(separator: ", ")

    /// Reads scopes separated by commas, at least one; nil for anything else.
    static func scopes(_ text: String) -> Set<Scope>? {
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let scopes = words.compactMap(Scope.init(rawValue:))
        return scopes.count == words.count ? Set(scopes) : nil
    }

    /// Writes what ``scopes(_:)`` reads.
    static func text(_ scopes: Set<Scope>) -> String {
        Scope.allCases.filter(scopes.contains).map(\.rawValue).joined(separator: ",")
    }
}

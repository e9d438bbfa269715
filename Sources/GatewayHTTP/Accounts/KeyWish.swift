import CallDomain

/// A key that is to be minted.
struct KeyWish: Sendable {
    /// What people will call it.
    var label: String
    /// What it may do.
    var scopes: Set<Scope>
    /// After what time it opens nothing any more; nil is never.
    var lifetime: Duration?
    /// The most requests it may make in a minute.
    var mostPerMinute: Int

    private static let names: Set<String> = ["label", "scopes", "expiresInSeconds", "perMinute"]
    /// The longest time after which a key ends, in seconds.
    private static let longestLifetime: Int64 = 3_650 * 86_400

    /// Reads a request; the scopes are among those of whoever asks.
    init(_ bytes: [UInt8], by principal: Principal) throws(Problem) {
        let body = try StrictBody(bytes, known: Self.names)
        label = try body.text("label", atMost: StoredAPIKey.longestLabel) ?? ""
        guard let words = try body.texts("scopes", atMost: Scope.allCases.count), !words.isEmpty else {
            throw body.wrong("scopes", "a list of scopes, such as [\"read\"]")
        }
        let scopes = words.compactMap(Scope.init(rawValue:))
        guard scopes.count == words.count else {
            throw body.wrong("scopes", "a list of \(Scope.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.scopes = Set(scopes)
        guard self.scopes.isSubset(of: principal.scopes) else {
            throw Problem(.forbidden, "A key can be given only scopes that whoever mints it has.")
        }
        lifetime = try body.number("expiresInSeconds", in: 60...Self.longestLifetime).map { .seconds($0) }
        let range = StoredAPIKey.perMinuteRange
        let perMinute = try body.number("perMinute", in: Int64(range.lowerBound)...Int64(range.upperBound))
        mostPerMinute = perMinute.map(Int.init) ?? StoredAPIKey.usualPerMinute
    }
}

import CallDomain

/// Somebody who is known, before it is said what may be done.
struct Admission: Sendable {
    private let known: Principal
    /// How the quotas stand.
    let limits: [RateLimit]
    /// Whether what was shown would still be accepted at a time: what goes on for long asks again and again.
    let isValid: @Sendable (Timestamp) -> Bool

    /// Knows a principal.
    init(
        _ principal: Principal, limits: [RateLimit] = [],
        isValid: @escaping @Sendable (Timestamp) -> Bool = { _ in true }
    ) {
        known = principal
        self.limits = limits
        self.isValid = isValid
    }

    /// The principal, where it has the scope and did not ask too often.
    func principal(for scope: Scope) throws(Problem) -> Principal {
        if let wait = limits.compactMap(\.answer.wait).max() {
            throw Problem(.tooManyRequests, "The quota of this minute is used up.", retryAfter: wait)
        }
        guard known.scopes.contains(scope) else {
            throw Problem(.forbidden, "This needs the scope \(scope.rawValue).")
        }
        return known
    }
}

/// The rules that arbitrate between statements: a pure function of the set of a call's observations.
///
/// Two steps, and nothing else looks at the order of arrival. *Withdraw*: two full reads that agree against what was
/// claimed before them take it back. *Fold*: what remains is folded field by field in the canonical order.
package struct Reconciler: Hashable, Sendable {
    /// The version of these rules; a call made by another version is folded anew when it is touched.
    package static let version = 1

    /// The bounds of reopening.
    package var policy: ReopeningPolicy

    /// Reconciles under a policy.
    package init(policy: ReopeningPolicy = ReopeningPolicy()) { self.policy = policy }

    /// What a stored call is marked with: the version of the rules in the upper half, and below it a digest of their
    /// bounds, since other bounds can make another call of the same evidence.
    package var edition: Int64 {
        var digest: UInt32 = 2_166_136_261
        for bound in [policy.pause, policy.window] {
            let bits = UInt64(bitPattern: bound.microseconds)
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                digest = (digest ^ UInt32(truncatingIfNeeded: bits >> shift & 0xFF)) &* 16_777_619
            }
        }
        return Int64(Self.version) << 32 | Int64(digest)
    }

    /// The version of the rules in an edition.
    package static func version(of edition: Int64) -> Int { Int(edition >> 32) }
}

/// When two full reads may take back what was claimed before them.
package struct ReopeningPolicy: Hashable, Sendable {
    /// The least time between the sending of the two reads (`reopen.pause`).
    package var pause: Duration
    /// The longest time after the contradicted statement in which they may be sent (`reopen.window`).
    package var window: Duration

    /// 60 s and 24 h unless told otherwise.
    package init(pause: Duration = .seconds(60), window: Duration = .seconds(86_400)) {
        self.pause = pause
        self.window = window
    }
}

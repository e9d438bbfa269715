/// What an account lets a webhook do, by the trust in its sender (`design`: trust decides what a statement may do).
package struct TrustPolicy: Hashable, Sendable {
    /// What an addressed delivery may do: ``Disposition/hint`` unless told otherwise.
    package var addressed: Disposition
    /// What an untrusted delivery may do: ``Disposition/refuse`` unless told otherwise; never ``Disposition/apply``.
    package var none: Disposition

    /// What a delivery may do.
    package enum Disposition: String, Hashable, CaseIterable, Sendable {
        /// It is folded into the call.
        case apply
        /// It is kept beside the call as unverified and asks for a read.
        case hint
        /// It is answered 401 and leaves nothing but a count.
        case refuse
    }

    /// Puts a policy together; `apply` for untrusted deliveries is lowered to `hint`.
    package init(addressed: Disposition = .hint, none: Disposition = .refuse) {
        self.addressed = addressed
        self.none = none == .apply ? .hint : none
    }

    /// What a delivery of this trust may do; nil is refuse.
    package func standing(of trust: Trust) -> Standing? {
        let disposition: Disposition =
            switch trust {
            case .authoritative, .signed, .authenticated: .apply
            case .addressed: addressed
            case .none: none == .apply ? .hint : none
            }
        return switch disposition {
        case .apply: .applied
        case .hint: .hint
        case .refuse: nil
        }
    }
}

extension Reconciler {
    /// The places of a call's statements in canonical order, those that reads withdraw included; a statement that a
    /// ruling withdraws has none. Checks of the order look at them; folding does not need them by themselves.
    package func places(in evidence: Evidence) -> [CanonicalKey] { sift(evidence).placement.placed.map(\.key) }
}

/// What became of a call when an observation was reconciled.
package struct Reconciliation: Hashable, Sendable {
    /// What is believed now; nil while nothing but hints is known.
    package var state: CallState?
    /// What was done with the observation.
    package var decision: Decision
    /// Whether the call was folded from its whole evidence, rather than in place.
    package var didRefold: Bool
    /// The observation's own place among the others, whether it stands or was withdrawn; nil for what has none, such as
    /// a hint.
    package var place: CanonicalKey?

    /// Puts a result together.
    package init(state: CallState?, decision: Decision, didRefold: Bool, place: CanonicalKey? = nil) {
        self.place = place
        self.state = state
        self.decision = decision
        self.didRefold = didRefold
    }
}

/// An observation's place in the canonical order, in which statements are folded: later wins.
///
/// The order is total over distinct observations: the last part, the observation's own key, is unique.
package struct CanonicalKey: Hashable, Comparable, Sendable {
    /// The attempt, from 0.
    package var attempt: Int
    /// The step within the attempt in half steps, see ``CallStatus/step``; -1 for an unknown status before any known one.
    package var step: Int
    /// How many full reads of the call had been sent when it was received; a read counts itself.
    package var generation: Int
    /// `updated_at`, or ``Timestamp/distantPast``.
    package var updatedAt: Timestamp
    /// The observation itself: trust first, then digest.
    package var observation: ObservationKey

    /// Puts a key together.
    package init(attempt: Int, step: Int, generation: Int, updatedAt: Timestamp, observation: ObservationKey) {
        self.attempt = attempt
        self.step = step
        self.generation = generation
        self.updatedAt = updatedAt
        self.observation = observation
    }

    /// The position alone: attempt, then step.
    package var position: Position { Position(attempt: attempt, step: step) }

    /// Earlier in the canonical order first.
    package static func < (left: Self, right: Self) -> Bool {
        (left.attempt, left.step, left.generation, left.updatedAt, left.observation)
            < (right.attempt, right.step, right.generation, right.updatedAt, right.observation)
    }
}

/// How far a call has come: the attempt, then the step within it in half steps.
package struct Position: Hashable, Comparable, Sendable {
    /// The attempt, from 0.
    package var attempt: Int
    /// The step, see ``CallStatus/step``.
    package var step: Int

    /// Puts a position together.
    package init(attempt: Int, step: Int) {
        self.attempt = attempt
        self.step = step
    }

    /// Less far first.
    package static func < (left: Self, right: Self) -> Bool {
        (left.attempt, left.step) < (right.attempt, right.step)
    }
}

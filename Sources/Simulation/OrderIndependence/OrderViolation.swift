/// One way in which order or repetition meant something.
package struct OrderViolation: Hashable, Sendable {
    /// The arrivals, by their names, in the order in which they were taken.
    package var order: [String]
    /// What went wrong.
    package var detail: String

    /// Puts a violation together.
    package init(order: [String], detail: String) {
        self.order = order
        self.detail = detail
    }

    /// One line: what went wrong, then the order.
    package var line: String { "\(detail): \(order.joined(separator: " → "))" }
}

/// What a check of orders went through, and what it found.
package struct OrderFigures: Hashable, Sendable {
    /// Sets of arrivals.
    package var sets = 0
    /// Orders of these sets, each of all arrivals of its set, that were gone through one by one.
    package var permutations = 0
    /// Orders gone through in which one arrival came a second time, at every later place.
    package var repetitions = 0
    /// Orders for which steps between sets show what going through them would.
    package var concludedPermutations = 0
    /// The same, of orders with a repetition.
    package var concludedRepetitions = 0
    /// Steps from one state to the next that were taken.
    package var steps = 0
    /// How many of the steps were folded in place.
    package var extended = 0
    /// Folds of a set's evidence in one order each.
    package var folds = 0
    /// Violations.
    package var violations = 0
    /// The first violations, at most ``mostShown``.
    package var shown: [OrderViolation] = []

    /// The most violations that are shown.
    package static let mostShown = 10

    /// Nothing yet.
    package init() {}

    /// Adds what another check found.
    package mutating func add(_ other: OrderFigures) {
        sets += other.sets
        permutations += other.permutations
        repetitions += other.repetitions
        concludedPermutations += other.concludedPermutations
        concludedRepetitions += other.concludedRepetitions
        steps += other.steps
        extended += other.extended
        folds += other.folds
        violations += other.violations
        shown = Array((shown + other.shown).prefix(Self.mostShown))
    }

    /// The figures with the names they have in JSON.
    package var values: [(name: String, value: Int)] {
        [
            ("sets", sets), ("permutations", permutations), ("repetitions", repetitions),
            ("concludedPermutations", concludedPermutations), ("concludedRepetitions", concludedRepetitions),
            ("steps", steps), ("inPlace", extended), ("folds", folds), ("violations", violations),
        ]
    }

    /// Counts a violation, and keeps it while few are kept.
    mutating func record(_ order: [String], _ detail: String) {
        violations += 1
        if shown.count < Self.mostShown { shown.append(OrderViolation(order: order, detail: detail)) }
    }

    /// Counts a set of so many arrivals, and all its orders and repetitions as concluded. In an order of n arrivals the first can
    /// come again at n later places, the next at n - 1, and so on.
    mutating func count(setOf size: Int) {
        let orders = size < 2 ? 1 : (2...size).reduce(1, *)
        sets += 1
        concludedPermutations += orders
        concludedRepetitions += orders * size * (size + 1) / 2
    }
}

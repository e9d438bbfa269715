package import CallDomain

/// Goes through the orders of a table's sets one by one, each also with one arrival repeated at every later place, and
/// compares the call after every step with the fold of what came: what ``OrderCheck`` concludes, seen.
package struct OrderEnumeration: Sendable {
    private let arrivals: [EvidenceArrival]
    private let largestSet: Int
    private let reconciler: Reconciler

    /// Goes through the sets of up to `largestSet` of these arrivals.
    package init(arrivals: [EvidenceArrival], largestSet: Int, reconciler: Reconciler = Reconciler()) {
        self.arrivals = arrivals
        self.largestSet = largestSet
        self.reconciler = reconciler
    }

    /// One order while it grows.
    private struct Walk {
        var order: [Int] = []
        var call: KeptCall
        var hasRepeated = false
    }

    /// Goes through all orders. The first one of each set tells the set's call.
    package func run() -> OrderFigures {
        var figures = OrderFigures()
        var calls: [Set<Int>: CallState?] = [:]
        grow(Walk(call: KeptCall(reconciler: reconciler)), calls: &calls, figures: &figures)
        figures.sets = calls.count
        return figures
    }

    private func grow(_ walk: Walk, calls: inout [Set<Int>: CallState?], figures: inout OrderFigures) {
        let members = Set(walk.order)
        if !walk.hasRepeated {
            for member in walk.order {
                step(walk, by: member, isRepetition: true, calls: &calls, figures: &figures)
            }
        }
        guard members.count < largestSet else { return }
        for member in arrivals.indices where !members.contains(member) {
            step(walk, by: member, isRepetition: false, calls: &calls, figures: &figures)
        }
    }

    private func step(
        _ walk: Walk, by member: Int, isRepetition: Bool, calls: inout [Set<Int>: CallState?],
        figures: inout OrderFigures
    ) {
        var walk = walk
        walk.order.append(member)
        walk.call.take(arrivals[member])
        walk.hasRepeated = walk.hasRepeated || isRepetition
        figures.steps += 1
        if walk.hasRepeated { figures.repetitions += 1 } else { figures.permutations += 1 }
        let members = Set(walk.order)
        let expected = calls[members] ?? reconciler.fold(walk.call.evidence)
        calls[members] = .some(expected)
        if walk.call.state != expected {
            figures.record(walk.order.map { arrivals[$0].name }, "another call in this order")
            return
        }
        grow(walk, calls: &calls, figures: &figures)
    }
}

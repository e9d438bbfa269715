package import CallDomain

/// Shows that for every set of up to so many arrivals of a table all orders, also with one arrival repeated at every
/// later place, lead to one and the same call.
///
/// It need not go through the orders one by one. Say state(S) is the call of a set S. If
/// 1. folding the evidence of S in any order gives state(S),
/// 2. for each x in S the step from state(S without x) by x gives state(S), and
/// 3. for each x in S the step from state(S) by x again gives state(S),
/// then by induction every order with every repetition ends in state(S): a step looks at nothing but the state before,
/// what came, and the fold of the evidence. ``OrderEnumeration`` goes through the orders of a small table one by one,
/// and so checks this argument, too.
package struct OrderCheck: Sendable {
    private let arrivals: [EvidenceArrival]
    private let largestSet: Int
    private let reconciler: Reconciler

    /// How much later, or earlier, a redelivery of the same bytes comes.
    static let redeliveryWait = Duration.seconds(3_600)

    /// Checks the sets of up to `largestSet` arrivals; a table has at most 32.
    package init(
        arrivals: [EvidenceArrival] = EvidenceTable.arrivals, largestSet: Int, reconciler: Reconciler = Reconciler()
    ) {
        self.arrivals = Array(arrivals.prefix(32))
        self.largestSet = largestSet
        self.reconciler = reconciler
    }

    /// Goes through all sets. `progress` is called with the number of arrivals of the sets that are done.
    package func run(progress: (Int) -> Void = { _ in }) -> OrderFigures {
        var figures = OrderFigures()
        var smaller: [ArrivalSet: KeptCall] = [.empty: KeptCall(reconciler: reconciler)]
        guard largestSet > 0, !arrivals.isEmpty else { return figures }
        for size in 1...min(largestSet, arrivals.count) {
            var calls: [ArrivalSet: KeptCall] = [:]
            for set in ArrivalSet.all(of: arrivals.count, size: size) {
                calls[set] = check(set, from: smaller, figures: &figures)
                figures.count(setOf: size)
            }
            smaller = calls
            progress(size)
        }
        return figures
    }

    /// Checks the three conditions for one set, and returns its call.
    private func check(
        _ set: ArrivalSet, from smaller: [ArrivalSet: KeptCall], figures: inout OrderFigures
    ) -> KeptCall? {
        let members = set.members
        var call: KeptCall?
        for last in members {
            guard var next = smaller[set.removing(last)] else { continue }
            let before = next
            next.take(arrivals[last])
            figures.steps += 1
            if next.extendedSteps > before.extendedSteps { figures.extended += 1 }
            if let call, call.state != next.state {
                figures.record(names(members, last: [last]), "another call by this last step")
            }
            call = call ?? next
            checkRedeliveredBefore(last, before: before, expected: next.state, members, figures: &figures)
        }
        guard let call else { return nil }
        if SpecifiedCall(call.state) != SpecifiedCall(call.evidence, policy: reconciler.policy) {
            figures.record(names(members, last: []), "the call is not what the rules say")
        }
        checkFolds(call, members, figures: &figures)
        for member in members { checkRepeated(member, call: call, members, figures: &figures) }
        return call
    }

    /// Condition 1.
    private func checkFolds(_ call: KeptCall, _ members: [Int], figures: inout OrderFigures) {
        forEachOrder(of: Array(call.evidence.observations.indices)) { order in
            let isReversed = order.first ?? 0 > order.last ?? 0
            let evidence = Evidence(
                observations: order.map { call.evidence.observations[$0] },
                reads: isReversed ? call.evidence.reads.reversed() : call.evidence.reads)
            figures.folds += 1
            guard reconciler.fold(evidence) != call.state else { return true }
            figures.record(
                names(members, last: []), "the fold of the evidence in the order \(order) is not the call")
            return false
        }
    }

    /// Condition 3, for the same receipt and for a later one of the same bytes.
    private func checkRepeated(_ member: Int, call: KeptCall, _ members: [Int], figures: inout OrderFigures) {
        let again = [arrivals[member], arrivals[member].redelivered(after: Self.redeliveryWait)]
        for arrival in again.compactMap({ $0 }) {
            var repeated = call
            repeated.take(arrival)
            figures.steps += 1
            if repeated.state != call.state || repeated.evidence != call.evidence {
                figures.record(names(members, last: []) + [arrivals[member].name], "a repetition changes the call")
            }
        }
    }

    /// A later receipt of the same bytes may be stored before the first one is.
    private func checkRedeliveredBefore(
        _ last: Int, before: KeptCall, expected: CallState?, _ members: [Int], figures: inout OrderFigures
    ) {
        guard let later = arrivals[last].redelivered(after: Self.redeliveryWait) else { return }
        var call = before
        call.take(later)
        call.take(arrivals[last])
        figures.steps += 2
        if call.state != expected {
            figures.record(
                names(members, last: [last, last]), "a later receipt that is stored first changes the call")
        }
    }

    /// The names of a set's arrivals, these last.
    private func names(_ members: [Int], last: [Int]) -> [String] {
        (members.filter { !last.contains($0) } + last).map { arrivals[$0].name }
    }
}

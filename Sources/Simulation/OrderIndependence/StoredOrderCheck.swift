package import CallDomain

/// Shows that what a store keeps is the fold of what came, whatever the order and repetition: the real path of a
/// delivery, through a store's transactions.
package struct StoredOrderCheck {
    private let store: any CallStore
    private let reconciler: Reconciler

    /// The most entries that are stored in one transaction.
    static let batchEntries = 256

    /// Checks a store, which should hold nothing else.
    package init(store: any CallStore, reconciler: Reconciler = Reconciler()) {
        self.store = store
        self.reconciler = reconciler
    }

    /// Stores each set of up to `largestSet` of these arrivals once with each of its arrivals last, and then all of them
    /// again, at the same time and later. By the argument of ``OrderCheck`` this stands for all orders.
    package func run(arrivals: [EvidenceArrival], largestSet: Int) throws(StoreError) -> OrderFigures {
        var figures = OrderFigures()
        for size in 1...max(1, min(largestSet, arrivals.count)) {
            for set in ArrivalSet.all(of: arrivals.count, size: size) {
                let members = set.members
                let orders = members.map { last in
                    let order = (members.filter { $0 != last } + [last]).map { arrivals[$0] }
                    return order + order + order.compactMap { $0.redelivered(after: OrderCheck.redeliveryWait) }
                }
                try check(orders, name: "set-\(set.bits)", figures: &figures)
                figures.count(setOf: size)
            }
        }
        return figures
    }

    /// Stores the random set of a seed in several orders with repetitions.
    package func runRandom(seed: UInt64) throws(StoreError) -> OrderFigures {
        var figures = OrderFigures()
        let orders = RandomArrivals.orders(seed: seed, count: 3)
        try check(orders, name: "seed-\(seed)", figures: &figures)
        figures.sets = 1
        figures.permutations = orders.count
        return figures
    }

    /// Stores orders of one set, each as a call of its own, and compares the calls with the fold of their journals, with
    /// the call that is kept without a store, and with each other.
    private func check(
        _ orders: [[EvidenceArrival]], name: String, figures: inout OrderFigures
    ) throws(StoreError) {
        var calls: [(execution: ExecutionID, entries: [JournalEntry])] = []
        for number in orders.indices {
            let execution = ExecutionID(rawValue: "\(name)-\(number)")
            calls.append((execution, orders[number].map { .observation($0.incoming(as: execution)) }))
        }
        var entries = calls.flatMap(\.entries)[...]
        while !entries.isEmpty {
            _ = try store.apply(Array(entries.prefix(Self.batchEntries)))
            entries = entries.dropFirst(Self.batchEntries)
        }
        var first: CallRecord?
        for (order, call) in zip(orders, calls) {
            figures.steps += order.count
            let names = order.map(\.name)
            guard let record = try store.call(account: .default, reference: call.execution.rawValue, withBody: false),
                let journal = try store.journal(account: .default, call: record.call, withBodies: false)
            else {
                figures.record(names, "nothing is stored")
                continue
            }
            figures.folds += 1
            if record.state != reconciler.fold(journal.evidence) {
                figures.record(names, "what is stored is not the fold of the journal")
            }
            if record.state?.asCheckedCall != KeptCall(order, reconciler: reconciler).state {
                figures.record(names, "what is stored is not what came")
            }
            let expected = first ?? record
            first = expected
            if record.unverifiedStatus != expected.unverifiedStatus || record.createdAt != expected.createdAt {
                figures.record(names, "the unverified status or the time of the first receipt is another in this order")
            }
        }
    }
}

extension CallState {
    /// The same state of the call that order checks are about.
    fileprivate var asCheckedCall: CallState {
        var copy = self
        copy.executionID = EvidenceArrival.execution
        return copy
    }
}

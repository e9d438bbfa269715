/// The reads of one account that wait for their turn, earliest deadline first: a value that is made once of what is due,
/// and gives one read after the other. Its size is bounded by the calls it is made of.
package struct PollQueue: Sendable {
    /// The most urgent is last.
    private var reads: [PlannedRead]
    /// When a budget may have room again for any of them; nil where it is not known that none has.
    private var restsUntil: Timestamp?

    /// Orders the reads of calls of one account that are due, and further ones.
    package init(due: [DueCall], following: [PlannedRead] = []) {
        reads = (ListRead.grouping(due) + following)
            .map { (read: $0, order: $0.order) }.sorted { $0.order > $1.order }.map(\.read)
    }

    /// Whether there is a read that may be granted: what was refused is not asked for again before its time. That lies
    /// seconds ahead, after a 429 at most ``TokenBucket/longestBlock``.
    package func isReady(at now: Timestamp) -> Bool {
        guard !reads.isEmpty else { return false }
        return restsUntil?.hasCome(at: now, setAtMost: TokenBucket.longestBlock) ?? true
    }

    /// Takes the most urgent read that is granted; `take` pays for one, or says how long to wait. One refusal of a budget
    /// stands for all reads that are paid from it in the same way.
    mutating func next(
        at now: Timestamp, take: (RequestBudget, Asker) -> Duration?
    ) -> PlannedRead? {
        var refused: [Purse: Duration] = [:]
        for index in reads.indices.reversed() {
            let purse = Purse(budget: reads[index].budget, asker: reads[index].asker(at: now))
            guard refused[purse] == nil else { continue }
            guard let wait = take(purse.budget, purse.asker) else {
                restsUntil = nil
                return reads.remove(at: index)
            }
            refused[purse] = wait
        }
        restsUntil = refused.values.min().map(now.advanced(by:))
        return nil
    }

    private struct Purse: Hashable {
        var budget: RequestBudget
        var asker: Asker
    }
}

extension PlannedRead {
    /// Earliest deadline first, then by call, so that a plan is a function of what is due and not of its order.
    fileprivate var order: (due: Timestamp, call: CallID) {
        let orders = calls.map { (due: $0.ledger.open?.due ?? .distantFuture, call: $0.call) }
        return orders.min { $0 < $1 } ?? (.distantFuture, CallID(rawValue: ""))
    }
}

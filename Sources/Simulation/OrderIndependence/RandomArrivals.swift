import BolnaModel
package import CallDomain

/// Arrivals without sense, from a seed: what outsiders may send, and reads, hints and rulings among it.
package enum RandomArrivals {
    /// The most arrivals of a set.
    package static let mostArrivals = 40

    /// A set of 7 to ``mostArrivals`` arrivals.
    package static func set(seed: UInt64) -> [EvidenceArrival] {
        var generator = SeededGenerator(seed: seed)
        var arrivals: [EvidenceArrival] = []
        for _ in 0..<Int.random(in: 7...mostArrivals, using: &generator) {
            arrivals.append(arrival(after: arrivals, using: &generator))
        }
        return arrivals
    }

    /// The set of a seed in several orders, some arrivals again at any place.
    static func orders(seed: UInt64, count: Int) -> [[EvidenceArrival]] {
        let arrivals = set(seed: seed)
        var generator = SeededGenerator(seed: ~seed)
        return (0..<count).map { _ in
            var order = arrivals.shuffled(using: &generator)
            for arrival in arrivals where Int.random(in: 0..<4, using: &generator) == 0 {
                order.insert(arrival, at: Int.random(in: 0...order.count, using: &generator))
            }
            return order
        }
    }

    /// Takes the set of a seed in several orders with repetitions, and compares the calls with each other and with the
    /// fold of what came.
    package static func check(seed: UInt64, orders: Int = 4, reconciler: Reconciler = Reconciler()) -> OrderFigures {
        var figures = OrderFigures()
        figures.sets = 1
        figures.permutations = orders
        var expected: CallState??
        for order in Self.orders(seed: seed, count: orders) {
            let call = KeptCall(order, reconciler: reconciler)
            figures.steps += order.count
            figures.extended += call.extendedSteps
            let fold = reconciler.fold(call.evidence)
            if SpecifiedCall(fold) != SpecifiedCall(call.evidence, policy: reconciler.policy) {
                figures.record(order.map(\.name), "the call is not what the rules say")
            }
            if call.state != fold { figures.record(order.map(\.name), "the call is not the fold of what came") }
            if let expected, expected != fold { figures.record(order.map(\.name), "another call in this order") }
            expected = .some(fold)
        }
        return figures
    }

    private static func arrival(
        after earlier: [EvidenceArrival], using generator: inout SeededGenerator
    ) -> EvidenceArrival {
        let kind = Int.random(in: 0..<14, using: &generator)
        let time = Int64.random(in: 0..<2_000, using: &generator)
        let bytes = UInt64(earlier.count)
        let statement = statement(using: &generator)
        let name = "\(statement.status?.word ?? "no status") \(earlier.count)"
        switch kind {
        case 0...2:
            let source = Bool.random(using: &generator) ? Source.poll : .check
            return EvidenceArrival(
                "read \(name)", statement, bytes: bytes, from: source, trust: .authoritative, sent: time,
                at: time + Int64.random(in: 0...90, using: &generator))
        case 3:
            return EvidenceArrival(
                "hint \(name)", statement, bytes: bytes, trust: .addressed, standing: .hint, at: time)
        case 4:
            return EvidenceArrival(
                "dial \(name)", statement, bytes: bytes, from: .dial, trust: .authoritative, at: time)
        case 5:
            let named = earlier.shuffled(using: &generator).prefix(Int.random(in: 0...3, using: &generator))
            return EvidenceArrival(
                "ruling \(name)", statement, bytes: bytes, from: .ruling, trust: .authoritative, at: time,
                withdraws: named.map(\.observation.key))
        case 6...8:
            guard let old = earlier.randomElement(using: &generator) else { fallthrough }
            return again(old, at: time)
        default:
            let trust = Bool.random(using: &generator) ? Trust.signed : .authenticated
            return EvidenceArrival("webhook \(name)", statement, bytes: bytes, trust: trust, at: time)
        }
    }

    /// The same bytes at another time, read or received.
    private static func again(_ old: EvidenceArrival, at second: Int64) -> EvidenceArrival {
        var arrival = old
        arrival.name += " again"
        let moved = Timestamp(seconds: second)
        arrival.observation.receivedAt = moved
        if old.read != nil {
            arrival.read = ReadRecord(sentAt: moved, receivedAt: moved, observation: old.observation.key)
        }
        return arrival
    }

    private static func statement(using generator: inout SeededGenerator) -> Statement {
        let statuses: [CallStatus?] =
            CallStatus.known + [.unknown("on-hold"), .unknown("paused"), .inProgress, .completed, .busy, .queued, nil]
        let isDated = Int.random(in: 0..<5, using: &generator) > 0
        let isCounted = Int.random(in: 0..<3, using: &generator) == 0
        var fields: [CallField: FieldValue] = [:]
        for field in [CallField.agentID, .conversationDuration, .totalCost, .transcript, .hangupCode]
        where Bool.random(using: &generator) {
            fields[field] = .number(Double(Int.random(in: 0...2, using: &generator)))
        }
        return .of(
            statuses[Int.random(in: 0..<statuses.count, using: &generator)],
            updated: isDated ? Int64.random(in: 0...40, using: &generator) * 50 : nil,
            retry: isCounted ? Int.random(in: 0...2, using: &generator) : nil,
            policy: Int.random(in: 0..<6, using: &generator) == 0
                ? RetryPolicy(isEnabled: true, retriesVoicemail: Bool.random(using: &generator)) : nil,
            preCall: Int.random(in: 0..<8, using: &generator) == 0, fields)
    }
}

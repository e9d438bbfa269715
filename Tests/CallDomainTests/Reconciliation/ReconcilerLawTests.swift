import CallDomain
import Testing

/// Law 1 (order does not matter), law 3 (it converges) and law 4 (it is explained), as properties.
@Suite struct ReconcilerLawTests {
    /// Receipts that get into each other's way.
    static let receipts: [Receipt] = {
        let completed = Receipt.webhook(
            .completed, updated: 60, fields: [.conversationDuration: .number(42), .transcript: .text("user: hi")],
            at: 202)
        let reading = Receipt.read(
            .inProgress, updated: 10, fields: [.totalCost: .number(0), .agentID: .text("a")], sent: 200)
        let voicemail = RetryPolicy(isEnabled: true, retriesVoicemail: true)
        return [
            .of(Receipt.statement(.queued), from: .dial, trust: .authoritative, at: 0),
            .webhook(.queued, updated: 1, fields: [.direction: .text("outbound")], at: 2),
            .webhook(.ringing, updated: 5, retry: 0, at: 6),
            .webhook(.inProgress, fields: [.totalCost: .number(3)], at: 15),
            .webhook(.unknown("on-hold"), updated: 12, at: 13),
            .webhook(.busy, updated: 30, at: 31),
            .webhook(.scheduled, updated: 90, at: 91),
            .webhook(.failed, updated: 120, retry: 1, at: 121),
            completed,
            completed.received(at: 61),
            .webhook(.completed, updated: 60, fields: [.recordingURL: .text("r")], at: 65),
            .of(Receipt.statement(.completed, updated: 95, policy: voicemail), trust: .authenticated, at: 96),
            .webhook(.ringing, updated: 400, at: 401),
            .of(Receipt.statement(.completed, updated: 61), trust: .addressed, standing: .hint, at: 250),
            .webhook(nil, fields: [.summary: .text("?")], at: 20),
            reading,
            .read(reading.observation.statement, sent: 300),
            .read(.completed, updated: 60, retry: 0, fields: [.hangupBy: .text("Callee")], from: .check, sent: 230),
            .ruling(.stopped, withdraws: [completed, reading], at: 260),
        ]
    }()

    @Test("Every order of up to four receipts gives the fold of their set")
    func ordersOfFew() {
        // The path of every permutation through the subsets is made of steps from a set to one with one receipt more:
        // if each step gives the fold of its set, so does every permutation.
        let reconciler = Reconciler()
        var calls: [[Int]: StoredCall] = [[]: StoredCall()]
        var extended = 0
        for size in 1...4 {
            var larger: [[Int]: StoredCall] = [:]
            for subset in Self.subsets(of: Self.receipts.count, size: size) {
                var reference: CallState??
                for position in subset.indices {
                    var rest = subset
                    let added = rest.remove(at: position)
                    guard var call = calls[rest] else { continue }
                    let result = call.take(Self.receipts[added])
                    if result?.didRefold == false { extended += 1 }
                    let folded = reference ?? reconciler.fold(call.evidence)
                    if call.state != folded {
                        Issue.record("\(subset) with \(added) last: not the fold of the set")
                        return
                    }
                    reference = .some(folded)
                    larger[subset] = call
                }
            }
            calls = larger
        }
        #expect(extended > 1_000)
    }

    @Test("Repetition and order inside the evidence mean nothing")
    func repetitionInEvidence() {
        let reconciler = Reconciler()
        for subset in Self.subsets(of: Self.receipts.count, size: 3) {
            let evidence = StoredCall(subset.map { Self.receipts[$0] }).evidence
            let later = evidence.observations.reversed().map { observation in
                var copy = observation
                copy.receivedAt = copy.receivedAt.advanced(by: .seconds(500))
                return copy
            }
            let repeated = Evidence(
                observations: later + evidence.observations + later,
                reads: evidence.reads.reversed() + evidence.reads)
            #expect(reconciler.fold(repeated) == reconciler.fold(evidence))
        }
    }

    @Test(
        "Large random sets give one call in every order, with repetitions, and it is recomputable at each step",
        arguments: SplitMix64.seeds(1...40))
    func ordersOfMany(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let receipts = (0..<Int.random(in: 6...20, using: &generator)).map { _ in
            RandomEvidence.receipt(before: 3_000, using: &generator)
        }
        var states: [CallState?] = []
        for _ in 0..<3 {
            var order = receipts.shuffled(using: &generator)
            for receipt in receipts where Bool.random(using: &generator) {
                order.insert(receipt, at: Int.random(in: 0...order.count, using: &generator))
            }
            var call = StoredCall()
            for receipt in order {
                call.take(receipt)
                #expect(call.state == call.reconciler.fold(call.evidence), "GATEWAY_SEED=\(seed)")
            }
            states.append(call.state)
        }
        #expect(Set(states).count == 1, "GATEWAY_SEED=\(seed)")
    }

    @Test(
        "A life in order, with losses and disturbances in between, is the fold of what came, at each step",
        arguments: SplitMix64.seeds(1...40))
    func livesInOrder(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var call = StoredCall()
        for (index, entry) in RandomEvidence.life(using: &generator).enumerated()
        where Int.random(in: 0..<5, using: &generator) > 0 {
            let time = 100 * (index + 1)
            let retry = Bool.random(using: &generator) ? entry.attempt : nil
            let fields = RandomEvidence.fields(using: &generator)
            call.take(.webhook(entry.status, updated: time, retry: retry, fields: fields, at: time + 1))
            if Int.random(in: 0..<6, using: &generator) == 0 {
                call.take(RandomEvidence.receipt(before: time + 50, using: &generator))
            }
            #expect(call.state == call.reconciler.fold(call.evidence), "GATEWAY_SEED=\(seed)")
        }
    }

    @Test("Two agreeing full reads a pause apart make every stated field Bolna's", arguments: SplitMix64.seeds(1...200))
    func twoReadsConverge(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        var call = StoredCall()
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            call.take(RandomEvidence.receipt(before: 3_000, using: &generator))
        }
        let truth = RandomEvidence.statement(using: &generator)
        let source = try #require([Source.poll, .check, .sweep].randomElement(using: &generator))
        let first = Receipt.read(truth, from: source, sent: 3_001)
        call.take(first)
        call.take(.read(truth, from: .poll, sent: 3_061))
        try Self.expectBelieved(truth, in: call.state, "GATEWAY_SEED=\(seed)")
        let state = try #require(call.state)
        #expect(state.contradictions.isEmpty, "GATEWAY_SEED=\(seed)")
        #expect(state.context.openHintAt == nil, "GATEWAY_SEED=\(seed)")
    }

    @Test("One full read suffices where nothing contradicts it", arguments: SplitMix64.seeds(1...100))
    func oneReadConverges(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let life = RandomEvidence.life(using: &generator)
        let end = Int.random(in: 0..<life.count, using: &generator)
        let statements = life[...end].enumerated().map { index, entry in
            Receipt.statement(
                entry.status, updated: 100 * (index + 1), retry: entry.attempt,
                fields: RandomEvidence.fields(using: &generator))
        }
        let truth = try #require(statements.last)
        var call = StoredCall()
        for statement in statements.shuffled(using: &generator) where Bool.random(using: &generator) {
            call.take(.of(statement, at: Int.random(in: 0..<3_000, using: &generator)))
        }
        call.take(.read(truth, sent: 3_001))
        try Self.expectBelieved(truth, in: call.state, "GATEWAY_SEED=\(seed)")
        #expect(call.state?.contradictions == [], "GATEWAY_SEED=\(seed)")
    }

    private static func expectBelieved(_ truth: Statement, in state: CallState?, _ comment: Comment) throws {
        let state = try #require(state, comment)
        let status = try #require(truth.status, comment)
        #expect(state.status == status, comment)
        for field in truth.fields.fields {
            if truth.fields[field] == .number(0), field.isZeroEmptyBeforeFinal, !status.isFinal { continue }
            #expect(state[field] == truth.fields[field], comment)
        }
        if let policy = truth.retryPolicy { #expect(state.current.retryPolicy == policy, comment) }
    }

    /// All ascending lists of `size` numbers below `count`.
    private static func subsets(of count: Int, size: Int) -> [[Int]] {
        guard size > 0 else { return [[]] }
        return subsets(of: count, size: size - 1).flatMap { subset in
            ((subset.last ?? -1) + 1..<max(count, (subset.last ?? -1) + 1)).map { subset + [$0] }
        }
    }
}

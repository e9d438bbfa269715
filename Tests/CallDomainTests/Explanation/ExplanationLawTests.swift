import CallDomain
import Testing

@Suite("An explanation of anything")
struct ExplanationLawTests {
    @Test("Every winner is the state's, every other claim has a reason, and the stored call equals its journal")
    func winners() {
        for seed in SplitMix64.seeds(1...400) {
            var generator = SplitMix64(seed: seed)
            let count = Int.random(in: 1...14, using: &generator)
            var receipts = (0..<count).map { _ in RandomEvidence.receipt(before: 4_000, using: &generator) }
            receipts.sort { $0.observation.receivedAt < $1.observation.receivedAt }
            let maker = DossierMaker(receipts)
            let explanation = maker.explained()
            #expect(explanation.comparison.differences.isEmpty, "seed \(seed)")
            #expect(explanation.state == maker.call.state, "seed \(seed)")
            checkWinners(explanation, seed: seed)
            checkClaims(explanation, seed: seed)
        }
    }

    private func checkWinners(_ explanation: CallExplanation, seed: UInt64) {
        guard let state = explanation.state else {
            #expect(explanation.winners.isEmpty, "seed \(seed)")
            return
        }
        var expected: [String: CanonicalKey] = [:]
        for (field, winner) in state.shared.winners.all { expected["call \(field)"] = winner }
        for attempt in state.attempts {
            expected["\(attempt.number) status"] = attempt.statusWinner
            for (field, winner) in attempt.fields.winners.all { expected["\(attempt.number) \(field)"] = winner }
        }
        var told: [String: CanonicalKey] = [:]
        for winner in explanation.winners {
            let scope = winner.attempt.map(String.init) ?? "call"
            switch winner.claim {
            case .status: told["\(scope) status"] = winner.place
            case .field(let field): told["\(scope) \(field)"] = winner.place
            }
            let step = explanation.steps.first { $0.number == winner.step }
            #expect(step?.observation == winner.place.observation, "seed \(seed)")
        }
        #expect(told == expected, "seed \(seed)")
    }

    /// Each claim of each statement either is a winner, or says to whom it lost or why it takes no part.
    private func checkClaims(_ explanation: CallExplanation, seed: UInt64) {
        for step in explanation.steps where !step.isReadAgain {
            let isWithdrawn = explanation.state?.withdrawn.contains(step.observation) ?? false
            for verdict in step.claims {
                let isWinner = explanation.winners.contains {
                    $0.claim == verdict.claim && $0.place.observation == step.observation
                }
                switch verdict.result {
                case .wins, .winsEarlierAttempt: #expect(isWinner && !isWithdrawn, "seed \(seed) step \(step.number)")
                case .loses(_, let winner, _):
                    #expect(!isWinner && winner != step.observation, "seed \(seed) step \(step.number)")
                case .isNotFolded(.withdrawn): #expect(!isWinner, "seed \(seed) step \(step.number)")
                case .isNotFolded(.noStatus):
                    #expect(!isWinner && step.status == nil, "seed \(seed) step \(step.number)")
                case .isNotFolded: #expect(!isWinner && !isWithdrawn, "seed \(seed) step \(step.number)")
                }
            }
            if isWithdrawn {
                guard case .withdrawn = step.standing else {
                    Issue.record("seed \(seed) step \(step.number): withdrawn, and it does not say so")
                    continue
                }
            }
        }
    }

    @Test("Sentences never carry a value of a field")
    func noValues() {
        let canary = "canary-14155550100"
        var fields: [CallField: FieldValue] = [:]
        for field in CallField.allCases { fields[field] = .text(canary) }
        let explanation = DossierMaker([
            .webhook(.ringing, updated: 10, fields: fields, at: 11),
            .webhook(.completed, updated: 20, fields: [.transcript: .text(canary + "2")], at: 21),
            .of(Receipt.statement(.failed, fields: fields), trust: .addressed, standing: .hint, at: 22),
        ]).explained()
        var sentences = explanation.conclusion + [explanation.comparison.sentence]
        for step in explanation.steps { sentences += [explanation.sentence(for: step)] + explanation.notes(on: step) }
        sentences += explanation.winners.map { explanation.sentence(for: $0) }
        #expect(!sentences.contains { $0.contains("canary") })
        #expect(sentences.count > 10)
    }
}

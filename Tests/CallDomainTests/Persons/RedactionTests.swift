import CallDomain
import Testing

@Suite struct RedactionTests {
    @Test("A fold of redacted statements is the fold of whole ones without the fields that are gone", arguments: 1...60)
    func fold(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let receipts = (0..<20).map { _ in RandomEvidence.receipt(before: 2_000, using: &generator) }
        let whole = StoredCall(receipts).evidence
        for redaction in Redaction.allCases {
            var evidence = whole
            for index in evidence.observations.indices {
                evidence.observations[index].statement = evidence.observations[index].statement.redacted(redaction)
            }
            let expected = Reconciler().fold(whole)?.without(redaction.fields)
            #expect(Reconciler().fold(evidence) == expected)
        }
    }

    @Test("What names a person goes with the person, words included, and nothing that places a statement")
    func fields() {
        #expect(Redaction.none.fields.isEmpty)
        #expect(Redaction.words.fields.isSubset(of: Redaction.person.fields))
        let placing: Set<CallField> = [.agentID, .createdAt, .updatedAt, .retryCount, .retryConfig, .totalCost]
        #expect(Redaction.person.fields.isDisjoint(with: placing))
        #expect(Redaction.allCases.sorted() == [.none, .words, .person])
    }

    @Test("A redacted statement keeps its stored form readable")
    func coding() throws {
        let statement = Receipt.statement(
            .completed, updated: 5, retry: 1,
            fields: [.transcript: .text("user: hi"), .toNumber: .text("+14155550100")])
        let redacted = statement.redacted(.person)
        #expect(redacted.fields.fields.isEmpty)
        #expect(redacted.status == .completed)
        #expect(try Statement(encoded: redacted.encoded) == redacted)
    }
}

extension CallState {
    /// The state without some fields, their winners included.
    fileprivate func without(_ fields: Set<CallField>) -> CallState {
        var state = self
        for field in fields {
            state.shared.values[field] = nil
            state.shared.winners[field] = nil
            for index in state.attempts.indices {
                state.attempts[index].fields.values[field] = nil
                state.attempts[index].fields.winners[field] = nil
            }
        }
        return state
    }
}

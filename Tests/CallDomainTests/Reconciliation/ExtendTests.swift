import CallDomain
import Testing

@Suite struct ExtendTests {
    /// A call's life as its webhooks tell it in order, a retry and a late recording included.
    static let life: [Receipt] = {
        let policy = RetryPolicy(isEnabled: true, mostRetries: 3, retriesVoicemail: true)
        let statuses: [CallStatus] = [
            .queued, .initiated, .ringing, .busy, .scheduled, .queued, .initiated, .ringing, .inProgress,
            .callDisconnected, .completed,
        ]
        var life = statuses.enumerated().map { index, status in
            Receipt.of(Receipt.statement(status, updated: 10 * (index + 1), policy: policy), at: 10 * (index + 1) + 1)
        }
        life.append(.webhook(.completed, updated: 500, fields: [.recordingURL: .text("r")], at: 501))
        life.append(.of(Receipt.statement(.ringing, updated: 1), trust: .addressed, standing: .hint, at: 502))
        return life
    }()

    @Test("A life in order is folded in place from its second statement on, and never reads its evidence")
    func inOrder() throws {
        var call = StoredCall([.of(Receipt.statement(.queued), from: .dial, trust: .authoritative, at: 1)])
        var state = try #require(call.state)
        for receipt in Self.life {
            let result = call.reconciler.reconcile(
                previous: state, observation: receipt.observation, read: nil,
                evidence: {
                    // The first policy that retries voicemail can make an earlier completed retryable.
                    #expect(receipt.observation == Self.life.first?.observation)
                    return Evidence(observations: call.evidence.observations + [receipt.observation])
                })
            call.take(receipt)
            state = try #require(result.state)
            #expect(state == call.reconciler.fold(call.evidence))
        }
        #expect(state.attempts.map(\.number) == [0, 1])
        #expect(state[.recordingURL] == .text("r"))
        #expect(call.refolds == 2)
    }

    @Test("In place or not, the decision is the same")
    func sameDecision() throws {
        var call = StoredCall(Array(Self.life.prefix(1)))
        for receipt in Self.life.dropFirst() {
            let before = call
            let taken = call.take(receipt)
            let inPlace = try #require(taken)
            #expect(!inPlace.didRefold)
            // A repeated read is never folded in place: so its mark makes the same step by way of the evidence.
            let mark = ReadRecord(
                sentAt: receipt.observation.receivedAt, receivedAt: receipt.observation.receivedAt,
                observation: receipt.observation.key)
            let refolded = before.reconciler.reconcile(
                previous: before.state, observation: receipt.observation, read: mark, evidence: { call.evidence })
            #expect(refolded.didRefold)
            #expect(refolded.decision == inPlace.decision)
            #expect(refolded.state == inPlace.state)
        }
    }

    @Test("What can change the place of other statements is not folded in place")
    func declines() throws {
        let state = try #require(
            StoredCall([.webhook(.ringing, updated: 50, at: 51), .read(.ringing, updated: 50, sent: 60)]).state)
        let voicemail = RetryPolicy(isEnabled: true, retriesVoicemail: true)
        let declined: [Receipt] = [
            .webhook(.completed, updated: 50, at: 70), .webhook(.completed, at: 70),
            .webhook(.completed, updated: 70, at: 61), .webhook(.unknown("x"), updated: 70, at: 71),
            .webhook(.queued, updated: 70, at: 71), .read(.completed, updated: 70, sent: 71),
            .ruling(.completed, withdraws: [], updated: 70, at: 71),
            .of(Receipt.statement(.completed, updated: 70, policy: voicemail), at: 71),
        ]
        for receipt in declined {
            #expect(Reconciler().extend(state, with: receipt.observation) == nil)
        }
        let fine = Receipt.webhook(.completed, updated: 70, at: 71)
        #expect(Reconciler().extend(state, with: fine.observation)?.status == .completed)
    }

    @Test("Another final of the same attempt is not folded in place")
    func declinesOtherFinal() throws {
        let state = try #require(StoredCall([.webhook(.completed, updated: 50, at: 51)]).state)
        let other = Receipt.webhook(.busy, updated: 60, at: 61)
        #expect(Reconciler().extend(state, with: other.observation) == nil)
    }
}

import CallDomain
import Testing

@Suite struct ContradictionTests {
    static let busy = Receipt.webhook(.busy, updated: 10, at: 11)
    static let completed = Receipt.webhook(.completed, updated: 20, at: 21)

    @Test("Two finals of one attempt: the canonical winner stands, the disagreement is recorded once")
    func twoFinals() throws {
        var call = StoredCall([Self.busy])
        let decision = call.take(Self.completed)?.decision
        #expect(decision?.outcome == .advanced)
        #expect(decision?.rule == .laterUpdate)
        let contradiction = Contradiction(
            rule: .twoFinals, attempt: 0, standing: Self.completed.observation.key, against: Self.busy.observation.key,
            standingStatus: .completed, againstStatus: .busy, since: Timestamp(second: 21))
        #expect(decision?.newContradictions == [contradiction])
        #expect(call.state?.contradictions == [contradiction])
        let more = call.take(.webhook(.completed, updated: 30, fields: [.summary: .text("s")], at: 31))?.decision
        #expect(more?.newContradictions == [])
        #expect(call.state?.contradictions.count == 1)
        #expect(call.state?.contradictions.first?.since == Timestamp(second: 21))
    }

    @Test("Two finals are settled by a read that was sent after both and agrees with the winner")
    func settlesTwoFinals() {
        let both = [Self.busy, Self.completed]
        let done = Receipt.statement(.completed, updated: 20)
        #expect(StoredCall(both + [.read(done, sent: 21)]).state?.contradictions.count == 1)
        var call = StoredCall(both + [.read(done, sent: 22)])
        #expect(call.state?.contradictions == [])
        call.take(.webhook(.completed, updated: 40, at: 41))
        #expect(call.state?.contradictions == [])
        call.take(.webhook(.failed, updated: 30, at: 50))
        #expect(call.state?.contradictions.map(\.againstStatus) == [.failed])
    }

    @Test("A disagreement is over when the next attempt begins")
    func nextAttempt() {
        let call = StoredCall([Self.busy, Self.completed, .webhook(.scheduled, updated: 30, at: 31)])
        #expect(call.state?.current.number == 1)
        #expect(call.state?.contradictions == [])
    }

    @Test(
        "A read behind is a contradiction only if it was sent after what it contradicts was received",
        arguments: [(20, Decision.Outcome.stale), (21, .stale), (22, .contradicted)])
    func readBehind(sent: Int, outcome: Decision.Outcome) {
        var call = StoredCall([Self.completed])
        let decision = call.take(.read(.inProgress, updated: 5, sent: sent))?.decision
        #expect(decision?.outcome == outcome)
        #expect((call.state?.contradictions.isEmpty == true) == (outcome == .stale))
        #expect(call.state?.status == .completed)
    }

    @Test("A read behind is settled by a read that agrees, and by a claim ahead of both")
    func settlesReadBehind() {
        let behind = [Receipt.webhook(.callDisconnected, updated: 9, at: 10), .read(.inProgress, updated: 5, sent: 20)]
        var call = StoredCall(behind)
        #expect(call.state?.contradictions.map(\.rule) == [.readBehind])
        call.take(Self.completed.received(at: 30))
        #expect(call.state?.contradictions == [])
        let agreed = StoredCall(behind + [.read(.callDisconnected, updated: 9, sent: 30)])
        #expect(agreed.state?.contradictions == [])
    }

    @Test("Reads behind that agree are one contradiction, known since the first of them")
    func repeatedReadBehind() {
        var call = StoredCall([Self.completed])
        call.take(.read(.inProgress, updated: 5, sent: 100))
        let again = call.take(.read(.inProgress, updated: 6, sent: 130))?.decision
        #expect(again?.outcome == .contradicted)
        #expect(again?.newContradictions == [])
        #expect(call.state?.contradictions.map(\.since) == [Timestamp(second: 101)])
    }
}

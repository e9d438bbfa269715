import CallDomain
import Testing

@Suite struct FoldTests {
    @Test("Nothing, or nothing but hints, makes no call")
    func hintsOnly() {
        #expect(Reconciler().fold(Evidence()) == nil)
        let hint = Receipt.of(Receipt.statement(.busy), trust: .addressed, standing: .hint, at: 1)
        #expect(Reconciler().fold(Evidence(observations: [hint.observation])) == nil)
        let bare = Receipt.webhook(nil, fields: [.agentID: .text("a")], at: 1)
        #expect(Reconciler().fold(Evidence(observations: [bare.observation])) == nil)
    }

    @Test(
        "A zero duration or cost before a final status is empty, and at one it is a value",
        arguments: [CallField.conversationDuration, .telephonyDuration, .totalCost])
    func zeros(field: CallField) {
        var call = StoredCall([
            .webhook(.inProgress, updated: 10, fields: [field: .number(7), .hangupCode: .number(3)], at: 11),
            .webhook(.callDisconnected, updated: 20, fields: [field: .number(0), .hangupCode: .number(0)], at: 21),
        ])
        #expect(call.state?[field] == .number(7))
        #expect(call.state?[.hangupCode] == .number(0))
        call.take(.webhook(.unknown("odd"), updated: 25, fields: [field: .number(0)], at: 26))
        #expect(call.state?[field] == .number(7))
        call.take(.webhook(.completed, updated: 30, fields: [field: .number(0)], at: 31))
        #expect(call.state?[field] == .number(0))
    }

    @Test("Each field is won by the last statement that gives it, and its winner can be named")
    func winners() throws {
        let ringing = Receipt.webhook(
            .ringing, updated: 10, fields: [.provider: .text("plivo"), .summary: .text("old")], at: 11)
        let done = Receipt.webhook(.completed, updated: 20, fields: [.summary: .text("new")], at: 21)
        let state = try #require(StoredCall([done, ringing]).state)
        #expect(state.winner(of: .provider)?.observation == ringing.observation.key)
        #expect(state.winner(of: .summary)?.observation == done.observation.key)
        #expect(state[.summary] == .text("new"))
        #expect(state.frontier == state.current.statusWinner)
    }

    @Test(
        "What was received after a read was sent beats it at the same step, what was received before does not",
        arguments: [(200, true), (199, false)])
    func generations(second: Int, wins: Bool) {
        let read = Receipt.read(.completed, updated: 90, fields: [.summary: .text("read")], sent: 200)
        let late = Receipt.webhook(.completed, updated: 95, fields: [.summary: .text("webhook")], at: second)
        let call = StoredCall([late, read])
        #expect(call.state?[.summary] == .text(wins ? "webhook" : "read"))
    }

    @Test("A repeated read counts at its last time")
    func repeatedRead() {
        let read = Receipt.statement(.queued, updated: 1)
        let call = StoredCall([
            .read(read, sent: 100), .webhook(.scheduled, updated: 2, at: 150), .read(read, sent: 200),
        ])
        #expect(call.state?.status == .queued)
        #expect(call.state?.current.statusAsOf == Timestamp(second: 200))
    }

    @Test("An answer that a clock set back dates before its request still counts itself")
    func clockSetBack() {
        let call = StoredCall([
            .webhook(.queued, updated: 1, at: 90), .read(.scheduled, updated: 1, sent: 100, received: 80),
        ])
        #expect(call.state?.status == .scheduled)
        #expect(call.state?.current.statusWinner.generation == 1)
    }
}

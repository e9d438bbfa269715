import CallDomain
import Testing

@Suite struct WithdrawTests {
    static let completed = Receipt.webhook(
        .completed, updated: 60, fields: [.transcript: .text("user: hi")], at: 100)
    static let talking = Receipt.statement(.inProgress, updated: 10)

    @Test("One read behind is a contradiction, a second one a pause later takes the call back")
    func reopens() {
        var call = StoredCall([Self.completed])
        let first = call.take(.read(Self.talking, sent: 200))
        #expect(first?.decision.outcome == .contradicted)
        #expect(first?.decision.rule == .readBehind)
        #expect(call.state?.status == .completed)
        #expect(call.state?.contradictions.first?.since == Timestamp(second: 201))
        let second = call.take(.read(Self.talking, sent: 260))
        #expect(
            second?.decision
                == Decision(
                    outcome: .reopened, rule: .twoReadsWithdraw, changedFields: [.transcript],
                    statusBefore: .completed, statusAfter: .inProgress))
        #expect(call.state?.withdrawn == [Self.completed.observation.key])
        #expect(call.state?.contradictions == [])
        #expect(call.state?[.transcript] == nil)
    }

    @Test("The second read must be sent the whole pause after the first", arguments: [(259, false), (260, true)])
    func pause(second: Int, isWithdrawn: Bool) {
        let call = StoredCall([Self.completed, .read(Self.talking, sent: 200), .read(Self.talking, sent: second)])
        #expect((call.state?.status == .inProgress) == isWithdrawn)
    }

    @Test("Without a pause it still takes two reads")
    func noPause() {
        var call = StoredCall()
        call.reconciler = Reconciler(policy: ReopeningPolicy(pause: .zero))
        call.take(Self.completed)
        call.take(.read(Self.talking, sent: 200))
        #expect(call.state?.status == .completed)
        call.take(.read(Self.talking, sent: 201))
        #expect(call.state?.status == .inProgress)
    }

    @Test("The second read must be sent within the window", arguments: [(86_500, true), (86_501, false)])
    func window(second: Int, isWithdrawn: Bool) {
        let call = StoredCall([Self.completed, .read(Self.talking, sent: 200), .read(Self.talking, sent: second)])
        #expect((call.state?.status == .inProgress) == isWithdrawn)
    }

    @Test("What was received when the first read was sent, or later, stands", arguments: [(199, true), (200, false)])
    func receivedBefore(second: Int, isWithdrawn: Bool) {
        let call = StoredCall([
            Self.completed.received(at: second), .read(Self.talking, sent: 200), .read(Self.talking, sent: 300),
        ])
        #expect((call.state?.status == .inProgress) == isWithdrawn)
    }

    @Test(
        "A claim of the same position between the sending of the first and the answer to the second keeps it",
        arguments: [(199, true), (200, false), (301, false), (302, true)])
    func protection(second: Int, isWithdrawn: Bool) {
        let again = Receipt.webhook(.completed, updated: 60, fields: [.summary: .text("s")], at: second)
        let call = StoredCall([Self.completed, again, .read(Self.talking, sent: 200), .read(Self.talking, sent: 300)])
        #expect(call.state?.withdrawn.contains(Self.completed.observation.key) == isWithdrawn)
    }

    @Test("A read of the contradicted status in between keeps it")
    func protectedByRead() {
        let call = StoredCall([
            Self.completed, .read(Self.talking, sent: 200), .read(.completed, updated: 60, sent: 230),
            .read(Self.talking, sent: 300),
        ])
        #expect(call.state?.status == .completed)
    }

    @Test("A claim of another position in between keeps nothing")
    func otherPosition() {
        let ended = Receipt.webhook(.callDisconnected, updated: 50, at: 250)
        let call = StoredCall([Self.completed, ended, .read(Self.talking, sent: 200), .read(Self.talking, sent: 300)])
        #expect(call.state?.status == .callDisconnected)
        #expect(call.state?.withdrawn == [Self.completed.observation.key])
    }

    @Test("Another final is withdrawn at the same position, also while the agreeing final is repeated in between")
    func otherFinal() {
        let busy = Receipt.statement(.busy, updated: 61)
        let call = StoredCall([
            Self.completed, .read(busy, sent: 200), .of(busy, at: 250), .read(busy, sent: 300),
        ])
        #expect(call.state?.status == .busy)
        #expect(call.state?.withdrawn == [Self.completed.observation.key])
        #expect(call.state?.contradictions == [])
    }

    @Test("Reads of different statuses do not agree")
    func disagreement() {
        let call = StoredCall([
            Self.completed, .read(Self.talking, sent: 200), .read(.ringing, updated: 5, sent: 300),
        ])
        #expect(call.state?.status == .completed)
    }

    @Test("A later attempt is withdrawn by reads of an earlier one")
    func laterAttempt() {
        let busy = Receipt.statement(.busy, updated: 10)
        let call = StoredCall([
            .of(busy, at: 11), .webhook(.scheduled, updated: 20, at: 21), .webhook(.ringing, updated: 30, at: 31),
            .read(busy, sent: 200), .read(busy, sent: 260),
        ])
        #expect(call.state?.status == .busy)
        #expect(call.state?.attempts.map(\.number) == [0])
        #expect(call.state?.withdrawn.count == 2)
    }

    @Test("An earlier read is withdrawn by later ones, and counts again once it is repeated")
    func readsWithdrawReads() {
        let done = Receipt.statement(.completed, updated: 60)
        var call = StoredCall([.read(done, sent: 100), .read(Self.talking, sent: 200), .read(Self.talking, sent: 260)])
        #expect(call.state?.status == .inProgress)
        call.take(.read(done, sent: 400))
        #expect(call.state?.status == .completed)
        #expect(call.state?.withdrawn == [])
        call.take(.read(Self.talking, sent: 500))
        call.take(.read(Self.talking, sent: 560))
        #expect(call.state?.status == .inProgress)
    }

    @Test("A ruling withdraws what it names, and its own status stands")
    func ruling() {
        var call = StoredCall([.webhook(.ringing, updated: 5, at: 6), Self.completed])
        let decision = call.take(.ruling(.inProgress, withdraws: [Self.completed], at: 200))?.decision
        #expect(decision?.outcome == .reopened)
        #expect(decision?.rule == .ruling)
        #expect(call.state?.status == .inProgress)
        #expect(call.state?.current.statusWinner.observation.source == .ruling)
        let stopped = call.take(.webhook(.stopped, updated: 70, at: 210))
        #expect(stopped?.didRefold == true)
        #expect(call.state?.status == .stopped)
    }

    @Test("A ruling that withdraws everything leaves nothing believed")
    func rulingOfEverything() {
        var call = StoredCall([Self.completed])
        let result = call.take(.ruling(nil, withdraws: [Self.completed], at: 200))
        #expect(result?.state == nil)
        #expect(result?.decision == Decision(outcome: .reopened, rule: .ruling, statusBefore: .completed))
    }

    @Test("A ruling that a later one names is void; an earlier one cannot void a later one")
    func rulingOfRuling() {
        let first = Receipt.ruling(nil, withdraws: [Self.completed], at: 200)
        let second = Receipt.ruling(nil, withdraws: [first], at: 300)
        #expect(StoredCall([Self.completed, first]).state == nil)
        #expect(StoredCall([Self.completed, first, second]).state?.status == .completed)
        #expect(StoredCall([Self.completed, first, second.received(at: 100)]).state == nil)
    }

    @Test("A read that a ruling names counts again once it is repeated")
    func ruledOutRead() {
        let read = Receipt.read(Self.talking, sent: 100)
        let ruling = Receipt.ruling(.stopped, withdraws: [read], at: 200)
        #expect(StoredCall([read, ruling]).state?.withdrawn == [read.observation.key])
        #expect(StoredCall([read, ruling, .read(Self.talking, sent: 300)]).state?.withdrawn == [])
    }
}

import CallDomain
import GatewayService
import Testing

@Suite struct RequestGateMachineTests {
    private func machine() -> RequestGateMachine {
        RequestGateMachine(accounts: [.default], settings: ExpectationSettings())
    }

    private func answered(
        _ machine: inout RequestGateMachine, _ outcome: BolnaAnswer.Outcome, at seconds: Double = 0,
        organization: String? = nil
    ) -> [RequestGateMachine.Event] {
        machine.answered(
            .execution(ExecutionID(rawValue: "x")), account: .default, outcome: outcome, organization: organization,
            now: .at(seconds))
    }

    @Test("An account without a token may not send, nor one that is not there")
    func noToken() {
        var machine = RequestGateMachine(accounts: [], settings: ExpectationSettings())
        #expect(machine.isPaused(.default))
        #expect(machine.admit(.other, account: .default, for: .person, now: .start) == .paused)
        #expect(machine.tick(now: .start).isEmpty)
    }

    @Test(
        "An account with another token is as if it were new; one that stays keeps what was learned; one that goes is gone"
    )
    func otherAccounts() {
        let (stays, goes) = (AccountID(rawValue: "stays"), AccountID(rawValue: "goes"))
        var machine = RequestGateMachine(accounts: [.default, stays, goes], settings: ExpectationSettings())
        #expect(machine.tick(now: .start).count == 3)
        for account in [.default, stays] {
            let refused = machine.answered(
                .me, account: account, outcome: .status(401), organization: nil, now: .at(1))
            #expect(refused == [.paused(status: 401)])
        }
        machine.setAccounts([.default, stays, AccountID(rawValue: "new")], renewed: [.default])
        #expect(!machine.isPaused(.default))
        #expect(machine.isPaused(stays))
        #expect(machine.isPaused(goes))
        #expect(machine.tick(now: .at(2)) == [.default, AccountID(rawValue: "new")])
    }

    @Test("The organization is asked for once, and not again when it is known")
    func identification() {
        var machine = machine()
        #expect(machine.tick(now: .start) == [.default])
        #expect(machine.tick(now: .at(30)).isEmpty, "an answer is awaited")
        _ = answered(&machine, .json("{}"), organization: "org-1")
        #expect(machine.tick(now: .at(3_600)).isEmpty)
    }

    @Test(
        "A refused token pauses the account once; every five minutes it is tried, and a success resumes",
        arguments: [401, 403])
    func pause(status: Int) {
        var machine = machine()
        _ = answered(&machine, .json("{}"), organization: "org-1")
        #expect(answered(&machine, .status(status), at: 10) == [.paused(status: status)])
        #expect(answered(&machine, .status(status), at: 11) == [], "it is told once")
        #expect(machine.isPaused(.default))
        #expect(machine.admit(.other, account: .default, for: .background, now: .at(12)) == .paused)
        #expect(machine.tick(now: .at(309)).isEmpty)
        #expect(machine.tick(now: .at(311)) == [.default])
        #expect(machine.tick(now: .at(330)).isEmpty)
        #expect(answered(&machine, .status(status), at: 312) == [])
        #expect(machine.tick(now: .at(611)) == [.default])
        #expect(answered(&machine, .json("{}"), at: 612, organization: "org-1") == [.resumed])
        #expect(machine.admit(.other, account: .default, for: .background, now: .at(613)) == .granted)
    }

    @Test("A person may ask although the account is paused or its breaker open")
    func person() {
        var machine = machine()
        _ = answered(&machine, .status(401))
        #expect(machine.admit(.other, account: .default, for: .person, now: .start) == .granted)
    }

    @Test(
        "Failures open the breaker; then one request passes per tick",
        arguments: [
            BolnaAnswer.Outcome.status(429), .status(500), .status(503),
            .failed(TransportFailure(kind: .timeout, detail: "")), .failed(TransportFailure(kind: .dns, detail: "")),
        ])
    func breaker(outcome: BolnaAnswer.Outcome) {
        var machine = machine()
        var events: [RequestGateMachine.Event] = []
        for _ in 0..<20 { events += answered(&machine, outcome) }
        #expect(events == [.breakerOpened])
        let later = 180.0
        #expect(machine.admit(.other, account: .default, for: .background, now: .at(later)) == .granted)
        #expect(machine.admit(.other, account: .default, for: .background, now: .at(later)) != .granted)
        _ = machine.tick(now: .at(later + 30))
        #expect(machine.admit(.other, account: .default, for: .background, now: .at(later + 30)) == .granted)
        #expect(answered(&machine, .json("{}"), at: later + 31) == [.breakerClosed])
    }

    @Test("Answers that are no failures of Bolna do not open the breaker", arguments: [200, 400, 404, 422])
    func harmless(status: Int) {
        var machine = machine()
        for _ in 0..<40 { #expect(answered(&machine, .status(status)) == []) }
        #expect(!machine.isBroken(.default))
    }

    @Test("A request that was cancelled says nothing about Bolna")
    func cancelled() {
        var machine = machine()
        let outcome = BolnaAnswer.Outcome.failed(TransportFailure(kind: .cancelled, detail: ""))
        for _ in 0..<40 { #expect(answered(&machine, outcome) == []) }
    }

    @Test("Only an answer that the token brought resumes a paused account", arguments: [302, 400, 404])
    func noResume(status: Int) {
        var machine = machine()
        _ = answered(&machine, .status(401))
        #expect(answered(&machine, .status(status)) == [])
        #expect(machine.isPaused(.default))
        #expect(answered(&machine, .json("{}")) == [.resumed])
    }
}

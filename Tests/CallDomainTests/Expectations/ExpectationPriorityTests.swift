import CallDomain
import Testing

@Suite("ExpectationCalculus: priority")
struct ExpectationPriorityTests {
    static let healthy = ScopeProfile(path: .healthy)
    static let watched = ScopeProfile(path: .healthy, isWatched: true)

    static func priority(_ state: CallState, _ profile: ScopeProfile = healthy) -> ExpectationLedger {
        var ledger = ExpectationLedger()
        ledger.isPriority = true
        return Scene.calculus.ledger(
            after: state, previous: ledger, profile: profile, event: .statement, now: Scene.start)
    }

    static let halved: [(CallStatus, Double, Double)] = [
        (.queued, 30, 60), (.initiated, 30, 45), (.ringing, 37.5, 75), (.inProgress, 300, 600),
        (.callDisconnected, 450, 900), (.unknown("x"), 150, 300), (.scheduled, 900, 900),
    ]

    @Test("A priority halves the deadline, but leaves a webhook a tick, and a schedule its time", arguments: halved)
    func halves(_ status: CallStatus, _ due: Double, _ deadline: Double) throws {
        let state = Scene.call(status)
        for ledger in [Self.priority(state), Scene.opened(state, Self.watched)] {
            let open = try #require(ledger.open)
            #expect(open.due.duration(since: Scene.start).seconds == due)
            #expect(open.deadline.duration(since: Scene.start).seconds == deadline)
            #expect(open.isHastened)
        }
    }

    @Test("A read before the usual deadline finds no missed webhook")
    func verdict() {
        let ledger = Self.priority(Scene.call(.ringing))
        #expect(ledger.isOverdue(at: Scene.after(40)))
        #expect(ledger.verdict(onReadSentAt: Scene.after(74), told: Scene.change) == .find)
        #expect(ledger.verdict(onReadSentAt: Scene.after(75), told: Scene.change) == .missedWebhook)
    }

    @Test("The priority stays with the call through all its states")
    func stays() {
        let first = Self.priority(Scene.call(.queued))
        let next = Scene.calculus.ledger(
            after: Scene.call(.inProgress), previous: first, profile: Self.healthy, event: .statement,
            now: Scene.after(10))
        #expect(next.isPriority)
        #expect(next.open?.due == Scene.after(310))
    }

    @Test("When nobody looks any more, the call is read as usual")
    func lookedAway() {
        let state = Scene.call(.inProgress)
        let ledger = Scene.opened(state, Self.watched)
        let usual = Scene.calculus.ledger(
            after: state, previous: ledger, profile: Self.healthy, event: .recompute, now: Scene.after(90))
        #expect(usual == Scene.opened(state))
    }

    @Test("Steps between looks are half as long, down to a tick, and every wait still ends at its time")
    func steps() {
        let (seconds, ledger) = Scene.looks(Scene.call(.callDisconnected), Self.watched, limit: 10_000)
        #expect(seconds.prefix(5) == [450, 510, 630, 810, 1_050])
        #expect(seconds.last == 86_400)
        #expect(ledger.outcome == .abandoned)
        let paced = Scene.looks(Scene.call(.queued), ScopeProfile(path: .unproven, isWatched: true), limit: 3)
        #expect(paced.seconds == [30, 60, 90])
        let artefacts = Scene.looks(Scene.talked, Self.watched, limit: 10)
        #expect(artefacts.seconds == [90, 1_800])
    }
}

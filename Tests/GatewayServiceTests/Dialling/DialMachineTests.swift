import BolnaWire
import CallDomain
import Testing

@testable import GatewayService

@Suite struct DialMachineTests {
    private func record(_ key: String, at seconds: Double, agent: String = "agent-1") -> DialRecord {
        DialRecord(
            intent: DialIntent(
                account: .default, correlationKey: key, idempotencyKey: nil, fingerprint: ContentDigest(of: []),
                agent: AgentID(rawValue: agent), request: [], createdAt: .at(seconds)),
            state: .open, call: nil, detail: "")
    }

    private let agent = DialMachine.Agent(account: .default, agent: AgentID(rawValue: "agent-1"))

    private func page(_ ids: [String], hasMore: Bool = false) -> ListPage {
        ListPage(
            rows: ids.map { ListRow(id: ExecutionID(rawValue: $0), status: .queued, createdAt: nil) }, hasMore: hasMore)
    }

    @Test("An open intent is looked for from 5 s before to 2 min after its sending")
    func window() {
        var machine = DialMachine(settings: ExpectationSettings())
        let actions = machine.tick(open: [record("a", at: 100)], now: .at(110))
        #expect(actions == [.list(agent, .init(from: .at(95), to: .at(220)))])
    }

    @Test("Intents of one agent share one listing")
    func shared() {
        var machine = DialMachine(settings: ExpectationSettings())
        let open = [record("a", at: 100), record("b", at: 160), record("c", at: 100, agent: "agent-2")]
        let actions = machine.tick(open: open, now: .at(170))
        let other = DialMachine.Agent(account: .default, agent: AgentID(rawValue: "agent-2"))
        #expect(
            actions == [
                .list(agent, .init(from: .at(95), to: .at(280))), .list(other, .init(from: .at(95), to: .at(220))),
            ])
    }

    @Test("While Bolna is being asked, nothing is looked for")
    func asking() {
        var machine = DialMachine(settings: ExpectationSettings())
        machine.began("a")
        #expect(machine.tick(open: [record("a", at: 100)], now: .at(110)) == [])
        machine.ended("a")
        #expect(machine.tick(open: [record("a", at: 100)], now: .at(110)).count == 1)
    }

    @Test("After ten minutes it is given up, scaled", arguments: [1.0, 0.1])
    func end(scale: Double) {
        var settings = ExpectationSettings()
        settings.scale = scale
        var machine = DialMachine(settings: settings)
        let open = record("a", at: 0)
        #expect(machine.tick(open: [open], now: .at(600 * scale - 1)) != [.giveUp(open.intent)])
        #expect(machine.tick(open: [open], now: .at(600 * scale)) == [.giveUp(open.intent)])
    }

    @Test("One that was sent before the clock was set back by hours is given up, not kept until it is there again")
    func clockSetBack() {
        var machine = DialMachine(settings: ExpectationSettings())
        let open = record("a", at: 36_000)
        #expect(machine.tick(open: [open], now: .at(100)) == [.giveUp(open.intent)])
    }

    @Test("Calls that are known, or were read before, are not read again; those known by a hint only are")
    func toRead() {
        var machine = DialMachine(settings: ExpectationSettings())
        let window = BolnaRequest.ListWindow(from: .at(0), to: .at(100))
        _ = machine.tick(open: [record("a", at: 5)], now: .at(30))
        let known: [ExecutionID: CallStatus?] = [
            ExecutionID(rawValue: "known"): .queued, ExecutionID(rawValue: "hint"): nil,
        ]
        let rows = page(["new", "known", "hint"])
        let first = machine.listed(agent, window, page: rows, known: known)
        #expect(first.toRead.map(\.rawValue) == ["new", "hint"])
        machine.examined(ExecutionID(rawValue: "new"), of: agent)
        #expect(machine.listed(agent, window, page: rows, known: known).toRead.map(\.rawValue) == ["hint"])
    }

    @Test("Pages are followed up to the bound")
    func pages() {
        var machine = DialMachine(settings: ExpectationSettings())
        var window: BolnaRequest.ListWindow? = .init(from: .at(0), to: .at(100))
        var count = 0
        while let asked = window {
            count += 1
            window = machine.listed(agent, asked, page: page(["x\(count)"], hasMore: true), known: [:]).next
        }
        #expect(count == DialMachine.mostPages)
    }

    @Test(
        "Only what was surely not taken counts as refused",
        arguments: [
            (BolnaAnswer.Outcome.status(400), true), (.status(401), true), (.status(422), true), (.status(429), true),
            (.status(408), false), (.status(500), false), (.status(503), false), (.status(302), false),
            (.json("<html>"), false), (.failed(TransportFailure(kind: .connect, detail: "")), true),
            (.failed(TransportFailure(kind: .dns, detail: "")), true),
            (.failed(TransportFailure(kind: .tls, detail: "")), true),
            (.failed(TransportFailure(kind: .timeout, detail: "")), false),
            (.failed(TransportFailure(kind: .broken, detail: "")), false),
            (.failed(TransportFailure(kind: .cancelled, detail: "")), false),
        ])
    func refusal(outcome: BolnaAnswer.Outcome, isRefused: Bool) {
        switch CallAnswer(outcome) {
        case .placed: Issue.record("nothing was placed")
        case .refused: #expect(isRefused)
        case .unanswered: #expect(!isRefused)
        }
    }
}

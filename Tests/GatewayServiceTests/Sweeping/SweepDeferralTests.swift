import BolnaWire
import CallDomain
import Testing

@testable import GatewayService

/// Calls that a sweep reads later.
@Suite struct SweepDeferralTests {
    private let agent = AgentID(rawValue: "agent-1")
    private let other = AccountID(rawValue: "other")

    private func call(_ name: String, _ account: AccountID = .default) -> SweeperMachine.DeferredCall {
        .init(account: account, agent: agent, execution: ExecutionID(rawValue: name), due: .start)
    }

    private func full() -> SweeperMachine {
        var machine = SweeperMachine(settings: ExpectationSettings())
        for number in 0..<SweeperMachine.mostDeferred {
            let retry = machine.failed(call("\(number)"), now: .start)
            #expect(retry == .later)
        }
        return machine
    }

    @Test("One account's calls take no room of another's, and one that is deferred already needs none")
    func room() {
        var machine = full()
        let more = machine.failed(call("more"), now: .start)
        #expect(more == .noRoom)
        let again = machine.failed(call("7"), now: .start)
        let postponed = machine.postponed(call("8"), now: .start)
        let others = machine.failed(call("more", other), now: .start)
        #expect([again, postponed, others] == [.later, .later, .later])
    }

    @Test("What an account that is gone had deferred is forgotten; one that is not swept now keeps it")
    func gone() {
        var machine = full()
        _ = machine.failed(call("kept", other), now: .start)
        _ = machine.tick(accounts: [], now: .at(60))
        machine.keep([.default, other])
        #expect(machine.tick(accounts: [.default], now: .at(60)).calls.count == SweeperMachine.mostDeferred)
        machine.keep([other])
        #expect(machine.tick(accounts: [.default], now: .at(6_000)).calls.isEmpty)
        #expect(machine.tick(accounts: [other], now: .at(6_000)).calls.map(\.execution.rawValue) == ["kept"])
    }

    @Test("The calls that one account has given up are not forgotten for another's")
    func givenUp() throws {
        var machine = SweeperMachine(settings: ExpectationSettings())
        func giveUp(_ name: String, _ account: AccountID) {
            var call = call(name, account)
            call.failures = SweeperMachine.mostFailures
            let retry = machine.failed(call, now: .start)
            #expect(retry == .givenUp)
        }
        giveUp("a", other)
        for number in 0...SweeperMachine.mostGivenUp { giveUp("\(number)", .default) }
        let page = SweepPage(account: other, agent: agent, window: .init(from: .at(-60), to: .start), kind: .newest)
        let rows = ListPage(
            rows: [ListRow(id: ExecutionID(rawValue: "a"), status: .queued, createdAt: .at(-3_600))], hasMore: false)
        #expect(machine.listed(page, rows, known: [:], isHealthy: true, now: .start).toRead.isEmpty)
    }

    @Test("A call that is being read is not read for a page that shows it, until it is known, or given up")
    func beingRead() throws {
        var machine = SweeperMachine(settings: ExpectationSettings())
        _ = machine.failed(call("a"), now: .start)
        let due = try #require(machine.tick(accounts: [.default], now: .at(30)).calls.first)
        let page = SweepPage(account: .default, agent: agent, window: .init(from: .at(-60), to: .start), kind: .newest)
        let rows = ListPage(
            rows: [ListRow(id: due.execution, status: .queued, createdAt: .at(-3_600))], hasMore: false)
        #expect(machine.listed(page, rows, known: [:], isHealthy: true, now: .at(30)).toRead == [])
        machine.settled(due)
        #expect(machine.listed(page, rows, known: [:], isHealthy: true, now: .at(30)).toRead == [due.execution])
    }
}

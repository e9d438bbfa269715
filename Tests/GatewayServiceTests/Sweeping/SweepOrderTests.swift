import BolnaWire
import CallDomain
import Testing

@testable import GatewayService

/// Which page of which agent is listed when.
@Suite struct SweepOrderTests {
    private let agents = (1...300).map { AgentID(rawValue: "agent-\($0)") }

    private func machine(agents: Int) -> SweeperMachine {
        var machine = SweeperMachine(settings: ExpectationSettings())
        machine.found(Array(self.agents.prefix(agents)), account: .default)
        return machine
    }

    private let full = ListPage(
        rows: [ListRow(id: ExecutionID(rawValue: "known"), status: .queued, createdAt: .at(-3_600))], hasMore: true)

    /// Lists a page that does not end its listing.
    private func goOn(_ machine: inout SweeperMachine, from page: SweepPage, at time: Timestamp) throws {
        let outcome = machine.listed(
            page, full, known: [ExecutionID(rawValue: "known"): .queued], isHealthy: true, now: time)
        machine.went(from: page, on: try #require(outcome.next))
    }

    @Test("The newest page of each of 300 agents comes before any second page, and second pages come in turns")
    func newestFirst() throws {
        var machine = machine(agents: 300)
        let newest = machine.tick(accounts: [.default], now: .start).pages
        #expect(newest.map(\.agent) == agents)
        #expect(newest.allSatisfy { $0.window.page == 1 && $0.kind == .newest })
        for page in newest { try goOn(&machine, from: page, at: .start) }
        for number in 2...3 {
            for agent in agents {
                let next = machine.next(of: .default)
                let page = try #require(next)
                #expect(page.agent == agent && page.window.page == number)
                try goOn(&machine, from: page, at: .start)
            }
        }
    }

    @Test("While a listing takes longer than the interval, the newest page is glanced at on time, and read no further")
    func glances() throws {
        var machine = machine(agents: 1)
        let first = try #require(machine.tick(accounts: [.default], now: .start).pages.first)
        try goOn(&machine, from: first, at: .start)
        var glances: [Double] = []
        for second in stride(from: 30.0, through: 600, by: 30) {
            let next = machine.next(of: .default)
            let page = try #require(next)
            try goOn(&machine, from: page, at: .at(second))
            for glance in machine.tick(accounts: [.default], now: .at(second)).pages {
                #expect(glance.kind == .glance && glance.window.page == 1)
                #expect(glance.window.from == .at(second - 300) && glance.window.to == .at(second))
                let outcome = machine.listed(glance, full, known: [:], isHealthy: true, now: .at(second))
                #expect(outcome.toRead.count == 1 && outcome.next == nil && outcome.end == .seenBefore)
                #expect(machine.mark(after: glance) == nil)
                let isWhole = machine.ended(glance, .seenBefore, now: .at(second))
                #expect(!isWhole)
                glances.append(second)
            }
        }
        #expect(glances == [120, 240, 360, 480, 600])
    }

    @Test("A glance that failed is tried again at the next tick")
    func failedGlance() throws {
        var machine = machine(agents: 1)
        let first = try #require(machine.tick(accounts: [.default], now: .start).pages.first)
        try goOn(&machine, from: first, at: .start)
        let glance = try #require(machine.tick(accounts: [.default], now: .at(120)).pages.first)
        machine.failed(glance)
        #expect(machine.tick(accounts: [.default], now: .at(150)).pages.map(\.kind) == [.glance])
    }

    @Test("Gaps are listed behind all else, and do not keep the newest pages waiting")
    func gapsBehind() throws {
        var machine = machine(agents: 2)
        machine.cover(.at(-1_000)..<(.at(-500)), account: .default)
        let (closed, opened) = machine.parts(ofOutagesIn: .default, oldestOpen: nil)
        machine.replace(closed, by: opened)
        for page in machine.tick(accounts: [.default], now: .start).pages { try goOn(&machine, from: page, at: .start) }
        var kinds: [SweepPage.Kind] = []
        while let page = machine.next(of: .default) {
            kinds.append(page.kind)
            _ = machine.ended(page, .reached, now: .at(60))
        }
        #expect(kinds == [.newest, .newest, .gap, .gap])
        #expect(!machine.isWaiting(.default))
    }

    @Test("More gaps of an agent than may wait are joined with their neighbours, and all of their time is listed")
    func manyGaps() {
        let agent = agents[0]
        var machine = machine(agents: 1)
        let gaps = (0..<500).map { number in
            SweepGap(
                account: .default, agent: agent, from: .at(Double(number) * -1_000 - 500),
                to: .at(Double(number) * -1_000))
        }
        machine.remember([:], gaps: gaps, account: .default)
        _ = machine.tick(accounts: [.default], now: .at(60))
        var listed: [SweepGap] = []
        while let page = machine.next(of: .default) { listed.append(page.gap) }
        #expect(listed.count == SweepGaps.mostOfAgent)
        #expect(gaps.allSatisfy { gap in listed.contains { $0.covers(gap) } })
        #expect(listed.allSatisfy { $0.to.duration(since: $0.from) <= ListRead.longestWindow })
    }

    @Test("A stretch that failed waits for the next tick of its own account")
    func restingGaps() throws {
        var machine = machine(agents: 1)
        let gap = SweepGap(account: .default, agent: agents[0], from: .at(-1_000), to: .at(-500))
        machine.remember([:], gaps: [gap], account: .default)
        let first = machine.next(of: .default)
        machine.failed(try #require(first))
        _ = machine.tick(accounts: [AccountID(rawValue: "other")], now: .at(30))
        #expect(!machine.isWaiting(.default))
        _ = machine.tick(accounts: [.default], now: .at(30))
        #expect(machine.isWaiting(.default))
    }

    @Test("What was due before the clock was set back by hours is due at once")
    func clockSetBack() throws {
        var machine = machine(agents: 1)
        let first = try #require(machine.tick(accounts: [.default], now: .at(36_000)).pages.first)
        _ = machine.ended(first, .reached, now: .at(36_000))
        let call = SweeperMachine.DeferredCall(
            account: .default, agent: agents[0], execution: ExecutionID(rawValue: "a"), due: .at(36_000))
        let retry = machine.failed(call, now: .at(36_000))
        #expect(retry == .later)
        let tick = machine.tick(accounts: [.default], now: .start)
        #expect(tick.agents == [.default])
        #expect(tick.pages.map(\.kind) == [.newest])
        #expect(tick.calls.map(\.execution.rawValue) == ["a"])
        #expect(machine.tick(accounts: [.default], now: .at(30)).pages.isEmpty)
    }
}

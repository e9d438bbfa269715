import CallDomain
import Logging
import ServiceLifecycle
import Testing

@testable import GatewayService

/// What a sweep does where the budget of a moment does not reach.
@Suite struct SweeperBudgetTests {
    private static let agents = 60

    /// With agents whose calls are older than sweeps reach.
    private func gateway() throws -> TestGateway {
        let gateway = try TestGateway()
        for number in 0..<Self.agents {
            let body = CallBody(
                id: "exec-\(number)", agent: "agent-\(number)", status: "canceled", createdAt: .at(-4_000_000))
            gateway.bolna.tell(body, at: .at(-4_000_000))
        }
        return gateway
    }

    private func pages(_ gateway: TestGateway) -> Int {
        gateway.bolna.requests.count { if case .executions = $0 { true } else { false } }
    }

    @Test("Newest pages, and those behind them, are listed as the budget fills, not a bucket of them per tick")
    func goesOn() async throws {
        let gateway = try gateway()
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        let group = ServiceGroup(services: [sweeper], logger: Logger(label: "test") { _ in gateway.log })
        async let run: Void = group.run()
        let wanted = 2 * Self.agents
        for _ in 0..<28 where pages(gateway) < wanted {
            try await eventually("a page waits for its budget, beside the tick, or all are listed") {
                gateway.clock.timers >= 2 || pages(gateway) == wanted
            }
            gateway.clock.advance(by: .seconds(1))
        }
        #expect(pages(gateway) == wanted, "the newest of each agent, and the day before")
        await group.triggerGracefulShutdown()
        try await run
    }

    @Test("Beside one page that is not answered, all other tasks list what later sweeps add")
    func heldUp() async throws {
        let count = 8
        let gateway = try TestGateway()
        for number in 0..<count {
            let body = CallBody(
                id: "exec-\(number)", agent: "agent-\(number)", status: "canceled", createdAt: .at(-4_000_000))
            gateway.bolna.tell(body, at: .at(-4_000_000))
        }
        gateway.bolna.hold { request in
            guard case .executions(let agent, let window) = request.endpoint else { return false }
            return agent.rawValue == "agent-0" && window.to < .start
        }
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        let group = ServiceGroup(services: [sweeper], logger: Logger(label: "test") { _ in gateway.log })
        async let run: Void = group.run()
        try await eventually("the day before is listed, of all agents but one") {
            pages(gateway) == 2 * count && gateway.bolna.held == 1 && gateway.clock.timers == 1
        }
        gateway.clock.advance(by: .seconds(120))
        // Of the agent whose sweep is not over, the newest page alone is looked at.
        let wanted = 4 * count - 1
        try await eventually("the next sweep's are listed") { pages(gateway) == wanted }
        gateway.bolna.hold { request in
            guard case .executions(_, let window) = request.endpoint else { return false }
            return window.to < .at(120)
        }
        gateway.clock.advance(by: .seconds(120))
        try await eventually("beside the one that hangs three more are asked at once") { gateway.bolna.held == 4 }
        gateway.bolna.release()
        await group.triggerGracefulShutdown()
        try await run
    }

    @Test("At a shutdown nothing waits for its budget any more")
    func shutdown() async throws {
        let gateway = try gateway()
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        let group = ServiceGroup(services: [sweeper], logger: Logger(label: "test") { _ in gateway.log })
        async let run: Void = group.run()
        try await eventually("a page waits for its budget") { gateway.clock.timers >= 2 }
        await group.triggerGracefulShutdown()
        try await run
        #expect(pages(gateway) < Self.agents)
    }
}

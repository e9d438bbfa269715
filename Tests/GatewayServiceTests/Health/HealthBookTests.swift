import CallDomain
import GatewayService
import Testing

@Suite struct HealthBookTests {
    private let agent = AgentID(rawValue: "agent-1")

    private func path(_ gateway: TestGateway) -> PathState {
        gateway.context.health.profile(account: .default, agent: agent).path
    }

    @Test("A scope is unproven until its first webhook arrives; other scopes stay as they are")
    func proven() async throws {
        let gateway = try TestGateway()
        #expect(path(gateway) == .unproven)
        await gateway.webhook(CallBody(status: "initiated"))
        #expect(path(gateway) == .healthy)
        let health = gateway.context.health
        #expect(health.profile(account: .default, agent: AgentID(rawValue: "agent-2")).path == .unproven)
        #expect(health.profile(account: AccountID(rawValue: "other"), agent: agent).path == .unproven)
        #expect(gateway.log.lines.count { $0.contains("fare differently") } == 1)
    }

    @Test("A hint proves nothing")
    func hint() async throws {
        let gateway = try TestGateway()
        await gateway.deliver(CallBody(status: "initiated").bytes, trust: .addressed, standing: .hint)
        #expect(path(gateway) == .unproven)
    }

    @Test("Changes that only reads tell degrade it, webhooks that come again heal it, and each is told once")
    func degradesAndHeals() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(id: "exec-0", status: "initiated"))
        let checks = CheckService(context: gateway.context)
        for number in 1...20 {
            let id = "lost-\(number)"
            await gateway.deliver(
                CallBody(id: id, status: "queued", createdAt: gateway.now).bytes, trust: .addressed, standing: .hint)
            gateway.bolna.tell(CallBody(id: id, status: "ringing", createdAt: gateway.now), at: gateway.now)
            _ = await checks.check(account: .default, reference: id)
            gateway.clock.advance(by: .seconds(10))
            gateway.context.health.advance(to: gateway.now)
        }
        for _ in 1...31 {
            gateway.clock.advance(by: .seconds(30))
            gateway.context.health.advance(to: gateway.now)
        }
        #expect(path(gateway) == .degraded)
        for number in 1...10 {
            await gateway.webhook(
                CallBody(id: "good-\(number)", status: "ringing", createdAt: gateway.now, updatedAt: gateway.now))
        }
        #expect(path(gateway) == .healthy)
        let told = gateway.log.lines.filter { $0.contains("fare differently") }
        #expect(told.count == 3)
        #expect(told.dropFirst().first?.contains("path.from=healthy path.to=degraded") == true)
    }

    @Test("What it learned is kept over a restart")
    func remembered() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "initiated"))
        let entries = gateway.context.health.takeChanges(at: gateway.now)
        #expect(entries.count == 2, "the record, and the incident of its first webhook")
        #expect(gateway.context.health.takeChanges(at: gateway.now).isEmpty)
        _ = try await gateway.context.writer.submit(entries)
        let again = HealthBook(
            accounts: gateway.context.accounts, settings: gateway.context.settings,
            remembered: try gateway.store.pathHealth(), logger: gateway.context.logger)
        #expect(again.profile(account: .default, agent: agent).path == .healthy)
    }
}

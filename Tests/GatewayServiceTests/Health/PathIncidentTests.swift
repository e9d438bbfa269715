import CallDomain
import Testing

@testable import GatewayService

@Suite struct PathIncidentTests {
    private static let agent = AgentID(rawValue: "agent-1")

    private func path(_ gateway: TestGateway) -> PathState {
        gateway.context.health.profile(account: .default, agent: Self.agent).path
    }

    private func incidents(_ gateway: TestGateway) throws -> [Incident] {
        try gateway.store.incidents(account: .default, from: .at(-1e6), to: .at(1e9))
    }

    private func beat(_ gateway: TestGateway) async {
        await Heartbeat(context: gateway.context, clock: gateway.clock) { _ in }.beat()
    }

    /// Calls that ring, told by checks alone, until their path is degraded.
    private func degrade(_ gateway: TestGateway, agent: String = "agent-1", webhooksAfter delay: Duration? = nil) async
    {
        await gateway.webhook(CallBody(id: "first-\(agent)", agent: agent, status: "initiated", createdAt: gateway.now))
        let checks = CheckService(context: gateway.context)
        for number in 1...20 {
            let body = CallBody(id: "\(agent)-\(number)", agent: agent, status: "ringing", createdAt: gateway.now)
            await gateway.deliver(
                CallBody(id: body.id, agent: agent, status: "queued", createdAt: gateway.now).bytes, trust: .addressed,
                standing: .hint)
            gateway.bolna.tell(body, at: gateway.now)
            _ = await checks.check(account: .default, reference: body.id)
        }
        for _ in 1...31 {
            gateway.clock.advance(by: .seconds(30))
            gateway.context.health.advance(to: gateway.now)
        }
    }

    @Test("A path's first webhook, its bad time and that time's end are incidents, with cause and figures")
    func incidents() async throws {
        let gateway = try TestGateway()
        await degrade(gateway)
        #expect(path(gateway) == .degraded)
        await beat(gateway)
        var found = try incidents(gateway)
        #expect(found.map(\.kind) == [.pathProven, .pathDegraded])
        #expect(found.last?.to == nil)
        #expect(found.last?.cause == .everythingSilent)
        #expect(found.last?.detail.hasPrefix("1 of 20 webhooks came in time.") == true)
        for number in 1...10 {
            await gateway.webhook(
                CallBody(id: "good-\(number)", status: "ringing", createdAt: gateway.now, updatedAt: gateway.now))
        }
        await beat(gateway)
        found = try incidents(gateway)
        #expect(found.map(\.kind) == [.pathProven, .pathDegraded])
        #expect(found.last?.to == gateway.now)
        #expect(found.last?.cause == .everythingSilent)
    }

    @Test("A wrong URL shows on the first call: no webhook ever comes, which is an incident until the first one does")
    func unproven() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        await gateway.deliver(CallBody(status: "queued").bytes, trust: .addressed, standing: .hint)
        _ = await CheckService(context: gateway.context).check(account: .default, reference: "exec-1")
        for _ in 1...40 {
            gateway.context.health.advance(to: gateway.now)
            gateway.clock.advance(by: .seconds(30))
        }
        await beat(gateway)
        let open = try incidents(gateway)
        #expect(open.map(\.kind) == [.pathUnproven])
        #expect(open.map(\.cause) == [.everythingSilent])
        #expect(open.map(\.to) == [nil])
        #expect(path(gateway) == .unproven)
        #expect(gateway.context.health.takeChangedScopes().isEmpty, "the pace stays as it is")
        let standing = gateway.context.health.standings(account: .default, at: gateway.now).first
        #expect(standing?.since == open.first?.from)
        #expect(standing?.cause == .everythingSilent)
        await gateway.webhook(CallBody(status: "in-progress", updatedAt: gateway.now))
        await beat(gateway)
        let found = try incidents(gateway)
        #expect(found.map(\.kind) == [.pathUnproven, .pathProven])
        #expect(found.map(\.to) == [gateway.now, gateway.now])
    }

    @Test("Only this agent's webhooks do not come, while another's do")
    func agentSilent() async throws {
        let gateway = try TestGateway()
        for number in 1...3 {
            await gateway.webhook(CallBody(id: "other-\(number)", agent: "agent-2", status: "ringing"))
        }
        await degrade(gateway)
        #expect(
            gateway.context.health.standings(account: .default, at: gateway.now).map(\.cause) == [.agentSilent, nil])
    }

    @Test("Refused deliveries are the likely cause, and are mentioned while no webhook was ever accepted")
    func refused() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        await Sweeper(context: gateway.context, clock: gateway.clock).sweep()
        gateway.clock.advance(by: .seconds(60))
        await Sweeper(context: gateway.context, clock: gateway.clock).sweep()
        #expect(path(gateway) == .unproven)
        for _ in 0..<12 {
            gateway.refusals.record(
                Refusal(receivedAt: gateway.now, account: "default", reason: "no-secret", peer: "192.0.2.1", body: []),
                addressedTo: .default)
        }
        let unproven = gateway.context.health.standings(account: .default, at: gateway.now)
        #expect(unproven.map(\.cause) == [.refused])
        #expect(unproven.map(\.refused) == [12])
        await degrade(gateway)
        #expect(gateway.context.health.standings(account: .default, at: gateway.now).map(\.cause) == [.refused])
        #expect(gateway.context.health.standings(account: AccountID(rawValue: "other"), at: gateway.now).isEmpty)
    }

    @Test("Our own outage is the likely cause of what was missed around it")
    func ownOutage() async throws {
        let gateway = try TestGateway()
        gateway.context.health.wasOut(.at(-300)..<(.at(0)))
        await degrade(gateway)
        #expect(gateway.context.health.standings(account: .default, at: gateway.now).map(\.cause) == [.ownOutage])
    }

    @Test("A bad time that began before a restart ends as that incident")
    func restart() async throws {
        let gateway = try TestGateway()
        await degrade(gateway)
        await beat(gateway)
        let begun = try #require(try incidents(gateway).last)
        let health = HealthBook(
            accounts: gateway.context.accounts, settings: gateway.context.settings,
            remembered: try gateway.store.pathHealth(), logger: gateway.context.logger)
        var context = gateway.context
        context.health = health
        let heartbeat = Heartbeat(context: context, clock: gateway.clock) { _ in }
        await heartbeat.resume()
        let intake = WebhookIntake(context: context, onHint: {})
        for number in 1...10 {
            await gateway.webhook(
                CallBody(id: "good-\(number)", status: "ringing", createdAt: gateway.now), intake: intake)
        }
        gateway.clock.advance(by: .seconds(5))
        await heartbeat.beat()
        let found = try incidents(gateway).filter { $0.kind == .pathDegraded }
        #expect(found.map(\.from) == [begun.from])
        #expect(found.map { $0.to != nil } == [true])
    }

    @Test("An incident that could not be stored is stored by a later beat")
    func retried() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.store.fail(StoreError(kind: .full, message: "the disk is full"))
        await beat(gateway)
        gateway.store.fail(nil)
        await beat(gateway)
        #expect(try incidents(gateway).map(\.kind) == [.pathProven])
    }

    @Test("A refused token is one incident from the first refusal to the first answer, also over a restart")
    func token() async throws {
        let gateway = try TestGateway()
        gateway.bolna.answer { _ in .status(401) }
        for _ in 0..<3 { _ = await gateway.context.send(.me, account: .default) }
        await beat(gateway)
        #expect(try incidents(gateway).map(\.kind) == [.tokenRefused])
        var context = gateway.context
        context.health = HealthBook(
            accounts: context.accounts, settings: context.settings, logger: gateway.context.logger)
        context.gate = RequestGate(accounts: context.accounts, settings: context.settings)
        let heartbeat = Heartbeat(context: context, clock: gateway.clock) { _ in }
        await heartbeat.resume()
        gateway.clock.advance(by: .seconds(300))
        _ = await context.send(.me, account: .default)
        await heartbeat.beat()
        #expect(try incidents(gateway).count == 1)
        gateway.bolna.answer(nil)
        gateway.clock.advance(by: .seconds(10))
        _ = await context.send(.me, account: .default)
        await heartbeat.beat()
        let found = try incidents(gateway)
        #expect(found.map(\.from) == [.start])
        #expect(found.map(\.to) == [.at(310)])
    }
}

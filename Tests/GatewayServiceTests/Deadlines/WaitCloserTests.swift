import CallDomain
import Logging
import ServiceLifecycle
import Testing

@testable import GatewayService

@Suite struct WaitCloserTests {
    private func gateway() throws -> TestGateway {
        try TestGateway(accounts: [GatewayAccount(id: .default, hasToken: false)])
    }

    @Test("Where nobody can look, waiting ends a little after its time, in the named outcome")
    func abandons() async throws {
        let gateway = try gateway()
        await gateway.webhook(CallBody(status: "ringing"))
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        gateway.clock.advance(by: .seconds(86_400))
        await poller.turn()
        #expect(try gateway.record()?.ledger.outcome == nil, "a webhook may still be on its way")
        gateway.clock.advance(by: .seconds(300))
        await poller.turn()
        #expect(try gateway.record()?.ledger.outcome == .abandoned)
        #expect(try gateway.record()?.ledger.open == nil)
        #expect(gateway.bolna.requests.isEmpty)
    }

    @Test("A call known by a hint alone is given up, too")
    func hint() async throws {
        let gateway = try gateway()
        await gateway.deliver(CallBody(status: "ringing").bytes, trust: .addressed, standing: .hint)
        let waits = WaitCloser(context: gateway.context)
        gateway.clock.advance(by: .seconds(90_000))
        await waits.close(at: gateway.now)
        #expect(try gateway.record()?.ledger.outcome == .abandoned)
    }

    @Test("More calls than are looked at in a tick are given up over several, also behind those that still wait")
    func many() async throws {
        let gateway = try gateway()
        let count = WaitCloser.callsPerTick + 20
        for number in 0..<count { await gateway.webhook(CallBody(id: "exec-\(number)", status: "ringing")) }
        let waits = WaitCloser(context: gateway.context)
        gateway.clock.advance(by: .seconds(90_000))
        for _ in 0..<2 { await waits.close(at: gateway.now) }
        for number in 0..<count { #expect(try gateway.status("exec-\(number)") == .ringing) }
        let open = try gateway.store.due(
            account: .default, isHinted: false, at: gateway.now, after: nil, limit: 1_000)
        #expect(open.calls.isEmpty)
    }

    @Test("Waits of an account whose token Bolna refuses end at their time, too")
    func refusedToken() async throws {
        let gateway = try TestGateway()
        gateway.bolna.answer { _ in .status(401) }
        await gateway.webhook(CallBody(status: "ringing"))
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await poller.turn()
        #expect(gateway.context.gate.isPaused(.default))
        gateway.clock.advance(by: .seconds(86_400))
        await poller.turn()
        #expect(try gateway.record()?.ledger.outcome == nil, "a webhook may still be on its way")
        gateway.clock.advance(by: .seconds(300))
        await poller.turn()
        #expect(try gateway.record()?.ledger.outcome == .abandoned)
        #expect(gateway.bolna.reads == [])
    }

    @Test("A refusal that is shorter than any wait ends nothing: what is overdue is read once the token is taken")
    func shortRefusal() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.bolna.tell(CallBody(status: "completed", updatedAt: .at(60)), at: .at(60))
        gateway.bolna.answer { _ in .status(401) }
        gateway.clock.advance(by: .seconds(90_000))
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        for _ in 0..<4 {
            await poller.turn()
            gateway.clock.advance(by: .seconds(30))
        }
        #expect(try gateway.record()?.ledger.outcome == nil)
        gateway.bolna.answer(nil)
        gateway.clock.advance(by: .seconds(600))
        await poller.turn()
        #expect(try gateway.status() == .completed)
    }

    @Test("A refusal goes on over a restart: waits end once it has lasted for long, however often the gateway starts")
    func refusedBefore() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.bolna.answer { _ in .status(401) }
        gateway.clock.advance(by: .seconds(90_000))
        gateway.context.health.remember([
            Incident(account: .default, kind: .tokenRefused, from: .start, to: nil, detail: "Bolna answered 401.")
        ])
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await poller.turn()
        #expect(try gateway.record()?.ledger.outcome == nil, "as far as this start knows, the token is good")
        gateway.clock.advance(by: .seconds(30))
        await poller.turn()
        #expect(try gateway.record()?.ledger.outcome == .abandoned)
    }

    @Test("Accounts that can ask are left alone")
    func withToken() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.clock.advance(by: .seconds(90_000))
        await WaitCloser(context: gateway.context).close(at: gateway.now)
        #expect(try gateway.record()?.ledger.outcome == nil)
    }

    @Test("As a service the poller ends waits also where no account has a token")
    func service() async throws {
        let gateway = try gateway()
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.clock.advance(by: .seconds(90_000))
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        let group = ServiceGroup(services: [poller], logger: Logger(label: "test") { _ in gateway.log })
        async let run: Void = group.run()
        try await eventually("it is given up") { try gateway.record()?.ledger.outcome == .abandoned }
        await group.triggerGracefulShutdown()
        try await run
    }
}

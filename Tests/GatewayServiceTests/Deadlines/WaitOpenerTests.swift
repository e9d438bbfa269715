import CallDomain
import Testing

@testable import GatewayService

@Suite struct WaitOpenerTests {
    /// A gateway whose token is refused for three days: its call is given up, and has long been completed.
    private func refused() async throws -> TestGateway {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.bolna.answer { _ in .status(401) }
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        for _ in 0..<3 {
            await poller.turn()
            gateway.clock.advance(by: .seconds(86_400))
        }
        await poller.turn()
        #expect(try gateway.record()?.ledger.outcome == .abandoned)
        gateway.bolna.answer(nil)
        gateway.bolna.tell(CallBody(status: "completed", updatedAt: .at(60)), at: .at(60))
        return gateway
    }

    private func turns(_ gateway: TestGateway) async {
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        for _ in 0..<20 {
            gateway.clock.advance(by: .seconds(30))
            await poller.turn()
        }
    }

    @Test("What was given up while the token was refused is read once Bolna takes it again")
    func resumes() async throws {
        let gateway = try await refused()
        await turns(gateway)
        #expect(try gateway.status() == .completed)
        #expect(gateway.log.lines.contains { $0.contains("waited for again") && $0.contains("calls=1") })
    }

    @Test("So it is with another token, which no refusal of this one precedes")
    func renewed() async throws {
        let gateway = try await refused()
        gateway.context.gate.update(accounts: gateway.context.accounts, renewed: [.default])
        await turns(gateway)
        #expect(try gateway.status() == .completed)
    }

    @Test("A restart between the end of the refusal and the taking up loses nothing")
    func restart() async throws {
        let gateway = try await refused()
        _ = await gateway.context.send(.me, account: .default)
        #expect(gateway.context.health.takeAccepted() == [.default: .at(0)])
        await Heartbeat(context: gateway.context, clock: gateway.clock) { _ in }.beat()
        await turns(gateway)
        #expect(try gateway.status() == .completed)
    }

    @Test("More than a page is taken up over several pages; a store that fails is tried again")
    func many() async throws {
        let gateway = try TestGateway()
        let count = WaitOpener.callsPerPage + 20
        try gateway.fill(count, "call")
        gateway.bolna.answer { _ in .status(401) }
        _ = await gateway.context.send(.me, account: .default)
        gateway.clock.advance(by: .seconds(2 * 86_400))
        let closer = WaitCloser(context: gateway.context)
        for _ in 0..<2 { await closer.close(at: gateway.now) }
        gateway.bolna.answer(nil)
        _ = await gateway.context.send(.me, account: .default)
        let opener = WaitOpener(context: gateway.context)
        gateway.store.fail(StoreError(kind: .busy, message: "busy"))
        await opener.open(at: gateway.now)
        gateway.store.fail(nil)
        await opener.open(at: gateway.now)
        for number in [0, count - 1] {
            let ledger = try #require(try gateway.record("call-\(number)")?.ledger)
            #expect(ledger.outcome == nil && ledger.open != nil)
        }
    }
}

import CallDomain
import GatewayService
import Testing

@Suite struct CheckServiceTests {
    @Test("A check tells the call as Bolna has it now, by gateway id and by execution id")
    func updated() async throws {
        let gateway = try TestGateway()
        let service = CheckService(context: gateway.context)
        await gateway.webhook(CallBody(status: "queued"))
        gateway.bolna.tell(CallBody(status: "ringing", updatedAt: .at(1)), at: .start)
        guard case .updated(let record) = await service.check(account: .default, reference: "exec-1") else {
            Issue.record("it must be updated")
            return
        }
        #expect(record.state?.status == .ringing)
        gateway.clock.advance(by: .seconds(5))
        guard case .updated = await service.check(account: .default, reference: record.call.rawValue) else {
            Issue.record("it must be found by the gateway's id")
            return
        }
        #expect(gateway.bolna.reads.count == 2)
    }

    @Test("Several who ask at once share one request, also when the first of them leaves")
    func singleFlight() async throws {
        let gateway = try TestGateway()
        let service = CheckService(context: gateway.context)
        await gateway.webhook(CallBody(status: "queued"))
        gateway.bolna.tell(CallBody(status: "ringing", updatedAt: .at(1)), at: .start)
        gateway.bolna.hold()
        let first = Task { await service.check(account: .default, reference: "exec-1") }
        try await eventually("the request is sent") { gateway.bolna.held == 1 }
        let others = (0..<5).map { _ in Task { await service.check(account: .default, reference: "exec-1") } }
        first.cancel()
        // Nothing tells when the others have joined; whether before or after the answer, no request of theirs is sent.
        gateway.bolna.release()
        for task in others {
            switch await task.value {
            case .updated, .coolingDown: break
            case let other: Issue.record("unexpected \(other)")
            }
        }
        #expect(gateway.bolna.reads.count == 1)
    }

    @Test("Within five seconds the same call is not asked about again; another one is")
    func coolDown() async throws {
        let gateway = try TestGateway()
        let service = CheckService(context: gateway.context)
        for id in ["exec-1", "exec-2"] {
            await gateway.webhook(CallBody(id: id, status: "queued"))
            gateway.bolna.tell(CallBody(id: id, status: "queued"), at: .start)
        }
        _ = await service.check(account: .default, reference: "exec-1")
        gateway.clock.advance(by: .seconds(3))
        guard case .coolingDown(let retryAfter) = await service.check(account: .default, reference: "exec-1") else {
            Issue.record("it must cool down")
            return
        }
        #expect(retryAfter == .seconds(2))
        guard case .updated = await service.check(account: .default, reference: "exec-2") else {
            Issue.record("the other call must be checked")
            return
        }
        gateway.clock.advance(by: .seconds(2))
        guard case .updated = await service.check(account: .default, reference: "exec-1") else {
            Issue.record("it must be checked again")
            return
        }
    }

    @Test("What is not known, not there at Bolna, or not answered is told apart")
    func failures() async throws {
        let gateway = try TestGateway()
        let service = CheckService(context: gateway.context)
        guard case .notFound = await service.check(account: .default, reference: "exec-9") else {
            Issue.record("it must not be found")
            return
        }
        await gateway.webhook(CallBody(status: "ringing"))
        guard case .unknownToBolna(let record) = await service.check(account: .default, reference: "exec-1") else {
            Issue.record("Bolna does not know it")
            return
        }
        #expect(record.state?.status == .ringing)
        for outcome: BolnaAnswer.Outcome in [.status(500), .status(401), .json("<html>")] {
            gateway.clock.advance(by: .seconds(5))
            gateway.bolna.answer { _ in outcome }
            guard case .bolnaFailed(let detail) = await service.check(account: .default, reference: "exec-1") else {
                Issue.record("it must fail")
                return
            }
            #expect(!detail.isEmpty)
        }
        #expect(try gateway.status() == .ringing)
    }

    @Test("Without a token, or for an account that is not there, nothing is asked")
    func noToken() async throws {
        let gateway = try TestGateway(accounts: [GatewayAccount(id: .default, hasToken: false)])
        let service = CheckService(context: gateway.context)
        for account in [AccountID.default, AccountID(rawValue: "other")] {
            guard case .noToken = await service.check(account: account, reference: "exec-1") else {
                Issue.record("it must have no token")
                return
            }
        }
        #expect(gateway.bolna.requests == [])
    }
}

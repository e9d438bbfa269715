import CallDomain
import Testing

@testable import GatewayService

@Suite struct DialServiceTests {
    private func service(_ gateway: TestGateway) -> DialService {
        DialService(context: gateway.context, clock: gateway.clock)
    }

    /// Places a call whose answer is lost, and returns its correlation key.
    private func lose(_ gateway: TestGateway, _ service: DialService) async throws -> String {
        gateway.bolna.answer { request in
            guard case .call = request.endpoint else { return nil }
            return .failed(TransportFailure(kind: .timeout, detail: ""))
        }
        guard case .pending(let key) = await service.dial(account: .default, request: .test) else {
            throw NeverHappened(what: "the dial is pending")
        }
        return key
    }

    private func placements(_ gateway: TestGateway) -> Int {
        gateway.bolna.requests.count { if case .call = $0 { true } else { false } }
    }

    private func state(_ gateway: TestGateway, _ key: String) throws -> DialState? {
        try gateway.store.dial(account: .default, correlationKey: key)?.state
    }

    @Test("A call that Bolna takes is shown at once, with what the client said of it")
    func placed() async throws {
        let gateway = try TestGateway()
        guard case .placed(let record) = await service(gateway).dial(account: .default, request: .test) else {
            Issue.record("it must be placed")
            return
        }
        #expect(record.execution.rawValue == "dialled-1")
        let state = try #require(record.state)
        #expect(state.status == .queued)
        #expect(state[.toNumber] == .text("+15550100123"))
        #expect(state[.agentID] == .text("agent-1"))
        guard case .json(let data)? = state[.recipientData] else {
            Issue.record("it must have recipient data")
            return
        }
        #expect(data.contains("\"leadId\":\"lead-1\""))
        #expect(try gateway.store.openDials(limit: 10).dials.isEmpty)
    }

    @Test("A call that is placed with priority is followed closely, whoever tells of it first")
    func priority() async throws {
        var request = DialRequest.test
        request.isPriority = true
        let gateway = try TestGateway()
        guard case .placed(let record) = await service(gateway).dial(account: .default, request: request) else {
            Issue.record("it must be placed")
            return
        }
        #expect(record.ledger.isPriority)
        await gateway.webhook(CallBody(id: "exec-0", status: "busy"))
        await gateway.webhook(CallBody(id: "dialled-1", status: "in-progress"))
        #expect(try gateway.record("dialled-1")?.ledger.open?.due == .at(300))

        let other = try TestGateway()
        other.bolna.answer { request in
            guard case .call = request.endpoint else { return nil }
            return .failed(TransportFailure(kind: .timeout, detail: ""))
        }
        guard case .pending(let key) = await service(other).dial(account: .default, request: request) else {
            throw NeverHappened(what: "the dial is pending")
        }
        #expect(try other.store.dial(account: .default, correlationKey: key)?.intent.isPriority == true)
        await other.webhook(CallBody(status: "in-progress", recipientData: "{\"gateway_dial\":\"\(key)\"}"))
        #expect(try other.record()?.ledger.isPriority == true)
        await other.webhook(CallBody(id: "exec-2", status: "in-progress"))
        #expect(try other.record("exec-2")?.ledger.isPriority == false)
    }

    @Test("The intent is on disk before Bolna is asked; where it cannot be, nothing is sent")
    func intentFirst() async throws {
        let gateway = try TestGateway()
        gateway.store.fail(StoreError(kind: .full, message: "the disk is full"))
        guard case .busy = await service(gateway).dial(account: .default, request: .test) else {
            Issue.record("it must be busy")
            return
        }
        #expect(placements(gateway) == 0)
        gateway.store.fail(nil)
        gateway.bolna.hold()
        let service = service(gateway)
        async let answer = service.dial(account: .default, request: .test)
        try await eventually("Bolna is asked") { gateway.bolna.held == 1 }
        #expect(try gateway.store.openDials(limit: 10).dials.count == 1)
        gateway.bolna.release()
        _ = await answer
    }

    @Test("A lost answer is resolved by the webhook that carries the key, and nothing is dialled again")
    func byWebhook() async throws {
        let gateway = try TestGateway()
        let service = service(gateway)
        let key = try await lose(gateway, service)
        await gateway.webhook(CallBody(status: "initiated", recipientData: "{\"gateway_dial\":\"\(key)\"}"))
        #expect(try state(gateway, key) == .placed)
        await service.resolve()
        #expect(placements(gateway) == 1)
        #expect(gateway.bolna.reads == [])
    }

    @Test("A lost answer is resolved by reading the agent's calls of that time, each once")
    func byListing() async throws {
        let gateway = try TestGateway()
        let service = service(gateway)
        gateway.clock.advance(by: .seconds(10))
        let key = try await lose(gateway, service)
        gateway.bolna.tell(CallBody(id: "exec-0", status: "queued", createdAt: .at(4)), at: .at(4))
        gateway.bolna.tell(CallBody(id: "exec-2", status: "queued", createdAt: .at(11)), at: .at(11))
        gateway.clock.advance(by: .seconds(30))
        await service.resolve()
        #expect(try state(gateway, key) == .open)
        #expect(gateway.bolna.reads.map(\.rawValue) == ["exec-2"])
        gateway.bolna.tell(
            CallBody(
                id: "exec-1", status: "queued", createdAt: .at(12), recipientData: "{\"gateway_dial\":\"\(key)\"}"),
            at: .at(12))
        gateway.clock.advance(by: .seconds(30))
        await service.resolve()
        #expect(try state(gateway, key) == .placed)
        #expect(gateway.bolna.reads.map(\.rawValue) == ["exec-2", "exec-1"])
        #expect(placements(gateway) == 1)
    }

    @Test("After ten minutes without a trace the outcome is unknown, for good")
    func unknown() async throws {
        let gateway = try TestGateway()
        let service = service(gateway)
        let key = try await lose(gateway, service)
        for _ in 1...19 {
            gateway.clock.advance(by: .seconds(30))
            await service.resolve()
        }
        #expect(try state(gateway, key) == .open)
        gateway.clock.advance(by: .seconds(30))
        await service.resolve()
        #expect(try state(gateway, key) == .unknown)
        #expect(placements(gateway) == 1)
    }

    @Test("What Bolna refuses is told in its words, and is settled")
    func refused() async throws {
        let gateway = try TestGateway()
        gateway.bolna.answer { _ in .json("{\"error\":400,\"message\":\"Agent is not ready\"}", status: 400) }
        let answer = await service(gateway).dial(account: .default, request: .test)
        guard case .refused(400, let message) = answer else {
            Issue.record("it must be refused: \(answer)")
            return
        }
        #expect(message.contains("Agent is not ready"))
        #expect(try gateway.store.openDials(limit: 10).dials.isEmpty)
    }

    @Test("The same request under one idempotency key is placed once; another one is refused")
    func idempotency() async throws {
        let gateway = try TestGateway()
        let service = service(gateway)
        var request = DialRequest.test
        request.idempotencyKey = "key-1"
        guard case .placed(let first) = await service.dial(account: .default, request: request) else {
            Issue.record("it must be placed")
            return
        }
        guard case .repeated(let record, let call) = await service.dial(account: .default, request: request) else {
            Issue.record("it must be repeated")
            return
        }
        #expect(record.state == .placed)
        #expect(call?.call == first.call)
        request.fingerprint = ContentDigest(of: [2])
        guard case .keyReused = await service.dial(account: .default, request: request) else {
            Issue.record("the key must be refused")
            return
        }
        #expect(placements(gateway) == 1)
    }

    @Test("While the budget is used up nothing is sent, and the same key may be used later")
    func budget() async throws {
        let gateway = try TestGateway()
        let now = gateway.now
        let taken = gateway.context.gate.withLock { gate in
            (0..<1_000).prefix { _ in gate.admit(.call, account: .default, for: .person, now: now) == .granted }.count
        }
        #expect(taken < 1_000)
        let service = service(gateway)
        var request = DialRequest.test
        request.idempotencyKey = "key-1"
        guard case .busy = await service.dial(account: .default, request: request) else {
            Issue.record("it must be busy")
            return
        }
        #expect(placements(gateway) == 0)
        gateway.clock.advance(by: .seconds(60))
        guard case .placed = await service.dial(account: .default, request: request) else {
            Issue.record("it must be placed")
            return
        }
        #expect(placements(gateway) == 1)
    }

    @Test("Of many at once under one idempotency key, one is sent", .timeLimit(.minutes(10)))
    func concurrent() async throws {
        let gateway = try TestGateway()
        let service = service(gateway)
        var request = DialRequest.test
        request.idempotencyKey = "key-1"
        gateway.bolna.hold()
        let wish = request
        let repeated = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    if case .repeated = await service.dial(account: .default, request: wish) { true } else { false }
                }
            }
            var repeated = 0
            for _ in 0..<19 where await group.next() == true { repeated += 1 }
            gateway.bolna.release()
            return repeated
        }
        #expect(repeated == 19)
        #expect(placements(gateway) == 1)
    }

    @Test(
        "What cannot be sent is refused before anything is stored",
        arguments: ["15550100123", "+1555", "+1555010012345678", "+1555o100123", ""])
    func invalid(recipient: String) async throws {
        let gateway = try TestGateway()
        var request = DialRequest.test
        request.recipient = recipient
        guard case .invalid = await service(gateway).dial(account: .default, request: request) else {
            Issue.record("it must be invalid")
            return
        }
        #expect(gateway.store.entered == 0)
        #expect(placements(gateway) == 0)
    }

    @Test("A client that leaves does not leave a call half placed")
    func cancelled() async throws {
        let gateway = try TestGateway()
        let service = service(gateway)
        gateway.bolna.hold()
        let client = Task { await service.dial(account: .default, request: .test) }
        try await eventually("Bolna is asked") { gateway.bolna.held == 1 }
        client.cancel()
        gateway.bolna.release()
        guard case .placed = await client.value else {
            Issue.record("it must be placed")
            return
        }
    }
}

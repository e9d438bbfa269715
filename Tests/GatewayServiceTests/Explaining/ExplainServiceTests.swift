import CallDomain
import Testing

@testable import GatewayService

@Suite struct ExplainServiceTests {
    private static let damage: @Sendable (inout CallDossier) -> Void = { $0.stored.status = "busy" }

    private func incidents(_ gateway: TestGateway) throws -> [Incident] {
        try gateway.store.incidents(account: .default, from: .distantPast, to: .distantFuture)
            .filter { $0.kind == .differsFromJournal }
    }

    private func twoCalls() async throws -> TestGateway {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(id: "exec-1", status: "ringing"))
        await gateway.webhook(CallBody(id: "exec-2", status: "ringing"))
        return gateway
    }

    @Test("A call that equals its journal is explained, and nothing is written down")
    func equal() async throws {
        let gateway = try await twoCalls()
        let explains = ExplainService(context: gateway.context)
        let explanation = try #require(try await explains.explain(account: .default, reference: "exec-1"))
        #expect(explanation.comparison.isEqual)
        #expect(explanation.state == (try gateway.record()?.state))
        #expect(explanation.steps.count == 1)
        #expect(try incidents(gateway).isEmpty)
        #expect(try await explains.explain(account: .default, reference: "none") == nil)
        #expect(try await explains.explain(account: AccountID(rawValue: "other"), reference: "exec-1") == nil)
    }

    @Test("A difference is one incident of its call, however often it is met, and ends once the two are equal again")
    func incident() async throws {
        let gateway = try await twoCalls()
        let explains = ExplainService(context: gateway.context)
        gateway.store.damage(Self.damage)
        let began = gateway.now
        for _ in 1...3 {
            let explanation = try #require(try await explains.explain(account: .default, reference: "exec-1"))
            #expect(explanation.comparison.differences == ["list status"])
            gateway.clock.advance(by: .seconds(10))
        }
        let open = try incidents(gateway)
        #expect(open.count == 1)
        #expect(open.first?.call == (try gateway.record()?.call))
        #expect(open.first?.agent == AgentID(rawValue: "agent-1"))
        #expect(open.first?.from == began && open.first?.to == nil)
        #expect(
            open.first?.detail
                == "What is stored of the call differs from what its journal makes in: list status.")

        gateway.store.damage(nil)
        let explanation = try #require(try await explains.explain(account: .default, reference: "exec-1"))
        #expect(explanation.comparison.isEqual)
        #expect(explanation.incidents.map(\.kind) == [.differsFromJournal])
        #expect(try incidents(gateway).map(\.to) == [gateway.now])

        gateway.clock.advance(by: .seconds(10))
        gateway.store.damage(Self.damage)
        _ = try await explains.explain(account: .default, reference: "exec-1")
        #expect(try incidents(gateway).map(\.to) == [began.advanced(by: .seconds(30)), nil])
    }

    @Test("A difference that cannot be written down is still told, and written down the next time")
    func unwritable() async throws {
        let gateway = try await twoCalls()
        let explains = ExplainService(context: gateway.context)
        gateway.store.damage(Self.damage)
        gateway.store.fail(StoreError(kind: .full, message: "The disk is full."))
        let explanation = try #require(try await explains.explain(account: .default, reference: "exec-1"))
        #expect(!explanation.comparison.isEqual)
        #expect(try incidents(gateway).isEmpty)
        gateway.store.fail(nil)
        _ = try await explains.explain(account: .default, reference: "exec-1")
        #expect(try incidents(gateway).count == 1)
    }

    @Test("What hid a call before anything was heard of it is told")
    func hidden() async throws {
        let gateway = try TestGateway()
        gateway.clock.advance(by: .seconds(1_000))
        let outage = Incident(account: .default, kind: .outage, from: .at(100), to: .at(200), detail: "out")
        let earlier = Incident(account: .default, kind: .outage, from: .at(10), to: .at(20), detail: "out")
        _ = try await gateway.context.submit([.incident(outage), .incident(earlier)])
        await gateway.webhook(CallBody(status: "completed", createdAt: .at(50)))
        let explains = ExplainService(context: gateway.context)
        let explanation = try #require(try await explains.explain(account: .default, reference: "exec-1"))
        #expect(explanation.incidents == [outage])
    }

    @Test("The self-check finds a difference of a changed call by itself, and rests where there are no calls")
    func selfCheck() async throws {
        let gateway = try await twoCalls()
        let explains = ExplainService(context: gateway.context)
        let check = SelfCheck(context: gateway.context, explains: explains, clock: gateway.clock)
        await check.check()
        #expect(try incidents(gateway).isEmpty)
        gateway.store.damage(Self.damage)
        await check.check()
        await check.check()
        #expect(try incidents(gateway).count == 1)
        #expect(gateway.log.lines.contains { $0.hasPrefix("What is stored of a call differs") })

        let empty = try TestGateway()
        await SelfCheck(context: empty.context, explains: ExplainService(context: empty.context), clock: empty.clock)
            .check()
        #expect(empty.log.lines.isEmpty)
    }
}

import CallDomain
import Testing

@testable import GatewayService

@Suite struct DueTimeKeeperTests {
    /// What each call waits for is due so many seconds from now.
    private func waits(_ gateway: TestGateway, _ executions: [String]) throws -> [Double] {
        try executions.map { execution in
            let record = try gateway.store.call(account: .default, reference: execution, withBody: false)
            let open = try #require(record?.ledger.open)
            return open.due.duration(since: gateway.now).seconds
        }
    }

    @Test("Calls heard of while the clock was hours ahead are due soon after it was set back, those of hints included")
    func setBack() async throws {
        let gateway = try TestGateway()
        gateway.clockStep.set(by: .seconds(36_000))
        await gateway.webhook(CallBody(id: "exec-1", status: "ringing", createdAt: gateway.now))
        await gateway.deliver(CallBody(id: "exec-2", status: "ringing").bytes, trust: .addressed, standing: .hint)
        gateway.clockStep.set(by: .seconds(-36_000))
        #expect(try waits(gateway, ["exec-1", "exec-2"]).allSatisfy { $0 >= 36_000 })
        let keeper = DueTimeKeeper(context: gateway.context, clock: gateway.clock)
        #expect(await keeper.keep())
        #expect(try waits(gateway, ["exec-1", "exec-2"]).allSatisfy { $0 <= 75 })
    }

    @Test("A read that failed while the clock was ahead is made again soon, and a long talk before it is looked at")
    func failedAhead() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(id: "exec-1", status: "in-progress"))
        await gateway.webhook(CallBody(id: "exec-2", status: "in-progress"))
        let calls = try ["exec-1", "exec-2"].map { execution in
            try #require(try gateway.store.call(account: .default, reference: execution, withBody: false)).call
        }
        gateway.clockStep.set(by: .seconds(36_000))
        let now = gateway.now
        let profile = ScopeProfile(path: .healthy)
        _ = try await gateway.context.submit([
            .readFailed(
                FailedRead(
                    account: .default, call: calls[0], at: now, retryAt: now.advanced(by: .seconds(60)),
                    isNotFound: false, profile: profile)),
            .listed(account: .default, call: calls[1], profile: profile, sentAt: now, receivedAt: now),
        ])
        gateway.clockStep.set(by: .seconds(-36_000))
        #expect(await DueTimeKeeper(context: gateway.context, clock: gateway.clock).keep())
        let waits = try waits(gateway, ["exec-1", "exec-2"])
        #expect(waits.allSatisfy { $0 <= 900 }, "\(waits)")
    }

    @Test("What waits for a time that may lie ahead is left as it is")
    func untouched() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "in-progress"))
        let before = try gateway.record()?.ledger
        #expect(await DueTimeKeeper(context: gateway.context, clock: gateway.clock).keep())
        #expect(try gateway.record()?.ledger == before)
        #expect(!gateway.log.lines.contains { $0.contains("computed anew") })
    }

    @Test("A store that fails is tried again")
    func failing() async throws {
        let gateway = try TestGateway()
        gateway.clockStep.set(by: .seconds(36_000))
        await gateway.webhook(CallBody(status: "ringing", createdAt: gateway.now))
        gateway.clockStep.set(by: .seconds(-36_000))
        gateway.store.fail(StoreError(kind: .full, message: "the disk is full"))
        let keeper = DueTimeKeeper(context: gateway.context, clock: gateway.clock)
        #expect(await !keeper.keep())
        gateway.store.fail(nil)
        #expect(await keeper.keep())
        #expect(try waits(gateway, ["exec-1"]).allSatisfy { $0 <= 75 })
    }
}

import CallDomain
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import GatewayService

@Suite struct SweeperTests {
    @Test("A call nobody told of is found within the interval, and known calls are not read")
    func finds() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(id: "exec-0", status: "canceled"))
        gateway.bolna.tell(CallBody(id: "exec-0", status: "canceled"), at: .start)
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        await sweeper.sweep()
        #expect(gateway.bolna.reads == [])
        gateway.clock.advance(by: .seconds(1))
        gateway.bolna.tell(CallBody(status: "ringing", createdAt: .at(1)), at: .at(1))
        for _ in 1...4 {
            gateway.clock.advance(by: .seconds(30))
            await sweeper.sweep()
        }
        #expect(gateway.bolna.reads.map(\.rawValue) == ["exec-1"])
        #expect(try gateway.status() == .ringing)
    }

    @Test("A call whose first webhook comes soon costs no read, although a listing saw it first")
    func quiet() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(id: "exec-0", status: "canceled"))
        gateway.clock.advance(by: .seconds(10))
        gateway.bolna.tell(CallBody(id: "exec-0", status: "canceled"), at: .start)
        gateway.bolna.tell(CallBody(status: "initiated", createdAt: .at(9)), at: .at(9))
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        await sweeper.sweep()
        await gateway.webhook(CallBody(status: "initiated", createdAt: .at(9)))
        for _ in 1...8 {
            gateway.clock.advance(by: .seconds(30))
            await sweeper.sweep()
        }
        #expect(gateway.bolna.reads == [])
    }

    @Test("An account that is added while the gateway runs is swept; one that is disabled is not")
    func followsAccounts() async throws {
        let gateway = try TestGateway(accounts: [])
        let accounts = gateway.context.accounts
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        for account in [GatewayAccount(id: .default, hasToken: true, isDisabled: true), nil] {
            accounts.replace(account.map { [$0] } ?? [])
            gateway.context.gate.update(accounts: accounts, renewed: [])
            gateway.clock.advance(by: .seconds(300))
            await sweeper.sweep()
            #expect(gateway.bolna.requests == [])
        }
        accounts.replace([GatewayAccount(id: .default, hasToken: true)])
        gateway.context.gate.update(accounts: accounts, renewed: [])
        for _ in 1...4 {
            gateway.clock.advance(by: .seconds(120))
            await sweeper.sweep()
        }
        #expect(try gateway.status() == .ringing)
    }

    @Test("Agents that could not be listed are listed by the next sweep")
    func retriesAgents() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        gateway.bolna.answer { request in request.endpoint == .agents ? .status(429) : nil }
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        gateway.clock.advance(by: .seconds(1))
        await sweeper.sweep()
        #expect(try gateway.record() == nil)
        gateway.bolna.answer(nil)
        gateway.clock.advance(by: .seconds(30))
        await sweeper.sweep()
        #expect(try gateway.status() == .ringing)
    }

    @Test("A call that came while the first sweep failed for days is found once a sweep comes to its end")
    func firstSweepFails() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(id: "exec-0", status: "canceled"), at: .start)
        gateway.bolna.answer { request in
            if case .executions = request.endpoint { .status(503) } else { nil }
        }
        gateway.clock.advance(by: .seconds(1))
        await Sweeper(context: gateway.context, clock: gateway.clock).sweep()
        gateway.bolna.tell(CallBody(status: "ringing", createdAt: .at(3_600)), at: .at(3_600))
        gateway.clock.advance(by: .seconds(3 * 86_400))
        gateway.bolna.answer(nil)
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        for _ in 1...4 {
            await sweeper.sweep()
            gateway.clock.advance(by: .seconds(120))
        }
        #expect(try gateway.status() == .ringing)
    }

    @Test("An account whose breaker opened while it knew no call finds calls again once Bolna answers")
    func sweepsWhileBroken() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        gateway.bolna.answer { _ in .status(503) }
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        for _ in 0..<100 where !gateway.context.gate.isBroken(.default) {
            gateway.clock.advance(by: .seconds(30))
            await poller.turn()
            await sweeper.sweep()
        }
        #expect(gateway.context.gate.isBroken(.default))
        gateway.bolna.answer(nil)
        for _ in 0..<4 {
            gateway.clock.advance(by: .seconds(30))
            await poller.turn()
            await sweeper.sweep()
        }
        #expect(!gateway.context.gate.isBroken(.default))
        #expect(try gateway.status() == .ringing)
    }

    @Test("A call that could not be read is read by a later sweep")
    func retries() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        gateway.bolna.answer { request in
            guard case .execution = request.endpoint else { return nil }
            return .status(503)
        }
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        gateway.clock.advance(by: .seconds(1))
        await sweeper.sweep()
        #expect(try gateway.record() == nil)
        gateway.bolna.answer(nil)
        gateway.clock.advance(by: .seconds(30))
        await sweeper.sweep()
        #expect(try gateway.status() == .ringing)
    }

    @Test("A call that waits to be read, and stands on a page of the same sweep, is read once")
    func once() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        gateway.bolna.answer { request in
            guard case .execution = request.endpoint else { return nil }
            return .status(503)
        }
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        gateway.clock.advance(by: .seconds(60))
        for reads in 1...4 {
            await sweeper.sweep()
            #expect(gateway.bolna.reads.count == reads)
            gateway.clock.advance(by: .seconds(600))
        }
    }

    @Test("A call created just now is left a tick for its dial's answer or first webhook, also where none ever came")
    func young() async throws {
        let gateway = try TestGateway()
        gateway.clock.advance(by: .seconds(10))
        // Bolna's clock is a little ahead.
        gateway.bolna.tell(CallBody(id: "exec-1", status: "queued", createdAt: .at(10.02)), at: .at(10))
        gateway.bolna.tell(CallBody(id: "exec-2", status: "queued", createdAt: .at(9)), at: .at(9))
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        await sweeper.sweep()
        #expect(gateway.bolna.reads == [])
        await gateway.webhook(CallBody(id: "exec-1", status: "queued", createdAt: .at(10.02)))
        gateway.clock.advance(by: .seconds(30))
        await sweeper.sweep()
        #expect(gateway.bolna.reads.map(\.rawValue) == ["exec-2"])
    }

    @Test("A call that becomes known while its listing is awaited is not read")
    func knownMeanwhile() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        gateway.clock.advance(by: .seconds(300))
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        gateway.bolna.hold()
        let sweep = Task { await sweeper.sweep() }
        try await eventually("the agents are asked for") { gateway.bolna.held == 1 }
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.bolna.release()
        await sweep.value
        #expect(gateway.bolna.reads == [])
    }

    @Test("A call that Bolna cannot give does not keep others from being found, and is tried again")
    func stuck() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(id: "exec-0", status: "ringing"), at: .start)
        gateway.bolna.answer { request in
            request.endpoint == .execution(ExecutionID(rawValue: "exec-0")) ? .status(500) : nil
        }
        gateway.clock.advance(by: .seconds(60))
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        await sweeper.sweep()
        gateway.bolna.tell(CallBody(id: "exec-1", status: "ringing", createdAt: .at(61)), at: .at(61))
        for _ in 1...6 {
            gateway.clock.advance(by: .seconds(30))
            await sweeper.sweep()
        }
        #expect(try gateway.status("exec-1") == .ringing)
        #expect(try gateway.store.sweepMarks(account: .default).isEmpty == false)
        gateway.bolna.answer(nil)
        for _ in 1...10 {
            gateway.clock.advance(by: .seconds(30))
            await sweeper.sweep()
        }
        #expect(try gateway.status("exec-0") == .ringing)
    }

    @Test("A call that nobody could be asked about for a day is found afterwards")
    func refusedForLong() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(id: "exec-0", status: "ringing"), at: .start)
        let isCall: @Sendable (BolnaRequest) -> Bool = { request in
            if case .execution = request.endpoint { true } else { false }
        }
        gateway.bolna.answer { request in isCall(request) ? .status(500) : nil }
        gateway.clock.advance(by: .seconds(60))
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        await sweeper.sweep()
        gateway.bolna.answer { request in isCall(request) ? .status(429) : nil }
        // So many refusals open the breaker, which the poller's ticks give its probes.
        func sweepLater() async {
            gateway.clock.advance(by: .seconds(300))
            gateway.context.gate.withLock { _ = $0.tick(now: gateway.now) }
            await sweeper.sweep()
        }
        for _ in 0...(SweeperMachine.mostFailures + 12) { await sweepLater() }
        gateway.bolna.answer(nil)
        for _ in 1...4 { await sweepLater() }
        #expect(try gateway.status("exec-0") == .ringing)
    }

    @Test("At the shutdown what was asked is awaited, and nothing more is asked")
    func shutdown() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        gateway.clock.advance(by: .seconds(300))
        gateway.bolna.hold()
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        let group = ServiceGroup(services: [sweeper], logger: Logger(label: "test") { _ in gateway.log })
        async let run: Void = group.run()
        try await eventually("the agents are asked for") {
            gateway.bolna.held == 1 && gateway.clock.asked == 1
        }
        await group.triggerGracefulShutdown()
        try await eventually("the grace is awaited") { gateway.clock.asked == 2 }
        gateway.bolna.release()
        try await run
        #expect(gateway.bolna.requests == [.agents])
    }

    @Test("What health learned is written by a later beat, where a beat could not be stored")
    func beatFails() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing"))
        let heartbeat = Heartbeat(context: gateway.context, clock: gateway.clock) { _ in }
        gateway.store.fail(StoreError(kind: .full, message: "the disk is full"))
        await heartbeat.beat()
        gateway.store.fail(nil)
        await heartbeat.beat()
        #expect(try gateway.store.pathHealth().isEmpty == false)
    }

    @Test("After an outage the calls of that time are found")
    func outage() async throws {
        let gateway = try TestGateway()
        let day = 86_400.0
        gateway.bolna.tell(CallBody(status: "completed", createdAt: .at(100)), at: .at(100))
        gateway.clock.advance(by: .seconds(3 * day))
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        await sweeper.sweep()
        #expect(try gateway.record() == nil, "it is older than a sweep reaches")
        sweeper.cover(.at(50)..<(.at(3 * day)))
        gateway.clock.advance(by: .seconds(30))
        await sweeper.sweep()
        #expect(try gateway.status() == .completed)
    }

    @Test("A call that nobody told of is found behind more known calls than a page holds")
    func behindKnown() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(id: "exec-0", status: "canceled"), at: .start)
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        gateway.clock.advance(by: .seconds(1))
        await sweeper.sweep()
        gateway.clock.advance(by: .seconds(60))
        for number in 10..<70 {
            let body = CallBody(id: "exec-\(number)", status: "canceled", createdAt: gateway.now)
            gateway.bolna.tell(body, at: gateway.now)
            await gateway.webhook(body)
        }
        // The fake lists by id: this one comes last.
        gateway.bolna.tell(CallBody(id: "exec-99", status: "ringing", createdAt: gateway.now), at: gateway.now)
        for _ in 1...6 {
            gateway.clock.advance(by: .seconds(30))
            await sweeper.sweep()
        }
        #expect(try gateway.status("exec-99") == .ringing)
        #expect(gateway.bolna.reads.map(\.rawValue) == ["exec-0", "exec-99"])
    }

    @Test("A call that Bolna lists and does not give costs few reads, and then none")
    func notFound() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        gateway.bolna.answer { request in
            guard case .execution = request.endpoint else { return nil }
            return .status(404)
        }
        gateway.clock.advance(by: .seconds(60))
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        for _ in 1...240 {
            await sweeper.sweep()
            gateway.clock.advance(by: .seconds(30))
        }
        #expect(gateway.bolna.reads.count == 6)
    }

    @Test("An outage is swept after a restart that came before its sweep, and once")
    func restart() async throws {
        let gateway = try TestGateway()
        let day = 86_400.0
        let first = Heartbeat(context: gateway.context, clock: gateway.clock) { _ in }
        await first.beat()
        gateway.bolna.tell(CallBody(status: "completed", createdAt: .at(100)), at: .at(100))
        gateway.clock.advance(by: .seconds(3 * day))
        // Whoever is told of the outage dies before anything is listed.
        await first.beat()
        #expect(try gateway.store.sweepGaps(account: .default).map(\.agent) == [nil])
        let second = Sweeper(context: gateway.context, clock: gateway.clock)
        gateway.bolna.answer { request in
            guard case .executions(_, let window) = request.endpoint, window.from < .at(day) else { return nil }
            return .status(503)
        }
        await second.sweep()
        #expect(try gateway.record() == nil)
        let gaps = try gateway.store.sweepGaps(account: .default)
        #expect(gaps.map(\.agent) == [AgentID(rawValue: "agent-1")])
        #expect(gaps.map(\.from) == [.at(0)])
        gateway.bolna.answer(nil)
        let third = Sweeper(context: gateway.context, clock: gateway.clock)
        await third.sweep()
        #expect(try gateway.status() == .completed)
        #expect(try gateway.store.sweepGaps(account: .default).isEmpty)
    }

    @Test("Stretches that are joined are joined in the store as well, and none of their time is lost")
    func joins() async throws {
        let gateway = try TestGateway()
        let agent = AgentID(rawValue: "agent-1")
        gateway.bolna.tell(CallBody(status: "canceled", createdAt: .at(-4_000_000)), at: .at(-4_000_000))
        let gaps = (1...500).map { number in
            SweepGap(
                account: .default, agent: agent, from: .at(Double(number) * -1_000 - 500),
                to: .at(Double(number) * -1_000))
        }
        _ = try await gateway.context.submit([.sweepGaps(closed: [], opened: gaps)])
        gateway.bolna.answer { request in
            if case .executions = request.endpoint { .status(503) } else { nil }
        }
        await Sweeper(context: gateway.context, clock: gateway.clock).sweep()
        let kept = try gateway.store.sweepGaps(account: .default)
        #expect(kept.count == SweepGaps.mostOfAgent)
        #expect(gaps.allSatisfy { gap in kept.contains { $0.covers(gap) } })
    }

    @Test("A truncated listing stays an incident over a restart, as long as its parts are not listed")
    func truncatedRestart() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(status: "canceled", createdAt: .at(-7_200)), at: .at(-7_200))
        await gateway.webhook(CallBody(status: "canceled", createdAt: .at(-7_200)))
        let endless: @Sendable (BolnaRequest) -> BolnaAnswer.Outcome? = { request in
            guard case .executions(_, let window) = request.endpoint, window.from < .at(-600) else { return nil }
            return .json(
                "{\"page_number\":\(window.page),\"page_size\":50,\"has_more\":true,\"data\":"
                    + "[{\"id\":\"exec-1\",\"status\":\"canceled\",\"created_at\":\"2026-01-01T00:00:00Z\"}]}")
        }
        gateway.bolna.answer(endless)
        var sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        for _ in 0..<60 where try gateway.store.sweepGaps(account: .default).isEmpty {
            gateway.clock.advance(by: .seconds(30))
            await sweeper.sweep()
        }
        await Heartbeat(context: gateway.context, clock: gateway.clock) { _ in }.beat()
        #expect(try gateway.store.sweepGaps(account: .default).count == 2)
        func open() throws -> [Incident] {
            try gateway.store.incidents(account: .default, from: gateway.now, to: .distantFuture)
                .filter { $0.kind == .truncatedListing && $0.to == nil }
        }
        // After the restart the newest calls are listed to their end, the parts are not.
        sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        gateway.bolna.answer { request in
            guard case .executions(_, let window) = request.endpoint, window.from < .at(-600) else { return nil }
            return .status(503)
        }
        gateway.clock.advance(by: .seconds(30))
        await sweeper.sweep()
        await Heartbeat(context: gateway.context, clock: gateway.clock) { _ in }.beat()
        #expect(try open().count == 1)
        gateway.bolna.answer(nil)
        for _ in 0..<12 {
            gateway.clock.advance(by: .seconds(30))
            await sweeper.sweep()
        }
        await Heartbeat(context: gateway.context, clock: gateway.clock) { _ in }.beat()
        #expect(try open().isEmpty)
        #expect(try gateway.store.sweepGaps(account: .default).isEmpty)
    }

    @Test("One account whose requests hang does not keep others from being swept")
    func sideBySide() async throws {
        let other = AccountID(rawValue: "other")
        let gateway = try TestGateway(accounts: [
            GatewayAccount(id: .default, hasToken: true), GatewayAccount(id: other, hasToken: true),
        ])
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        gateway.clock.advance(by: .seconds(300))
        gateway.bolna.hold { $0.account == .default }
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        let sweep = Task { await sweeper.sweep() }
        try await eventually("the other account's call is found while one hangs") {
            try gateway.store.call(account: other, reference: "exec-1", withBody: false) != nil
        }
        #expect(gateway.bolna.held == 1)
        gateway.bolna.release()
        await sweep.value
    }

    @Test("A heartbeat tells of the outage before the start, and of none while it beats")
    func heartbeat() async throws {
        let gateway = try TestGateway()
        let outages = Mutex([Range<Timestamp>]())
        let first = Heartbeat(context: gateway.context, clock: gateway.clock) { outage in
            outages.withLock { $0.append(outage) }
        }
        await first.beat()
        gateway.clock.advance(by: .seconds(10))
        await first.beat()
        #expect(outages.withLock { $0 } == [])
        gateway.clock.advance(by: .seconds(600))
        await first.beat()
        #expect(outages.withLock { $0 } == [.at(10)..<(.at(610))])
    }

    @Test("As services they beat and sweep by the clock until the shutdown")
    func services() async throws {
        let gateway = try TestGateway()
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        let heartbeat = Heartbeat(context: gateway.context, clock: gateway.clock) { sweeper.cover($0) }
        let group = ServiceGroup(
            services: [sweeper, heartbeat], logger: Logger(label: "test") { _ in gateway.log })
        async let run: Void = group.run()
        try await eventually("both wait") { gateway.clock.timers == 2 && gateway.bolna.requests.contains(.agents) }
        try await eventually("it beats") { gateway.store.batches.count >= 1 }
        await group.triggerGracefulShutdown()
        try await run
        #expect(gateway.store.batches.count >= 2, "it beats once more at the end")
    }

    @Test("A truncated listing is one incident of its agent, until one reaches its end")
    func truncated() async throws {
        let gateway = try TestGateway()
        gateway.bolna.tell(CallBody(status: "canceled", createdAt: .at(-7_200)), at: .at(-7_200))
        await gateway.webhook(CallBody(status: "canceled", createdAt: .at(-7_200)))
        // A listing that never ends, of a call that is known.
        gateway.bolna.answer { request in
            guard case .executions(_, let window) = request.endpoint else { return nil }
            return .json(
                "{\"page_number\":\(window.page),\"page_size\":50,\"has_more\":true,\"data\":"
                    + "[{\"id\":\"exec-1\",\"status\":\"canceled\",\"created_at\":\"2026-01-01T00:00:00Z\"}]}")
        }
        let sweeper = Sweeper(context: gateway.context, clock: gateway.clock)
        let heartbeat = Heartbeat(context: gateway.context, clock: gateway.clock) { _ in }
        sweeper.cover(.at(-86_400)..<(.at(0)))
        func incidents() throws -> [Incident] {
            try gateway.store.incidents(account: .default, from: .at(-1e6), to: .at(1e6))
                .filter { $0.kind == .truncatedListing }
        }
        // The budget lets some pages through at each tick.
        for _ in 0..<60 where try incidents().isEmpty {
            gateway.clock.advance(by: .seconds(30))
            await sweeper.sweep()
            await heartbeat.beat()
        }
        #expect(try incidents().map { $0.to } == [nil])
        gateway.bolna.answer { request in
            guard case .executions(_, let window) = request.endpoint else { return nil }
            return .json("{\"page_number\":\(window.page),\"page_size\":50,\"has_more\":false,\"data\":[]}")
        }
        for _ in 0..<3 {
            gateway.clock.advance(by: .seconds(30))
            await sweeper.sweep()
        }
        await heartbeat.beat()
        let found = try incidents()
        #expect(found.count == 1)
        #expect(found.first?.agent == AgentID(rawValue: "agent-1"))
        #expect(found.first?.to != nil)
    }
}

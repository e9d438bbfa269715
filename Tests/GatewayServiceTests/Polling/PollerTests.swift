import CallDomain
import Logging
import ServiceLifecycle
import Testing

@testable import GatewayService

@Suite struct PollerTests {
    /// The predecessor's documented day: placed, connected, ended, completed with its recording.
    private static let day: [(seconds: Double, body: CallBody)] = [
        (0, CallBody(status: "queued", updatedAt: .at(0))),
        (30, CallBody(status: "in-progress", updatedAt: .at(30))),
        (300, CallBody(status: "call-disconnected", updatedAt: .at(300), duration: 270)),
        (
            330,
            CallBody(
                status: "completed", updatedAt: .at(330), duration: 270,
                recording: "https://api.bolna.ai/recordings/call/exec-1")
        ),
    ]

    /// Moves time by steps of a second; every 30 s the poller takes a turn, like the service does.
    private func pass(
        _ gateway: TestGateway, _ poller: Poller, until end: Int, each: (Int) async throws -> Void = { _ in }
    ) async throws {
        let begin = Int(gateway.now.duration(since: .start).seconds)
        for second in (begin + 1)...end {
            gateway.clock.advance(by: .seconds(1))
            if second % 30 == 0 { await poller.turn() }
            try await each(second)
        }
    }

    private func plan(_ gateway: TestGateway) {
        for (seconds, body) in Self.day { gateway.bolna.tell(body, at: .at(seconds)) }
    }

    private func dial(_ gateway: TestGateway) async throws {
        gateway.bolna.answer { request in
            guard case .call = request.endpoint else { return nil }
            return .json("{\"message\":\"done\",\"status\":\"queued\",\"execution_id\":\"exec-1\"}")
        }
        let service = DialService(context: gateway.context, clock: gateway.clock)
        let answer = await service.dial(account: .default, request: .test)
        guard case .placed = answer else {
            Issue.record("the call must be placed: \(answer)")
            return
        }
    }

    @Test("Without any webhook the documented day is readable within 35 s of each change")
    func dayWithoutWebhooks() async throws {
        let gateway = try TestGateway()
        plan(gateway)
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        try await dial(gateway)
        #expect(try gateway.status() == .queued)
        await poller.turn()
        var learned: [CallStatus: Int] = [:]
        var recording: Int?
        try await pass(gateway, poller, until: 600) { second in
            let state = try gateway.record()?.state
            if let status = state?.status, learned[status] == nil { learned[status] = second }
            if recording == nil, state?[.recordingURL] != nil { recording = second }
        }
        #expect(try #require(learned[.inProgress]) <= 30 + 35)
        #expect(try #require(learned[.completed]) <= 330 + 35)
        #expect(try #require(learned[.callDisconnected] ?? learned[.completed]) <= 300 + 35)
        #expect(try #require(recording) <= 330 + 35)
        let reads = gateway.bolna.reads.count
        try await pass(gateway, poller, until: 3_600)
        #expect(gateway.bolna.reads.count == reads, "nothing is read once all is known")
    }

    @Test("With webhooks each change of the documented day is readable at once, and nothing is read")
    func dayWithWebhooks() async throws {
        let gateway = try TestGateway()
        plan(gateway)
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        // Another call has shown before that webhooks come.
        await gateway.webhook(CallBody(id: "exec-0", status: "canceled"))
        try await dial(gateway)
        await poller.turn()
        try await pass(gateway, poller, until: 7_200) { second in
            guard let told = Self.day.first(where: { Int($0.seconds) == second }) else { return }
            await gateway.webhook(told.body)
            let shown = try gateway.status()?.word
            #expect(shown == told.body.status)
        }
        #expect(try gateway.record()?.state?[.recordingURL] != nil)
        #expect(gateway.bolna.reads == [])
        #expect(try gateway.record()?.ledger.outcome == .settled)
    }

    @Test("A captured life cycle whose webhooks all arrive costs no read")
    func healthyLifeCycle() async throws {
        let gateway = try TestGateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        let cycle: [(second: Int, status: String)] = [
            (1, "initiated"), (3, "ringing"), (5, "in-progress"), (39, "call-disconnected"), (812, "completed"),
        ]
        for (second, status) in cycle {
            gateway.bolna.tell(CallBody(status: status, updatedAt: .at(Double(second))), at: .at(Double(second)))
        }
        try await pass(gateway, poller, until: 3_600) { second in
            guard let step = cycle.first(where: { $0.second == second }) else { return }
            await gateway.webhook(
                CallBody(
                    status: step.status, updatedAt: .at(Double(second)),
                    duration: step.status == "completed" ? 27.2 : 0,
                    recording: step.status == "completed" ? "https://api.bolna.ai/recordings/call/exec-1" : nil))
        }
        #expect(gateway.bolna.reads == [])
        #expect(try gateway.status() == .completed)
    }

    @Test("With all webhooks lost on a healthy path each change is learned within its deadline and a tick")
    func lostWebhooks() async throws {
        let gateway = try TestGateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await gateway.webhook(CallBody(id: "exec-0", status: "canceled"))
        let settings = gateway.context.settings
        // Each change comes just after the state before it was learned, so that its whole deadline passes.
        await gateway.webhook(CallBody(status: "initiated", updatedAt: .at(0)))
        let steps: [(status: String, deadline: Duration)] = [
            ("ringing", settings.initiated), ("in-progress", settings.ringing), ("call-disconnected", settings.talking),
            ("completed", settings.ended),
        ]
        for step in steps {
            let changed = gateway.now
            gateway.bolna.tell(CallBody(status: step.status, updatedAt: changed), at: changed)
            let bound = changed.advanced(by: step.deadline + settings.tick)
            while try gateway.status()?.word != step.status {
                try #require(gateway.now <= bound, "\(step.status) is late")
                let second = Int(gateway.now.duration(since: .start).seconds)
                try await pass(gateway, poller, until: second + 1)
            }
        }
        #expect(gateway.registry.exposition().contains("gw_missed_webhooks_total{account=\"default\"}"))
    }

    @Test("A refused token pauses the polling, and the next token that is taken resumes it")
    func pause() async throws {
        let gateway = try TestGateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        gateway.bolna.tell(CallBody(status: "in-progress"), at: .at(5))
        await gateway.webhook(CallBody(id: "exec-0", status: "canceled"))
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.bolna.answer { _ in .status(401) }
        try await pass(gateway, poller, until: 300)
        #expect(gateway.bolna.reads.count <= 1)
        #expect(gateway.log.lines.count { $0.contains("refuses the account's token") } == 1)
        let asked = gateway.bolna.requests.count { $0 == .me }
        #expect((1...2).contains(asked), "/user/me is asked every five minutes: \(asked)")
        gateway.bolna.answer(nil)
        try await pass(gateway, poller, until: 690)
        #expect(try gateway.status() == .inProgress)
        #expect(gateway.log.lines.contains { $0.contains("takes the account's token again") })
    }

    @Test("Three 404 answers over ten minutes end as unknown to Bolna, and the call stays")
    func notFound() async throws {
        let gateway = try TestGateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await gateway.webhook(CallBody(status: "ringing"))
        try await pass(gateway, poller, until: 1_800)
        #expect(gateway.bolna.reads.count >= 3)
        #expect(try gateway.record()?.ledger.outcome == .unknownToBolna)
        #expect(try gateway.status() == .ringing)
        let reads = gateway.bolna.reads.count
        try await pass(gateway, poller, until: 3_600)
        #expect(gateway.bolna.reads.count == reads)
    }

    @Test("An answer that is another call is kept aside, and the call is unchanged")
    func otherCall() async throws {
        let gateway = try TestGateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.bolna.answer { request in
            guard case .execution = request.endpoint else { return nil }
            return .response(status: 200, retryAfter: nil, body: CallBody(id: "exec-9", status: "busy").bytes)
        }
        try await pass(gateway, poller, until: 120)
        let kept = try gateway.store.quarantine(account: .default, before: nil, limit: 10)
        #expect(kept.map(\.delivery.reason) == [.otherCall])
        #expect(try gateway.status() == .ringing)
        #expect(try gateway.record("exec-9") == nil)
    }

    @Test("An unverified hint is verified by the next turn, and is not believed before")
    func hint() async throws {
        let gateway = try TestGateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        gateway.clock.advance(by: .seconds(1))
        await gateway.deliver(CallBody(status: "completed").bytes, trust: .addressed, standing: .hint)
        #expect(try gateway.record()?.state == nil)
        await poller.turn()
        #expect(try gateway.status() == .ringing)
    }

    @Test("A read that failed does not make a scope without webhooks wait like one with them")
    func failedReadKeepsPace() async throws {
        let gateway = try TestGateway()
        plan(gateway)
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        try await dial(gateway)
        #expect(try gateway.record()?.ledger.open?.why == .pace)
        gateway.bolna.answer { request in
            guard case .execution = request.endpoint else { return nil }
            return .status(500)
        }
        try await pass(gateway, poller, until: 30)
        #expect(gateway.bolna.reads.count == 1)
        #expect(try gateway.record()?.ledger.open?.why == .pace)
    }

    @Test("A tick that sends no read says nothing")
    func quietLog() async throws {
        let gateway = try TestGateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.bolna.answer { _ in .status(401) }
        try await pass(gateway, poller, until: 240)
        #expect(gateway.bolna.reads == [])
        #expect(!gateway.log.lines.contains { $0.contains("reads what is overdue") })
    }

    @Test("A wake between ticks earns no probe of an account whose breaker is open")
    func noProbeByWake() async throws {
        let gateway = try TestGateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await poller.turn()
        gateway.bolna.answer { _ in .status(500) }
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.clock.advance(by: .seconds(75))
        gateway.context.gate.withLock { gate in
            for _ in 0..<20 {
                _ = gate.answered(.me, account: .default, outcome: .status(500), organization: nil, now: .at(75))
            }
        }
        gateway.context.gate.withLock { $0.passed(.default) }
        #expect(!gateway.context.gate.withLock { $0.mayPass(.default) }, "the probe of this tick is taken")
        await poller.turn(isTick: false)
        #expect(gateway.bolna.reads == [])
        gateway.clock.advance(by: .seconds(30))
        await poller.turn()
        #expect(gateway.bolna.reads.count == 1)
    }

    @Test("As a service it ticks by its clock and at a wake, and finishes what is in flight at the shutdown")
    func service() async throws {
        let gateway = try TestGateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        gateway.bolna.tell(CallBody(status: "in-progress"), at: .start)
        await gateway.webhook(CallBody(status: "ringing"))
        let group = ServiceGroup(services: [poller], logger: Logger(label: "test") { _ in gateway.log })
        async let run: Void = group.run()
        try await eventually("the first tick asks for the organization") { gateway.bolna.requests == [.me] }
        try await eventually("the next tick is awaited") { gateway.clock.timers == 1 }
        gateway.bolna.hold()
        for _ in 1...4 {
            gateway.clock.advance(by: .seconds(30))
            try await eventually("the next tick is awaited") { gateway.clock.timers == 1 }
        }
        try await eventually("the overdue call is asked for") { gateway.bolna.held == 1 }
        await group.triggerGracefulShutdown()
        try await eventually("the grace is awaited") { gateway.clock.timers == 1 }
        gateway.bolna.release()
        try await run
        #expect(try gateway.status() == .inProgress)
    }

    @Test("An account that is added while the gateway runs is read; one that is disabled, or not to be polled, is not")
    func followsAccounts() async throws {
        let gateway = try TestGateway(accounts: [GatewayAccount(id: .default, hasToken: false)])
        let accounts = gateway.context.accounts
        func use(_ account: GatewayAccount) {
            accounts.replace([account])
            gateway.context.gate.update(accounts: accounts, renewed: [])
        }
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await gateway.webhook(CallBody(status: "ringing"))
        func pass() async {
            for _ in 1...6 {
                gateway.clock.advance(by: .seconds(30))
                await poller.turn()
            }
        }
        await pass()
        #expect(gateway.bolna.requests == [])
        use(GatewayAccount(id: .default, hasToken: true, polls: false))
        await pass()
        #expect(gateway.bolna.reads == [])
        use(GatewayAccount(id: .default, hasToken: true, isDisabled: true))
        await pass()
        #expect(gateway.bolna.reads == [])
        use(GatewayAccount(id: .default, hasToken: true))
        await pass()
        #expect(!gateway.bolna.reads.isEmpty)
        #expect(gateway.log.lines.count { $0.contains("No account has a token") } == 1)
    }

    @Test("Without any token nothing is asked, and that is said")
    func noToken() async throws {
        let gateway = try TestGateway(accounts: [GatewayAccount(id: .default, hasToken: false)])
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        let group = ServiceGroup(services: [poller], logger: Logger(label: "test") { _ in gateway.log })
        async let run: Void = group.run()
        try await eventually("it is said") { gateway.log.lines.contains { $0.contains("No account has a token") } }
        await group.triggerGracefulShutdown()
        try await run
        #expect(gateway.bolna.requests == [])
    }
}

extension DialRequest {
    static var test: DialRequest {
        DialRequest(
            agent: AgentID(rawValue: "agent-1"), recipient: "+15550100123", leadID: "lead-1", callerName: "Ada",
            fingerprint: ContentDigest(of: [1]))
    }
}

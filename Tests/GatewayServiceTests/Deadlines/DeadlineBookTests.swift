import CallDomain
import Testing

@testable import GatewayService

@Suite struct DeadlineBookTests {
    private let agent = AgentID(rawValue: "agent-1")

    private func tell(_ gateway: TestGateway, _ id: String, _ status: String, duration: Double = 0) async {
        await gateway.webhook(
            CallBody(id: id, status: status, createdAt: gateway.now, updatedAt: gateway.now, duration: duration))
    }

    /// Calls that ring so long, each told by webhooks.
    private func ring(_ gateway: TestGateway, _ seconds: some Sequence<Int>, prefix: String = "call") async {
        for (number, length) in seconds.enumerated() {
            await tell(gateway, "\(prefix)-\(number)", "ringing")
            gateway.clock.advance(by: .seconds(length))
            await tell(gateway, "\(prefix)-\(number)", "busy")
        }
    }

    private func beat(_ gateway: TestGateway) async {
        await Heartbeat(context: gateway.context, clock: gateway.clock, onOutage: { _ in }).beat()
    }

    private func profile(_ gateway: TestGateway, agent: String = "agent-1") -> ScopeProfile {
        gateway.context.profile(
            account: .default, agent: AgentID(rawValue: agent), execution: ExecutionID(rawValue: "another"))
    }

    @Test("After fifty gaps an agent's own deadline holds for its next call, with the number of its samples")
    func learns() async throws {
        let gateway = try TestGateway()
        await ring(gateway, repeatElement(50, count: 49))
        await beat(gateway)
        #expect(profile(gateway).learnedDeadlines == [:])
        await ring(gateway, [50], prefix: "last")
        await beat(gateway)
        let learned = try #require(profile(gateway).learnedDeadlines[4])
        #expect(learned.samples == 50 && learned.perMille == 995)
        #expect(learned.within >= .seconds(50) && learned.within < .milliseconds(50_600))
        #expect(profile(gateway, agent: "agent-2").learnedDeadlines == [:])
        await tell(gateway, "next", "ringing")
        let open = try #require(try gateway.record("next")?.ledger.open)
        #expect(open.learned == learned)
        #expect(open.due == gateway.now.advanced(by: learned.wait(standard: .seconds(75))))
    }

    @Test("What was learned is kept over a restart, and forgotten after four weeks")
    func remembered() async throws {
        let gateway = try TestGateway()
        await ring(gateway, repeatElement(50, count: 60))
        await beat(gateway)
        let records = try gateway.store.learned()
        #expect(records.map(\.topic) == [.ringing])
        let now = gateway.now
        let again = DeadlineBook(settings: gateway.context.settings, remembered: records, now: now)
        #expect(
            again.learned(account: .default, agent: agent)
                == gateway.context.deadlines.learned(account: .default, agent: agent))
        let later = DeadlineBook(
            settings: gateway.context.settings, remembered: records, now: now.advanced(by: .seconds(28 * 86_400)))
        #expect(later.learned(account: .default, agent: agent) == DeadlineBook.Learned())
        var damaged = records
        damaged[0].bytes = [9, 9]
        let fresh = DeadlineBook(settings: gateway.context.settings, remembered: damaged, now: now)
        #expect(fresh.learned(account: .default, agent: agent) == DeadlineBook.Learned())
    }

    @Test("Repeats, hints, and webhooks that never come are no samples")
    func noSamples() async throws {
        let gateway = try TestGateway()
        await tell(gateway, "first", "initiated")
        let checks = CheckService(context: gateway.context)
        for number in 1...60 {
            let id = "lost-\(number)"
            let ringing = CallBody(id: id, status: "ringing", createdAt: gateway.now, updatedAt: gateway.now)
            await gateway.webhook(ringing)
            gateway.clock.advance(by: .seconds(80))
            await gateway.webhook(ringing)
            let busy = CallBody(id: id, status: "busy", createdAt: gateway.now, updatedAt: gateway.now)
            await gateway.deliver(busy.bytes, trust: .addressed, standing: .hint)
            gateway.bolna.tell(busy, at: gateway.now)
            _ = await checks.check(account: .default, reference: id)
        }
        #expect(try gateway.status("lost-60") == .busy)
        await beat(gateway)
        #expect(profile(gateway).learnedDeadlines == [:])
        #expect(try gateway.store.learned().isEmpty)
    }

    @Test("While the path is not healthy nothing is learned, and a gap over its failure is none")
    func unhealthy() async throws {
        let gateway = try TestGateway()
        let book = DeadlineBook(settings: gateway.context.settings)
        func hear(_ id: String, _ status: String, _ path: PathState) async throws {
            let body = CallBody(id: id, status: status, createdAt: gateway.now, updatedAt: gateway.now)
            let statement = try ReadAnswer(
                .response(status: 200, retryAfter: nil, body: body.bytes), asked: ExecutionID(rawValue: id)
            ).told
            let observation = gateway.context.observation(
                account: .default, agent: nil,
                key: ObservationKey(
                    source: .webhook, trust: .signed, standing: .applied, digest: ContentDigest(of: body.bytes)),
                receivedAt: gateway.now, body: body.bytes, statement: statement)
            for case .observed(let observed) in try await gateway.context.writer.submit([.observation(observation)]) {
                book.heard(observed, from: observation, path: path)
            }
        }
        for number in 1...60 {
            let paths: (PathState, PathState) =
                switch number % 4 {
                case 0: (.healthy, .degraded)
                case 1: (.degraded, .healthy)
                case 2: (.unproven, .unproven)
                default: (.degraded, .degraded)
                }
            try await hear("call-\(number)", "ringing", paths.0)
            gateway.clock.advance(by: .seconds(200))
            try await hear("call-\(number)", "busy", paths.1)
        }
        #expect(book.takeChanges(at: gateway.now).isEmpty)
        try await hear("call-61", "ringing", .healthy)
        try await hear("call-62", "ringing", .degraded)
        try await hear("call-63", "ringing", .healthy)
        try await hear("call-61", "busy", .healthy)
        #expect(book.takeChanges(at: gateway.now).isEmpty)
        try await hear("call-63", "busy", .healthy)
        #expect(book.takeChanges(at: gateway.now).count == 1)
    }

    @Test("Which artefacts come, and when, is learned of each call that somebody talked in")
    func artefacts() async throws {
        let gateway = try TestGateway()
        for number in 1...20 {
            let id = "call-\(number)"
            await tell(gateway, id, "completed", duration: 30)
            gateway.clock.advance(by: .seconds(120))
            var late = CallBody(
                id: id, status: "completed", createdAt: gateway.now, updatedAt: gateway.now, duration: 30)
            late.recording = "https://example.com/\(number)"
            await gateway.webhook(late)
        }
        await beat(gateway)
        let recording = try #require(profile(gateway).artefacts[.recording])
        #expect(recording.calls == 20 && recording.arrived == 20 && recording.samples == 20)
        #expect(try #require(recording.within) >= .seconds(120))
        #expect(profile(gateway).artefacts[.transcript]?.arrived == 20)
        #expect(profile(gateway).artefacts[.extraction] == nil)
        await tell(gateway, "next", "completed", duration: 30)
        let wait = try #require(try gateway.record("next")?.ledger.artefacts?[.recording])
        #expect(wait.isSure && wait.history == recording)
        #expect(try gateway.record("call-1")?.ledger.artefacts?[.recording]?.endedAt == .at(120))
    }

    @Test("An artefact that twenty looked-for calls did not have is not looked for any more")
    func neverProvided() async throws {
        let gateway = try TestGateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        for number in 1...20 {
            let body = CallBody(
                id: "call-\(number)", status: "completed", createdAt: gateway.now, updatedAt: gateway.now, duration: 30)
            gateway.bolna.tell(body, at: gateway.now)
            await gateway.webhook(body)
        }
        for _ in 1...70 {
            gateway.clock.advance(by: .seconds(30))
            await poller.turn()
        }
        #expect(gateway.bolna.reads.count == 40)
        #expect(try gateway.record("call-7")?.ledger.outcome == .notProvided)
        await beat(gateway)
        #expect(profile(gateway).artefacts[.recording] == ArtefactHistory(calls: 20, arrived: 0))
        await tell(gateway, "next", "completed", duration: 30)
        #expect(try gateway.record("next")?.ledger.open == nil)
        #expect(try gateway.record("next")?.ledger.outcome == .settled)
    }

    @Test("A heartbeat takes only so many records, those that wait longest first; what was not stored comes again")
    func taken() async throws {
        let gateway = try TestGateway()
        await tell(gateway, "first", "initiated")
        for number in 1...70 {
            for status in ["ringing", "busy"] {
                gateway.clock.advance(by: .seconds(1))
                await gateway.webhook(
                    CallBody(
                        id: "call-\(number)", agent: "agent-\(1_000 + number)", status: status,
                        createdAt: gateway.now, updatedAt: gateway.now))
                await gateway.webhook(
                    CallBody(
                        id: "other-\(number)", agent: "agent-\(1_000 + number)", status: status,
                        createdAt: gateway.now, updatedAt: gateway.now))
            }
        }
        let book = gateway.context.deadlines
        let first = book.takeChanges(at: gateway.now)
        #expect(first.count == DeadlineBook.mostTaken)
        #expect(first.agents == (1...64).map { "agent-\(1_000 + $0)" })
        #expect(book.takeChanges(at: gateway.now).agents == (65...70).map { "agent-\(1_000 + $0)" })
        #expect(book.takeChanges(at: gateway.now).isEmpty)
        book.giveBack(first)
        #expect(book.takeChanges(at: gateway.now).count == 64)
    }
}

extension [JournalEntry] {
    fileprivate var agents: [String] {
        compactMap { if case .learned(let record) = $0 { record.agent?.rawValue } else { nil } }
    }
}

extension ReadAnswer {
    /// What it tells.
    fileprivate var told: Statement {
        get throws {
            guard case .statement(let statement, _) = self else { throw NeverHappened(what: "a statement") }
            return statement
        }
    }
}

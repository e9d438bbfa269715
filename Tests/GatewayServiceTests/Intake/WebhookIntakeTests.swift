import CallDomain
import GatewayService
import Synchronization
import Testing

@Suite struct WebhookIntakeTests {
    @Test("A call webhook is stored, and the same bytes again are a duplicate")
    func stored() async throws {
        let gateway = try TestGateway()
        #expect(await gateway.webhook(CallBody(status: "ringing")) == .stored(new: 1, duplicates: 0))
        #expect(await gateway.webhook(CallBody(status: "ringing")) == .stored(new: 0, duplicates: 1))
        let id = try #require(try gateway.record()?.call.rawValue)
        #expect(id.utf8.count == 24)
        #expect(id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    }

    @Test("A bare array is as many observations")
    func array() async throws {
        let gateway = try TestGateway()
        let bodies = (1...3).map { CallBody(id: "exec-\($0)", status: "ringing").text }
        let outcome = await gateway.deliver(Array("[\(bodies.joined(separator: ","))]".utf8))
        #expect(outcome == .stored(new: 3, duplicates: 0))
        for number in 1...3 { #expect(try gateway.status("exec-\(number)") == .ringing) }
        let alone = await gateway.webhook(CallBody(id: "exec-2", status: "ringing"))
        #expect(alone == .stored(new: 0, duplicates: 1), "its bytes are those of the element")
    }

    @Test(
        "What cannot be used is kept aside",
        arguments: [
            ("not json", QuarantineReason.notJSON), ("{\"status\":\"ringing\"}", .noID), ("17", .unknownShape),
            ("{\"event\":\"execution.terminal\",\"execution_id\":\"x\"}", .workflow),
        ])
    func quarantine(body: String, reason: QuarantineReason) async throws {
        let gateway = try TestGateway()
        #expect(await gateway.deliver(Array(body.utf8)) == .quarantined(reason))
        let kept = try gateway.store.quarantine(account: .default, before: nil, limit: 10)
        #expect(kept.map(\.delivery.reason) == [reason])
        #expect(kept.first?.delivery.body == Array(body.utf8))
    }

    @Test("A body of another agent than that of its address is kept aside, and changes nothing")
    func agentMismatch() async throws {
        let gateway = try TestGateway()
        let bound = AgentID(rawValue: "agent-2")
        #expect(await gateway.webhook(CallBody(status: "ringing"), agent: bound) == .quarantined(.agentMismatch))
        #expect(try gateway.record() == nil)
        let own = AgentID(rawValue: "agent-1")
        #expect(await gateway.webhook(CallBody(status: "ringing"), agent: own) == .stored(new: 1, duplicates: 0))
    }

    @Test("Refused deliveries cause no writes of their own: the next count that is written down has them all")
    func refusals() async throws {
        let gateway = try TestGateway()
        let intake = WebhookIntake(context: gateway.context, onHint: {})
        for _ in 1...1_000 { intake.countRefusal(account: .default, reason: "wrong-token") }
        #expect(try gateway.store.reportPositions().upperBound == 0)
        await gateway.context.writeTallies()
        #expect(try gateway.store.reportPositions().upperBound == 1)
        let query = ReportQuery(account: .default, from: .at(-60), to: .at(60))
        #expect(try gateway.store.report(query).value(.refused) == 1_000)
    }

    @Test("A delivery that could not be stored counts no names: it comes again")
    func namesOfStored() async throws {
        let gateway = try TestGateway()
        let body = Array("{\"id\":\"e\",\"status\":\"on-hold\",\"mood\":\"calm\"}".utf8)
        gateway.store.fail(StoreError(kind: .full, message: "the disk is full"))
        #expect(await gateway.deliver(body) == .busy(retryAfter: .seconds(5)))
        gateway.store.fail(nil)
        #expect(await gateway.deliver(body) == .stored(new: 1, duplicates: 0))
        await gateway.context.writeTallies()
        let query = ReportQuery(account: .default, from: .at(-60), to: .at(60))
        let names = try gateway.store.report(query).names
        #expect(names.map(\.count) == [1, 1], "\(names)")
    }

    @Test("A store that fails makes the sender try again, and says nothing of the body in the log")
    func unavailable() async throws {
        let gateway = try TestGateway()
        gateway.store.fail(StoreError(kind: .full, message: "the disk is full"))
        let outcome = await gateway.webhook(CallBody(status: "ringing", recipientData: "{\"name\":\"canary-name\"}"))
        #expect(outcome == .busy(retryAfter: .seconds(5)))
        #expect(!gateway.log.lines.contains { $0.contains("canary-name") })
    }

    @Test("A hint asks for a read at once; an applied webhook does not")
    func hint() async throws {
        let gateway = try TestGateway()
        let count = Mutex(0)
        let intake = WebhookIntake(context: gateway.context, onHint: { count.withLock { $0 += 1 } })
        await gateway.webhook(CallBody(id: "exec-2", status: "ringing"), intake: intake)
        #expect(count.withLock { $0 } == 0)
        await gateway.deliver(CallBody(status: "ringing").bytes, trust: .addressed, standing: .hint, intake: intake)
        #expect(count.withLock { $0 } == 1)
    }

    @Test("A change of status is one line with its reason, a repetition is none")
    func lines() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "queued", updatedAt: .at(0)))
        await gateway.webhook(CallBody(status: "ringing", updatedAt: .at(1)))
        await gateway.webhook(CallBody(status: "ringing", updatedAt: .at(1)))
        let lines = gateway.log.lines.filter { $0.hasPrefix("A call's status changed.") }
        #expect(lines.count == 2)
        #expect(lines.last?.contains("status.from=queued status.to=ringing") == true)
        #expect(lines.last?.contains("source=webhook") == true)
        #expect(lines.last?.contains("rule=later-step") == true)
    }

    @Test("Deliveries are counted by what became of them")
    func metrics() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing"))
        await gateway.webhook(CallBody(status: "ringing"))
        await gateway.deliver(Array("x".utf8))
        let text = gateway.registry.exposition()
        for result in ["stored", "duplicate", "quarantined"] {
            #expect(text.contains("gw_deliveries_received_total{result=\"\(result)\",source=\"webhook\"} 1\n"))
        }
    }

    @Test(
        "What the store refuses, also aside, is not acknowledged",
        arguments: [CallBody(status: "ringing").text, "no JSON"])
    func refusedByStore(body: String) async throws {
        let gateway = try TestGateway()
        gateway.store.refuse(StoreError(kind: .invalid, message: "it cannot be stored"))
        guard case .busy = await gateway.deliver(Array(body.utf8)) else {
            Issue.record("it must be busy")
            return
        }
    }
}

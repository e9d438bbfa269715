import BolnaWire
import CallDomain
import Testing

@testable import GatewayService

@Suite struct PersonServiceTests {
    private func isMentioned(_ fixture: PersonFixture) throws -> Bool {
        let number = try #require(TelephoneNumber(PersonFixture.number))
        return try !fixture.gateway.store.mentions(account: .default, number: number, after: nil).isEmpty
    }

    @Test("A dry run counts and changes nothing")
    func dryRun() async throws {
        let fixture = try PersonFixture()
        await fixture.deliver(PersonFixture.body())
        await fixture.deliver(Array("{\"to\":\"+14155550100\"}".utf8))
        let report = try await fixture.persons.forget(PersonFixture.number, isDryRun: true, by: fixture.principal)
        #expect(report.calls == 1)
        #expect(report.quarantine == 1)
        #expect(try fixture.gateway.status() == .completed)
        #expect(try await fixture.audit().isEmpty)
        #expect(!fixture.context.forgotten.isNamed(in: PersonFixture.number, of: .default))
    }

    @Test(
        "What is not a whole number in the one form is refused: part of one would delete what is not meant, and come back",
        arguments: ["+1415", "14155550100", "4155550100", "0014155550100", "+1 415 555 0100", "+1415555010012345"])
    func noNumber(number: String) async throws {
        let fixture = try PersonFixture()
        await fixture.deliver(PersonFixture.body())
        await #expect(throws: ForgetFailure.noNumber) {
            _ = try await fixture.persons.forget(number, by: fixture.principal)
        }
        #expect(try fixture.gateway.status() == .completed)
    }

    @Test(
        "However Bolna writes the number, what is there goes, and what comes later is dropped",
        arguments: ["14155550100", "+1 415 555 0100", "0014155550100", "+1 (415) 555-0100", "1-415-555-0100"])
    func spellings(number: String) async throws {
        let fixture = try PersonFixture()
        await fixture.deliver(PersonFixture.body(number: number))
        #expect(try await fixture.persons.forget(PersonFixture.number, by: fixture.principal).calls == 1)
        await fixture.deliver(PersonFixture.body("exec-2", number: number))
        #expect(try fixture.gateway.record() == nil)
        #expect(try fixture.gateway.record("exec-2") == nil)
    }

    @Test("A longer number that has the digits in it is another person's")
    func longer() async throws {
        let fixture = try PersonFixture()
        await fixture.deliver(PersonFixture.body(number: "+141555501001"))
        #expect(try await fixture.persons.forget(PersonFixture.number, by: fixture.principal).calls == 0)
        #expect(try fixture.gateway.status() == .completed)
    }

    @Test("Later bodies about an erased call are not kept readable, though they do not name the number")
    func laterBodies() async throws {
        let fixture = try PersonFixture()
        await fixture.deliver(PersonFixture.body())
        _ = try await fixture.persons.forget(PersonFixture.number, by: fixture.principal)
        let unusable = "{\"id\":\"exec-1\",\"status\":7,\"transcript\":\"user: Zzorina here\"}"
        await fixture.deliver(Array(unusable.utf8))
        let told = "{\"id\":\"exec-1\",\"status\":\"busy\",\"transcript\":\"user: Zzorina here\"}"
        let partly = "[\(told),{\"status\":\"busy\"}]"
        await fixture.deliver(Array(partly.utf8))
        let entries = try fixture.gateway.store.quarantine(
            account: .default, query: QuarantineQuery(), slice: QuarantineSlice(limit: 10, withBodies: true))
        #expect(entries.count == 2)
        #expect(entries.allSatisfy { !$0.isBodyKept && $0.settlement?.resolution == .forgotten })
    }

    @Test("A number is forgotten everywhere, and who asked is written down without it")
    func forget() async throws {
        let fixture = try PersonFixture()
        await fixture.deliver(PersonFixture.body())
        await fixture.deliver(PersonFixture.body("other", number: "+14155550199"))
        await fixture.deliver(Array("{\"to\":\"+14155550100\"}".utf8))
        fixture.gateway.refusals.record(
            Refusal(
                receivedAt: .start, account: "default", reason: "signature", peer: "192.0.2.1",
                body: PersonFixture.body()))
        let report = try await fixture.persons.forget(PersonFixture.number, by: fixture.principal)
        #expect((report.calls, report.quarantine, report.refusals) == (1, 1, 1))
        #expect(report.isCompacted)
        #expect(try fixture.gateway.record() == nil)
        #expect(try fixture.gateway.status("other") == .completed)
        #expect(try !isMentioned(fixture))
        #expect(fixture.gateway.refusals.newest.isEmpty)
        let records = try await fixture.audit()
        #expect(records.map(\.action) == [.forget, .forget])
        #expect(records.allSatisfy { $0.actor == "tester" && !$0.subject.contains("4155550100") })
        #expect(!fixture.gateway.log.lines.contains { $0.contains("4155550100") })
    }

    @Test("A forgotten number stays so: webhooks, reads, sweeps, replays, imports and dials do not bring it back")
    func staysForgotten() async throws {
        let fixture = try PersonFixture()
        let gateway = fixture.gateway
        await fixture.deliver(PersonFixture.body())
        _ = try await fixture.persons.forget(PersonFixture.number, by: fixture.principal)
        await fixture.deliver(PersonFixture.body())
        await fixture.deliver(PersonFixture.body("exec-1", "busy", updatedAt: .at(60)))
        await fixture.deliver(PersonFixture.body("exec-2", "ringing"))
        await fixture.deliver(Array("{\"to\":\"+14155550100\"}".utf8))
        #expect(try gateway.record("exec-1") == nil)
        #expect(try gateway.record("exec-2") == nil)

        // A read and an import, as the store is given them.
        for source in [Source.poll, .check, .sweep, .import] {
            let body = PersonFixture.body("exec-3")
            let statement = try #require(
                DeliveryReading(webhook: body, digest: ContentDigest(of: body), of: nil) { ContentDigest(of: $0) }
                    .parts.first?.statement)
            let key = ObservationKey(
                source: source, trust: .authoritative, standing: .applied, digest: ContentDigest(of: body))
            let incoming = fixture.context.observation(
                account: .default, agent: nil, key: key, receivedAt: .at(90),
                sentAt: source.isFullRead ? .at(89) : nil, body: body, statement: statement)
            guard case .forgotten? = try await fixture.context.submit([.observation(incoming)]).first else {
                Issue.record("\(source.word) must be dropped")
                return
            }
        }
        #expect(try !isMentioned(fixture))

        // A listing shows the calls, and none of them is read.
        let executions = ["exec-1", "exec-2", "exec-3"].map(ExecutionID.init(rawValue:))
        let known = try await fixture.context.known(executions, account: .default)
        #expect(executions.allSatisfy { (known[$0] ?? nil) != nil })
        #expect(gateway.bolna.reads.isEmpty)

        let quarantine = QuarantineService(context: fixture.context, reconciler: Reconciler())
        _ = try await quarantine.run(
            account: .default, QuarantineRequest(query: QuarantineQuery(), action: .replay(acceptsAgent: true)))
        #expect(try !isMentioned(fixture))

        let dials = DialService(context: fixture.context, clock: gateway.clock)
        let answer = await dials.dial(
            account: .default,
            request: DialRequest(
                agent: AgentID(rawValue: "agent-1"), recipient: PersonFixture.number,
                fingerprint: ContentDigest(of: [1])))
        guard case .invalid = answer else {
            Issue.record("it must not be dialled: \(answer)")
            return
        }
        #expect(gateway.bolna.requests.isEmpty)
    }

    @Test("A check that is under way while its call is forgotten does not show it")
    func check() async throws {
        let fixture = try PersonFixture()
        await fixture.deliver(PersonFixture.body("exec-1", "ringing"))
        fixture.gateway.bolna.answer { _ in
            .response(status: 200, retryAfter: nil, body: PersonFixture.body("exec-1", "completed", updatedAt: .at(5)))
        }
        fixture.gateway.bolna.hold()
        let checks = CheckService(context: fixture.context)
        async let outcome = checks.check(account: .default, reference: "exec-1")
        try await eventually("the read waits") { fixture.gateway.bolna.held == 1 }
        _ = try await fixture.persons.forget(PersonFixture.number, by: fixture.principal)
        fixture.gateway.bolna.release()
        guard case .notFound = await outcome else {
            Issue.record("it must not be found")
            return
        }
        #expect(try fixture.gateway.record() == nil)
    }

    @Test("Where the store cannot take it, the caller is told, the number is kept out, and asking again goes on")
    func failure() async throws {
        let fixture = try PersonFixture()
        await fixture.deliver(PersonFixture.body())
        fixture.gateway.store.fail(StoreError(kind: .full, message: "full"))
        await #expect(throws: ForgetFailure.self) {
            _ = try await fixture.persons.forget(PersonFixture.number, by: fixture.principal)
        }
        fixture.gateway.store.fail(nil)
        #expect(fixture.context.forgotten.isNamed(in: PersonFixture.number, of: .default))
        #expect(try await fixture.persons.forget(PersonFixture.number, by: fixture.principal).calls == 1)
        #expect(try !isMentioned(fixture))
    }

    @Test("Erasures are bounded, and name everything once")
    func erasures() {
        let calls = (0..<250).map { CallID(rawValue: "\($0)") }
        let erasures = PersonService.erasures(
            of: Mentions(calls: calls, quarantine: [1, 2]), account: .default, at: .start)
        #expect(erasures.map(\.calls.count) == [100, 100, 50])
        #expect(erasures.flatMap(\.calls) == calls)
        #expect(erasures.flatMap(\.quarantine) == [1, 2])
        #expect(PersonService.erasures(of: Mentions(), account: .default, at: .start).isEmpty)
    }
}

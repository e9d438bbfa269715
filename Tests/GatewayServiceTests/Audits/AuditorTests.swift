import CallDomain
import Testing

@testable import GatewayService

@Suite struct AuditorTests {
    /// Delivers this many calls that are done, of which Bolna answers something else about some.
    private func deliver(_ count: Int, to gateway: TestGateway, wrong: Set<Int> = [], standing: Standing = .applied)
        async
    {
        for number in 0..<count {
            var body = CallBody(id: "call-\(number)", status: "completed", createdAt: .start)
            gateway.bolna.tell(body, at: .start)
            if wrong.contains(number) {
                body.recording = "https://forged.example"
                body.status = "failed"
            }
            await gateway.deliver(body.bytes, trust: standing == .hint ? .addressed : .signed, standing: standing)
        }
    }

    private func audit(_ gateway: TestGateway, times: Int = 20) async {
        let auditor = Auditor(context: gateway.context, clock: gateway.clock)
        for _ in 0..<times {
            gateway.clock.advance(by: .seconds(30))
            await auditor.audit()
        }
    }

    private func audits(_ gateway: TestGateway) throws -> [Audit] {
        try gateway.store.audits(account: .default, from: .start, to: .at(1e6))
    }

    @Test("By default nothing is audited: a healthy path costs no read")
    func off() async throws {
        let gateway = try TestGateway()
        await deliver(50, to: gateway)
        await audit(gateway)
        #expect(gateway.bolna.requests.isEmpty)
    }

    @Test("A share of trusted deliveries is read again a minute later, and where both agree the journal stays as it is")
    func agrees() async throws {
        let gateway = try TestGateway(auditShare: 0.1)
        await deliver(100, to: gateway)
        let auditor = Auditor(context: gateway.context, clock: gateway.clock)
        gateway.clock.advance(by: .seconds(59))
        await auditor.audit()
        #expect(gateway.bolna.requests.isEmpty)
        await audit(gateway)
        let found = try audits(gateway)
        #expect((3...25).contains(found.count))
        #expect(found.allSatisfy { $0.outcome == .agrees && $0.differing.isEmpty })
        #expect(gateway.bolna.reads.count == found.count)
        for audit in found {
            let journal = try gateway.store.journal(account: .default, call: audit.call, withBodies: false)
            #expect(journal?.rows.count == 1)
            #expect(journal?.reads.isEmpty == true, "they are counted apart from all other reads")
        }
        #expect(gateway.registry.exposition().contains("gw_audits_total{outcome=\"agrees\"} \(found.count)"))
    }

    @Test("A difference is an incident that names fields and no values, and the read counts as evidence")
    func differs() async throws {
        let gateway = try TestGateway(auditShare: 0.1)
        await deliver(60, to: gateway, wrong: Set(0..<60))
        await audit(gateway)
        let found = try audits(gateway)
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.outcome == .differs && $0.differing == ["status"] })
        await Heartbeat(context: gateway.context, clock: gateway.clock) { _ in }.beat()
        let incidents = try gateway.store.incidents(account: .default, from: .start, to: .at(1e6))
            .filter { $0.kind == .auditDiffers }
        #expect(Set(incidents.compactMap(\.call)) == Set(found.map(\.call)))
        #expect(incidents.allSatisfy { !$0.detail.contains("forged") && $0.detail.contains("status") })
        for audit in found {
            #expect(
                try gateway.status(audit.call.rawValue) == .completed, "a read outranks what was received before it")
        }
    }

    @Test("Hints and repeats are not audited, and no answer is an outcome of its own")
    func others() async throws {
        let gateway = try TestGateway(auditShare: 0.1)
        await deliver(60, to: gateway, standing: .hint)
        await audit(gateway, times: 4)
        #expect(try audits(gateway).isEmpty)
        await deliver(60, to: gateway)
        await deliver(60, to: gateway)
        gateway.bolna.answer { request in if case .execution = request.endpoint { .status(500) } else { nil } }
        await audit(gateway)
        let found = try audits(gateway)
        #expect(!found.isEmpty && found.allSatisfy { $0.outcome == .unavailable })
        #expect(Set(found.map(\.call)).count == found.count)
    }

    @Test("A trusted delivery of a call that Bolna does not know is an incident, once it said so three times")
    func unknown() async throws {
        let gateway = try TestGateway(auditShare: 0.1)
        await deliver(60, to: gateway)
        gateway.bolna.answer { request in if case .execution = request.endpoint { .status(404) } else { nil } }
        await audit(gateway, times: 21)
        #expect(try audits(gateway).isEmpty, "Bolna's answers may lag")
        await audit(gateway, times: 10)
        let found = try audits(gateway)
        #expect(!found.isEmpty && found.allSatisfy { $0.outcome == .unknownToBolna })
        #expect(gateway.bolna.reads.count == 3 * found.count)
        let incidents = try gateway.store.incidents(account: .default, from: .start, to: .at(1e6))
            .filter { $0.kind == .auditDiffers }
        #expect(Set(incidents.compactMap(\.call)) == Set(found.map(\.call)))
        #expect(incidents.allSatisfy { $0.detail.contains("does not know") })
    }

    @Test("The read of an audit that differs is none that was made because something was overdue")
    func marked() async throws {
        let gateway = try TestGateway(auditShare: 0.1)
        await deliver(60, to: gateway, wrong: Set(0..<60))
        await audit(gateway)
        let report = try gateway.store.report(ReportQuery(account: .default, from: .start, to: .at(1e6)))
        #expect(report.figures.first { $0.id == FigureID(.pollReads) }?.value == 0)
        #expect((report.figures.first { $0.id == FigureID(.audits) }?.value ?? 0) > 0)
    }

    @Test("Audits that cannot be made are counted")
    func skipped() async throws {
        let gateway = try TestGateway(auditShare: 0.1)
        await deliver(60, to: gateway)
        gateway.bolna.answer { _ in .status(401) }
        _ = await gateway.context.send(.me, account: .default)
        await audit(gateway)
        #expect(try audits(gateway).isEmpty)
        #expect(gateway.registry.exposition().contains("gw_audits_total{outcome=\"skipped\"}"))
    }

    @Test("What waits is bounded")
    func bounded() throws {
        var machine = AuditMachine(share: 1)
        let most = AuditMachine.mostWaiting
        var random = SystemRandomNumberGenerator()
        for number in 0..<(most * 40) {
            let digest = ContentDigest(words: (UInt64(number) &* 1_000, random.next(), 0, 0))
            let statement = Statement(executionID: ExecutionID(rawValue: "\(number)"), status: .ringing)
            let incoming = IncomingObservation(
                account: .default,
                key: ObservationKey(source: .webhook, trust: .signed, standing: .applied, digest: digest),
                receivedAt: .start, body: [], statement: statement, profile: ScopeProfile(path: .healthy),
                proposedCallID: CallID(rawValue: "\(number)"))
            let observed = ObservedCall(
                call: CallID(rawValue: "\(number)"), execution: statement.executionID, agent: nil,
                decision: Decision(outcome: .created, rule: .first), status: .ringing, position: nil,
                metExpectation: nil, ledger: ExpectationLedger(), change: nil)
            machine.stored(incoming, as: observed, delay: .seconds(60))
        }
        #expect(machine.dropped == most * 39)
        let counts = [(59.0, 10), (60, 10), (60, 10_000)].map { machine.take(at: .at($0.0), limit: $0.1).count }
        #expect(counts == [0, 10, most - 10])
    }
}

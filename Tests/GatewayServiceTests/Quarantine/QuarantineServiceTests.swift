import BolnaWire
import CallDomain
import Testing

@testable import GatewayService

@Suite struct QuarantineServiceTests {
    private static let bound = AgentID(rawValue: "agent-2")

    private func service(_ gateway: TestGateway) -> QuarantineService {
        QuarantineService(context: gateway.context, reconciler: Reconciler())
    }

    private func records(_ gateway: TestGateway) throws -> [QuarantineRecord] {
        try gateway.store.quarantine(
            account: .default, query: QuarantineQuery(), slice: QuarantineSlice(isOldestFirst: true, limit: 100))
    }

    private func replay(
        acceptsAgent: Bool = false, isDryRun: Bool = false, ids: [Int64]? = nil
    ) -> QuarantineRequest {
        QuarantineRequest(
            query: QuarantineQuery(ids: ids), action: .replay(acceptsAgent: acceptsAgent), isDryRun: isDryRun)
    }

    @Test("A delivery of another agent stays aside until a person vouches for it; then it counts as of its receipt")
    func agentMismatch() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing", updatedAt: .at(5)), agent: Self.bound)
        #expect(try records(gateway).first?.delivery.execution == ExecutionID(rawValue: "exec-1"))
        gateway.clock.advance(by: .seconds(600))
        let service = service(gateway)

        let refused = try await service.run(account: .default, replay())
        #expect(refused.matching.open == 1)
        guard case .unusable(.agentMismatch, _, _)? = refused.results.first?.verdict else {
            Issue.record("it must stay")
            return
        }
        #expect(try gateway.record() == nil)

        let foretold = try await service.run(account: .default, replay(acceptsAgent: true, isDryRun: true))
        #expect(foretold.results.first?.verdict.statements.map(\.decision.outcome) == [.created])
        #expect(try gateway.record() == nil, "a dry run changes nothing")

        let done = try await service.run(account: .default, replay(acceptsAgent: true))
        #expect(done.results.first?.verdict.statements.map(\.decision.outcome) == [.created])
        #expect(done.next == nil)
        let call = try #require(try gateway.record())
        #expect(call.state?.status == .ringing)
        #expect(call.createdAt == .start)
        let row = try #require(
            try gateway.store.journal(account: .default, call: call.call, withBodies: true)?.rows.first)
        #expect(row.observation.receivedAt == .start)
        #expect(row.observation.key.trust == .signed)
        #expect(row.body == CallBody(status: "ringing", updatedAt: .at(5)).bytes)
        #expect(try records(gateway).first?.settlement?.resolution == .replayedByHand)

        let again = try await service.run(account: .default, replay(acceptsAgent: true))
        #expect(again.matching.open == 0)
        #expect(again.results.isEmpty)
    }

    @Test(
        "What still cannot be used says why, in a dry run and in a real one, and stays",
        arguments: [
            ("not json", QuarantineReason.notJSON), ("{\"status\":\"ringing\"}", .noID), ("17", .unknownShape),
            ("{\"id\":\"x\",\"status\":[1]}", .badField),
        ])
    func unusable(body: String, reason: QuarantineReason) async throws {
        let gateway = try TestGateway()
        #expect(await gateway.deliver(Array(body.utf8)) == .quarantined(reason))
        for isDryRun in [true, false] {
            let run = try await service(gateway).run(account: .default, replay(isDryRun: isDryRun))
            guard case .unusable(reason, let detail, _)? = run.results.first?.verdict else {
                Issue.record("it must stay: \(run.results)")
                return
            }
            #expect(!detail.isEmpty)
        }
        #expect(try records(gateway).map(\.settlement) == [nil])
    }

    @Test(
        "What is of another kind than calls is settled as it comes: nothing is to be done about it",
        arguments: [
            ("{\"event\":\"execution.terminal\",\"execution_id\":\"x\"}", QuarantineReason.workflow),
            ("{\"batch_id\":\"b\",\"state\":\"done\"}", .batch),
        ])
    func otherKinds(body: String, reason: QuarantineReason) async throws {
        let gateway = try TestGateway()
        #expect(await gateway.deliver(Array(body.utf8)) == .quarantined(reason))
        #expect(try records(gateway).map(\.settlement?.resolution) == [.keptAsOther])
        #expect(try await service(gateway).run(account: .default, replay()).results.isEmpty)
    }

    @Test("A read that answered with another call is told to be about the call that was asked for, and stays as it is")
    func otherCall() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.bolna.answer { _ in .json(CallBody(id: "other", status: "busy").text) }
        let checks = CheckService(context: gateway.context)
        _ = await checks.check(account: .default, reference: "exec-1")
        let kept = try #require(try records(gateway).first)
        #expect(kept.delivery.reason == .otherCall)
        #expect(kept.delivery.execution == ExecutionID(rawValue: "exec-1"))
        #expect(kept.delivery.sentAt == .start)
        guard
            case .unusable(.otherCall, _, _)? = try await service(gateway).run(account: .default, replay()).results
                .first?.verdict
        else {
            Issue.record("it must stay")
            return
        }
        gateway.bolna.answer(nil)
        gateway.bolna.tell(CallBody(status: "busy"), at: .start)
        gateway.clock.advance(by: .seconds(60))
        _ = await checks.check(account: .default, reference: "exec-1")
        #expect(try records(gateway).first?.settlement?.resolution == .settledByRead)
    }

    @Test("A check settles by itself what was kept aside of its call")
    func settledByCheck() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing"))
        await gateway.webhook(CallBody(status: "busy", updatedAt: .at(3)), agent: Self.bound)
        await gateway.webhook(CallBody(id: "exec-2", status: "busy"), agent: Self.bound)
        gateway.clock.advance(by: .seconds(10))
        gateway.bolna.tell(CallBody(status: "completed", updatedAt: .at(3)), at: .start)
        _ = await CheckService(context: gateway.context).check(account: .default, reference: "exec-1")
        #expect(try records(gateway).map(\.settlement?.resolution) == [.settledByRead, nil])
    }

    @Test("A part of an array that cannot be used keeps the entry open; the rest is stored once")
    func partly() async throws {
        let gateway = try TestGateway()
        let good = CallBody(status: "ringing").text
        #expect(await gateway.deliver(Array("[\(good),{\"status\":\"busy\"}]".utf8)) == .stored(new: 1, duplicates: 0))
        let run = try await service(gateway).run(account: .default, replay())
        guard case .unusable(.noID, _, let statements)? = run.results.first?.verdict else {
            Issue.record("it must stay")
            return
        }
        #expect(statements.map(\.decision.outcome) == [.duplicate])
        #expect(
            await gateway.deliver(Array(good.utf8)) == .stored(new: 0, duplicates: 1), "its bytes are the element's")
    }

    @Test("What the account's policy refuses now is not let in by a replay; what it lowers to a hint is one")
    func policy() async throws {
        let addressed = TrustPolicy(addressed: .refuse)
        let strict = GatewayAccount(id: .default, hasToken: true, trustPolicy: addressed)
        let gateway = try TestGateway(accounts: [strict])
        await gateway.deliver(
            CallBody(status: "ringing").bytes, agent: Self.bound, trust: .addressed, standing: .hint)
        let run = try await service(gateway).run(account: .default, replay(acceptsAgent: true))
        guard case .unusable(_, let detail, _)? = run.results.first?.verdict else {
            Issue.record("it must stay")
            return
        }
        #expect(detail.contains("webhook.trust"))

        let lenient = try TestGateway()
        await lenient.deliver(
            CallBody(status: "ringing").bytes, agent: Self.bound, trust: .addressed, standing: .applied)
        let hinted = try await service(lenient).run(account: .default, replay(acceptsAgent: true))
        #expect(hinted.results.first?.verdict.statements.map(\.decision.outcome) == [.hinted])
        #expect(try lenient.record()?.state == nil)
    }

    @Test("Discarded entries end without being used; a dry run of it ends none")
    func discard() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing"), agent: Self.bound)
        var request = QuarantineRequest(query: QuarantineQuery(), action: .discard, isDryRun: true)
        _ = try await service(gateway).run(account: .default, request)
        #expect(try records(gateway).map(\.settlement) == [nil])
        request.isDryRun = false
        let run = try await service(gateway).run(account: .default, request)
        #expect(run.results.map(\.verdict.word) == ["discarded"])
        #expect(try records(gateway).first?.settlement?.resolution == .discardedByHand)
        #expect(try gateway.record() == nil)
    }

    @Test("A run goes page by page, foretells across a page, and leaves out what comes in while it is under way")
    func pages() async throws {
        let gateway = try TestGateway()
        for (second, status) in ["queued", "initiated", "ringing"].enumerated() {
            let body = CallBody(status: status, updatedAt: .at(Double(second)))
            await gateway.webhook(body, agent: Self.bound)
            gateway.clock.advance(by: .seconds(1))
        }
        let service = service(gateway)
        let foretold = try await service.run(account: .default, replay(acceptsAgent: true, isDryRun: true))
        #expect(
            foretold.results.flatMap(\.verdict.statements).map(\.decision.outcome) == [.created, .advanced, .advanced])

        var request = replay(acceptsAgent: true)
        request.limit = 2
        let first = try await service.run(account: .default, request)
        #expect(first.matching.open == 3)
        #expect(first.results.count == 2)
        await gateway.webhook(CallBody(status: "busy", updatedAt: .at(9)), agent: Self.bound)
        #expect(first.next != nil)
        request.cursor = first.next
        let second = try await service.run(account: .default, request)
        #expect(second.results.count == 1)
        #expect(second.matching.open == 1)
        #expect(second.next == nil)
        #expect(try gateway.status() == .ringing)
        #expect(try records(gateway).map { $0.settlement == nil } == [false, false, false, true])
    }

    @Test("A page holds at most so many bytes of bodies, and at least one entry")
    func bytes() async throws {
        let gateway = try TestGateway()
        let filler = String(repeating: " ", count: QuarantineBounds.mostBytesPerRequest * 2 / 3)
        for number in 1...3 { await gateway.deliver(Array("x\(number)\(filler)".utf8)) }
        var seen = 0
        var request = replay(isDryRun: true)
        var pages = 0
        repeat {
            let run = try await service(gateway).run(account: .default, request)
            seen += run.results.count
            pages += 1
            request.cursor = run.next
        } while request.cursor != nil
        #expect(seen == 3)
        #expect(pages == 3)
    }

    @Test("A store that fails fails the run, and nothing is lost")
    func failure() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing"), agent: Self.bound)
        gateway.store.fail(StoreError(kind: .full, message: "the disk is full"))
        await #expect(throws: JournalError.self) {
            try await self.service(gateway).run(account: .default, self.replay(acceptsAgent: true))
        }
        gateway.store.fail(nil)
        #expect(try records(gateway).map(\.settlement) == [nil])
    }

    @Test("A full quarantine makes the sender try again; nothing is acknowledged and dropped")
    func full() async throws {
        let gateway = try TestGateway()
        gateway.store.refuse(StoreError(kind: .full, message: "the quarantine is full"))
        guard case .busy = await gateway.deliver(Array("x".utf8)) else {
            Issue.record("it must be busy")
            return
        }
    }

    @Test("Cursors are read back, and nothing else is taken for one")
    func cursors() {
        let cursor = QuarantineRequest.Cursor(after: 12, through: 40)
        #expect(QuarantineRequest.Cursor(text: cursor.text) == cursor)
        for text in ["", "-", "1", "1-", "-1-2", "5-4", "1-2-3", "a-b", String(repeating: "1", count: 50) + "-2"] {
            #expect(QuarantineRequest.Cursor(text: text) == nil, "\(text)")
        }
    }
}

@Suite struct QuarantineKeeperTests {
    /// Keeps a body aside as an older decoder would have, which could not read it.
    private func keepOld(_ body: CallBody, _ gateway: TestGateway, account: AccountID = .default) async throws {
        let delivery = QuarantinedDelivery(
            account: account, agent: nil, source: .webhook, trust: .signed, receivedAt: gateway.now, reason: .noID,
            detail: "the object has no id of a call", digest: ContentDigest(of: body.bytes), body: body.bytes)
        _ = try await gateway.context.submit([.quarantine(delivery)])
    }

    private func passes(_ gateway: TestGateway) async throws -> [Int] {
        let service = QuarantineService(context: gateway.context, reconciler: Reconciler())
        let account = try #require(gateway.context.accounts[.default])
        var tried: [Int] = []
        var cursor: QuarantineRequest.Cursor?
        repeat {
            let run = try await service.runAfterChange(account: account, cursor: cursor)
            tried.append(run.results.count)
            cursor = run.next
        } while cursor != nil
        return tried
    }

    @Test("What a newer decoder can use leaves the quarantine by itself; what it cannot is not tried twice")
    func afterChange() async throws {
        let gateway = try TestGateway()
        try await keepOld(CallBody(status: "ringing"), gateway)
        await gateway.deliver(Array("no JSON".utf8))
        #expect(try await passes(gateway) == [2])
        #expect(try gateway.status() == .ringing)
        let entries = try gateway.store.quarantine(
            account: .default, query: QuarantineQuery(), slice: QuarantineSlice(isOldestFirst: true, limit: 5))
        #expect(entries.map(\.settlement?.resolution) == [.replayedAfterChange, nil])
        #expect(try await passes(gateway) == [0])
    }

    @Test("A change of accounts while the gateway runs empties what it explains, without a restart")
    func woken() async throws {
        let gateway = try TestGateway(accounts: [
            GatewayAccount(id: .default, hasToken: true, trustPolicy: TrustPolicy(addressed: .refuse))
        ])
        let body = CallBody(status: "ringing").bytes
        let delivery = QuarantinedDelivery(
            account: .default, agent: nil, source: .webhook, trust: .addressed, receivedAt: gateway.now, reason: .noID,
            detail: "the object has no id of a call", digest: ContentDigest(of: body), body: body)
        _ = try await gateway.context.submit([.quarantine(delivery)])
        let keeper = QuarantineKeeper(
            context: gateway.context,
            quarantine: QuarantineService(context: gateway.context, reconciler: Reconciler()), clock: gateway.clock)
        let run = Task { try await keeper.run() }
        let query = QuarantineQuery(
            notTriedUnder: QuarantineService.circumstances(of: try #require(gateway.context.accounts[.default])))
        try await eventually("it was tried in vain") {
            (try? gateway.store.quarantineCounts(account: .default, query: query).open) == 0
        }
        #expect(try gateway.record() == nil)
        gateway.context.accounts.replace([
            GatewayAccount(id: .default, hasToken: true, trustPolicy: TrustPolicy(addressed: .apply))
        ])
        keeper.wake()
        try await eventually("it has left the quarantine") { (try? gateway.status()) == .ringing }
        run.cancel()
        try await run.value
    }

    @Test("An account whose entries cannot be read holds up neither others nor changes, and is come back to")
    func damaged() async throws {
        let first = AccountID(rawValue: "a")
        let gateway = try TestGateway(accounts: [
            GatewayAccount(id: first, hasToken: true), GatewayAccount(id: .default, hasToken: true),
        ])
        try await keepOld(CallBody(status: "ringing"), gateway, account: first)
        try await keepOld(CallBody(status: "ringing"), gateway)
        try gateway.damage("UPDATE quarantine SET source = 99 - source WHERE account = 'a'")
        let keeper = QuarantineKeeper(
            context: gateway.context,
            quarantine: QuarantineService(context: gateway.context, reconciler: Reconciler()), clock: gateway.clock)
        let run = Task { try await keeper.run() }
        try await eventually("the other account is tried") { try gateway.status() == .ringing }
        try await keepOld(CallBody(id: "exec-2", status: "ringing"), gateway)
        keeper.wake()
        try await eventually("a change is taken up") { try gateway.status("exec-2") == .ringing }
        try gateway.damage("UPDATE quarantine SET source = 99 - source WHERE account = 'a'")
        try await eventually("the pause is awaited") { gateway.clock.timers == 1 }
        gateway.clock.advance(by: QuarantineKeeper.pauseAfterFailure)
        try await eventually("it is come back to") { try gateway.status(account: first) == .ringing }
        run.cancel()
        try await run.value
    }

    @Test("Other settings are other circumstances: what was refused by them is tried again")
    func circumstances() {
        let accounts = [
            GatewayAccount(id: .default, hasToken: true),
            GatewayAccount(id: .default, hasToken: true, trustPolicy: TrustPolicy(addressed: .apply)),
            GatewayAccount(id: .default, hasToken: true, trustPolicy: TrustPolicy(none: .hint)),
        ]
        #expect(Set(accounts.map(QuarantineService.circumstances)).count == 3)
        let text = QuarantineService.circumstances(of: accounts[0])
        #expect(text.contains("decoder \(BolnaDecoder.version)") && text.contains("rules \(Reconciler.version)"))
    }
}

@Suite struct RulingServiceTests {
    private func rule(
        _ gateway: TestGateway, _ positions: [Int64], reference: String = "exec-1"
    ) async throws -> RulingOutcome {
        try await RulingService(context: gateway.context).rule(
            account: .default, reference: reference, withdraws: positions, note: "the carrier was wrong", actor: "me")
    }

    @Test("A ruling withdraws what it names, and says in the journal who made it and why")
    func ruling() async throws {
        let gateway = try TestGateway()
        await gateway.webhook(CallBody(status: "ringing", updatedAt: .at(1)))
        await gateway.webhook(CallBody(status: "completed", updatedAt: .at(2)))
        let call = try #require(try gateway.record())
        let rows = try #require(try gateway.store.journal(account: .default, call: call.call, withBodies: false)).rows
        gateway.clock.advance(by: .seconds(10))
        guard case .made(let observed) = try await rule(gateway, [rows[1].position]) else {
            Issue.record("it must be made")
            return
        }
        #expect(observed.decision.outcome == .reopened)
        #expect(observed.decision.rule == .ruling)
        #expect(try gateway.status() == .ringing)
        let journal = try #require(try gateway.store.journal(account: .default, call: call.call, withBodies: true))
        let ruling = try #require(journal.rows.last)
        #expect(ruling.observation.key.source == .ruling)
        #expect(ruling.observation.withdraws == [rows[1].observation.key])
        let body = String(decoding: try #require(ruling.body), as: UTF8.self)
        #expect(body.contains("the carrier was wrong") && body.contains("\"by\":\"me\""))
    }

    @Test("A ruling about nothing that is there is none")
    func nothing() async throws {
        let gateway = try TestGateway()
        guard case .notFound = try await rule(gateway, [1]) else {
            Issue.record("there is no such call")
            return
        }
        await gateway.webhook(CallBody(status: "ringing", updatedAt: .at(1)))
        guard case .unknownPositions([77]) = try await rule(gateway, [77]) else {
            Issue.record("there is no such position")
            return
        }
        #expect(try gateway.status() == .ringing)
    }
}

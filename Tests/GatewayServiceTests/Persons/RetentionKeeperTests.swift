import CallDomain
import Testing

@testable import GatewayService

@Suite struct RetentionKeeperTests {
    private static let day: Double = 86_400
    private static let policy = RetentionPolicy(
        bodies: .seconds(10 * day), transcripts: .seconds(20 * day), calls: .seconds(30 * day),
        audit: .seconds(40 * day))

    private func transcript(_ fixture: PersonFixture) throws -> FieldValue? {
        try fixture.gateway.record()?.state?[.transcript]
    }

    private func bodies(_ fixture: PersonFixture) throws -> [[UInt8]?] {
        guard let call = try fixture.gateway.record()?.call else { return [] }
        return try fixture.gateway.store.journal(account: .default, call: call, withBodies: true)?.rows.map(\.body)
            ?? []
    }

    private func isExplained(_ fixture: PersonFixture) throws -> Bool {
        try fixture.gateway.store.dossier(account: .default, reference: "exec-1")?.compared().isEqual ?? true
    }

    @Test("Each kind of data goes when its time is over, one after the other, and who did it is written down")
    func keep() async throws {
        let fixture = try PersonFixture(retention: Self.policy)
        let keeper = RetentionKeeper(context: fixture.context, clock: fixture.gateway.clock)
        await fixture.deliver(PersonFixture.body())
        fixture.gateway.bolna.tell(CallBody(status: "completed"), at: .start)
        await keeper.keep()
        #expect(try bodies(fixture).compactMap { $0 }.count == 1)

        fixture.gateway.clock.advance(by: .seconds(11 * Self.day))
        await keeper.keep()
        #expect(try bodies(fixture) == [nil])
        #expect(try transcript(fixture) != nil)
        #expect(try isExplained(fixture))

        fixture.gateway.clock.advance(by: .seconds(10 * Self.day))
        await keeper.keep()
        #expect(try transcript(fixture) == nil)
        #expect(try fixture.gateway.record()?.state?[.toNumber] == .text(PersonFixture.number))
        #expect(try isExplained(fixture))
        let records = try await fixture.audit()
        #expect(records.map(\.subject) == ["1 transcripts", "1 bodies"])
        #expect(records.allSatisfy { $0.actor == "system" && $0.action == .retention })
    }

    @Test("For ever is for ever")
    func forEver() async throws {
        let fixture = try PersonFixture(
            retention: RetentionPolicy(bodies: nil, transcripts: nil, calls: nil, audit: nil))
        await fixture.deliver(PersonFixture.body())
        fixture.gateway.clock.advance(by: .seconds(4_000 * Self.day))
        await RetentionKeeper(context: fixture.context, clock: fixture.gateway.clock).keep()
        #expect(try transcript(fixture) != nil)
        #expect(try bodies(fixture).compactMap { $0 }.count == 1)
    }

    @Test("What comes in late is kept as if it had come in time: without words, or not at all")
    func late() async throws {
        let fixture = try PersonFixture(retention: Self.policy)
        fixture.gateway.clock.advance(by: .seconds(100 * Self.day))
        let now = fixture.gateway.now
        let old = now.advanced(by: .seconds(-25 * Self.day))
        await fixture.deliver(PersonFixture.body("words", createdAt: old, updatedAt: old))
        let state = try #require(try fixture.gateway.record("words")?.state)
        #expect(state[.transcript] == nil)
        #expect(state[.toNumber] != nil)
        let older = now.advanced(by: .seconds(-50 * Self.day))
        await fixture.deliver(PersonFixture.body("over", createdAt: older, updatedAt: older))
        #expect(try fixture.gateway.record("over") == nil)
        await fixture.deliver(PersonFixture.body("changes", createdAt: older, updatedAt: now))
        #expect(try fixture.gateway.record("changes") != nil, "a call that Bolna still changes is not over")
    }

    @Test("What fails for one account, or kind of data, keeps nothing else: neither its other kinds nor other accounts")
    func otherAccounts() async throws {
        let accounts = ["a", "b"].map {
            GatewayAccount(id: AccountID(rawValue: $0), hasToken: true, retention: Self.policy)
        }
        let gateway = try TestGateway(accounts: accounts)
        for account in accounts.map(\.id) {
            await gateway.webhook(CallBody(status: "completed"), account: account)
        }
        gateway.clock.advance(by: .seconds(11 * Self.day))
        gateway.store.refuse(StoreError(kind: .invalid, message: "malformed")) { entry in
            guard case .retain(let step) = entry else { return false }
            return step.account.rawValue == "a" && step.kind != .audit
        }
        let noted = AuditRecord(
            at: .at(-50 * Self.day), account: accounts[0].id, actor: "one", action: .reveal, subject: "call")
        _ = try await gateway.context.submit([.auditTrail([noted])])
        await RetentionKeeper(context: gateway.context, clock: gateway.clock).keep()
        let call = try #require(try gateway.record(account: accounts[1].id)?.call)
        let rows = try gateway.store.journal(account: accounts[1].id, call: call, withBodies: true)?.rows
        #expect(rows?.map(\.body) == [nil])
        #expect(try gateway.store.auditTrail(account: accounts[0].id, before: nil, limit: 9).records.isEmpty)
    }

    @Test("A call whose words cannot be taken, since it cannot be read, is told of")
    func damaged() async throws {
        let fixture = try PersonFixture(retention: Self.policy)
        await fixture.deliver(PersonFixture.body("exec-0"))
        await fixture.deliver(PersonFixture.body("exec-1"))
        try fixture.gateway.damage("UPDATE calls SET ledger = x'07' WHERE execution = 'exec-0'")
        fixture.gateway.clock.advance(by: .seconds(21 * Self.day))
        await RetentionKeeper(context: fixture.context, clock: fixture.gateway.clock).keep()
        #expect(try transcript(fixture) == nil)
        let incidents = try fixture.gateway.store.incidents(
            account: .default, from: fixture.context.now(), to: .distantFuture)
        #expect(incidents.map(\.kind) == [.differsFromJournal])
    }

    @Test("A store that fails is tried again later, and said")
    func failure() async throws {
        let fixture = try PersonFixture(retention: Self.policy)
        await fixture.deliver(PersonFixture.body())
        fixture.gateway.clock.advance(by: .seconds(11 * Self.day))
        let keeper = RetentionKeeper(context: fixture.context, clock: fixture.gateway.clock)
        fixture.gateway.store.fail(StoreError(kind: .busy, message: "busy"))
        await keeper.keep()
        #expect(fixture.gateway.log.lines.contains { $0.contains("Old data could not be deleted") })
        fixture.gateway.store.fail(nil)
        await keeper.keep()
        #expect(try bodies(fixture) == [nil])
    }
}

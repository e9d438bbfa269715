import CallDomain
import Synchronization
import Testing

@testable import GatewayService

@Suite struct ChangedScopesTests {
    private static let one = AgentID(rawValue: "agent-1")
    private static let two = AgentID(rawValue: "agent-2")

    private static func cursor(_ row: Int64) -> DueCursor { DueCursor(due: .start, row: row) }

    @Test("Scopes are gone through page by page in turns, a bounded number of pages a turn, and then left")
    func pages() throws {
        var scopes = ChangedScopes()
        let isIdle = !scopes.begin(adding: [])
        #expect(isIdle)
        let began = scopes.begin(adding: [(.default, Self.one), (.default, Self.two)])
        #expect(began)
        var pages: [AgentID?] = []
        while let page = scopes.next() {
            pages.append(page.agent)
            scopes.done(page, next: page.agent == Self.one ? Self.cursor(Int64(pages.count)) : nil)
        }
        #expect(pages.count == ChangedScopes.pagesPerTurn)
        #expect(pages.count { $0 == Self.two } == 1)
        let isBusy = !scopes.begin(adding: [])
        #expect(isBusy, "another turn is at it")
        scopes.end()
        let goesOn = scopes.begin(adding: [])
        #expect(goesOn)
        let following = scopes.next()
        let next = try #require(following)
        #expect(next.cursor != nil)
        scopes.done(next, next: nil)
        let last = scopes.next()
        #expect(last == nil)
        scopes.end()
        let isDone = !scopes.begin(adding: [])
        #expect(isDone)
    }

    @Test("A scope that changes again meanwhile begins anew")
    func again() throws {
        var scopes = ChangedScopes()
        _ = scopes.begin(adding: [(.default, Self.one)])
        let first = scopes.next()
        let page = try #require(first)
        _ = scopes.begin(adding: [(.default, Self.one)])
        scopes.done(page, next: nil)
        // The old page and the new one are the same beginning: it is not lost, at worst gone through once more.
        scopes.end()
        _ = scopes.begin(adding: [(.default, Self.one)])
        let again = scopes.next()
        #expect(again == ChangedScopes.Page(account: .default, agent: Self.one))
    }

    @Test("A page that failed stays for the next turn")
    func failed() {
        var scopes = ChangedScopes()
        _ = scopes.begin(adding: [(.default, nil)])
        _ = scopes.next()
        scopes.end()
        let goesOn = scopes.begin(adding: [])
        #expect(goesOn)
    }

    @Test("Calls of a scope that turns degraded are read at the next tick, although their webhooks were due far later")
    func degraded() async throws {
        let gateway = try TestGateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await gateway.webhook(CallBody(id: "talk", status: "in-progress", createdAt: gateway.now))
        gateway.bolna.tell(CallBody(id: "talk", status: "completed", createdAt: .start), at: .at(100))
        let checks = CheckService(context: gateway.context)
        gateway.clock.advance(by: .seconds(30))
        for number in 1...21 {
            let body = CallBody(id: "lost-\(number)", status: "canceled", createdAt: gateway.now)
            await gateway.deliver(
                CallBody(id: body.id, status: "queued").bytes, trust: .addressed, standing: .hint)
            gateway.bolna.tell(body, at: gateway.now)
            _ = await checks.check(account: .default, reference: body.id)
        }
        // A long talk is expected to end: its next look lies ahead when the path turns degraded.
        var looks = 0
        var degradedAt: Timestamp?
        for _ in 1...40 {
            gateway.clock.advance(by: .seconds(30))
            let before = gateway.bolna.reads.count { $0.rawValue == "talk" }
            // While reads of hints wait for their budget, the turn pauses: time goes on for it.
            let isOver = Mutex(false)
            async let turn: Void = {
                await poller.turn()
                isOver.withLock { $0 = true }
            }()
            try await eventually("the end of the turn") {
                if gateway.clock.timers > 0 { gateway.clock.advance(by: Poller.pause) }
                return isOver.withLock { $0 }
            }
            await turn
            let path = gateway.context.health.profile(account: .default, agent: AgentID(rawValue: "agent-1")).path
            if path == .degraded, degradedAt == nil {
                degradedAt = gateway.now
                looks = gateway.bolna.reads.count { $0.rawValue == "talk" } - before
                break
            }
        }
        #expect(degradedAt != nil)
        let status = try gateway.status("talk")
        #expect(looks == 1 || status == .completed)
        #expect(try gateway.record("talk")?.ledger.open?.why != .talking)
    }
}

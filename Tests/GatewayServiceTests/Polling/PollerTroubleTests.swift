import CallDomain
import Synchronization
import Testing

@testable import GatewayService

/// What must not keep due calls from being read, nor make one be read again and again.
@Suite struct PollerTroubleTests {
    private static let other = AccountID(rawValue: "other")

    private func gateway(otherHasToken: Bool = true) throws -> TestGateway {
        try TestGateway(accounts: [
            GatewayAccount(id: .default, hasToken: true), GatewayAccount(id: Self.other, hasToken: otherHasToken),
        ])
    }

    /// Takes a turn at each of the next ticks.
    private func pass(_ gateway: TestGateway, _ poller: Poller, ticks: Int) async {
        for _ in 0..<ticks {
            gateway.clock.advance(by: .seconds(30))
            await poller.turn()
        }
    }

    @Test(
        "A damaged row costs only its own call, and is told once",
        arguments: [
            "UPDATE calls SET ledger = x'07' WHERE execution = 'exec-1'",
            """
            UPDATE calls SET state = x'00' WHERE execution = 'exec-1';
            UPDATE observations SET statement = x'00' WHERE call = (SELECT id FROM calls WHERE execution = 'exec-1')
            """,
        ])
    func damagedRow(damage: String) async throws {
        let gateway = try gateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        for id in ["exec-1", "exec-2"] { await gateway.webhook(CallBody(id: id, status: "ringing")) }
        await gateway.webhook(CallBody(id: "exec-3", status: "ringing"), account: Self.other)
        for id in ["exec-2", "exec-3"] { gateway.bolna.tell(CallBody(id: id, status: "in-progress"), at: .at(1)) }
        let damaged = try #require(try gateway.record("exec-1")?.call)
        try gateway.damage(damage)
        await pass(gateway, poller, ticks: 10)
        #expect(try gateway.status("exec-2") == .inProgress)
        #expect(try gateway.status("exec-3", account: Self.other) == .inProgress)
        #expect(!gateway.bolna.reads.contains(ExecutionID(rawValue: "exec-1")))
        let incidents = try gateway.store.incidents(account: .default, from: .start, to: .distantFuture)
            .filter { $0.kind == .differsFromJournal }
        #expect(incidents.map(\.call) == [damaged])
        #expect(incidents.first?.to == nil)
        let told = gateway.log.lines.filter { $0.contains("What is stored of a call cannot be read") }
        #expect(told.count == 1 && told[0].contains("call.id=\(damaged.rawValue)"))
        #expect(try gateway.store.incidents(account: Self.other, from: .start, to: .distantFuture).isEmpty)
    }

    @Test(
        "Due calls of an account that cannot be read do not keep hints from being followed", arguments: [true, false])
    func hintsBesideUnreadable(isRefused: Bool) async throws {
        let gateway = try gateway(otherHasToken: isRefused)
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        if isRefused { gateway.bolna.answer { $0.account == Self.other ? .status(401) : nil } }
        await poller.turn()
        #expect(gateway.context.gate.isPaused(Self.other))
        try gateway.fill(1_100, "exec", account: Self.other)
        gateway.bolna.tell(CallBody(id: "hinted", status: "ringing"), at: .start)
        gateway.clock.advance(by: .seconds(100))
        await gateway.deliver(
            CallBody(id: "hinted", status: "completed").bytes, trust: .addressed, standing: .hint)
        await pass(gateway, poller, ticks: 1)
        #expect(try gateway.status("hinted") == .ringing)
    }

    @Test("A call is not read again while what was read of it waits to be committed", arguments: [true, false])
    func heldUntilCommitted(isCommitted: Bool) async throws {
        let gateway = try gateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await poller.turn()
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.bolna.tell(CallBody(status: "in-progress"), at: .at(1))
        await poller.turn()
        gateway.clock.advance(by: .seconds(90))
        gateway.store.close()
        let before = gateway.store.entered
        let turn = Task { await poller.turn() }
        try await eventually("the answer is to be committed") { gateway.store.entered > before }
        gateway.clock.advance(by: .seconds(30))
        let isOver = Mutex(false)
        let next = Task {
            await poller.turn()
            isOver.withLock { $0 = true }
        }
        try await eventually("the next tick is over, or reads") {
            isOver.withLock { $0 } || gateway.bolna.reads.count > 1
        }
        #expect(gateway.bolna.reads.count == 1)
        if !isCommitted { gateway.store.fail(StoreError(kind: .io, message: "test")) }
        gateway.store.open()
        await turn.value
        await next.value
        gateway.store.fail(nil)
        #expect(try gateway.status() == (isCommitted ? .inProgress : .ringing))
        await pass(gateway, poller, ticks: isCommitted ? 21 : 1)
        #expect(gateway.bolna.reads.count == 2, "it is read again when it is due")
    }

    @Test("A read that the store refuses is put off like one that failed, and waiting ends in a named outcome")
    func refusedByStore() async throws {
        let gateway = try gateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await gateway.webhook(CallBody(status: "ringing"))
        gateway.bolna.tell(CallBody(status: "in-progress"), at: .at(1))
        try gateway.damage(
            "CREATE TRIGGER refuse BEFORE INSERT ON reads BEGIN SELECT RAISE(ABORT, 'refused'); END")
        await pass(gateway, poller, ticks: 20)
        let kept = try gateway.store.quarantine(account: .default, before: nil, limit: 10)
        #expect(kept.map(\.delivery.reason) == [.poisoned])
        #expect(try gateway.status() == .ringing)
        #expect((2...7).contains(gateway.bolna.reads.count), "\(gateway.bolna.reads.count) reads in ten minutes")
        #expect(try gateway.record()?.ledger.failures == gateway.bolna.reads.count)
        for _ in 0..<300 {
            gateway.clock.advance(by: .seconds(300))
            await poller.turn()
        }
        #expect(try gateway.record()?.ledger.outcome == .abandoned)
        let reads = gateway.bolna.reads.count
        await pass(gateway, poller, ticks: 10)
        #expect(gateway.bolna.reads.count == reads)
    }

    @Test("A call that a listing found counts as not read where the store refuses what was read")
    func foundButRefused() async throws {
        let gateway = try gateway()
        gateway.bolna.tell(CallBody(status: "ringing"), at: .start)
        try gateway.damage(
            "CREATE TRIGGER refuse BEFORE INSERT ON reads BEGIN SELECT RAISE(ABORT, 'refused'); END")
        let (call, agent) = (ExecutionID(rawValue: "exec-1"), AgentID(rawValue: "agent-1"))
        #expect(await gateway.context.readFound(call, of: agent, account: .default) == .failed)
        try gateway.damage("DROP TRIGGER refuse")
        #expect(await gateway.context.readFound(call, of: agent, account: .default) == .done)
    }

    /// A tick's turn, with time moving on by seconds while it waits; returns how many it took.
    private func tick(_ gateway: TestGateway, _ poller: Poller, isClockStuck: Bool = false) async throws -> Int {
        let isOver = Mutex(false)
        let turn = Task {
            await poller.turn()
            isOver.withLock { $0 = true }
        }
        var seconds = 0
        while true {
            try await eventually("the turn waits, or is over") {
                isOver.withLock { $0 } || gateway.clock.timers > 0
            }
            guard !isOver.withLock({ $0 }), seconds < 60 else { break }
            if isClockStuck { gateway.clockStep.set(by: .seconds(-1)) }
            gateway.clock.advance(by: .seconds(1))
            seconds += 1
        }
        turn.cancel()
        await turn.value
        return seconds
    }

    @Test("A tick goes on as its budget fills again, and ends before the next one", arguments: [250, 600])
    func goesOn(count: Int) async throws {
        let gateway = try gateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await poller.turn()
        try gateway.fill(count, "exec")
        for number in 0..<count {
            gateway.bolna.tell(
                CallBody(id: "exec-\(number)", agent: "exec-\(number)", status: "canceled"), at: .start)
        }
        gateway.clock.advance(by: .seconds(120))
        #expect(try await tick(gateway, poller) < 30)
        let allowed = Double(RequestBudget.other.usedPerMinute) / 2 * (1 - PollPlanner.reservedForPersons)
        #expect(gateway.bolna.reads.count >= min(count, Int(0.9 * allowed)))
        #expect(Set(gateway.bolna.reads).count == gateway.bolna.reads.count, "none is read twice")
    }

    @Test("A tick ends before the next one also while the wall clock stands still")
    func endsWithoutTime() async throws {
        let gateway = try gateway()
        let poller = Poller(context: gateway.context, clock: gateway.clock)
        await poller.turn()
        try gateway.fill(100, "exec")
        gateway.clock.advance(by: .seconds(120))
        #expect(try await tick(gateway, poller, isClockStuck: true) < 30)
    }
}

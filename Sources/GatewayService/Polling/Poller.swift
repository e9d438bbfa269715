package import CallDomain
import Logging
import ServiceLifecycle
import Synchronization

/// Reads from Bolna the calls whose next webhook is overdue, at each tick.
package final class Poller: Service, Sendable {
    private let context: ServiceContext
    private let clock: any Clock<Duration>
    private let machine: Mutex<PollerMachine>
    private let waits: WaitCloser
    private let reopened: WaitOpener
    private let turns = Mutex(0)
    private let isTickDue = Mutex(false)
    private let isIdle = Mutex(false)
    private let changedScopes = Mutex(ChangedScopes())
    private let nextTick = Mutex<Timestamp?>(nil)
    private let ticks = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// The most turns at once: while reads take longer than a tick, turns overlap.
    package static let mostTurns = 4
    /// How long a turn pauses while its reads wait for a budget; it does so until the next tick at most.
    package static let pause: Duration = .seconds(1)

    /// What a turn waits for.
    private enum Event {
        /// A request was answered, and what follows from it is stored.
        case answered
        /// Bolna takes the token of an account again.
        case resumed
        /// A pause is over.
        case paused
    }

    /// Works within a context, waiting by a clock.
    package init(context: ServiceContext, clock: any Clock<Duration>) {
        self.context = context
        self.clock = clock
        waits = WaitCloser(context: context)
        reopened = WaitOpener(context: context)
        machine = Mutex(PollerMachine(settings: context.settings))
    }

    /// When the next tick comes; nil while it does not run.
    package var nextTickAt: Timestamp? { nextTick.withLock { $0 } }

    /// Makes a tick come now: a hint asks for a read at once. Several that wait are one.
    package func wake() { ticks.continuation.yield() }

    /// Ticks until the shutdown, then finishes what is in flight.
    package func run() async throws {
        await withShutdownGrace(clock: clock) {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await tick(every: self.context.settings.tick, clock: self.clock) {
                        self.isTickDue.withLock { $0 = true }
                        let next = self.context.now().advanced(by: self.context.settings.tick)
                        self.nextTick.withLock { $0 = next }
                        self.wake()
                    }
                    self.nextTick.withLock { $0 = nil }
                    self.ticks.continuation.finish()
                }
                for await _ in self.ticks.stream {
                    let isTick = self.isTickDue.withLock { isDue in
                        defer { isDue = false }
                        return isDue
                    }
                    group.addTask { await self.turn(isTick: isTick) }
                }
            }
        }
    }

    /// Takes what is due, and returns when all that follows from it has been answered and stored. A tick's turn goes on
    /// until the next tick while reads wait for a budget, so that a backlog gets all of it. A turn between ticks earns no
    /// probe of an account that fails, whoever asked for it.
    package func turn(isTick: Bool = true) async {
        let isFree = turns.withLock { turns in
            guard turns < Self.mostTurns else { return false }
            turns += 1
            return true
        }
        guard isFree else { return }
        defer { turns.withLock { $0 -= 1 } }
        let now = context.now()
        context.health.advance(to: now)
        if isTick {
            await waits.close(at: now)
            await reopened.open(at: now)
        }
        guard mayRead() else { return }
        await withTaskGroup(of: Event.self) { group in
            let probes = isTick ? context.gate.withLock { $0.tick(now: now) } : []
            for account in probes { group.addTask { await self.probe(account) } }
            await recomputeChanged(now: now)
            await takeDue(now: now, isTick: isTick, in: &group)
            await goOn(since: now, pauses: isTick ? Int(context.settings.tick / Self.pause) - 1 : 0, in: &group)
        }
    }

    private func probe(_ account: AccountID) async -> Event {
        let wasPaused = context.gate.isPaused(account)
        _ = await context.send(.me, account: account)
        return wasPaused && !context.gate.isPaused(account) ? .resumed : .answered
    }

    /// Each answer makes room for a further read, and so does time, which fills budgets again. What becomes due meanwhile
    /// is left to the next tick.
    private func goOn(since start: Timestamp, pauses: Int, in group: inout TaskGroup<Event>) async {
        var pausesLeft = pauses
        var isPausing = false
        while true {
            if !isPausing, pausesLeft > 0, waitsForTime {
                isPausing = true
                pausesLeft -= 1
                group.addTask {
                    try? await cancelWhenGracefulShutdown { try await self.clock.sleep(for: Self.pause) }
                    return .paused
                }
            }
            guard let event = await group.next() else { return }
            if event == .paused { isPausing = false }
            let takesMore = event == .resumed || (event == .paused && machine.withLock { $0.wantsMore })
            if takesMore {
                await takeDue(now: start, isTick: false, in: &group)
            } else {
                self.start(in: &group)
            }
        }
    }

    private var waitsForTime: Bool {
        guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return false }
        return context.gate.withLock { gate in machine.withLock { $0.waits(gate: gate) } }
    }

    /// Whether there is an account to read for; says so once where there is none any more.
    private func mayRead() -> Bool {
        let mayRead = context.accounts.all.contains(where: \.mayRead)
        let said = isIdle.withLock { isIdle in
            defer { isIdle = !mayRead }
            return isIdle
        }
        if !mayRead, !said {
            context.logger.warning(
                "No account has a token for Bolna's API and is to be polled: nothing is. Set bolna.token.")
        }
        return mayRead
    }

    private func takeDue(now: Timestamp, isTick: Bool, in group: inout TaskGroup<Event>) async {
        let room = machine.withLock { $0.beginTake(at: now) }
        let lease = context.settings.tick
        let due: [DueCall]
        let hasMore: Bool
        do {
            let readable = context.accounts.all.filter(context.isReadable).map(\.id)
            let taken = try await context.reader.read { store throws(StoreError) in
                try store.takeDue(of: readable, at: now, limit: room, lease: lease)
            }
            (due, hasMore) = (taken.calls, taken.hasMore)
            // Ticks come one after the other, so that none is told twice.
            if isTick { await context.tell(damaged: taken.damaged) }
        } catch {
            _ = machine.withLock { $0.took([], hasMore: false, profile: profile) }
            return context.logger.error(
                "The due calls could not be read; the next tick tries again.", metadata: ["store.error": "\(error)"])
        }
        if isTick {
            context.metrics.ticked(due: due.count, oldest: due.map { now.duration(since: $0.due) }.max() ?? .zero)
        }
        let taken = machine.withLock { $0.took(due, hasMore: hasMore, profile: profile) }
        let started = start(in: &group)
        if started > 0 {
            context.logger.info(
                "The poller reads what is overdue.",
                metadata: [
                    "poll.due": "\(due.count)", "poll.to_read": "\(taken.toRead)", "poll.started": "\(started)",
                    "poll.recomputed": "\(taken.recomputed.count)",
                ])
        }
        await store(
            taken.recomputed.map { call in
                .recompute(account: call.account, call: call.call, profile: profile(of: call), now: now)
            })
    }

    /// Computes anew what the calls of scopes expect whose path fares differently now: their due times may lie far
    /// ahead. What does not fit into this turn, or cannot be stored, is left to the next one.
    private func recomputeChanged(now: Timestamp) async {
        let changed = context.health.takeChangedScopes()
        guard changedScopes.withLock({ $0.begin(adding: changed) }) else { return }
        defer { changedScopes.withLock { $0.end() } }
        while let page = changedScopes.withLock({ $0.next() }) {
            do {
                let expecting = try await context.reader.read { store throws(StoreError) in
                    try store.expecting(
                        account: page.account, agent: page.agent, after: page.cursor, limit: ChangedScopes.callsPerPage)
                }
                _ = try await context.submit(
                    expecting.calls.map { call in
                        .recompute(
                            account: page.account, call: call.call,
                            profile: context.profile(
                                account: page.account, agent: page.agent, execution: call.execution),
                            now: now)
                    })
                changedScopes.withLock { $0.done(page, next: expecting.next) }
            } catch {
                return context.logger.error(
                    "What calls expect could not be computed anew; the next tick goes on.",
                    metadata: ["error": "\(error)", "account": "\(page.account.rawValue)"])
            }
        }
    }

    private func profile(of call: DueCall) -> ScopeProfile {
        context.profile(account: call.account, agent: call.agent, execution: call.execution)
    }

    /// Starts the reads that may be sent now.
    @discardableResult
    private func start(in group: inout TaskGroup<Event>) -> Int {
        guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return 0 }
        let now = context.now()
        let reads = context.gate.withLock { gate in
            machine.withLock { $0.next(gate: &gate, now: now) }
        }
        for read in reads {
            group.addTask {
                await self.perform(read)
                return .answered
            }
        }
        return reads.count
    }

    private func perform(_ read: PlannedRead) async {
        let answer = await context.send(read.endpoint, account: read.account)
        let outcome = machine.withLock {
            $0.answered(read, with: answer, profile: profile, chance: context.chance)
        }
        var entries: [JournalEntry] = []
        if case .single(let call) = read, let verdict = outcome.verdict {
            entries += context.entries(
                of: verdict, asked: call.execution, source: .poll, account: call.account, agent: call.agent,
                answer: answer)
        }
        entries += outcome.failures.map(JournalEntry.readFailed)
        entries += outcome.unchanged.map { call in
            .listed(
                account: call.account, call: call.call, profile: profile(of: call), sentAt: answer.sentAt,
                receivedAt: answer.receivedAt)
        }
        if let detail = outcome.detail { report(read, detail, retryAt: outcome.failures.first?.retryAt) }
        let receipts = await store(entries)
        if case .single(let call) = read, case .statement? = outcome.verdict, receipts.first?.isRefusal == true {
            await putOff(call, answer)
        }
        machine.withLock { $0.stored(outcome) }
    }

    /// Puts off a call whose answer the store refused: the refusal left nothing that would.
    private func putOff(_ call: DueCall, _ answer: BolnaAnswer) async {
        let failed = machine.withLock { $0.refused(call, answer, profile: profile, chance: context.chance) }
        report(.single(call), "refused by the store", retryAt: failed.retryAt)
        let receipts = await store([.readFailed(failed)])
        guard receipts.first?.isRefusal == true else { return }
        await context.tell(damaged: [DamagedCall(account: call.account, call: call.call)])
    }

    /// Stores what was learned; no receipts where it could not be.
    @discardableResult
    private func store(_ entries: [JournalEntry]) async -> [JournalReceipt] {
        guard !entries.isEmpty else { return [] }
        do {
            return try await context.submit(entries)
        } catch {
            context.logger.error(
                "What the poller learned could not be stored; its calls stay due.",
                metadata: ["journal.error": "\(error)", "entries": "\(entries.count)"])
            return []
        }
    }

    private func report(_ read: PlannedRead, _ detail: String, retryAt: Timestamp?) {
        let wait = retryAt.map { $0.duration(since: context.now()).seconds }
        context.logger.notice(
            "A read from Bolna failed; its calls are unchanged and read again later.",
            metadata: [
                "account": "\(read.account.rawValue)", "api.endpoint": "\(read.endpoint.word)",
                "api.failure": "\(detail)", "calls": "\(read.calls.count)",
                "call.id": "\(read.calls.count == 1 ? read.calls[0].call.rawValue : "several")",
                "retry.after_seconds": "\(wait.map { String(Int($0.rounded())) } ?? "at once")",
            ])
    }
}

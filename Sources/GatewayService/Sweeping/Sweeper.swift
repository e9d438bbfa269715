import BolnaWire
package import CallDomain
import Logging
import ServiceLifecycle
import Synchronization

/// Finds calls the gateway never heard of, by listing each agent's newest calls. Accounts are swept side by side, so
/// that one whose requests time out does not keep others from being swept; and what lies behind the newest pages of an
/// account is listed beside its next sweeps, so that it does not keep these from being on time.
package final class Sweeper: Service, Sendable {
    private let context: ServiceContext
    private let clock: any Clock<Duration>
    private let uptime: @Sendable () -> Duration
    private let interval: Duration
    private let machine: Mutex<SweeperMachine>
    /// The accounts whose marks and gaps were read from the store.
    private let remembered = Mutex<Set<AccountID>>([])
    /// The accounts whose newest pages are being listed.
    private let sweeping = Mutex<Set<AccountID>>([])
    /// How many tasks list what lies behind, of each account.
    private let following = Mutex<[AccountID: Int]>([:])

    /// The most pages of an account that are listed at once: of the newest ones, and of those behind them.
    package static let mostPagesAtOnce = 4
    /// The most calls of one page that are read at once.
    package static let mostAtOnce = 4

    /// Works within a context, waiting by a clock.
    package init(context: ServiceContext, clock: any Clock<Duration>) {
        self.context = context
        self.clock = clock
        uptime = stopwatch(clock)
        interval = min(context.settings.tick, SweeperMachine.interval.scaled(by: context.settings.scale))
        machine = Mutex(SweeperMachine(settings: context.settings))
    }

    private var accounts: [AccountID] { context.accounts.all.filter(\.mayRead).map(\.id) }

    /// The accounts to sweep now; what waits for others that are gone is forgotten.
    private func begin() -> [AccountID] {
        let all = Set(context.accounts.all.map(\.id))
        machine.withLock { $0.keep(all) }
        return accounts
    }

    /// Lists what may have been missed while the gateway was out. Whoever tells of an outage has stored it as a gap, so
    /// that it is listed after a restart, too.
    package func cover(_ outage: Range<Timestamp>) {
        let accounts = accounts
        machine.withLock { machine in
            for account in accounts { machine.cover(outage, account: account) }
        }
    }

    /// Sweeps until the shutdown.
    package func run() async throws {
        await withShutdownGrace(clock: clock) {
            let (ticks, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await tick(every: self.interval, clock: self.clock) { continuation.yield() }
                    continuation.finish()
                }
                for await _ in ticks {
                    for account in self.begin() where self.sweeping.withLock({ $0.insert(account).inserted }) {
                        group.addTask {
                            await self.sweep(account, patience: self.patience())
                            self.sweeping.withLock { _ = $0.remove(account) }
                            await self.listWaiting(of: account, isPatient: true)
                        }
                    }
                }
            }
        }
    }

    /// One sweep of all accounts, with all that lies behind their newest pages, as far as the budgets reach now.
    func sweep() async {
        await withDiscardingTaskGroup { group in
            for account in begin() {
                group.addTask {
                    await self.sweep(account, patience: nil)
                    await self.listWaiting(of: account, isPatient: false)
                }
            }
        }
    }

    /// Waits until shortly before the next tick, which begins with what was left.
    private func patience(yields: @escaping @Sendable () -> Bool = { false }) -> Patience {
        Patience(clock: clock, uptime: uptime, until: uptime() + interval - Patience.pause, yields: yields)
    }

    /// One sweep of an account: looks at the newest page of each agent that is due, and returns when what it found has
    /// been read.
    private func sweep(_ account: AccountID, patience: Patience?) async {
        // An account whose breaker is open may have no due call whose read could close it: its sweep is a probe, too.
        guard !context.gate.isPaused(account), await remember(account) else { return }
        let first = machine.withLock { $0.tick(accounts: [account], now: context.now()) }
        if !first.agents.isEmpty { await listAgents(of: account) }
        await planOutages(account)
        await storeJoins(of: account)
        // The agents that were just found, and the outages, are swept at once.
        let second = machine.withLock { $0.tick(accounts: [account], now: context.now()) }
        // Agents that could not be listed just now are due again: the next sweep lists them.
        if !second.agents.isEmpty { machine.withLock { $0.missedAgents(of: account) } }
        await each(first.pages + second.pages, atOnce: Self.mostPagesAtOnce) { page in
            await self.list(page, patience: patience)
        }
        await each(first.calls + second.calls, atOnce: Self.mostAtOnce) { call in
            if Task.isCancelled || Task.isShuttingDownGracefully { return }
            await self.readIfUnknown(call, patience: patience)
        }
    }

    /// Lists what waits behind an account's newest pages, beside those who are at it already, some of whom may be held up
    /// by a long page. While newest pages are being listed, these get what the budget gives.
    private func listWaiting(of account: AccountID, isPatient: Bool) async {
        let missing = following.withLock { following in
            defer { following[account] = Self.mostPagesAtOnce }
            return Self.mostPagesAtOnce - (following[account] ?? 0)
        }
        await withDiscardingTaskGroup { group in
            for _ in 0..<missing {
                group.addTask {
                    repeat {
                        while let page = self.next(of: account) {
                            let patience = self.patience { self.sweeping.withLock { $0.contains(account) } }
                            await self.list(page, patience: isPatient ? patience : nil)
                        }
                    } while !self.leave(account)
                }
            }
        }
    }

    private func next(of account: AccountID) -> SweepPage? {
        guard mayGoOn(account) else { return nil }
        return machine.withLock { $0.next(of: account) }
    }

    private func mayGoOn(_ account: AccountID) -> Bool {
        !Task.isCancelled && !Task.isShuttingDownGracefully && !context.gate.isPaused(account)
    }

    /// Stops listing what waits of an account, unless there is more by now: whoever adds to it looks whether somebody is
    /// at it.
    private func leave(_ account: AccountID) -> Bool {
        following.withLock { following in
            if mayGoOn(account), machine.withLock({ $0.isWaiting(account) }) { return false }
            following[account] = following[account].flatMap { $0 > 1 ? $0 - 1 : nil }
            return true
        }
    }

    private func each<Element: Sendable>(
        _ elements: [Element], atOnce most: Int, _ body: @escaping @Sendable (Element) async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            var rest = elements[...]
            for element in rest.prefix(most) { group.addTask { await body(element) } }
            rest = rest.dropFirst(most)
            while await group.next() != nil {
                if let element = rest.popFirst() { group.addTask { await body(element) } }
            }
        }
    }

    /// Takes up what earlier sweeps stored; false where that cannot be read now, and the next sweep tries again.
    private func remember(_ account: AccountID) async -> Bool {
        if remembered.withLock({ $0.contains(account) }) { return true }
        do {
            let (marks, gaps) = try await context.reader.read { store throws(StoreError) in
                (try store.sweepMarks(account: account), try store.sweepGaps(account: account))
            }
            machine.withLock { $0.remember(marks, gaps: gaps, account: account) }
            remembered.withLock { _ = $0.insert(account) }
            return true
        } catch {
            context.logger.warning(
                "What was swept before cannot be read; the next sweep tries again.",
                metadata: ["account": "\(account.rawValue)", "store.error": "\(error)"])
            return false
        }
    }

    private func listAgents(of account: AccountID) async {
        let answer = await context.request(.agents, account: account)
        guard let body = answer?.body, let agents = try? BolnaDecoder.decodeAgents(body) else {
            return machine.withLock { $0.missedAgents(of: account) }
        }
        context.agentNames.learn(agents, of: account)
        let marks = machine.withLock {
            $0.found(agents.map(\.id), account: account)
            return $0.firstMarks(of: account, now: context.now())
        }
        let entries = marks.sorted { $0.key < $1.key }.map { agent, mark in
            JournalEntry.sweepMark(account: account, agent: agent, sweptAt: mark)
        }
        guard !entries.isEmpty else { return }
        do {
            _ = try await context.submit(entries)
            machine.withLock { $0.remember(marks, account: account) }
        } catch {
            context.logger.warning(
                "How far back new agents are to be swept cannot be stored; the next list of agents tries again.",
                metadata: ["account": "\(account.rawValue)", "error": "\(error)"])
        }
    }

    /// Divides outages among the agents; what cannot be read or stored now is left to the next sweep.
    private func planOutages(_ account: AccountID) async {
        guard machine.withLock({ $0.canListOutages(of: account) }) else { return }
        do {
            let oldest = try await context.reader.read { store throws(StoreError) in
                try store.oldestOpen(account: account)
            }
            let (closed, opened) = machine.withLock { $0.parts(ofOutagesIn: account, oldestOpen: oldest) }
            _ = try await context.submit([.sweepGaps(closed: closed, opened: opened)])
            machine.withLock { $0.replace(closed, by: opened) }
        } catch {
            context.logger.warning(
                "The time of an outage cannot be listed now; the next sweep tries again.",
                metadata: ["account": "\(account.rawValue)", "error": "\(error)"])
        }
    }

    /// Has the store join what was joined here: what it holds of an agent stays as little, and outlives a restart whole.
    private func storeJoins(of account: AccountID) async {
        let joins = machine.withLock { $0.joins(of: account) }
        guard !joins.isEmpty else { return }
        do {
            _ = try await context.submit([.sweepGaps(closed: joins, opened: joins)])
            machine.withLock { $0.stored(joins: joins) }
        } catch {
            context.logger.warning(
                "What is to be listed cannot be joined in the store; the next sweep tries again.",
                metadata: ["account": "\(account.rawValue)", "error": "\(error)"])
        }
    }

    /// Lists a page, and reads the calls that it shows; the pages that follow it wait for their turn.
    private func list(_ page: SweepPage, patience: Patience?) async {
        let list: ListPage
        switch await context.list(page.agent, page.window, account: page.account, patience: patience) {
        case .page(let page): list = page
        case .failed: return machine.withLock { $0.failed(page) }
        case .unavailable: return machine.withLock { $0.postponed(page) }
        }
        guard let known = try? await context.known(list.rows.map(\.id), account: page.account) else {
            return machine.withLock { $0.postponed(page) }
        }
        let isHealthy = context.health.profile(account: page.account, agent: page.agent).path == .healthy
        let outcome = machine.withLock {
            $0.listed(page, list, known: known, isHealthy: isHealthy, now: context.now())
        }
        switch await read(outcome.toRead, of: page, patience: patience) {
        case .whole: break
        case .unavailable: return machine.withLock { $0.postponed(page) }
        case .noRoom: return machine.withLock { $0.failed(page) }
        }
        if let end = outcome.end { return await finish(page, end) }
        if let next = outcome.next { machine.withLock { $0.went(from: page, on: next) } }
    }

    /// Stores how a listing ended, and tells operators what it leaves.
    private func finish(_ page: SweepPage, _ end: SweeperMachine.End) async {
        var entries: [JournalEntry] = []
        if let mark = machine.withLock({ $0.mark(after: page) }) {
            entries.append(.sweepMark(account: page.account, agent: page.agent, sweptAt: mark))
        }
        var parts: [SweepGap] = []
        if case .divided(let halves) = end { parts = halves }
        let closed = page.kind == .gap ? [page.gap] : []
        if !closed.isEmpty || !parts.isEmpty { entries.append(.sweepGaps(closed: closed, opened: parts)) }
        do {
            _ = try await context.submit(entries)
        } catch {
            return machine.withLock { $0.failed(page) }
        }
        let isWhole = machine.withLock { $0.ended(page, end, now: context.now()) }
        switch end {
        case .divided: report(page)
        case .tooLong:
            report(page)
            endIncident(
                of: page,
                "A part of it, of less than ten minutes, is too long to be listed to its end: calls may be missing.")
        case .reached where isWhole: endIncident(of: page, "It has been listed to its end since.")
        case .reached, .seenBefore: break
        }
    }

    private func endIncident(of page: SweepPage, _ detail: String) {
        context.health.end(
            .truncatedListing, account: page.account, agent: page.agent, at: context.now(), detail: detail)
    }

    /// How far the calls of a page were read.
    private enum CallsRead: Int, Sendable {
        /// All are read, or deferred.
        case whole
        /// Nothing may be asked, or stored, now.
        case unavailable
        /// Bolna fails at more of them than can be deferred.
        case noRoom
    }

    /// Reads the calls, some at once. Those that Bolna fails at, or does not know, are deferred.
    private func read(_ executions: [ExecutionID], of page: SweepPage, patience: Patience?) async -> CallsRead {
        await withTaskGroup(of: CallsRead.self) { group in
            var rest = executions[...]
            var worst = CallsRead.whole
            for execution in rest.prefix(Self.mostAtOnce) { start(execution, of: page, patience, in: &group) }
            rest = rest.dropFirst(Self.mostAtOnce)
            while let read = await group.next() {
                if read.rawValue > worst.rawValue { worst = read }
                if let execution = rest.popFirst() { start(execution, of: page, patience, in: &group) }
            }
            return worst
        }
    }

    private func start(
        _ execution: ExecutionID, of page: SweepPage, _ patience: Patience?, in group: inout TaskGroup<CallsRead>
    ) {
        group.addTask {
            let read = await self.context.readFound(
                execution, of: page.agent, account: page.account, patience: patience)
            switch read {
            case .done: return .whole
            case .unavailable: return .unavailable
            case .failed, .notFound:
                let now = self.context.now()
                let call = SweeperMachine.DeferredCall(
                    account: page.account, agent: page.agent, execution: execution, due: now)
                let retry = self.machine.withLock { $0.failed(call, isNotFound: read == .notFound, now: now) }
                return retry == .noRoom ? .noRoom : .whole
            }
        }
    }

    private func readIfUnknown(_ call: SweeperMachine.DeferredCall, patience: Patience?) async {
        var read = FoundRead.unavailable
        if let known = try? await context.known([call.execution], account: call.account) {
            guard (known[call.execution] ?? nil) == nil else { return machine.withLock { $0.settled(call) } }
            read = await context.readFound(
                call.execution, of: call.agent, account: call.account, patience: patience)
        }
        let isNotFound = read == .notFound
        let retry: SweeperMachine.Retry
        switch read {
        case .done: return machine.withLock { $0.settled(call) }
        case .unavailable: retry = machine.withLock { $0.postponed(call, now: context.now()) }
        case .failed, .notFound:
            retry = machine.withLock { $0.failed(call, isNotFound: isNotFound, now: context.now()) }
        }
        guard retry != .later else { return }
        context.logger.error(
            isNotFound
                ? "Bolna lists a call that it says it does not know; it is not read again."
                : "A call that Bolna lists could not be read; it is not tried again.",
            metadata: ["account": "\(call.account.rawValue)", "agent.id": "\(call.agent.rawValue)"])
    }

    private func report(_ page: SweepPage) {
        context.metrics.truncatedSweep(account: page.account)
        let rows = page.window.page * page.window.size
        context.health.note(
            Incident(
                account: page.account, agent: page.agent, kind: .truncatedListing, from: context.now(), to: nil,
                detail: "The listing goes on after \(rows) calls: further ones may have been missed."))
        context.logger.error(
            "A sweep stopped before the end of its listing: calls may be missing.",
            metadata: [
                "account": "\(page.account.rawValue)", "agent.id": "\(page.agent.rawValue)",
                "sweep.pages": "\(page.window.page)",
            ])
    }
}

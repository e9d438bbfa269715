import BolnaWire
package import CallDomain
import Logging
import ServiceLifecycle
import Synchronization

/// Finds calls the gateway never heard of, by listing each agent's newest calls.
package final class Sweeper: Service, Sendable {
    private let context: ServiceContext
    private let clock: any Clock<Duration>
    private let machine: Mutex<SweeperMachine>
    private let accounts: [AccountID]
    private let outages = Mutex<[AccountID: [Range<Timestamp>]]>([:])

    /// The most outages that wait to be listed; further ones are joined to the last.
    package static let mostOutages = 16
    /// The most calls of one page that are read at once.
    package static let mostAtOnce = 8

    /// Works within a context, waiting by a clock.
    package init(context: ServiceContext, clock: any Clock<Duration>) {
        self.context = context
        self.clock = clock
        accounts = context.accounts.all.filter(\.hasToken).map(\.id)
        machine = Mutex(SweeperMachine(settings: context.settings))
    }

    /// Lists what may have been missed while the gateway was out.
    package func cover(_ outage: Range<Timestamp>) {
        outages.withLock { outages in
            for account in accounts {
                var waiting = outages[account] ?? []
                if waiting.count >= Self.mostOutages, let last = waiting.popLast() {
                    waiting.append(min(last.lowerBound, outage.lowerBound)..<max(last.upperBound, outage.upperBound))
                } else {
                    waiting.append(outage)
                }
                outages[account] = waiting
            }
        }
    }

    /// Sweeps until the shutdown.
    package func run() async throws {
        for account in accounts {
            let marks = try? await context.reader.read { store throws(StoreError) in
                try store.sweepMarks(account: account)
            }
            // Without marks a sweep reaches back for its overlap only.
            machine.withLock { $0.remember(marks ?? [:], account: account) }
        }
        let interval = min(context.settings.tick, SweeperMachine.interval.scaled(by: context.settings.scale))
        await withShutdownGrace(clock: clock) {
            await repeatUntilShutdown(every: interval, clock: self.clock) { await self.sweep() }
        }
    }

    /// One sweep: lists what is due, and returns when what it found has been read.
    func sweep() async {
        // An account whose breaker is open may have no due call whose read could close it: its sweep is a probe, too.
        let able = accounts.filter { !context.gate.isPaused($0) }
        let first = machine.withLock { $0.tick(accounts: able, now: context.now()) }
        for account in first.agents { await listAgents(of: account) }
        await planOutages(able)
        // The agents that were just found, and the outages, are swept at once.
        let second = machine.withLock { $0.tick(accounts: able, now: context.now()) }
        // Agents that could not be listed just now are due again: the next sweep lists them.
        for account in second.agents { machine.withLock { $0.missedAgents(of: account) } }
        for call in first.calls + second.calls {
            if Task.isCancelled || Task.isShuttingDownGracefully { return }
            await readIfUnknown(call)
        }
        for page in first.pages + second.pages {
            if Task.isCancelled { return }
            await list(page)
        }
    }

    private func listAgents(of account: AccountID) async {
        let answer = await context.request(.agents, account: account)
        guard let body = answer?.body, let agents = try? BolnaDecoder.decodeAgents(body) else {
            return machine.withLock { $0.missedAgents(of: account) }
        }
        machine.withLock { $0.found(agents.map(\.id), account: account) }
    }

    private func planOutages(_ accounts: [AccountID]) async {
        for account in accounts where machine.withLock({ $0.knowsAgents(of: account) }) {
            let waiting = outages.withLock { $0.removeValue(forKey: account) } ?? []
            guard !waiting.isEmpty else { continue }
            let oldest = await oldestOpen(account)
            machine.withLock { machine in
                for outage in waiting { machine.cover(outage, oldestOpen: oldest, account: account) }
            }
        }
    }

    /// When the oldest call that is not final was created.
    private func oldestOpen(_ account: AccountID) async -> Timestamp? {
        var query = CallQuery()
        query.statuses = Set(CallStatus.known.filter { !$0.isFinal })
        let open = query
        return try? await context.reader.read { store throws(StoreError) in
            let newest = try store.calls(account: account, query: open, offset: 0, limit: 1, withBodies: false)
            guard newest.total > 1 else { return newest.calls.first?.createdAt }
            let last = newest.total - 1
            return try store.calls(account: account, query: open, offset: last, limit: 1, withBodies: false)
                .calls.first?.createdAt
        }
    }

    /// Lists a page and those that follow it.
    private func list(_ first: SweepPage) async {
        var page: SweepPage? = first
        while let asked = page {
            guard let list = await context.list(asked.agent, asked.window, account: asked.account),
                let known = try? await context.known(list.rows.map(\.id), account: asked.account)
            else { return machine.withLock { $0.failed(asked) } }
            let isHealthy = context.health.profile(account: asked.account, agent: asked.agent).path == .healthy
            let outcome = machine.withLock {
                $0.listed(asked, list, known: known, isHealthy: isHealthy, now: context.now())
            }
            guard await read(outcome.toRead, of: asked) else { return machine.withLock { $0.failed(asked) } }
            if outcome.isTruncated { report(asked) }
            if outcome.isComplete {
                context.health.end(
                    .truncatedListing, account: asked.account, agent: asked.agent, at: context.now(),
                    detail: "It has been listed to its end since.")
            }
            if outcome.next == nil, !outcome.isTruncated, let mark = machine.withLock({ $0.finished(asked) }) {
                _ = try? await context.submit([.sweepMark(account: asked.account, agent: asked.agent, sweptAt: mark)])
            }
            page = outcome.next
        }
    }

    /// Reads the calls, some at once; false where that has to be tried again. Calls at which Bolna fails are deferred.
    private func read(_ executions: [ExecutionID], of page: SweepPage) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            var rest = executions[...]
            var isWhole = true
            for execution in rest.prefix(Self.mostAtOnce) { start(execution, of: page, in: &group) }
            rest = rest.dropFirst(Self.mostAtOnce)
            while let isRead = await group.next() {
                isWhole = isWhole && isRead
                if let execution = rest.popFirst() { start(execution, of: page, in: &group) }
            }
            return isWhole
        }
    }

    private func start(_ execution: ExecutionID, of page: SweepPage, in group: inout TaskGroup<Bool>) {
        group.addTask {
            switch await self.context.readFound(execution, of: page.agent, account: page.account) {
            case .done: return true
            case .unavailable: return false
            case .failed:
                let now = self.context.now()
                let call = SweeperMachine.DeferredCall(
                    account: page.account, agent: page.agent, execution: execution, due: now)
                return self.machine.withLock { $0.failed(call, now: now) }
            }
        }
    }

    private func readIfUnknown(_ call: SweeperMachine.DeferredCall) async {
        if let known = try? await context.known([call.execution], account: call.account) {
            guard (known[call.execution] ?? nil) == nil else { return }
            let read = await context.readFound(call.execution, of: call.agent, account: call.account)
            guard read != .done else { return }
        }
        let isDeferred = machine.withLock { $0.failed(call, now: context.now()) }
        guard !isDeferred else { return }
        context.logger.error(
            "A call that Bolna lists could not be read; it is not tried again until a listing shows it.",
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

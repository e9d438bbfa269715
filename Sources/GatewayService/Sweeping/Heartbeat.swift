package import CallDomain
import Logging
import ServiceLifecycle
import Synchronization

/// Writes down that the gateway is alive, and what health learned: a gap between beats is an outage of its own.
package final class Heartbeat: Service, Sendable {
    private let context: ServiceContext
    private let clock: any Clock<Duration>
    private let uptime: @Sendable () -> Duration
    private let onSetBack: @Sendable () -> Void
    private let onOutage: @Sendable (Range<Timestamp>) -> Void
    private let machine = Mutex(HeartbeatMachine(lastBeat: nil))

    /// The time between beats.
    package static let interval: Duration = .seconds(10)

    /// Beats by a clock; tells when records have gone back in time, and of each outage, also of the one before the start.
    package init(
        context: ServiceContext, clock: any Clock<Duration>, onSetBack: @escaping @Sendable () -> Void = {},
        onOutage: @escaping @Sendable (Range<Timestamp>) -> Void
    ) {
        self.onSetBack = onSetBack
        self.context = context
        self.clock = clock
        self.uptime = stopwatch(clock)
        self.onOutage = onOutage
    }

    /// Beats until the shutdown, and once more then.
    package func run() async throws {
        await resume()
        await repeatUntilShutdown(every: Self.interval, clock: clock) { await self.beat() }
        await beat(isLast: true)
    }

    /// Takes up what was there before the start: the last beat, and incidents that went on.
    func resume() async {
        let last = try? await context.reader.read { store throws(StoreError) in try store.lastHeartbeat() }
        machine.withLock { $0 = HeartbeatMachine(lastBeat: last ?? nil) }
        let now = context.now()
        for account in context.accounts.all.map(\.id) {
            let open = try? await context.reader.read { store throws(StoreError) in
                try store.incidents(account: account, from: now, to: .distantFuture)
            }
            context.health.remember(open ?? [])
        }
    }

    /// One beat; the last writes down all that was counted.
    func beat(isLast: Bool = false) async {
        let now = context.now()
        let uptime = uptime()
        let (outage, isSetBack) = machine.withLock {
            ($0.outage(endingAt: now, uptime: uptime), $0.hasGoneBack(to: now))
        }
        if isSetBack { onSetBack() }
        let learned = context.health.takeChanges(at: now) + context.deadlines.takeChanges(at: now)
        context.countMissingTokens()
        let tallies = context.tallies.take(at: now, isLast: isLast)
        let counted: [JournalEntry] = tallies.isEmpty ? [] : [.tallies(tallies, at: now)]
        let seen = context.trail.take() + context.uses.take()
        do {
            _ = try await context.submit(
                learned + entries(of: outage) + counted + seen + [.heartbeat(at: now)])
        } catch {
            context.tallies.giveBack(tallies)
            context.trail.giveBack(seen)
            context.uses.giveBack(seen)
            context.health.giveBack(learned)
            context.deadlines.giveBack(learned)
            return context.logger.warning("A heartbeat could not be stored.", metadata: ["journal.error": "\(error)"])
        }
        machine.withLock { $0.stored(at: now, uptime: uptime) }
        if let outage { report(outage) }
        do {
            context.metrics.store(
                try await context.reader.read { store throws(StoreError) in try store.facts() })
        } catch {
            context.logger.warning("The store's figures could not be read.", metadata: ["store.error": "\(error)"])
        }
    }

    /// The outage itself, and that its time is to be listed: both stand in the commit that ends it.
    private func entries(of outage: Range<Timestamp>?) -> [JournalEntry] {
        guard let outage else { return [] }
        let gaps = context.accounts.all.filter(\.hasToken).map { account in
            SweepGap(account: account.id, agent: nil, from: outage.lowerBound, to: outage.upperBound)
        }
        let seconds = Int(outage.upperBound.duration(since: outage.lowerBound).seconds.rounded())
        return [.sweepGaps(closed: [], opened: gaps)]
            + context.accounts.all.map { account in
                .incident(
                    Incident(
                        account: account.id, kind: .outage, cause: .ownOutage, from: outage.lowerBound,
                        to: outage.upperBound, detail: "For \(seconds) s nothing was received, read or stored."))
            }
    }

    private func report(_ outage: Range<Timestamp>) {
        context.logger.notice(
            "The gateway was out: what may have been missed is listed.",
            metadata: ["outage.seconds": "\(Int(outage.upperBound.duration(since: outage.lowerBound).seconds))"])
        context.health.wasOut(outage)
        onOutage(outage)
    }
}

/// Measures the time that passes by a clock, from now on.
func stopwatch<C: Clock>(_ clock: C) -> @Sendable () -> Duration where C.Duration == Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
}

package import CallDomain
import Logging
import ServiceLifecycle
import Synchronization

/// Writes down that the gateway is alive, and what health learned: a gap between beats is an outage of its own.
package final class Heartbeat: Service, Sendable {
    private let context: ServiceContext
    private let clock: any Clock<Duration>
    private let onOutage: @Sendable (Range<Timestamp>) -> Void
    private let lastBeat = Mutex<Timestamp?>(nil)

    /// The time between beats.
    package static let interval: Duration = .seconds(10)
    /// A longer gap between beats is an outage.
    package static let longestGap: Duration = .seconds(30)

    /// Beats by a clock; tells of each outage, also of the one before the start.
    package init(
        context: ServiceContext, clock: any Clock<Duration>, onOutage: @escaping @Sendable (Range<Timestamp>) -> Void
    ) {
        self.context = context
        self.clock = clock
        self.onOutage = onOutage
    }

    /// Beats until the shutdown, and once more then.
    package func run() async throws {
        let last = try? await context.reader.read { store throws(StoreError) in try store.lastHeartbeat() }
        lastBeat.withLock { $0 = last ?? nil }
        await repeatUntilShutdown(every: Self.interval, clock: clock) { await self.beat() }
        await beat()
    }

    /// One beat.
    func beat() async {
        let now = context.now()
        let last = lastBeat.withLock { last in
            defer { last = now }
            return last
        }
        if let last, now.duration(since: last) > Self.longestGap {
            context.logger.notice(
                "The gateway was out: what may have been missed is listed.",
                metadata: ["outage.seconds": "\(Int(now.duration(since: last).seconds))"])
            onOutage(last..<now)
        }
        let learned = context.health.takeChanges(at: now)
        do {
            _ = try await context.submit(learned + [.heartbeat(at: now)])
            context.metrics.store(
                try await context.reader.read { store throws(StoreError) in try store.facts() })
        } catch {
            context.health.giveBack(learned)
            context.logger.warning("A heartbeat could not be stored.", metadata: ["journal.error": "\(error)"])
        }
    }
}

import CallDomain
import Logging
import Synchronization

/// Ends what waits in accounts that cannot ask Bolna, or have been refused there for as long as anything is waited for:
/// waiting ends with a look elsewhere, and here nobody looks. A refusal that is shorter ends nothing, whatever is overdue:
/// once Bolna takes the token again, it is looked at.
final class WaitCloser: Sendable {
    private let context: ServiceContext
    private let places = Mutex<[Queue: DueCursor]>([:])

    /// The most calls of an account that are looked at in one tick.
    static let callsPerTick = 256

    /// The due calls of an account: those of which something is known, or those known by hints alone.
    private struct Queue: Hashable {
        var account: AccountID
        var isHinted: Bool
    }

    /// Works within a context.
    init(context: ServiceContext) {
        self.context = context
    }

    /// Ends, at a tick, the waits whose time has been over for as long as a webhook may be late.
    func close(at now: Timestamp) async {
        for account in context.accounts.all where isUnreadable(account, at: now) {
            for isHinted in [false, true] { await close(Queue(account: account.id, isHinted: isHinted), at: now) }
        }
    }

    private func isUnreadable(_ account: GatewayAccount, at now: Timestamp) -> Bool {
        guard account.mayRead else { return true }
        guard let paused = context.gate.pausedSince(account.id) else { return false }
        // The incident knows of a refusal from before this start: else none would be long where starts are frequent.
        let since = min(paused, context.health.tokenRefusedSince(account.id) ?? paused)
        return now.duration(since: since) >= context.settings.scaled(\.abandonAfter)
    }

    private func close(_ queue: Queue, at now: Timestamp) async {
        let place = places.withLock { $0[queue] }
        do {
            let page = try await context.reader.read { store throws(StoreError) in
                try store.due(
                    account: queue.account, isHinted: queue.isHinted, at: now, after: place,
                    limit: Self.callsPerTick)
            }
            let entries = page.calls.filter { isOver($0.ledger, at: now) }.map { call in
                JournalEntry.readFailed(
                    FailedRead(
                        account: call.account, call: call.call, at: now,
                        retryAt: now.advanced(by: context.settings.scaled(\.longestBackoff)), isNotFound: false,
                        profile: context.profile(
                            account: call.account, agent: call.agent, execution: call.execution)))
            }
            _ = try await context.submit(entries)
            places.withLock { $0[queue] = page.next }
            await context.tell(damaged: page.damaged)
        } catch {
            context.logger.error(
                "What waits for an account that cannot be read could not be ended; the next tick tries again.",
                metadata: ["account": "\(queue.account.rawValue)", "error": "\(error)"])
        }
    }

    private func isOver(_ ledger: ExpectationLedger, at now: Timestamp) -> Bool {
        guard let open = ledger.open else { return false }
        let end = max(open.endsAt, open.since.advanced(by: context.settings.scaled(\.abandonAfter)))
        return end.advanced(by: context.settings.scaled(\.longestBackoff)) <= now
    }
}

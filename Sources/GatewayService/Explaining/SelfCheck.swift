import CallDomain
import Logging
import ServiceLifecycle

/// Compares one recently changed call with its journal at each heartbeat, so that damage shows before anybody asks.
package final class SelfCheck: Service, Sendable {
    private let context: ServiceContext
    private let explains: ExplainService
    private let clock: any Clock<Duration>

    /// How far back in the order of commits a call may have changed to be compared.
    package static let reach: Int64 = 10_000

    /// Compares by a clock.
    package init(context: ServiceContext, explains: ExplainService, clock: any Clock<Duration>) {
        self.context = context
        self.explains = explains
        self.clock = clock
    }

    /// Compares until the shutdown.
    package func run() async throws {
        await repeatUntilShutdown(every: Heartbeat.interval, clock: clock) { await self.check() }
    }

    /// Compares one call of one account, both drawn by chance; nothing where nothing has changed of late.
    func check() async {
        let accounts = context.accounts.all
        guard !accounts.isEmpty else { return }
        let account = accounts[min(Int(context.chance() * Double(accounts.count)), accounts.count - 1)].id
        let back = Int64(context.chance() * Double(Self.reach))
        do {
            let drawn = try await context.reader.read { store throws(StoreError) -> Change? in
                let latest = try store.latestCursor(account: account).sequence
                for sequence in [max(latest - back, 1), max(latest, 1)] {
                    let after = ChangeCursor(sequence: sequence - 1)
                    if let change = try store.changes(account: account, after: after, limit: 1)?.first { return change }
                }
                return nil
            }
            guard let drawn else { return }
            try await explains.compare(account: account, call: drawn.call)
        } catch {
            context.logger.warning(
                "A call could not be compared with its journal.", metadata: ["store.error": "\(error)"])
        }
    }
}

import CallDomain
import Logging
import ServiceLifecycle
import Synchronization

/// Tries again, once after each start and each change of accounts, what was kept aside under another decoder, other rules
/// or other settings: what can be used now leaves the quarantine by itself.
package final class QuarantineKeeper: Service, Sendable {
    private let context: ServiceContext
    private let quarantine: QuarantineService
    private let clock: any Clock<Duration>
    private let isComingBack = Mutex(false)
    private let turns = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// The pause between pages, so that webhooks go first.
    package static let pause: Duration = .milliseconds(200)
    /// The pause after which accounts are tried again for which the store failed.
    package static let pauseAfterFailure: Duration = .seconds(30)

    /// Works within a context, waiting by a clock.
    package init(context: ServiceContext, quarantine: QuarantineService, clock: any Clock<Duration>) {
        self.context = context
        self.quarantine = quarantine
        self.clock = clock
    }

    /// The accounts have changed: what waits is tried again. Several changes that wait are one.
    package func wake() { turns.continuation.yield() }

    /// Tries all accounts' entries at the beginning and whenever it is woken, until the shutdown.
    package func run() async throws {
        wake()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await _ in self.turns.stream {
                    guard await self.tryAgain() else { continue }
                    group.addTask { await self.comeBack() }
                }
            }
        }
    }

    /// Tries all accounts, whatever becomes of one; true where somebody must come back to those that failed.
    private func tryAgain() async -> Bool {
        var hasFailed = false
        for account in context.accounts.all {
            do {
                try await tryAgain(account)
            } catch let error as JournalError {
                hasFailed = true
                context.logger.warning(
                    "The quarantine could not be tried again; it is tried later.",
                    metadata: ["account": "\(account.id.rawValue)", "journal.error": "\(error)"])
            } catch {
                // It was cancelled.
                return false
            }
        }
        guard hasFailed else { return false }
        return isComingBack.withLock { isComingBack in
            defer { isComingBack = true }
            return !isComingBack
        }
    }

    private func comeBack() async {
        try? await clock.sleep(for: Self.pauseAfterFailure)
        isComingBack.withLock { $0 = false }
        wake()
    }

    private func tryAgain(_ account: GatewayAccount) async throws {
        var cursor: QuarantineRequest.Cursor?
        while true {
            let page = try await quarantine.runAfterChange(account: account, cursor: cursor)
            guard let next = page.next else { return }
            cursor = next
            try await clock.sleep(for: Self.pause)
        }
    }
}

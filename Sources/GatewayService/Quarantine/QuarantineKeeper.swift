import CallDomain
import Logging
import ServiceLifecycle

/// Tries again, once after each start and each change of accounts, what was kept aside under another decoder, other rules
/// or other settings: what can be used now leaves the quarantine by itself.
package final class QuarantineKeeper: Service, Sendable {
    private let context: ServiceContext
    private let quarantine: QuarantineService
    private let clock: any Clock<Duration>
    private let turns = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// The pause between pages, so that webhooks go first.
    package static let pause: Duration = .milliseconds(200)
    /// The pause after a failure of the store.
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
        try? await cancelWhenGracefulShutdown {
            for await _ in self.turns.stream {
                for account in self.context.accounts.all { try await self.tryAgain(account) }
            }
        }
    }

    private func tryAgain(_ account: GatewayAccount) async throws {
        var cursor: QuarantineRequest.Cursor?
        while true {
            do {
                let page = try await quarantine.runAfterChange(account: account, cursor: cursor)
                guard let next = page.next else { return }
                cursor = next
                try await clock.sleep(for: Self.pause)
            } catch let error as JournalError {
                context.logger.warning(
                    "The quarantine could not be tried again; it is tried later.",
                    metadata: ["account": "\(account.id.rawValue)", "journal.error": "\(error)"])
                try await clock.sleep(for: Self.pauseAfterFailure)
            }
        }
    }
}

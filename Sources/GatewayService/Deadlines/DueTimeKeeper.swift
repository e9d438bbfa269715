import CallDomain
import Logging
import ServiceLifecycle

/// Computes anew what calls wait for since a time that lies ahead: the clock was set back by more than records wait for,
/// and their reads would be due when it is there again. Looks for such calls at start, and when it is woken.
package final class DueTimeKeeper: Service, Sendable {
    private let context: ServiceContext
    private let clock: any Clock<Duration>
    private let calculus: ExpectationCalculus
    private let turns = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// The calls that are looked at in one page, and computed anew in one transaction.
    package static let callsPerPage = 256
    /// The pause after a failure of the store.
    package static let pauseAfterFailure: Duration = .seconds(30)

    /// Works within a context, waiting by a clock.
    package init(context: ServiceContext, clock: any Clock<Duration>) {
        self.context = context
        self.clock = clock
        calculus = ExpectationCalculus(settings: context.settings)
    }

    /// Time has gone back: all calls are looked at. Several that wake it are one.
    package func wake() { turns.continuation.yield() }

    /// Looks at all calls whenever it is woken, and once at the beginning, until the shutdown.
    package func run() async throws {
        wake()
        try? await cancelWhenGracefulShutdown {
            for await _ in self.turns.stream {
                while await !self.keep() { try await self.clock.sleep(for: Self.pauseAfterFailure) }
            }
        }
    }

    /// Looks at all calls that wait; false where not all of them could be.
    func keep() async -> Bool {
        do {
            for account in context.accounts.all.map(\.id) {
                for isHinted in [false, true] { try await keep(account, isHinted: isHinted) }
            }
            return true
        } catch {
            context.logger.error(
                "What calls wait for could not be computed anew; it is tried again.", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func keep(_ account: AccountID, isHinted: Bool) async throws {
        var cursor: DueCursor?
        repeat {
            let place = cursor
            let page = try await context.reader.read { store throws(StoreError) in
                try store.due(
                    account: account, isHinted: isHinted, at: .distantFuture, after: place, limit: Self.callsPerPage)
            }
            let now = context.now()
            let ahead = page.calls.filter { calculus.isAhead($0.ledger, of: now) }
            if !ahead.isEmpty {
                _ = try await context.submit(
                    ahead.map { call in
                        .recompute(
                            account: account, call: call.call,
                            profile: context.profile(account: account, agent: call.agent, execution: call.execution),
                            now: now)
                    })
                context.logger.notice(
                    "The clock was set back: what calls wait for is computed anew.",
                    metadata: ["account": "\(account.rawValue)", "calls": "\(ahead.count)"])
            }
            cursor = page.next
        } while cursor != nil
    }
}

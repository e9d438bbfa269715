import CallDomain
import Logging
import ServiceLifecycle

/// Makes texts ready to be searched once they have been left alone for a while, in small steps with pauses, so that
/// webhooks go first. Until then they are found as well, but slower.
package final class TextIndexer: Service, Sendable {
    private let context: ServiceContext
    private let clock: any Clock<Duration>

    /// The time between runs.
    package static let interval: Duration = .seconds(10)
    /// How long texts must have been left alone: a call's further deliveries would have it done once more.
    package static let rest: Duration = .seconds(60)
    /// The pause between steps.
    package static let pause: Duration = .milliseconds(50)
    /// The most steps of one run; the next one goes on.
    package static let mostSteps = 100

    /// Works within a context, waiting by a clock.
    package init(context: ServiceContext, clock: any Clock<Duration>) {
        self.context = context
        self.clock = clock
    }

    /// Indexes until the shutdown.
    package func run() async throws {
        await withShutdownGrace(clock: clock) {
            await repeatUntilShutdown(every: Self.interval, clock: self.clock) { await self.index() }
        }
    }

    /// One run.
    package func index() async {
        do {
            for _ in 0..<Self.mostSteps {
                guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
                let since = context.now().advanced(by: .zero - Self.rest)
                switch try await context.submit([.indexTexts(unchangedSince: since)]).first {
                case .indexed(isDone: false): try await clock.sleep(for: Self.pause)
                case .failed(let error): return say(error)
                default: return
                }
            }
        } catch {
            say(error)
        }
    }

    private func say(_ error: any Error) {
        context.logger.warning(
            "Texts could not be indexed; it is tried again.", metadata: ["search.error": "\(error)"])
    }
}

import CallDomain
import Logging
import ServiceLifecycle

/// Deletes each account's data whose time is over, in small steps with pauses, so that webhooks go first.
package final class RetentionKeeper: Service, Sendable {
    private let context: ServiceContext
    private let clock: any Clock<Duration>

    /// The time between runs.
    package static let interval: Duration = .seconds(3_600)
    /// The pause between steps.
    package static let pause: Duration = .milliseconds(100)
    /// The most steps that one run takes for one account and kind of data; the next run goes on.
    package static let mostSteps = 10_000

    /// Works within a context, waiting by a clock.
    package init(context: ServiceContext, clock: any Clock<Duration>) {
        self.context = context
        self.clock = clock
    }

    /// Deletes until the shutdown.
    package func run() async throws {
        await withShutdownGrace(clock: clock) {
            await repeatUntilShutdown(every: Self.interval, clock: self.clock) { await self.keep() }
        }
    }

    /// One run over all accounts and kinds of data; what fails costs only its own kind and account.
    package func keep() async {
        for account in context.accounts.all {
            for kind in RetentionStep.Kind.allCases {
                guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
                guard let kept = account.retention.kept(kind) else { continue }
                do {
                    try await keep(kind, of: account.id, for: kept)
                } catch {
                    context.logger.warning(
                        "Old data could not be deleted; it is tried again later.",
                        metadata: [
                            "account": "\(account.id.rawValue)", "retention.kind": "\(kind.word)",
                            "retention.error": "\(error)",
                        ])
                }
            }
        }
    }

    private func keep(_ kind: RetentionStep.Kind, of account: AccountID, for kept: Duration) async throws {
        let before = context.now().advanced(by: .zero - kept)
        var count = 0
        defer { if count > 0 { note(kind, count: count, account: account) } }
        for _ in 0..<Self.mostSteps {
            let step = RetentionStep(account: account, kind: kind, before: before, at: context.now())
            guard let receipt = try await context.submit([.retain(step)]).first else { return }
            switch receipt {
            case .erased(let data):
                count += data.count
                await context.tell(damaged: data.damaged)
                if data.isDone { return }
            case .failed(let error): throw error
            default: return
            }
            try await clock.sleep(for: Self.pause)
        }
    }

    private func note(_ kind: RetentionStep.Kind, count: Int, account: AccountID) {
        context.trail.note(
            AuditRecord(
                at: context.now(), account: account, actor: "system", action: .retention,
                subject: "\(count) \(kind.word)"))
        context.logger.info(
            "Data whose time was over was deleted.",
            metadata: [
                "account": "\(account.rawValue)", "retention.kind": "\(kind.word)", "retention.count": "\(count)",
            ])
    }
}

extension RetentionStep.Kind {
    /// What it counts, in words.
    var word: String {
        switch self {
        case .bodies: "bodies"
        case .transcripts: "transcripts"
        case .calls: "calls"
        case .audit: "audit records"
        case .quarantine: "bodies kept aside"
        case .dials: "dials"
        }
    }
}

extension RetentionPolicy {
    /// How long data of a kind is kept; nil is for ever.
    func kept(_ kind: RetentionStep.Kind) -> Duration? {
        switch kind {
        case .bodies, .quarantine: bodies
        case .transcripts: transcripts
        case .calls, .dials: calls
        case .audit: audit
        }
    }
}

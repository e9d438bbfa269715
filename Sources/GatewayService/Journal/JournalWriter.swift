package import CallDomain
package import Logging
import ServiceLifecycle
import Synchronization

/// The single writer: a thread of its own, group commit, a bounded queue.
///
/// It is listed before its users in a service group, so that it stops after them. What was submitted before it stops is
/// committed and answered; what comes later is refused.
package final class JournalWriter: Service, Sendable {
    private let store: any JournalStore
    private let changes: ChangeFeed
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let work: BlockingWork
    private let uptime: @Sendable () -> Duration
    private let state: Mutex<State>
    private let drained = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// What became of a submission: one receipt per entry, or why nothing of it is stored.
    package typealias Outcome = Result<[JournalReceipt], JournalError>

    /// Who waits for a submission's outcome.
    private struct Submitter: Sendable {
        var place: AnswerPlace?
        var since: ContinuousClock.Instant
        var tell: @Sendable (Outcome) -> Void
    }

    private struct State: Sendable {
        var machine: JournalWriterMachine
        var submitters: [JournalWriterMachine.Ticket: Submitter] = [:]
        var lastTicket: JournalWriterMachine.Ticket = 0
        /// When the commit under way was handed on; nil where none is.
        var begun: Duration?

        func underWay(at uptime: Duration) -> Duration { begun.map { uptime - $0 } ?? .zero }
    }

    /// Writes into a store, and tells the feed of each commit's changes in their order; measures commits by a clock.
    package init(
        store: any JournalStore, limits: JournalLimits = JournalLimits(), changes: ChangeFeed, metrics: GatewayMetrics,
        logger: Logger, work: BlockingWork = .serial("gateway.store.writer"),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.store = store
        self.changes = changes
        self.metrics = metrics
        self.logger = logger
        self.work = work
        uptime = stopwatch(clock)
        self.state = Mutex(State(machine: JournalWriterMachine(limits: limits)))
    }

    /// Entries that wait or are being committed.
    package var load: Int { state.withLock { $0.machine.entries } }

    /// How long the oldest submission that is not yet on disk has been waiting; nil where none is.
    package var oldestWait: Duration? {
        state.withLock { $0.submitters.values.lazy.map(\.since).min() }.map { ContinuousClock.now - $0 }
    }

    /// The bounds of what may wait.
    package var limits: JournalLimits { state.withLock { $0.machine.limits } }

    /// Why a submission of so many entries and bytes would be refused now; nil where it would be taken.
    package func refusal(entries: Int, bytes: Int) -> JournalError? {
        state.withLock {
            $0.machine.refusal(of: entries, bytes: bytes, underWay: $0.underWay(at: uptime()))
        }
    }

    /// Stores the entries in one transaction, perhaps with others', and returns when it is synced to disk.
    package func submit(_ entries: [JournalEntry]) async throws(JournalError) -> [JournalReceipt] {
        let outcome: Outcome = await withCheckedContinuation { continuation in
            submit(entries) { continuation.resume(returning: $0) }
        }
        return try outcome.get()
    }

    /// As ``submit(_:)``, and calls once instead of returning: before it returns where the entries are refused, else at the
    /// place, or on the writer's thread where there is none, which then waits for what is called.
    package func submit(
        _ entries: [JournalEntry], at place: AnswerPlace? = nil, then tell: @escaping @Sendable (Outcome) -> Void
    ) {
        guard !entries.isEmpty else { return tell(.success([])) }
        let submitter = Submitter(place: place, since: .now, tell: tell)
        let admission = state.withLock { state in
            state.lastTicket += 1
            let admission = state.machine.submit(
                entries, ticket: state.lastTicket, underWay: state.underWay(at: uptime()))
            if case .commit = admission { state.begun = uptime() }
            if case .refuse = admission {
            } else {
                state.submitters[state.lastTicket] = submitter
            }
            return admission
        }
        switch admission {
        case .commit(let batch): work.run { self.commit(from: batch) }
        case .wait: break
        case .refuse(let error): tell(.failure(error))
        }
    }

    /// Waits for the shutdown, then until all that was submitted is committed.
    package func run() async throws {
        try? await gracefulShutdown()
        let isIdle = state.withLock { state in
            state.machine.stop()
            return state.machine.isIdle
        }
        guard !isIdle else { return }
        for await _ in drained.stream where state.withLock({ $0.machine.isIdle }) { return }
    }

    /// Commits a batch on the writer's thread, then the one that gathered meanwhile, until nothing waits.
    private func commit(from batch: [JournalEntry]) {
        guard let next = commit(batch) else {
            drained.continuation.yield()
            return
        }
        work.run { self.commit(from: next) }
    }

    private func commit(_ batch: [JournalEntry]) -> [JournalEntry]? {
        let start = uptime()
        let outcome: Result<[JournalReceipt], StoreError>
        do throws(StoreError) {
            outcome = .success(try store.apply(batch))
        } catch {
            outcome = .failure(error)
        }
        let time = uptime() - start
        metrics.committed(entries: batch.count, duration: time)
        if case .failure(let error) = outcome { report(error, entries: batch.count) }
        let (told, next) = state.withLock { state in
            state.machine.took(time)
            let (acknowledgements, next) =
                switch outcome {
                case .success(let receipts): state.machine.committed(receipts)
                case .failure(let error): state.machine.failed(error)
                }
            state.begun = next == nil ? nil : uptime()
            return (acknowledgements.map { (state.submitters.removeValue(forKey: $0.ticket), $0.result) }, next)
        }
        switch outcome {
        case .success(let receipts): changes.committed(receipts)
        case .failure: changes.recheck()
        }
        Self.tell(told)
        return next
    }

    /// Tells submitters what became of their entries, all of one place together.
    private static func tell(_ told: [(Submitter?, Outcome)]) {
        var places: [(place: AnswerPlace, told: [(Submitter, Outcome)])] = []
        for case (let submitter?, let outcome) in told {
            guard let place = submitter.place else {
                submitter.tell(outcome)
                continue
            }
            if let known = places.firstIndex(where: { $0.place === place }) {
                places[known].told.append((submitter, outcome))
            } else {
                places.append((place, [(submitter, outcome)]))
            }
        }
        for (place, told) in places {
            place.run { for (submitter, outcome) in told { submitter.tell(outcome) } }
        }
    }

    private func report(_ error: StoreError, entries: Int) {
        metrics.storeFailed(error.kind)
        logger.error(
            "The store took nothing of a batch; its senders are told to try again.",
            metadata: ["store.error": "\(error.message)", "batch.entries": "\(entries)"])
    }
}

package import CallDomain

/// Decides what the journal writer does: what waits, what shares a transaction, and who is told what when.
///
/// One batch is being committed at a time. Submissions that come meanwhile wait and share the next one. A submission is
/// acknowledged only by the commit that holds all of it, and a batch that fails fails for each of its submitters.
package struct JournalWriterMachine: Sendable {
    /// The bounds.
    package let limits: JournalLimits
    /// Entries that wait or are being committed.
    package private(set) var entries = 0
    /// Bytes of bodies that wait or are being committed.
    package private(set) var bytes = 0

    private var waiting: [Submission] = []
    /// Their entries, counted as they come and go: thousands may wait while each webhook asks.
    private var waitingEntries = 0
    private var committing: [Submission] = []
    private var isStopping = false
    /// How long a commit takes, by the last ones.
    private var commitTime: Duration = .zero

    /// Names a submission: the caller chooses it, unique among those that are open.
    package typealias Ticket = UInt64

    private struct Submission: Sendable {
        var ticket: Ticket
        var entries: [JournalEntry]
        var bytes: Int
    }

    /// What to do with a new submission.
    package enum Admission: Sendable {
        /// Commit this batch now; the submission is in it.
        case commit([JournalEntry])
        /// It waits for the commit that is under way.
        case wait
        /// Tell its submitter.
        case refuse(JournalError)
    }

    /// What to tell one submitter.
    package struct Acknowledgement: Sendable {
        /// The submission.
        package var ticket: Ticket
        /// One receipt per entry, or why nothing was stored.
        package var result: Result<[JournalReceipt], JournalError>
    }

    /// Starts idle.
    package init(limits: JournalLimits = JournalLimits()) { self.limits = limits }

    /// Whether nothing waits and nothing is being committed.
    package var isIdle: Bool { entries == 0 && committing.isEmpty }

    /// A submission came. One that is larger than the queue is taken only while nothing else is there.
    /// The commit under way has taken so long.
    package mutating func submit(
        _ new: [JournalEntry], ticket: Ticket, underWay: Duration = .zero
    ) -> Admission {
        let size = new.reduce(0) { $0 + $1.size }
        if let refusal = refusal(of: new.count, bytes: size, underWay: underWay) { return .refuse(refusal) }
        entries += new.count
        bytes += size
        waitingEntries += new.count
        waiting.append(Submission(ticket: ticket, entries: new, bytes: size))
        guard committing.isEmpty else { return .wait }
        return .commit(takeBatch())
    }

    /// Why a submission of so many entries and bytes is refused while the commit under way has taken so long; nil where it
    /// is taken.
    package func refusal(of new: Int, bytes size: Int, underWay: Duration = .zero) -> JournalError? {
        if isStopping { return .stopping }
        if isIdle { return nil }
        let fits = entries + new <= limits.mostEntries && bytes + size <= limits.mostBytes
        // What goes into the next commit waits for no other, however slow the disk is, unless the one under way hangs.
        let isNext = underWay <= limits.mostWait && waitingEntries + new <= limits.batchEntries
        return fits && (isNext || wait(of: new, bytes: size, underWay: underWay) <= limits.mostWait)
            ? nil : .queueFull(retryAfter: limits.retryAfter)
    }

    /// How long a further submission will wait until it is on disk: for the commit under way, and those behind it.
    private func wait(of new: Int, bytes size: Int, underWay: Duration) -> Duration {
        let batches = max(
            (entries + new - 1) / max(limits.batchEntries, 1), (bytes + size) / max(limits.batchBytes, 1))
        return max(commitTime, underWay) * (batches + 1)
    }

    /// The batch under way took so long, whatever came of it. To be told before that.
    package mutating func took(_ time: Duration) { commitTime = (commitTime * 3 + time) / 4 }

    /// The batch under way is on disk: whom to tell what, and the batch to commit next, if any.
    package mutating func committed(_ receipts: [JournalReceipt]) -> ([Acknowledgement], next: [JournalEntry]?) {
        let expected = committing.reduce(0) { $0 + $1.entries.count }
        guard receipts.count == expected else {
            let detail = "the store answered \(receipts.count) receipts to \(expected) entries"
            return failed(StoreError(kind: .invalid, message: detail))
        }
        var rest = receipts[...]
        let acknowledgements = committing.map { submission in
            defer { rest = rest.dropFirst(submission.entries.count) }
            return Acknowledgement(
                ticket: submission.ticket, result: .success(Array(rest.prefix(submission.entries.count))))
        }
        return (acknowledgements, next: finishBatch())
    }

    /// The batch under way left nothing in the store: each of its submitters is told, and the next batch is tried.
    package mutating func failed(_ error: StoreError) -> ([Acknowledgement], next: [JournalEntry]?) {
        let acknowledgements = committing.map {
            Acknowledgement(ticket: $0.ticket, result: .failure(.unavailable(error)))
        }
        return (acknowledgements, next: finishBatch())
    }

    /// Takes nothing more; what waits is still committed.
    package mutating func stop() { isStopping = true }

    private mutating func finishBatch() -> [JournalEntry]? {
        for submission in committing {
            entries -= submission.entries.count
            bytes -= submission.bytes
        }
        committing = []
        return waiting.isEmpty ? nil : takeBatch()
    }

    /// Moves whole submissions, in order, until a bound of the batch is reached; at least one.
    private mutating func takeBatch() -> [JournalEntry] {
        var count = 0
        var entries = 0
        var bytes = 0
        for submission in waiting {
            entries += submission.entries.count
            bytes += submission.bytes
            guard count == 0 || (entries <= limits.batchEntries && bytes <= limits.batchBytes) else { break }
            count += 1
        }
        committing = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        let batch = committing.flatMap(\.entries)
        waitingEntries -= batch.count
        return batch
    }
}

extension JournalEntry {
    /// The bytes of the body it carries, for the bounds of queues.
    package var size: Int {
        switch self {
        case .observation(let observation): observation.body.count
        case .quarantine(let delivery): delivery.body.count
        case .quarantineTrial(let trial): trial.observations.reduce(0) { $0 + $1.body.count }
        case .dialIntent(let intent): intent.request.count
        case .pathHealth(_, _, let record, _): record.count
        case .learned(let record): record.bytes.count
        case .readFailed, .recompute, .reopen, .listed, .dialOutcome, .sweepMark, .sweepGaps, .heartbeat, .incident,
            .audit, .tallies, .account, .auditTrail, .erase, .retain, .forgetNumber, .indexTexts:
            0
        }
    }
}

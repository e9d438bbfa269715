package import CallDomain

/// The bounds of the journal writer.
package struct JournalLimits: Hashable, Sendable {
    /// The most entries that wait or are being committed.
    package var mostEntries: Int
    /// The most bytes of bodies that wait or are being committed.
    package var mostBytes: Int
    /// The most entries of one transaction; a larger submission has one of its own.
    package var batchEntries: Int
    /// The most bytes of bodies of one transaction; a larger submission has one of its own.
    package var batchBytes: Int
    /// The longest that a further entry may have to wait, as far as the last commits tell: who sends gives up after some
    /// seconds, and an entry that nobody waits for any more is work for nothing.
    package var mostWait: Duration
    /// What senders are told when nothing more fits.
    package var retryAfter: Duration

    /// Puts limits together: 4096 entries and 64 MiB waiting, for 5 s, 256 entries and 8 MiB a transaction; 2 s.
    package init(
        mostEntries: Int = 4_096, mostBytes: Int = 64 << 20, batchEntries: Int = 256, batchBytes: Int = 8 << 20,
        mostWait: Duration = .seconds(5), retryAfter: Duration = .seconds(2)
    ) {
        self.mostEntries = mostEntries
        self.mostBytes = mostBytes
        self.batchEntries = batchEntries
        self.batchBytes = batchBytes
        self.mostWait = mostWait
        self.retryAfter = retryAfter
    }
}

/// Why nothing of a submission was stored.
package enum JournalError: Error, Hashable, Sendable {
    /// No more fits into the queue: try again later.
    case queueFull(retryAfter: Duration)
    /// The store could not take the batch; it took nothing of it.
    case unavailable(StoreError)
    /// The gateway is stopping.
    case stopping
}

/// The bounds of the store's work.
enum StoreBounds {
    /// The most rows that one read returns, whatever was asked for.
    static let mostRows = 1_000
    /// The part of the due calls taken at once that is kept for those known by hints alone: one in so many.
    static let partOfHints = 8
    /// The damaged rows that are passed over when due calls are taken.
    static let mostDamaged = 256
    /// Connections that read at the same time.
    static let readers = 4
    /// How long a connection waits for a lock of another process, in milliseconds.
    static let busyTimeoutMilliseconds = 2_000
    /// The statuses that a list asks an index for, one by one; more of them are looked for among all calls.
    static let mostStatuses = 32
    /// The shortest statement, state or body that is packed, in bytes.
    static let shortestPacked = 256
    /// The longest one, in bytes: far more than a body may have.
    static let longestPacked = 32 * 1_024 * 1_024
    /// The calls whose rows the writer remembers, at least; it forgets the others when there are twice as many.
    static let callsRemembered = 512
    /// The longest statement of a call that is remembered, in bytes, so that long transcripts do not fill the memory.
    static let longestRemembered = 16_384
    /// What the writer keeps of the file in memory, in KiB: the pages of a large batch, which would else be written before
    /// it ends, and the inner pages of the indexes of millions of calls.
    static let writerCacheKibibytes = 8_192
    /// Pages of the write-ahead log after which the writer moves them into the database.
    static let checkpointPages = 1_000
    /// The write-ahead log is cut to this size after a checkpoint that emptied it.
    static let walSizeBytes = 64 * 1_024 * 1_024
    /// How long changes are kept for those who resume.
    static let changesKept: Duration = .seconds(86_400)
    /// Changes that one batch removes per account at most.
    static let changesPrunedPerBatch = 256
    /// The most incidents of one kind that are kept of an account; those that ended first go.
    static let mostIncidents = 2_000
    /// The most rows that tell how an account's incidents of one kind stood at their positions; those that began first
    /// go.
    static let mostLoggedIncidents = 8_000
    /// The most stretches of one agent's listing, or of an account's outages, that wait to be swept; those that lie back
    /// farthest go. The sweeper joins them long before: it keeps 64 of an agent, and a plan of outages adds 80 at most.
    static let mostSweepGaps = 1_000
    /// The least time between two marks of time in the journal.
    static let markInterval: Duration = .seconds(10)
    /// How long what reports count beside observations is kept: the longest window of a report and some days.
    static let reportRowsKept: Duration = .seconds(100 * 86_400)
    /// The rows that one batch removes of each table at most, once they are too old for any report.
    static let reportRowsPrunedPerBatch = 1_000
    /// How long the bodies of settled entries of the quarantine are kept.
    static let settledBodiesKept: Duration = .seconds(92 * 86_400)
    /// The entries and bodies of a quarantine that one further entry removes at most.
    static let quarantinePrunedPerEntry = 64
    /// The repeats of one observation that are written down one by one; further ones are counted by the minute.
    static let singleRepeats = 16
    /// The most secrets of an account that are kept, retired ones included; those that were retired first go.
    static let mostSecretsKept = 64
    /// The longest text of a lead, name or project that is kept for filters, in characters.
    static let longestLabel = 256
    /// The longest text that is searched for, in characters.
    static let longestSearch = 256
    /// The grams of a term that the index of texts is asked for; whatever they leave is looked at.
    static let mostSearchGrams = 12
    /// The calls that may have a term and are all looked at; where there are more, a page is sooner found by a walk over
    /// them, newest first.
    static let mostTextCandidates = 2_000
    /// The calls that may have a term and are told apart from the others in such a walk.
    static let mostWalkedCandidates = 100_000
    /// The blocks whose texts are read one by one, since they are not indexed; where there are more, none is.
    static let mostChangedBlocks = 64
    /// How much later a further change of a block must be than the one written down to be written down as well.
    static let blockChangeInterval: Duration = .seconds(10)
    /// So many calls are all looked at rather soon: fewer of a status come before those of an agent.
    static let fewCalls = 20_000
    /// The blocks of texts by which it is judged how rare a gram is.
    static let sampledBlocks = 64
    /// So few calls that may have a term are looked at without asking for its further grams.
    static let fewTextCandidates = 100
    /// The blocks that are asked one by one for a further gram; more are all read in their order.
    static let mostNamedBlocks = 4_000
}

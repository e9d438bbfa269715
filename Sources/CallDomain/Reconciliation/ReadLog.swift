/// The full reads of one call, in the order in which they were sent.
struct ReadLog {
    /// The distinct reads; a clock that was set back in between does not make an answer precede its request.
    let records: [ReadRecord]
    /// When the last answer had been received; nil without reads.
    let lastReceivedAt: Timestamp?
    /// The first and the last read that brought each observation.
    private var spans: [ObservationKey: Span] = [:]

    /// What repeated reads say of the observation they brought.
    struct Span {
        /// When the latest answer had been received.
        var lastReceivedAt: Timestamp
        /// When the latest request was sent.
        var lastSentAt: Timestamp
    }

    /// Puts reads in order.
    init(_ reads: [ReadRecord]) {
        var distinct: Set<ReadRecord> = []
        for var read in reads {
            read.receivedAt = max(read.receivedAt, read.sentAt)
            distinct.insert(read)
        }
        records = distinct.sorted {
            ($0.sentAt, $0.receivedAt, $0.observation) < ($1.sentAt, $1.receivedAt, $1.observation)
        }
        lastReceivedAt = records.lazy.map(\.receivedAt).max()
        for read in records {
            let lastReceivedAt = max(read.receivedAt, spans[read.observation]?.lastReceivedAt ?? .distantPast)
            spans[read.observation] = Span(lastReceivedAt: lastReceivedAt, lastSentAt: read.sentAt)
        }
    }

    /// What the reads say of an observation; nil where none brought it.
    func span(of observation: ObservationKey) -> Span? { spans[observation] }

    /// How many reads had been sent at a time.
    func generation(at time: Timestamp) -> Int {
        var low = 0
        var high = records.count
        while low < high {
            let middle = low + (high - low) / 2
            if records[middle].sentAt <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

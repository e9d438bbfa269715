/// What the world did, oldest first. The buffer is bounded, the counts are not.
package struct WorldLog: Sendable {
    /// The entries still held.
    package private(set) var entries: [LogEntry] = []
    /// How many older entries were dropped.
    package private(set) var dropped = 0
    /// Counts over everything that ever happened.
    package private(set) var counts = WorldCounts()
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = max(capacity, 8)
    }

    mutating func append(_ deed: LogEntry.Deed, at moment: Moment) {
        if entries.count >= capacity {
            // An eighth at once, so that dropping stays cheap on average.
            entries.removeFirst(capacity / 8)
            dropped += capacity / 8
        }
        entries.append(LogEntry(at: moment, deed: deed))
        counts.add(deed)
    }

    /// The entries held as JSON, one object a line.
    package var jsonLines: [UInt8] {
        var output: [UInt8] = []
        for entry in entries {
            output += entry.json.bytes
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }
}

/// Counts over everything that happened in a world.
package struct WorldCounts: Hashable, Sendable {
    /// Changes of status.
    package var changes = 0
    /// Webhooks handed over for sending, duplicates and retries included.
    package var sent = 0
    /// Webhooks answered with a 2xx.
    package var delivered = 0
    /// Webhooks answered otherwise, or not at all.
    package var undelivered = 0
    /// Webhooks lost on purpose.
    package var lost = 0
    /// Webhooks not sent for another reason.
    package var withheld = 0
    /// Webhooks that came late on purpose.
    package var delayed = 0
    /// Second copies.
    package var duplicated = 0
    /// Webhooks that changed places with the next.
    package var reordered = 0
    /// Requests answered.
    package var requests = 0
    /// Single calls read with success.
    package var reads = 0
    /// Pages of lists read with success.
    package var pages = 0
    /// Answers 429.
    package var rateLimited = 0
    /// Answers 5xx.
    package var serverErrors = 0
    /// Slow answers.
    package var slow = 0
    /// Answers cut off.
    package var cut = 0

    mutating func add(_ deed: LogEntry.Deed) {
        switch deed {
        case .changed: changes += 1
        case .sent(let sending):
            sent += 1
            if sending.retries == 0 {
                switch sending.fault {
                case .delayed: delayed += 1
                case .duplicate: duplicated += 1
                case .reordered: reordered += 1
                case nil: break
                }
            }
        case .answered(_, let code):
            if let code, (200..<300).contains(code) { delivered += 1 } else { undelivered += 1 }
        case .withheld(let withheld):
            if withheld.reason == .lost { lost += 1 } else { self.withheld += 1 }
        case .served(let serving):
            requests += 1
            if serving.code == 200, serving.endpoint == .execution { reads += 1 }
            if serving.code == 200, serving.endpoint == .executions { pages += 1 }
            if serving.code == 429 { rateLimited += 1 }
            if serving.code >= 500 { serverErrors += 1 }
            if serving.fault == .slow { slow += 1 }
            if serving.fault == .cut { cut += 1 }
        }
    }

    var json: JSONValue {
        let numbers = [
            ("changes", changes), ("sent", sent), ("delivered", delivered), ("undelivered", undelivered),
            ("lost", lost), ("withheld", withheld), ("delayed", delayed), ("duplicated", duplicated),
            ("reordered", reordered), ("requests", requests), ("reads", reads), ("pages", pages),
            ("rate_limited", rateLimited), ("server_errors", serverErrors), ("slow", slow), ("cut", cut),
        ]
        return .object(numbers.map { .init($0.0, .integer(Int64($0.1))) })
    }
}

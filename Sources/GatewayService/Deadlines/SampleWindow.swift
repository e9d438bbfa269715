import CallDomain
import Histogram

/// The newest lengths of one topic of one agent, in two batches: the older one is forgotten when the newer one is full
/// or old, so that a length counts for at most 28 days and among at most 1000.
struct SampleWindow: Sendable {
    private var newer: Histogram<UInt16>
    private var older: Histogram<UInt16>
    private var newerSince: Timestamp
    private var olderSince: Timestamp

    /// A longer one counts as this long: more than any deadline that can follow from it.
    static let longest: UInt64 = 86_400_000

    /// No samples.
    init(at now: Timestamp) {
        newer = Self.empty
        older = Self.empty
        newerSince = now
        olderSince = now
    }

    /// Two digits: a length is known to one percent, and told too long rather than too short.
    private static var empty: Histogram<UInt16> {
        Histogram(highestTrackableValue: longest, numberOfSignificantValueDigits: .two)
    }

    /// Takes one length.
    mutating func record(_ length: Duration, at now: Timestamp) {
        age(to: now)
        newer.record(UInt64(min(max(length.microseconds / 1_000, 0), Int64(Self.longest))))
    }

    /// Lets time pass: what is old is forgotten.
    mutating func age(to now: Timestamp) {
        let isOld = now.duration(since: newerSince) >= LearnedSamples.longestBatch
        guard isOld || newer.totalCount >= LearnedSamples.mostInBatch else { return }
        let isForgotten = now.duration(since: newerSince) >= LearnedSamples.longestBatch * 2
        older = isForgotten ? Self.empty : newer
        olderSince = newerSince
        newer = Self.empty
        newerSince = now
    }

    /// The time within which so many of a thousand lengths lie, and how many lengths there are; nil without any.
    func within(perMille: Int) -> (within: Duration, samples: Int)? {
        var all = older
        all.add(newer)
        guard all.totalCount > 0 else { return nil }
        // The upper end of the step that holds the wanted one: the same before and after a restart.
        let wanted = max((all.totalCount * UInt64(min(max(perMille, 0), 1_000)) + 999) / 1_000, 1)
        let step = all.recordedValues().first { $0.totalCountToThisValue >= wanted }
        return (.milliseconds(Int64(min(step?.value ?? Self.longest, Self.longest))), Int(all.totalCount))
    }

    /// The samples as they are stored.
    var batches: (newer: LearnedSamples.Batch, older: LearnedSamples.Batch) {
        (Self.batch(newer, since: newerSince), Self.batch(older, since: olderSince))
    }

    /// Takes up what was stored.
    init(_ samples: LearnedSamples) {
        newer = Self.histogram(samples.newer)
        older = Self.histogram(samples.older)
        newerSince = samples.newer.since
        olderSince = samples.older.since
    }

    private static func batch(_ histogram: Histogram<UInt16>, since: Timestamp) -> LearnedSamples.Batch {
        LearnedSamples.Batch(
            since: since,
            counts: histogram.recordedValues().map { step in
                LearnedSamples.Count(milliseconds: Int(step.value), count: Int(step.count))
            })
    }

    private static func histogram(_ batch: LearnedSamples.Batch) -> Histogram<UInt16> {
        var histogram = empty
        for sample in batch.counts {
            histogram.record(
                min(UInt64(max(sample.milliseconds, 0)), longest), count: UInt16(clamping: max(sample.count, 0)))
        }
        return histogram
    }
}

/// Durations in buckets of growing width, in a bounded room: exact below 64 µs, above it within 1/32 of the value.
package struct LatencyHistogram: Hashable, Sendable {
    /// How many durations were recorded.
    package private(set) var count = 0
    /// The longest of them, exactly; zero while there is none.
    package private(set) var longest: Duration = .zero
    private var counts: [Int: Int] = [:]

    /// The quantiles that reports state, by their names.
    package static let quantiles: [(name: String, share: Double)] = [
        ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1),
    ]

    /// Nothing is recorded yet.
    package init() {}

    /// Records a duration; a negative one, as clocks that disagree make them, counts as zero.
    package mutating func record(_ duration: Duration) {
        let duration = max(duration, .zero)
        counts[Self.bucket(of: duration.microseconds), default: 0] += 1
        count += 1
        longest = max(longest, duration)
    }

    /// The least recorded duration, as its bucket's upper end, that the share of all does not exceed; nil without any.
    package func quantile(_ share: Double) -> Duration? {
        guard count > 0 else { return nil }
        let wanted = max(1, Int((Double(count) * min(max(share, 0), 1)).rounded(.up)))
        guard wanted < count else { return longest }
        var passed = 0
        for (bucket, number) in counts.sorted(by: { $0.key < $1.key }) {
            passed += number
            if passed >= wanted { return min(.microseconds(Self.upperEnd(of: bucket)), longest) }
        }
        return longest
    }

    /// The numbers of durations by steps that people count in (…, 1 s, 2 s, 5 s, 10 s, 20 s, 30 s, 1 min, …), from the
    /// first that has any to the last; for plots.
    package var plot: [Bar] {
        let numbers = counts.reduce(into: [Int: Int]()) { bars, entry in
            let end = Self.upperEnd(of: entry.key)
            let step = Self.steps.firstIndex { end <= $0 } ?? Self.steps.count
            bars[step, default: 0] += entry.value
        }
        guard let first = numbers.keys.min(), let last = numbers.keys.max() else { return [] }
        return (first...last).map { step in
            Bar(
                from: .microseconds(step == 0 ? 0 : Self.steps[step - 1]),
                upTo: step < Self.steps.count ? .microseconds(Self.steps[step]) : nil, count: numbers[step] ?? 0)
        }
    }

    /// One bar of a plot: durations longer than `from`, up to `upTo`.
    package struct Bar: Hashable, Sendable {
        /// Where it begins, exclusive but for zero.
        package var from: Duration
        /// Where it ends, inclusive; nil for the last, which has no end.
        package var upTo: Duration?
        /// How many there were.
        package var count: Int

        /// Puts a bar together.
        package init(from: Duration, upTo: Duration?, count: Int) {
            self.from = from
            self.upTo = upTo
            self.count = count
        }
    }

    /// 10 ms to 7 days, in microseconds.
    private static let steps: [Int64] = {
        let milliseconds: [Int64] = [10, 20, 50, 100, 200, 500]
        let seconds: [Int64] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200]
        let hours: [Int64] = [6, 12, 24, 48, 168]
        return milliseconds.map { $0 * 1_000 } + seconds.map { $0 * 1_000_000 } + hours.map { $0 * 3_600_000_000 }
    }()

    /// Buckets of one octave.
    private static let perOctave: Int64 = 32

    private static func bucket(of value: Int64) -> Int {
        guard value >= perOctave else { return Int(value) }
        let octave = 63 - value.leadingZeroBitCount - 5
        return octave * Int(perOctave) + Int(value >> Int64(octave))
    }

    private static func upperEnd(of bucket: Int) -> Int64 {
        let first = Int(perOctave)
        guard bucket >= 2 * first else { return Int64(bucket) }
        let octave = bucket / first - 1
        let start = Int64(bucket - octave * first) << Int64(octave)
        let (end, overflow) = start.addingReportingOverflow((1 << Int64(octave)) - 1)
        return overflow ? .max : end
    }
}

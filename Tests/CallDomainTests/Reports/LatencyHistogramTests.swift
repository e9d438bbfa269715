import CallDomain
import Testing

@Suite("LatencyHistogram")
struct LatencyHistogramTests {
    @Test("Without a duration there is no quantile and no bar")
    func empty() {
        let histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == nil)
        #expect(histogram.plot.isEmpty)
        #expect(histogram.count == 0)
    }

    @Test(
        "A single duration is every quantile, exactly",
        arguments: [0, 1, 31, 32, 63, 64, 65, 1_000, 999_999, 12_345_678, Int64.max])
    func single(microseconds: Int64) {
        var histogram = LatencyHistogram()
        histogram.record(.microseconds(microseconds))
        for share in [0, 0.5, 0.99, 1] { #expect(histogram.quantile(share) == .microseconds(microseconds)) }
        #expect(histogram.plot.map(\.count) == [1])
    }

    @Test("Quantiles lie at or above the exact one by at most a 32nd, and never above the longest")
    func precision() {
        var histogram = LatencyHistogram()
        var state: UInt64 = 7
        var exact: [Int64] = []
        for _ in 0..<5_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Int64(state >> (20 + (state >> 58) % 24))
            exact.append(value)
            histogram.record(.microseconds(value))
        }
        exact.sort()
        for share in [0.01, 0.5, 0.9, 0.99, 0.999] {
            let rank = Int((Double(exact.count) * share).rounded(.up))
            let wanted = exact[rank - 1]
            let told = histogram.quantile(share)?.microseconds ?? -1
            #expect(told >= wanted)
            #expect(told - wanted <= wanted / 32 + 1)
        }
        #expect(histogram.quantile(1)?.microseconds == exact.last)
    }

    @Test("A negative duration counts as none")
    func negative() {
        var histogram = LatencyHistogram()
        histogram.record(.seconds(-5))
        #expect(histogram.quantile(1) == .zero)
    }

    @Test("A plot has every bar from the first to the last, and all durations")
    func plot() {
        var histogram = LatencyHistogram()
        for milliseconds in [5, 15, 15, 900, 3_000_000] { histogram.record(.milliseconds(milliseconds)) }
        let bars = histogram.plot
        #expect(bars.map(\.count).reduce(0, +) == 5)
        #expect(bars.first?.from == .zero)
        #expect(bars.first?.upTo == .milliseconds(10))
        #expect(bars[1].count == 2)
        for (bar, next) in zip(bars, bars.dropFirst()) { #expect(bar.upTo == next.from) }
        histogram.record(.seconds(86_400 * 400))
        #expect(histogram.plot.last?.upTo == nil)
    }
}

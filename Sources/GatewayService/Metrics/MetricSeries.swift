import Metrics
import Synchronization

/// The kinds of metric, in the words of the text format.
package enum MetricKind: String, Sendable {
    /// Only grows.
    case counter
    /// Goes up and down.
    case gauge
    /// Counts values by size.
    case histogram
}

/// One label of a series.
struct MetricLabel: Hashable, Comparable, Sendable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
        self.name = Self.clean(name)
        self.value = value
    }

    static func < (left: Self, right: Self) -> Bool { (left.name, left.value) < (right.name, right.value) }

    /// A name of the allowed characters: letters, digits and `_`, no digit first.
    static func clean(_ name: String) -> String {
        let bytes = name.utf8.map { byte -> UInt8 in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: byte
            default: 0x5F
            }
        }
        let isDigitFirst = bytes.first.map { (0x30...0x39).contains($0) } ?? true
        return (isDigitFirst ? "_" : "") + String(decoding: bytes, as: UTF8.self)
    }

    static func escape(_ text: String, quotes: Bool = true) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.append(character)
            }
        }
        return escaped
    }
}

/// The numbers of one series: a value, or the counts of a histogram.
final class MetricSeries: Sendable {
    private let bounds: [Double]
    private let state: Mutex<State>

    private struct State {
        var value = 0.0
        var count = 0
        var buckets: [Int]
    }

    /// A histogram with these upper bounds, in ascending order; without any, a single value.
    init(_ bounds: [Double]) {
        self.bounds = bounds
        self.state = Mutex(State(buckets: Array(repeating: 0, count: bounds.count)))
    }

    func add(_ amount: Double) { state.withLock { $0.value += amount } }

    func set(_ value: Double) { state.withLock { $0.value = value } }

    func observe(_ value: Double) {
        state.withLock { state in
            state.value += value
            state.count += 1
            if let index = bounds.firstIndex(where: { value <= $0 }) { state.buckets[index] += 1 }
        }
    }

    func write(name: String, labels: [MetricLabel], to text: inout String) {
        let state = state.withLock { $0 }
        guard !bounds.isEmpty else {
            text += Self.line(name, labels, state.value)
            return
        }
        var below = 0
        for (bound, count) in zip(bounds, state.buckets) {
            below += count
            text += Self.line(name + "_bucket", labels + [MetricLabel("le", Self.number(bound))], Double(below))
        }
        text += Self.line(name + "_bucket", labels + [MetricLabel("le", "+Inf")], Double(state.count))
        text += Self.line(name + "_sum", labels, state.value)
        text += Self.line(name + "_count", labels, Double(state.count))
    }

    private static func line(_ name: String, _ labels: [MetricLabel], _ value: Double) -> String {
        let list = labels.map { "\($0.name)=\"\(MetricLabel.escape($0.value))\"" }.joined(separator: ",")
        return "\(name)\(list.isEmpty ? "" : "{\(list)}") \(number(value))\n"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? value.description
    }
}

/// A series as a counter.
final class CounterSeries: CounterHandler {
    private let series: MetricSeries

    init(series: MetricSeries) { self.series = series }

    func increment(by amount: Int64) { series.add(Double(amount)) }

    func reset() { series.set(0) }
}

/// A series as a gauge.
final class GaugeSeries: MeterHandler, RecorderHandler {
    private let series: MetricSeries

    init(series: MetricSeries) { self.series = series }

    func set(_ value: Int64) { series.set(Double(value)) }

    func set(_ value: Double) { series.set(value) }

    func increment(by amount: Double) { series.add(amount) }

    func decrement(by amount: Double) { series.add(-amount) }

    func record(_ value: Int64) { series.set(Double(value)) }

    func record(_ value: Double) { series.set(value) }
}

/// A series as a histogram.
final class HistogramSeries: RecorderHandler, TimerHandler {
    private let series: MetricSeries

    init(series: MetricSeries) { self.series = series }

    func record(_ value: Int64) { series.observe(Double(value)) }

    func record(_ value: Double) { series.observe(value) }

    func recordNanoseconds(_ duration: Int64) { series.observe(Double(duration) / 1e9) }
}

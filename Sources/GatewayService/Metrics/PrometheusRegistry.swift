package import Metrics
import Synchronization

/// Collects metrics of swift-metrics and writes them in Prometheus' text format 0.0.4
/// (prometheus/docs: instrumenting/exposition_formats).
///
/// Counters are counters, meters and recorders that do not aggregate are gauges, timers and other recorders are
/// histograms. What would exceed ``mostSeries`` is counted in one series whose labels all say `other`, so that no label
/// can make the registry grow without bound. Series live as long as the registry: `destroy` is heard and ignored.
package final class PrometheusRegistry: MetricsFactory, Sendable {
    private let families = Mutex([String: Family]())

    /// The most series of one name.
    package static let mostSeries = 128
    /// The most names.
    package static let mostFamilies = 256
    /// The upper bounds of timers' buckets, in seconds.
    package static let timerBounds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// The upper bounds of recorders' buckets: counts, and seconds of lag.
    package static let recorderBounds: [Double] = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600, 86_400]

    private struct Family {
        var kind: MetricKind
        var help: String
        var series: [[MetricLabel]: MetricSeries] = [:]
    }

    /// Starts empty.
    package init() {}

    /// Gives a name its sentence; it shows once the metric has a series.
    package func describe(_ name: String, as help: String, kind: MetricKind) {
        families.withLock { families in
            families[name, default: Family(kind: kind, help: help)].help = help
        }
    }

    /// All metrics as text, ordered by name and labels.
    package func exposition() -> String {
        let snapshot = families.withLock { families in families.sorted { $0.key < $1.key } }
        var text = ""
        for (name, family) in snapshot where !family.series.isEmpty {
            if !family.help.isEmpty { text += "# HELP \(name) \(MetricLabel.escape(family.help, quotes: false))\n" }
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                series.write(name: name, labels: labels, to: &text)
            }
        }
        return text
    }

    /// The series of a name and labels; one that is not shown where the name is of another kind or names run out.
    private func series(
        _ name: String, _ kind: MetricKind, dimensions: [(String, String)], bounds: [Double] = []
    ) -> MetricSeries {
        let labels = dimensions.map(MetricLabel.init).sorted()
        return families.withLock { families in
            if let family = families[name], family.kind == kind, let series = family.series[labels] { return series }
            guard families[name] != nil || families.count < Self.mostFamilies else { return MetricSeries(bounds) }
            var family = families[name] ?? Family(kind: kind, help: "")
            guard family.kind == kind else { return MetricSeries(bounds) }
            let isFull = family.series.count >= Self.mostSeries
            let key = isFull ? labels.map { MetricLabel($0.name, "other") } : labels
            let series = family.series[key] ?? MetricSeries(bounds)
            family.series[key] = series
            families[name] = family
            return series
        }
    }

    private static func name(_ label: String, suffix: String = "") -> String {
        let name = MetricLabel.clean(label)
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// A counter; its name ends in `_total`.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        CounterSeries(series: series(Self.name(label, suffix: "_total"), .counter, dimensions: dimensions))
    }

    /// A gauge.
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        GaugeSeries(series: series(Self.name(label), .gauge, dimensions: dimensions))
    }

    /// A histogram, or a gauge where values are not to be aggregated.
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return GaugeSeries(series: series(Self.name(label), .gauge, dimensions: dimensions)) }
        return HistogramSeries(
            series: series(Self.name(label), .histogram, dimensions: dimensions, bounds: Self.recorderBounds))
    }

    /// A histogram of seconds; its name ends in `_seconds`.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        HistogramSeries(
            series: series(
                Self.name(label, suffix: "_seconds"), .histogram, dimensions: dimensions, bounds: Self.timerBounds))
    }

    /// Nothing: series stay.
    package func destroyCounter(_ handler: any CounterHandler) {}
    /// Nothing: series stay.
    package func destroyMeter(_ handler: any MeterHandler) {}
    /// Nothing: series stay.
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Nothing: series stay.
    package func destroyTimer(_ handler: any TimerHandler) {}
}

import CallDomain
import GatewayService
import Metrics
import Testing

@Suite struct PrometheusRegistryTests {
    @Test("Counters, gauges and histograms are written as the text format wants")
    func exposition() {
        let registry = PrometheusRegistry()
        registry.describe("a_total", as: "What is\ncounted.", kind: .counter)
        Counter(label: "a", dimensions: [("kind", "x\"y\\z\n")], factory: registry).increment(by: 3)
        Gauge(label: "b.size-bytes", factory: registry).record(1.5)
        Timer(label: "c", factory: registry).recordNanoseconds(30_000_000)
        let text = registry.exposition()
        #expect(
            text.hasPrefix(
                """
                # HELP a_total What is\\ncounted.
                # TYPE a_total counter
                a_total{kind="x\\"y\\\\z\\n"} 3
                # TYPE b_size_bytes gauge
                b_size_bytes 1.5
                # TYPE c_seconds histogram
                c_seconds_bucket{le="0.001"} 0
                """))
        #expect(text.contains("c_seconds_bucket{le=\"0.025\"} 0\nc_seconds_bucket{le=\"0.05\"} 1\n"))
        #expect(text.hasSuffix("c_seconds_bucket{le=\"+Inf\"} 1\nc_seconds_sum 0.03\nc_seconds_count 1\n"))
    }

    @Test("The same name and labels are one series, in whatever order the labels stand")
    func sameSeries() {
        let registry = PrometheusRegistry()
        Counter(label: "a", dimensions: [("x", "1"), ("y", "2")], factory: registry).increment()
        Counter(label: "a", dimensions: [("y", "2"), ("x", "1")], factory: registry).increment()
        #expect(registry.exposition().contains("a_total{x=\"1\",y=\"2\"} 2\n"))
    }

    @Test("Labels cannot make it grow without bound: what is too much is counted as other")
    func bounded() {
        let registry = PrometheusRegistry()
        for number in 0..<1_000 {
            Counter(label: "a", dimensions: [("id", "\(number)")], factory: registry).increment()
        }
        let lines = registry.exposition().split(separator: "\n").filter { $0.hasPrefix("a_total{") }
        #expect(lines.count == PrometheusRegistry.mostSeries + 1)
        #expect(lines.contains("a_total{id=\"other\"} \(1_000 - PrometheusRegistry.mostSeries)"))
    }

    @Test("Names cannot make it grow without bound")
    func boundedNames() {
        let registry = PrometheusRegistry()
        for number in 0..<1_000 { Counter(label: "a\(number)", factory: registry).increment() }
        let types = registry.exposition().split(separator: "\n").count { $0.hasPrefix("# TYPE") }
        #expect(types == PrometheusRegistry.mostFamilies)
    }

    @Test("A name of another kind is not mixed up with the first one")
    func kinds() {
        let registry = PrometheusRegistry()
        Gauge(label: "a_total", factory: registry).record(7)
        Counter(label: "a", factory: registry).increment()
        #expect(registry.exposition() == "# TYPE a_total gauge\na_total 7\n")
    }

    @Test("A meter goes up and down")
    func meter() {
        let registry = PrometheusRegistry()
        let meter = Meter(label: "m", factory: registry)
        meter.increment(by: 5.0)
        meter.decrement(by: 2.0)
        #expect(registry.exposition().hasSuffix("m 3\n"))
    }

    @Test("The gateway's metrics have a sentence, and no label from outside a closed set")
    func gateway() {
        let registry = PrometheusRegistry()
        let metrics = GatewayMetrics(registry: registry)
        metrics.delivered(.stored)
        metrics.ticked(due: 3, oldest: .seconds(61))
        metrics.requested(
            account: .default, endpoint: .execution(ExecutionID(rawValue: "canary")), outcome: .status(200))
        let text = registry.exposition()
        #expect(text.contains("# HELP gw_calls_overdue "))
        #expect(text.contains("gw_oldest_overdue_seconds 61\n"))
        #expect(text.contains("gw_api_requests_total{account=\"default\",code=\"200\",endpoint=\"execution\"} 1\n"))
        #expect(!text.contains("canary"))
    }
}

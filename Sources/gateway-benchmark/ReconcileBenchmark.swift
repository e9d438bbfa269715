import ArgumentParser
import CallDomain

/// Observations that are folded in place beside folding all of them again.
struct ReconcileBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Reconciles the four webhooks of a call, and one that comes late.")

    @OptionGroup var options: MeasuringOptions

    func run() throws {
        let reconciler = Reconciler()
        let start = Timestamp(rawValue: 1_800_000_000_000_000)
        let sample = SampleCall(bytes: 3_600)
        let observations = try SampleCall.statuses.indices.map { status in
            let time = start.advanced(by: .seconds(status))
            guard
                case .observation(let incoming) = try SampleCall.observation(
                    sample.body(number: 1, status: status), at: time)
            else { throw UnreadableSample() }
            return Observation(key: incoming.key, receivedAt: time, statement: incoming.statement)
        }
        var comparison = Comparison("Reconciling a call", per: "webhook", options: options)
        comparison.add("all folded again each time", units: observations.count) {
            for count in 1...observations.count {
                _ = reconciler.fold(Evidence(observations: Array(observations[..<count])))
            }
        }
        for (name, arrivals) in [("in order", observations), ("backwards", observations.reversed())] {
            comparison.add("as they arrive, \(name)", units: observations.count) {
                var (state, known): (CallState?, [Observation]) = (nil, [])
                for observation in arrivals {
                    known.append(observation)
                    let result = reconciler.reconcile(previous: state, observation: observation, read: nil) {
                        Evidence(observations: known)
                    }
                    state = result.state
                }
            }
        }
        try comparison.run()
    }
}

/// What a person is shown of a run that broke a law.
package struct FailureReport: Sendable {
    /// The run, shrunk, with its timeline.
    package var outcome: RunOutcome

    /// The most lines of the timeline that are printed: its last.
    package var mostLines = 80

    /// Shows a run.
    package init(_ outcome: RunOutcome) { self.outcome = outcome }

    /// Its lines.
    package var text: String {
        let seed = outcome.scenario.seed.rawValue
        guard let violation = outcome.violations.first else { return "Seed \(seed) breaks no law." }
        var lines = [
            "Seed \(seed) breaks the law of \(violation.law.rawValue): \(violation.law.sentence)",
            "Seen: \(violation.detail)", "", "What the run needs to fail:",
        ]
        let calls = outcome.counters.calls
        let time = Int(outcome.counters.seconds)
        lines.append("  \(calls) \(calls == 1 ? "call" : "calls") in \(time) s of Bolna's time")
        lines += outcome.scenario.disturbances.map { "  at \(Int($0.at)) s: \($0.kind)" }
        lines += outcome.faults.sorted().map { "  \($0.fault.rawValue), number \($0.number)" }
        let trace = outcome.trace.suffix(mostLines)
        lines += ["", "Timeline" + (trace.count < outcome.trace.count ? ", its end:" : ":")]
        lines += trace.map { "  \($0)" }
        lines += [
            "", "Replay: gateway simulate --seeds 1 --from \(seed)",
            "    or: GATEWAY_SEED=\(seed) swift test --filter SimulationTests",
        ]
        return lines.joined(separator: "\n")
    }
}

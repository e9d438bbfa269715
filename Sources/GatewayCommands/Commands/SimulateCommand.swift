import ArgumentParser
import BolnaWire
import Foundation
import Simulation
import Synchronization

/// `gateway simulate`: runs the gateway against a model of Bolna in virtual time.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Runs the gateway against a model of Bolna in virtual time.",
        // Options of its own would swallow those of the same name that are meant for a subcommand.
        subcommands: [SimulateSeedsCommand.self, SimulateOrderCommand.self, SimulateEconomyCommand.self],
        defaultSubcommand: SimulateSeedsCommand.self)
}

/// `gateway simulate seeds`, or just `gateway simulate`: seeds against the laws.
struct SimulateSeedsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seeds",
        abstract: "Checks the laws in one world per seed. What `simulate` does unless told otherwise.",
        discussion: """
            Everything of a world follows from its seed: calls, faults, crashes, clocks, and the order of tasks. A seed that \
            breaks a law is shrunk to what it needs to fail, its timeline is printed, and the exit code is 1.
            """)

    @Option(help: "How many seeds to run.")
    var seeds: UInt64 = 1_000
    @Option(help: "The first seed.")
    var from: UInt64 = 1
    @Option(help: "How many worlds to run at once; as many as there are processors unless told otherwise.")
    var threads: Int?
    @Option(
        help:
            "How many runs shrinking a failing seed may take; with 0 it is printed as it ran, with its whole timeline.")
    var shrinkRuns = 200
    @Option(name: .customLong("output"), help: "How to print the result: table or json.")
    var format: OutputFormat = .table

    func validate() throws {
        guard seeds > 0 else { throw ValidationError("--seeds: expected at least 1") }
        guard threads ?? 1 > 0 else { throw ValidationError("--threads: expected at least 1") }
        guard shrinkRuns >= 0 else { throw ValidationError("--shrink-runs: expected 0 or more") }
    }

    func run() async throws {
        let (summary, failure) = await Self.onThread { [self] in
            var sweep = SeedSweep(from: from, count: seeds)
            if let threads { sweep.threads = threads }
            let line = ProgressLine(seeds: seeds)
            let summary = sweep.run { line.show($0) }
            guard let first = summary.failures.first else { return (summary, FailureReport?.none) }
            StandardError.write("Seed \(first.scenario.seed.rawValue) breaks a law; its timeline is being shrunk.")
            var shrinker = Shrinker(mostRuns: shrinkRuns)
            var report = FailureReport(shrinker.shrink(first))
            if shrinkRuns == 0 { report.mostLines = .max }
            return (summary, report)
        }
        let document = SimulationDocument(summary: summary, failure: failure)
        StandardOutput.write(format == .json ? document.json : document.table)
        guard let failure else { return }
        throw GatewayFailure(
            .negative, "seed \(failure.outcome.scenario.seed.rawValue) breaks a law; its timeline is printed above")
    }

    /// Worlds are run on threads of their own: a world blocks its thread, and needs the global executor for the ends of
    /// its gateways.
    private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: body()) }.start()
        }
    }
}

/// The line that shows how far a sweep of seeds has come.
private final class ProgressLine: Sendable {
    private let seeds: UInt64
    private let shownAt = Mutex(0.0)

    /// Seconds between lines.
    private static let interval = 2.0

    init(seeds: UInt64) { self.seeds = seeds }

    func show(_ summary: SeedSweep.Summary) {
        let isDue = shownAt.withLock { shownAt in
            guard summary.elapsed - shownAt >= Self.interval else { return false }
            shownAt = summary.elapsed
            return true
        }
        guard isDue else { return }
        let rate = Double(summary.seeds) / max(summary.elapsed, 0.001)
        let rest = Double(seeds - summary.seeds) / max(rate, 0.001)
        StandardError.write(
            "\(summary.seeds) of \(seeds) seeds, \(Int(rate.rounded())) a second, about \(Int(rest.rounded())) s left, "
                + "\(summary.failures.count) broken")
    }
}

/// The result of a sweep of seeds.
struct SimulationDocument {
    let summary: SeedSweep.Summary
    let failure: FailureReport?

    private var figures: [(name: String, key: String, value: Int)] {
        let counters = summary.counters
        let reads = counters.reads + counters.listPages + counters.otherRequests
        return [
            ("seeds", "seeds", Int(summary.seeds)),
            ("real time, s", "elapsed_seconds", Int(summary.elapsed.rounded())),
            ("virtual time, h", "virtual_hours", Int((counters.seconds / 3_600).rounded())),
            ("steps", "steps", counters.steps),
            ("calls", "calls", counters.calls),
            ("changes at Bolna", "changes", counters.changes),
            ("webhooks received", "deliveries", counters.deliveries),
            ("webhooks acknowledged", "acknowledged", counters.acknowledged),
            ("requests to Bolna", "requests", reads),
            ("reads of calls", "reads", counters.reads),
            ("pages of lists", "list_pages", counters.listPages),
            ("pages for due calls", "poll_pages", counters.pollPages),
            ("calls placed", "dials", counters.dials),
            ("faults", "faults", counters.faults),
            ("crashes", "crashes", counters.crashes),
            ("commits", "commits", counters.commits),
        ]
    }

    private var laws: [(law: Law, checked: Int, violated: Int)] {
        Law.allCases.map { law in
            let violated = summary.failures.count { $0.violations.contains { $0.law == law } }
            return (law, summary.checked[law] ?? 0, violated)
        }
    }

    /// For people.
    var table: String {
        var lines: [String] = []
        for figure in figures { lines.append(Self.column(figure.name, 24) + String(figure.value)) }
        lines.append(Self.column("fingerprint", 24) + String(summary.counters.fingerprint, radix: 16))
        lines += ["", Self.column("law", 14) + Self.column("checked", 12) + Self.column("violated", 10) + "sentence"]
        for row in laws {
            lines.append(
                Self.column(row.law.rawValue, 14) + Self.column(String(row.checked), 12)
                    + Self.column(String(row.violated), 10) + row.law.sentence)
        }
        if let failure { lines += ["", failure.text] }
        return lines.joined(separator: "\n")
    }

    /// For programs.
    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            for figure in figures {
                writer.member(figure.key, figure.value)
            }
            // As text, since it does not fit into the numbers of JSON.
            writer.member("fingerprint", String(summary.counters.fingerprint, radix: 16))
            let counters = summary.counters
            for (key, counts) in [("faults_by_name", counters.faultsByName), ("effects", counters.effects)] {
                writer.key(key)
                writer.object { writer in
                    for (name, count) in counts.sorted(by: { $0.key < $1.key }) { writer.member(name, count) }
                }
            }
            writer.key("laws")
            writer.object { writer in
                for row in laws {
                    writer.key(row.law.rawValue)
                    writer.object { writer in
                        writer.member("checked", row.checked)
                        writer.member("violated", row.violated)
                        writer.member("sentence", row.law.sentence)
                    }
                }
            }
            writer.member("failure", failure?.text)
        }
        return writer.text
    }

    private static func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}

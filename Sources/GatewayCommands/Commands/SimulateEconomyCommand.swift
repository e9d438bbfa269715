import ArgumentParser
import BolnaWire
import CallDomain
import Foundation
import Simulation

/// `gateway simulate economy`: what reading from Bolna costs, beside what it cost before and the least it could.
struct SimulateEconomyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "economy",
        abstract: "Compares what is read from Bolna, and how late changes show, with two other schedules.",
        discussion: """
            In virtual time and over the same calls: the gateway; the predecessor, which read every unfinished call \
            every 30 s; and an oracle that knows Bolna's truth and reads once per change that no webhook will tell. \
            Sweeps for calls never heard of are list pages, and counted apart. Exits with 1 where the gateway sends a \
            request for a call although all webhooks came, sends more than 1.5 times the oracle's at up to 10 % loss, or \
            goes on reading at a pace when webhooks come again, but slowly. With --late-recordings some recordings come \
            minutes after their calls are complete; the looks for them, which no oracle needs, are then counted apart.
            """)

    /// The most calls of a run that ends within minutes.
    private static let mostCalls = 5_000

    /// The most seeds.
    private static let mostSeeds: UInt64 = 20

    @Option(help: "How many calls each seed has, 1 to 5000.")
    var calls = 200
    @Option(help: "The first seed from which all chance follows.")
    var from: UInt64 = 1
    @Option(help: "How many seeds, 1 to 20; their figures are added up.")
    var seeds: UInt64 = 3
    @Flag(help: "Let some recordings come late.")
    var lateRecordings = false
    @Option(help: "table, json or csv.")
    var output = Format.table

    /// How the figures are printed.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, json, csv
    }

    func validate() throws {
        guard (1...Self.mostCalls).contains(calls) else {
            throw ValidationError("--calls: expected 1 to \(Self.mostCalls), not \(calls)")
        }
        guard (1...Self.mostSeeds).contains(seeds) else {
            throw ValidationError("--seeds: expected 1 to \(Self.mostSeeds), not \(seeds)")
        }
    }

    func run() throws {
        let comparison = EconomyComparison(
            calls: calls, seeds: (0..<seeds).map { Seed(rawValue: from &+ $0) }, hasLateRecordings: lateRecordings)
        var rows: [EconomyComparison.Row] = []
        let parts: [SlowPath.Part]
        do {
            for loss in EconomyComparison.losses {
                let share = Self.percent(loss)
                StandardError.write("running \(calls) calls of \(seeds) seeds with \(share) of webhooks lost")
                if let row = try comparison.run(loss: loss) { rows.append(row) }
            }
            StandardError.write("running a path that dies and comes back slow")
            parts = try SlowPath(seed: Seed(rawValue: from)).run()
        } catch {
            throw GatewayFailure(.negative, "the simulated gateway broke a law: \(error)")
        }
        let lines = EconomyLines(rows: rows, parts: parts)
        switch output {
        case .table: StandardOutput.write(lines.table)
        case .json: StandardOutput.write(lines.json)
        case .csv: StandardOutput.write(lines.csv)
        }
        var complaints = rows.compactMap { row in row.complaint.map { "at \(Self.percent(row.loss)) loss: \($0)" } }
        complaints += SlowPath.complaints(about: parts)
        guard complaints.isEmpty else { throw GatewayFailure(.negative, complaints.joined(separator: "; ")) }
    }

    static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}

/// The figures as they are printed.
struct EconomyLines {
    var rows: [EconomyComparison.Row]
    var parts: [SlowPath.Part]

    private struct Line {
        var row: EconomyComparison.Row
        var schedule: String
        var figures: ScheduleFigures

        var readsPerCall: Double { Double(figures.requests) / Double(max(row.calls, 1)) }
        var overOracle: Double? {
            row.oracle.reads == 0 ? nil : Double(figures.requests) / Double(row.oracle.reads)
        }
        var statesOverOracle: Double? {
            row.oracle.reads == 0 ? nil : Double(figures.stateRequests) / Double(row.oracle.reads)
        }
    }

    private var lines: [Line] {
        rows.flatMap { row in
            [("gateway", row.gateway), ("predecessor", row.predecessor), ("oracle", row.oracle)].map {
                Line(row: row, schedule: $0.0, figures: $0.1)
            }
        }
    }

    private static let titles = [
        "loss", "schedule", "calls", "changes", "untold", "reads", "of artefacts", "list pages", "per call", "x oracle",
        "states x oracle", "stale p50 s", "stale p99 s", "never", "sweep pages",
    ]

    private func cells(_ line: Line) -> [String] {
        [
            SimulateEconomyCommand.percent(line.row.loss), line.schedule, String(line.row.calls),
            String(line.row.changes), String(line.row.untold), String(line.figures.reads),
            line.schedule == "gateway" ? String(line.figures.artefactLooks) : "-", String(line.figures.pages),
            Self.rounded(line.readsPerCall, 2),
            line.overOracle.map { Self.rounded($0, 2) } ?? "-",
            line.statesOverOracle.map { Self.rounded($0, 2) } ?? "-",
            line.figures.staleness.quantile(0.5).map { Self.rounded($0, 1) } ?? "never",
            line.figures.staleness.quantile(0.99).map { Self.rounded($0, 1) } ?? "never",
            String(line.figures.staleness.never),
            line.schedule == "gateway" ? String(line.figures.sweepPages) : "-",
        ]
    }

    /// Columns, then what became of the path that died.
    var table: String {
        let cells = [Self.titles] + lines.map(cells)
        let widths = Self.titles.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        let text = cells.map { line in
            line.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - line[column].count)
                return column == 1 ? line[column] + gap : gap + line[column]
            }.joined(separator: "  ")
        }
        let path = parts.map { part in
            let states = part.states.map(\.word).joined(separator: ", ")
            return "  \(Int(part.from / 60)) to \(Int(part.to / 60)) min: \(part.name): \(part.changes) changes, "
                + "\(part.requests) requests, then \(states)"
        }
        return (text + ["", "A path that dies and comes back slow:"] + path).joined(separator: "\n")
    }

    /// One line per loss and schedule, with a line of names before.
    var csv: String {
        let names = [
            "loss", "schedule", "calls", "changes", "untold", "reads", "artefact_looks", "list_pages", "reads_per_call",
            "times_oracle", "states_times_oracle", "stale_p50_seconds", "stale_p99_seconds", "never", "sweep_pages",
        ]
        let body = lines.map { line in
            ([String(line.row.loss)] + cells(line).dropFirst()).map { $0 == "-" || $0 == "never" ? "" : $0 }
        }
        return ([names] + body).map { $0.joined(separator: ",") }.joined(separator: "\r\n")
    }

    /// One object.
    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("rows")
            writer.array { writer in
                for line in lines {
                    writer.object { writer in Self.write(line, &writer) }
                }
            }
            writer.key("slowPath")
            writer.array { writer in
                for part in parts {
                    writer.object { writer in
                        writer.key("name")
                        writer.value(part.name)
                        writer.key("fromSeconds")
                        writer.value(part.from)
                        writer.key("toSeconds")
                        writer.value(part.to)
                        writer.key("changes")
                        writer.value(part.changes)
                        writer.key("requests")
                        writer.value(part.requests)
                        writer.key("states")
                        writer.array { writer in for state in part.states { writer.value(state.word) } }
                    }
                }
            }
        }
        return writer.text
    }

    private static func write(_ line: Line, _ writer: inout JSONWriter) {
        let figures = line.figures
        writer.key("loss")
        writer.value(line.row.loss)
        writer.key("schedule")
        writer.value(line.schedule)
        for (key, value) in [
            ("calls", line.row.calls), ("changes", line.row.changes), ("untold", line.row.untold),
            ("reads", figures.reads), ("artefactLooks", figures.artefactLooks), ("listPages", figures.pages),
            ("sweepPages", figures.sweepPages),
            ("never", figures.staleness.never),
        ] {
            writer.key(key)
            writer.value(value)
        }
        writer.key("readsPerCall")
        writer.value(line.readsPerCall)
        writer.key("timesOracle")
        writer.value(line.overOracle)
        writer.key("statesTimesOracle")
        writer.value(line.statesOverOracle)
        writer.key("staleP50Seconds")
        writer.value(figures.staleness.quantile(0.5))
        writer.key("staleP99Seconds")
        writer.value(figures.staleness.quantile(0.99))
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}

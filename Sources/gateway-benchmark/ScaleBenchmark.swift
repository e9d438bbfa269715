import ArgumentParser
import CallDomain
import Foundation
import SQLiteStore

/// Reads and writes stores that `dataset` made, side by side: what grows with the number of calls shows as a ratio.
struct ScaleBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale", abstract: "Measures reading, reports, start-up and storing in stores of many calls.")

    @Option(help: "A folder that `dataset` filled; several, the smallest first.") var folder: [String]
    @Option(help: "How many calls each of them has, in the same order.") var calls: [Int]
    @Option(help: "Over how many days they are spread, in the same order.") var days: [Int]
    @Option(help: "Only what has this in its name.") var only = ""
    @Option(help: "How many seconds each line takes at most, with at least three runs.") var seconds = 3.0

    func validate() throws {
        guard folder.count == calls.count, folder.count == days.count, !folder.isEmpty else {
            throw ValidationError("--folder, --calls and --days are needed, as many of each.")
        }
    }

    func run() throws {
        var lines: [(name: String, cells: [Figures])] = []
        for (place, folder) in folder.enumerated() {
            let path = URL(filePath: folder).appending(path: "gateway.sqlite").path
            for (number, figures) in try measure(path: path, work: ScaleWork(calls: calls[place], days: days[place]))
                .enumerated()
            {
                if place == 0 { lines.append((figures.name, [])) }
                lines[number].cells.append(figures.figures)
            }
        }
        show(lines)
    }

    private static let storing = "storing 64 webhooks"

    private struct Figures {
        var median: Double
        var mean: Double
        var high: Double
        var runs: Int
    }

    private func measure(path: String, work: ScaleWork) throws -> [(name: String, figures: Figures)] {
        var store = try SQLiteStore(path: path)
        var all: [(name: String, figures: Figures)] = []
        for (name, work) in work.all where only.isEmpty || name.contains(only) {
            let figures = try take { run in { try work(store, run) } }
            FileHandle.standardError.write(Data("\(path) \(name) \(Self.text(figures.median))\n".utf8))
            all.append((name, figures))
        }
        if only.isEmpty || "start-up".contains(only) {
            let figures = try take { _ in
                try store.close()
                return {
                    store = try SQLiteStore(path: path)
                    _ = try store.calls(account: .default, query: CallQuery(), after: nil, limit: 1)
                }
            }
            all.append(("start-up: opening, and a first page", figures))
        }
        if only.isEmpty || Self.storing.contains(only) {
            var deliveries = ScaleDeliveries()
            let figures = try take { _ in
                let batch = try deliveries.next(64)
                return {
                    for receipt in try store.apply(batch) {
                        guard case .observed = receipt else { throw UnreadableSample() }
                    }
                }
            }
            all.append((Self.storing, figures))
        }
        try store.close()
        return all
    }

    /// Runs work again and again, made ready by the number of the run; only the work itself is measured.
    private func take(_ prepare: (Int) throws -> () throws -> Void) throws -> Figures {
        var times: [Double] = []
        let begin = Stopwatch.elapsed()
        while times.count < 3 || (times.count < 500 && Stopwatch.elapsed() - begin < seconds * 1_000_000) {
            let work = try prepare(times.count)
            let start = Stopwatch.elapsed()
            try work()
            times.append(Stopwatch.elapsed() - start)
        }
        times.sort()
        return Figures(
            median: times[times.count / 2], mean: times.reduce(0, +) / Double(times.count),
            high: times[min(times.count - 1, times.count * 99 / 100)],
            runs: times.count)
    }

    private func show(_ lines: [(name: String, cells: [Figures])]) {
        let heads = calls.flatMap { ["\($0) calls p50", "mean", "p99", "runs"] }
        print((["ms of elapsed time"] + heads + ["ratio of p50"]).joined(separator: " | "))
        for line in lines {
            let cells = line.cells.flatMap {
                [Self.text($0.median), Self.text($0.mean), Self.text($0.high), String($0.runs)]
            }
            let ratio = (line.cells.last?.median ?? 0) / max(line.cells.first?.median ?? 0, 0.001)
            print(([line.name] + cells + [String(format: "%.2f", ratio)]).joined(separator: " | "))
        }
    }

    private static func text(_ microseconds: Double) -> String { String(format: "%.2f", microseconds / 1_000) }
}

import Foundation

/// Rows of work that are measured in turns and compared with the first one.
struct Comparison {
    private let title: String
    private let unit: String
    private let options: MeasuringOptions
    private var rows: [Row] = []

    private struct Row {
        var name: String
        /// How many units one call of the work does.
        var units: Int
        /// Makes ready what is measured; this itself is not.
        var prepare: () throws -> () throws -> Void
        /// Whether each call is made ready anew.
        var isPreparedEachTime: Bool
        var calls = 1
        var costs: [Cost] = []
    }

    private struct Cost {
        var processor: Double
        var elapsed: Double
    }

    /// Starts a table whose figures are per `unit`.
    init(_ title: String, per unit: String, options: MeasuringOptions) {
        self.title = title
        self.unit = unit
        self.options = options
    }

    /// Adds work that does `units` units each time it is called.
    mutating func add(_ name: String, units: Int = 1, _ work: @escaping () throws -> Void) {
        rows.append(Row(name: name, units: units, prepare: { work }, isPreparedEachTime: false))
    }

    /// Adds work on an input of its own for each call; making the input is not measured.
    mutating func add<Input>(
        _ name: String, units: Int = 1, input: @escaping () throws -> Input, _ work: @escaping (Input) throws -> Void
    ) {
        rows.append(
            Row(
                name: name, units: units,
                prepare: {
                    let input = try input()
                    return { try work(input) }
                }, isPreparedEachTime: true))
    }

    /// Measures all rows, one round of each in turn, so that a change of the machine's speed meets all of them.
    mutating func run() throws {
        let wanted = Double(options.milliseconds) * 1_000
        for index in rows.indices {
            var cost = try Self.measure(rows[index], calls: 1).processor
            while cost * Double(rows[index].units * rows[index].calls) < wanted, rows[index].calls < 1 << 24 {
                rows[index].calls *= 2
                cost = try Self.measure(rows[index], calls: rows[index].calls).processor
            }
        }
        for _ in 0..<options.rounds {
            for index in rows.indices {
                rows[index].costs.append(try Self.measure(rows[index], calls: rows[index].calls))
            }
        }
        show()
    }

    private static func measure(_ row: Row, calls: Int) throws -> Cost {
        var cost = Cost(processor: 0, elapsed: 0)
        var left = calls
        while left > 0 {
            let work = try row.prepare()
            let times = row.isPreparedEachTime ? 1 : left
            let (processor, elapsed) = (Stopwatch.processor(), Stopwatch.elapsed())
            for _ in 0..<times { try work() }
            cost.processor += Stopwatch.processor() - processor
            cost.elapsed += Stopwatch.elapsed() - elapsed
            left -= times
        }
        let units = Double(calls * row.units)
        return Cost(processor: cost.processor / units, elapsed: cost.elapsed / units)
    }

    private func show() {
        print("\n\(title), per \(unit), median of \(options.rounds) rounds (least to most)\n")
        let heads = ["", "CPU \u{B5}s", "spread", "elapsed \u{B5}s", "a second", "CPU ratio"]
        var lines = [heads]
        let first = rows.first.map { Self.median($0.costs.map(\.processor)) } ?? 0
        for row in rows {
            let costs = row.costs.map(\.processor)
            let (cost, elapsed) = (Self.median(costs), Self.median(row.costs.map(\.elapsed)))
            lines.append([
                row.name, Self.text(cost), "\(Self.text(costs.min() ?? 0))-\(Self.text(costs.max() ?? 0))",
                Self.text(elapsed), String(Int(elapsed > 0 ? 1_000_000 / elapsed : 0)),
                first > 0 ? String(format: "%.2f", cost / first) : "",
            ])
        }
        let widths = heads.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        for line in lines {
            let cells = zip(line, widths).enumerated().map { column, cell in
                let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + blanks : blanks + cell.0
            }
            print(cells.joined(separator: "  "))
        }
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    private static func text(_ microseconds: Double) -> String {
        String(format: microseconds < 10 ? "%.2f" : "%.1f", microseconds)
    }
}

/// The clocks that are read, in microseconds.
enum Stopwatch {
    /// The processor time of all threads of this process.
    static func processor() -> Double { read(CLOCK_PROCESS_CPUTIME_ID) }
    /// The time that passes.
    static func elapsed() -> Double { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1_000_000 + Double(time.tv_nsec) / 1_000
    }
}

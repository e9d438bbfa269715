import ArgumentParser
import BolnaWire
import CallDomain
import Foundation
import SQLiteStore
import Simulation

/// `gateway simulate order`: shows on a small table that the order of arrival means nothing.
struct SimulateOrderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order",
        abstract: "Shows that any order and repetition of a call's observations gives one and the same call.",
        discussion: """
            Takes every set of observations from a table of those that could make order matter: two reads that withdraw, \
            rulings, hints, unknown statuses, retries, contradicting finals, late recordings. All orders of each set, \
            and each order with any one observation repeated at every later place, must give one call; so must the \
            store. Exits with 1 where one does not, and prints the order.
            """)

    /// The largest table and set that end within minutes.
    private static let mostObservations = EvidenceTable.arrivals.count
    private static let mostInSet = 7

    @Option(help: "How many observations of the table are taken, 1 to 14.")
    var observations = EvidenceTable.testedCount
    @Option(help: "The largest set, 1 to 7. All 14 observations in sets of 6 take a minute or two.")
    var largestSet = 6
    @Option(help: "The largest set that also goes through a store's transactions, 0 to 4.")
    var largestStoredSet = 3
    @Option(help: "How many random sets of up to 40 observations are taken besides.")
    var randomSets: UInt64 = 1_000
    @Option(help: "table or json.")
    var output = OutputFormat.table

    func validate() throws {
        guard (1...Self.mostObservations).contains(observations) else {
            throw ValidationError("--observations: expected 1 to \(Self.mostObservations), not \(observations)")
        }
        guard (1...Self.mostInSet).contains(largestSet) else {
            throw ValidationError("--largest-set: expected 1 to \(Self.mostInSet), not \(largestSet)")
        }
        guard (0...4).contains(largestStoredSet) else {
            throw ValidationError("--largest-stored-set: expected 0 to 4, not \(largestStoredSet)")
        }
    }

    func run() throws {
        let arrivals = Array(EvidenceTable.arrivals.prefix(observations))
        var rows = [
            (
                "every set of \(observations) observations",
                OrderCheck(arrivals: arrivals, largestSet: largestSet)
                    .run { size in StandardError.write("sets of \(size) of \(largestSet) are done") }
            )
        ]
        for (count, most) in Self.enumerated where count <= observations {
            let size = min(largestSet, most)
            StandardError.write("going through the orders of \(count) observations in sets of \(size)")
            rows.append(
                (
                    "each order of \(count) in sets of \(size), one by one",
                    OrderEnumeration(arrivals: Array(arrivals.prefix(count)), largestSet: size).run()
                ))
        }
        rows.append(("a life folded in place", OrderCheck(arrivals: EvidenceTable.life, largestSet: largestSet).run()))
        rows.append(("random sets of up to \(RandomArrivals.mostArrivals)", randomFigures()))
        if largestStoredSet > 0 { rows.append(("through the store", try storedFigures(arrivals))) }
        let keys = KeyOrderCheck(arrivals: arrivals, largestSet: min(largestSet, 4)).run()
        let violations = rows.map(\.1.violations).reduce(keys.violations, +)
        switch output {
        case .table: StandardOutput.write(Self.table(rows, keys))
        case .json: StandardOutput.write(Self.json(rows, keys))
        }
        for violation in rows.flatMap(\.1.shown) { StandardError.write(violation.line) }
        guard violations == 0 else {
            throw GatewayFailure(.negative, "order or repetition means something: \(violations) violations")
        }
    }

    /// How many arrivals have their orders gone through one by one, in sets of at most so many: what ends in minutes.
    private static let enumerated = [
        (count: EvidenceTable.testedCount, most: 6), (count: EvidenceTable.arrivals.count, most: 4),
    ]

    private func randomFigures() -> OrderFigures {
        (0..<randomSets).reduce(into: OrderFigures()) { figures, seed in
            figures.add(RandomArrivals.check(seed: seed))
        }
    }

    private func storedFigures(_ arrivals: [EvidenceArrival]) throws -> OrderFigures {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("order-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        do {
            let store = try SQLiteStore(path: directory.appendingPathComponent("gateway.sqlite").path)
            let figures = try StoredOrderCheck(store: store).run(arrivals: arrivals, largestSet: largestStoredSet)
            try store.close()
            return figures
        } catch {
            throw GatewayFailure(.unavailable, "the store of the check failed: \(error.message)")
        }
    }

    private static func table(_ rows: [(String, OrderFigures)], _ keys: KeyOrderCheck.Figures) -> String {
        let titles = [
            "", "sets", "permutations", "repetitions", "concluded permutations", "concluded repetitions", "steps",
            "in place", "violations",
        ]
        var lines = [titles]
        for (name, figures) in rows {
            lines.append(
                [name]
                    + [
                        figures.sets, figures.permutations, figures.repetitions, figures.concludedPermutations,
                        figures.concludedRepetitions, figures.steps, figures.extended, figures.violations,
                    ].map(String.init))
        }
        let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let text = lines.map { line in
            line.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - line[column].count)
                return column == 0 ? line[column] + gap : gap + line[column]
            }.joined(separator: "  ")
        }
        let order = "The canonical key over \(keys.keys) keys, \(keys.triples) triples: \(keys.violations) violations"
        return (text + [order]).joined(separator: "\n")
    }

    private static func json(_ rows: [(String, OrderFigures)], _ keys: KeyOrderCheck.Figures) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("checks")
            writer.array { writer in
                for (name, figures) in rows {
                    writer.object { writer in
                        writer.key("name")
                        writer.value(name)
                        for (key, value) in figures.values {
                            writer.key(key)
                            writer.value(value)
                        }
                    }
                }
            }
            writer.key("canonicalKey")
            writer.object { writer in
                for (key, value) in [
                    ("keys", keys.keys), ("triples", keys.triples), ("violations", keys.violations),
                ] {
                    writer.key(key)
                    writer.value(value)
                }
            }
        }
        return writer.text
    }
}

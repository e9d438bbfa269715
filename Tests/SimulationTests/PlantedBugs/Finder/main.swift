import CallDomain
import Foundation
import SQLiteStore
import Simulation

/// Looks for a planted bug, the quick checks first, and prints what found it and by which seed: `nothing` where none did.

/// Prints one line and ends.
func finish(_ found: String, seed: String) -> Never {
    print("\(found)\t\(seed)")
    exit(found == "nothing" ? 1 : 0)
}

/// Ends where a check of orders found something.
func look(_ name: String, _ figures: OrderFigures, seed: String = "-") {
    guard let first = figures.shown.first else { return }
    FileHandle.standardError.write(Data((first.line + "\n").utf8))
    finish(name, seed: seed)
}

let seeds = CommandLine.arguments.dropFirst().first.flatMap(UInt64.init) ?? 100
let table = Array(EvidenceTable.arrivals.prefix(EvidenceTable.testedCount))
look("order: table", OrderCheck(arrivals: table, largestSet: 4).run())
look("order: table", OrderCheck(arrivals: EvidenceTable.arrivals, largestSet: 3).run())
look("order: life", OrderCheck(arrivals: EvidenceTable.life, largestSet: 4).run())
look("order: reads", OrderCheck(arrivals: EvidenceTable.reads, largestSet: 4).run())
if KeyOrderCheck(largestSet: 3).run().violations > 0 { finish("order: keys", seed: "-") }
for seed in 0..<UInt64(30) { look("order: random set", RandomArrivals.check(seed: seed), seed: "\(seed)") }

if let complaint = OverloadCheck.complaint(about: OverloadCheck.run()) {
    FileHandle.standardError.write(Data((complaint + "\n").utf8))
    finish("economy: overload", seed: "-")
}

let directory = FileManager.default.temporaryDirectory.appendingPathComponent("bug-finder-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: directory) }
let store = try SQLiteStore(path: directory.appendingPathComponent("gateway.sqlite").path)
look(
    "order: stored",
    try StoredOrderCheck(store: store).run(arrivals: EvidenceTable.arrivals, largestSet: 2))
for seed in 0..<UInt64(5) {
    look("order: stored random set", try StoredOrderCheck(store: store).runRandom(seed: seed), seed: "\(seed)")
}
try? store.close()

// The laws, in whole worlds: a few of each rare kind, and many drawn ones.
func look(_ name: String, worlds: UInt64, _ scenario: (Seed) -> Scenario) {
    for seed in 0..<worlds {
        guard let violation = SimulationRun.run(scenario(Seed(rawValue: seed))).violations.first else { continue }
        FileHandle.standardError.write(Data("\(violation)\n".utf8))
        finish("\(name) world: \(violation.law.rawValue)", seed: "\(seed)")
    }
}
look("stubborn", worlds: 6, Scenario.stubborn)
look("long outage", worlds: 6, Scenario.longOutage)
look("refused", worlds: 6, Scenario.refused)
look("impatient", worlds: 12, Scenario.impatient)
look("unanswered", worlds: 12, Scenario.unanswered)
look("doubtful", worlds: 12, Scenario.doubtful)
if let broken = SeedSweep(from: 1, count: seeds).run().failures.first, let violation = broken.violations.first {
    FileHandle.standardError.write(Data("\(violation)\n".utf8))
    finish("law: \(violation.law.rawValue)", seed: "\(broken.scenario.seed.rawValue)")
}
look("busy", worlds: 3, Scenario.busy)

// What reading costs.
for loss in [0, 0.1] {
    let complaint: String?
    do {
        complaint = try EconomyComparison(calls: 120, seeds: [Seed(rawValue: 1)]).run(loss: loss)?.complaint
    } catch {
        complaint = "\(error)"
    }
    guard let complaint else { continue }
    FileHandle.standardError.write(Data("\(complaint)\n".utf8))
    finish("economy: \(Int(loss * 100)) % lost", seed: "1")
}
do {
    if let complaint = SlowPath.complaints(about: try SlowPath(seed: Seed(rawValue: 1)).run()).first {
        FileHandle.standardError.write(Data((complaint + "\n").utf8))
        finish("economy: slow path", seed: "1")
    }
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    finish("economy: slow path", seed: "1")
}
finish("nothing", seed: "-")

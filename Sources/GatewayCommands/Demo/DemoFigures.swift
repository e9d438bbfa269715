import BolnaModel
import CallDomain

/// What the gateway's report says of a demo beside what the simulator's own log says, where both know it.
struct DemoFigures: Sendable {
    /// The figures.
    let rows: [Row]

    /// One figure, from both sides.
    struct Row: Sendable {
        let name: String
        let gateway: Int
        let simulator: Int
    }

    init(report: ReconciliationReport, counts: WorldCounts, healed: Int) {
        func figure(_ kinds: FigureID.Kind...) -> Int { kinds.reduce(0) { $0 + (report.value($1) ?? 0) } }
        rows = [
            Row(
                name: "webhooks stored", gateway: figure(.deliveries, .quarantined, .otherDeliveries),
                simulator: counts.delivered),
            Row(name: "webhooks that came twice", gateway: figure(.duplicates), simulator: counts.duplicated),
            Row(name: "calls healed by a read", gateway: figure(.healed), simulator: healed),
            Row(
                name: "calls read", gateway: figure(.pollReads, .checkReads, .sweepReads), simulator: counts.reads),
            Row(name: "API requests", gateway: figure(.requests), simulator: counts.requests),
            Row(
                name: "API answers 429", gateway: report.value(.requestsByAnswer, part: "rate-limited") ?? 0,
                simulator: counts.rateLimited),
        ]
    }

    /// The names of those on which the two disagree.
    var differing: [String] {
        rows.filter { $0.gateway != $0.simulator }.map { "\($0.name): \($0.gateway), not \($0.simulator)" }
    }

    /// A small table for people.
    var table: String {
        let header = pad("", 26) + lead("gateway") + lead("simulator")
        return
            ([header]
            + rows.map { row in
                pad(row.name, 26) + lead(String(row.gateway)) + lead(String(row.simulator))
                    + (row.gateway == row.simulator ? "" : "   differs")
            }).joined(separator: "\n")
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private func lead(_ text: String) -> String {
        String(repeating: " ", count: max(1, 11 - text.count)) + text
    }
}

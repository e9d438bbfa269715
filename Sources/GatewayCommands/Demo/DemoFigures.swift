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

    /// Compares a report, and the missed webhooks that it lists, with the simulator's log.
    init(
        report: ReconciliationReport, missed: [ReportItem], counts: WorldCounts, evidence: DemoEvidence, healed: Int
    ) {
        func figure(_ kinds: FigureID.Kind...) -> Int { kinds.reduce(0) { $0 + (report.value($1) ?? 0) } }
        let counted = [
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
        rows = counted + (evidence.isWhole ? Self.told(report, missed: missed, evidence) : [])
    }

    /// What was told by whom. Where the log cannot say what came first, a figure of either order is right.
    private static func told(
        _ report: ReconciliationReport, missed: [ReportItem], _ evidence: DemoEvidence
    ) -> [Row] {
        func row(_ name: String, _ gateway: Int, _ figure: KeyPath<DemoEvidence.Sums, Int>) -> Row {
            let range = evidence.range(of: figure)
            return Row(
                name: name, gateway: gateway, simulator: min(max(gateway, range.lowerBound), range.upperBound))
        }
        let byRead = Source.allCases.filter(\.isFullRead).compactMap {
            report.value(.changesBySource, part: $0.word)
        }
        return [
            row("changes of status", report.value(.changes) ?? 0, \.changes),
            row("changes told first by reads", byRead.reduce(0, +), \.byRead),
            row("calls that ended", report.value(.finished) ?? 0, \.ended),
            Row(
                name: "missed webhooks", gateway: report.value(.missedWebhooks) ?? 0,
                simulator: missed.count { item in
                    guard let call = item.execution, let status = item.detail else { return false }
                    return evidence.confirmsMissedWebhook(of: call.rawValue, status: status)
                }),
        ]
    }

    /// The names of those on which the two disagree.
    var differing: [String] {
        rows.filter { $0.gateway != $0.simulator }.map { "\($0.name): \($0.gateway), not \($0.simulator)" }
    }

    /// A small table for people.
    var table: String {
        let header = pad("", 30) + lead("gateway") + lead("simulator")
        return
            ([header]
            + rows.map { row in
                pad(row.name, 30) + lead(String(row.gateway)) + lead(String(row.simulator))
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

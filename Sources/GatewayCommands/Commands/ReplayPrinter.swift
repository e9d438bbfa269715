import BolnaWire
import CallDomain
import GatewayHTTP

/// Writes a comparison of policies call by call, so that none needs to be kept. Numbers are masked; what was said or given
/// about a person is not shown.
struct ReplayPrinter {
    let output: RowFormat
    private var isFirst = true

    /// The most reads of one call that a table names.
    private static let mostReadsShown = 4

    init(output: RowFormat) { self.output = output }

    /// What comes before the calls.
    var beginning: [String] {
        switch output {
        case .table: []
        case .json: ["{\"calls\":["]
        case .csv: ["execution_id,call_id,kind,name,before,after"]
        }
    }

    /// What is said of one call; nothing where nothing differs.
    mutating func lines(for comparison: CallComparison) -> [String] {
        let reads = comparison.reads
        let differs =
            comparison.differs || reads.differs || reads.presentMissed != reads.givenMissed
            || !comparison.standings.isEmpty
        guard differs else { return [] }
        switch output {
        case .table: return Self.table(comparison)
        case .csv: return Self.rows(comparison)
        case .json:
            defer { isFirst = false }
            return [(isFirst ? "" : ",") + Self.json(comparison)]
        }
    }

    /// What comes after the calls.
    func end(_ totals: PolicyTotals) -> [String] {
        switch output {
        case .table: Self.table(totals)
        case .json: ["],\"totals\":\(Self.json(totals)),\"summary\":\(Self.quoted(totals.sentence))}"]
        case .csv: []
        }
    }

    private static func table(_ comparison: CallComparison) -> [String] {
        var lines = ["\(comparison.execution.rawValue)  (call \(comparison.call.rawValue))"]
        for standing in comparison.standings {
            lines.append(
                "  delivery at \(standing.position), \(standing.trust.word): "
                    + "\(word(standing.before)) → \(word(standing.after))")
        }
        for difference in comparison.differences {
            lines.append(
                "  \(difference.name): \(text(difference.before, of: difference) ?? "–") → "
                    + "\(text(difference.after, of: difference) ?? "–")")
        }
        let reads = comparison.reads
        if reads.differs {
            lines.append("  reads: \(reads.present.count) → \(reads.given.count) (\(reads.recorded) in the journal)")
            lines += named(reads.dropped, "no longer at")
            lines += named(reads.added, "new at")
        }
        if reads.presentMissed != reads.givenMissed {
            lines.append("  missed webhooks: \(reads.presentMissed) → \(reads.givenMissed)")
        }
        return lines + [""]
    }

    private static func named(_ reads: [SimulatedRead], _ word: String) -> [String] {
        let shown = reads.prefix(mostReadsShown).map { "    \(word) \($0.at.iso8601()), for \($0.why.rawValue)" }
        let others = reads.count - shown.count
        return others > 0 ? shown + ["    \(word) \(others) other times"] : shown
    }

    private static func rows(_ comparison: CallComparison) -> [String] {
        let call = [comparison.execution.rawValue, comparison.call.rawValue]
        var rows = comparison.standings.map { standing in
            ["delivery", String(standing.position), word(standing.before), word(standing.after)]
        }
        rows += comparison.differences.map { difference in
            [
                "call", difference.name, text(difference.before, of: difference) ?? "",
                text(difference.after, of: difference) ?? "",
            ]
        }
        rows += comparison.reads.dropped.map { ["read", $0.why.rawValue, $0.at.iso8601(), ""] }
        rows += comparison.reads.added.map { ["read", $0.why.rawValue, "", $0.at.iso8601()] }
        let reads = comparison.reads
        if reads.presentMissed != reads.givenMissed {
            rows.append(["missed-webhooks", "", String(reads.presentMissed), String(reads.givenMissed)])
        }
        return rows.map { CSVText.row(call + $0) }
    }

    private static func json(_ comparison: CallComparison) -> String {
        var json = JSONWriter(reserving: 1_024)
        json.object { json in
            json.member("executionId", comparison.execution.rawValue)
            json.member("callId", comparison.call.rawValue)
            json.member("agentId", comparison.agent?.rawValue)
            json.key("deliveries")
            json.array { json in
                for standing in comparison.standings {
                    json.object { json in
                        json.member("position", standing.position)
                        json.member("trust", standing.trust.word)
                        json.member("before", word(standing.before))
                        json.member("after", word(standing.after))
                    }
                }
            }
            json.key("differences")
            json.array { json in
                for difference in comparison.differences {
                    json.object { json in
                        json.member("name", difference.name)
                        json.member("before", text(difference.before, of: difference))
                        json.member("after", text(difference.after, of: difference))
                    }
                }
            }
            json.key("reads")
            json.object { json in
                json.member("recorded", comparison.reads.recorded)
                json.member("present", comparison.reads.present.count)
                json.member("given", comparison.reads.given.count)
                json.member("presentMissedWebhooks", comparison.reads.presentMissed)
                json.member("givenMissedWebhooks", comparison.reads.givenMissed)
                json.member("isCut", comparison.reads.isCut)
                for (name, reads) in [("added", comparison.reads.added), ("dropped", comparison.reads.dropped)] {
                    json.key(name)
                    json.array { json in
                        for read in reads {
                            json.object { json in
                                json.member("at", read.at)
                                json.member("why", read.why.rawValue)
                            }
                        }
                    }
                }
            }
        }
        return json.text
    }

    private static func table(_ totals: PolicyTotals) -> [String] {
        var lines: [String] = []
        let changed = totals.hours.filter { $0.value.present != $0.value.given }
        if !changed.isEmpty {
            lines.append("Single reads (GET /executions/{id}) in the hours that differ: now → then")
            for (hour, reads) in changed.sorted(by: { $0.key < $1.key }) {
                lines.append("  \(hour.iso8601(fractionDigits: 0))  \(reads.present) → \(reads.given)")
            }
            lines.append("")
        }
        lines.append(
            "\(totals.calls) calls re-run; \(totals.changedCalls) believed differently; "
                + "\(totals.changedDeliveries) deliveries taken differently.")
        lines.append(
            "Reads: \(totals.presentReads) → \(totals.givenReads): \(totals.addedReads) new, "
                + "\(totals.droppedReads) no longer; the journal has \(totals.recordedReads) of the poller.")
        if totals.presentMissed != totals.givenMissed {
            lines.append("Missed webhooks that they would tell of: \(totals.presentMissed) → \(totals.givenMissed).")
        }
        if totals.cutCalls > 0 {
            lines.append("\(totals.cutCalls) calls would be read so often that not all of their reads were followed.")
        }
        return lines + [totals.sentence]
    }

    private static func json(_ totals: PolicyTotals) -> String {
        var json = JSONWriter(reserving: 1_024)
        json.object { json in
            json.member("calls", totals.calls)
            json.member("changedCalls", totals.changedCalls)
            json.member("otherwiseReadCalls", totals.otherwiseReadCalls)
            json.member("changedDeliveries", totals.changedDeliveries)
            json.member("recordedReads", totals.recordedReads)
            json.member("presentReads", totals.presentReads)
            json.member("givenReads", totals.givenReads)
            json.member("addedReads", totals.addedReads)
            json.member("droppedReads", totals.droppedReads)
            json.member("presentMissedWebhooks", totals.presentMissed)
            json.member("givenMissedWebhooks", totals.givenMissed)
            json.member("cutCalls", totals.cutCalls)
            json.key("readsByHour")
            json.array { json in
                for (hour, reads) in totals.hours.sorted(by: { $0.key < $1.key }) {
                    json.object { json in
                        json.member("hour", hour)
                        json.member("endpoint", "GET /executions/{id}")
                        json.member("present", reads.present)
                        json.member("given", reads.given)
                    }
                }
            }
        }
        return json.text
    }

    private static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.value(text)
        return json.text
    }

    private static func word(_ standing: Standing?) -> String {
        switch standing {
        case .applied?: "applied"
        case .hint?: "hint"
        case nil: "refused"
        }
    }

    private static func text(_ value: FieldValue?, of difference: CallDifference) -> String? {
        if case .field(let field, _) = difference.what { return MaskedField.text(value, of: field) }
        return MaskedField.text(value, of: nil)
    }
}

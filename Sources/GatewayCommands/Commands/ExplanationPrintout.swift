import Foundation
import GatewayHTTP

/// An explanation as it is printed: what of its JSON is for people.
struct ExplanationPrintout: Decodable {
    struct Told: Decodable {
        var text: String
    }

    struct Journal: Decodable {
        var isEqual: Bool
        var text: String
    }

    struct Step: Decodable {
        struct Arrival: Decodable {
            var outcome: String
            var rule: String?
            var statusBefore: String?
            var statusAfter: String?
            var changedFields: [String]
        }

        var number: Int
        var source: String
        var trust: String
        var standing: String
        var receivedAt: String
        var lastReceivedAt: String
        var count: Int
        var lagSeconds: Double?
        var status: String?
        var attempt: Int?
        var arrival: Arrival
        var text: String
        var notes: [String]
    }

    struct Field: Decodable {
        var name: String
        var attempt: Int?
        var value: Value?
        var step: Int
        var source: String
        var trust: String
        var emptyLater: Int
    }

    /// A field's value as text.
    struct Value: Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                text = flag ? "yes" : "no"
            } else if let number = try? container.decode(Double.self) {
                text = Int64(exactly: number).map(String.init) ?? String(number)
            } else {
                text = try container.decode(String.self)
            }
        }
    }

    var id: String
    var executionId: String
    var explainedAt: String
    var text: String
    var journal: Journal
    var omittedSteps: Int
    var steps: [Step]
    var fields: [Field]
    var attempts: [Told]
    var contradictions: [Told]
    var artefacts: [Told]
    var incidents: [Told]

    /// The width of a line, in characters.
    private static let width = 110
    /// The longest value in the table of fields, in characters.
    private static let longestValue = 44

    /// For people: the evidence first, the last word last.
    var table: String {
        var lines = [
            "Call \(id), \(executionId) at Bolna", "Explained \(explainedAt); times are UTC", "", "Evidence",
        ]
        if omittedSteps > 0 { lines.append("  \(omittedSteps) earlier steps are left out; the journal has them all.") }
        let indent = String(steps.last?.number ?? 0).count + 4
        for step in steps {
            let number = String(step.number).leftPadded(to: indent - 2)
            lines += Self.wrapped(step.text, first: "\(number)  ", rest: indent)
            for note in step.notes { lines += Self.wrapped(note, first: Self.blanks(indent), rest: indent) }
        }
        lines += ["", "What is believed"] + fieldLines
        lines += Self.section("Attempts", attempts.count > 1 ? attempts : [])
        lines += Self.section("Contradictions", contradictions)
        lines += Self.section("Artefacts", artefacts)
        lines += Self.section("Incidents of that time", incidents)
        lines += ["", journal.text, ""]
        lines += Self.wrapped(text, first: "", rest: 0)
        return lines.map { TerminalText.safe($0) }.joined(separator: "\n")
    }

    /// The fields of the call and of its newest attempt, in columns; those of earlier attempts are in the JSON.
    private var fieldLines: [String] {
        let current = fields.compactMap(\.attempt).max()
        let shown = fields.filter { $0.attempt == nil || $0.attempt == current }
        guard !shown.isEmpty else { return ["  nothing"] }
        let rows = shown.map { field -> [String] in
            let value = field.value.map { String($0.text.prefix(Self.longestValue)) } ?? "(not shown)"
            let kept = field.emptyLater > 0 ? ", left empty \(field.emptyLater)× since" : ""
            return [field.name, value, "step \(field.step), \(field.source), \(field.trust)\(kept)"]
        }
        let widths = (0..<2).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            "  " + row[0].rightPadded(to: widths[0] + 2) + row[1].rightPadded(to: widths[1] + 2) + row[2]
        }
    }

    private static func section(_ title: String, _ sentences: [Told]) -> [String] {
        guard !sentences.isEmpty else { return [] }
        return ["", title] + sentences.flatMap { wrapped($0.text, first: "  ", rest: 4) }
    }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }

    /// A text in lines of at most ``width`` characters, broken at blanks.
    static func wrapped(_ text: String, first: String, rest: Int) -> [String] {
        var lines: [String] = []
        var line = first
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = blanks(rest)
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return lines + [line]
    }

    /// One row for each step.
    var csv: String {
        let header = [
            "number", "received_at", "last_received_at", "count", "source", "trust", "standing", "status", "attempt",
            "lag_seconds", "outcome", "rule", "status_before", "status_after", "changed_fields", "text",
        ]
        let rows = steps.map { step in
            [
                String(step.number), step.receivedAt, step.lastReceivedAt, String(step.count), step.source, step.trust,
                step.standing, step.status ?? "", step.attempt.map(String.init) ?? "",
                step.lagSeconds.map { String($0) } ?? "", step.arrival.outcome, step.arrival.rule ?? "",
                step.arrival.statusBefore ?? "", step.arrival.statusAfter ?? "",
                step.arrival.changedFields.joined(separator: " "), ([step.text] + step.notes).joined(separator: " "),
            ]
        }
        return ([header] + rows).map(CSVText.row).joined(separator: "\n")
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }

    fileprivate func rightPadded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

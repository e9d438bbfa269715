import CallDomain
import Foundation
import GatewayHTTP

/// A page of the quarantine as it is printed.
struct QuarantineList: Decodable {
    struct Counts: Decodable {
        struct Reason: Decodable {
            var reason: String
            var why: String
            var open: Int
            var settled: Int
        }

        var open: Int
        var settled: Int
        var byReason: [Reason]
    }

    var counts: Counts
    var data: [QuarantineEntry]
    var nextCursor: String?

    /// Counts by reason, then a line for each entry.
    var table: String {
        var lines = ["\(counts.open) open, \(counts.settled) settled"]
        let width = counts.byReason.map(\.reason.count).max() ?? 0
        for reason in counts.byReason {
            lines.append(
                "  \(reason.reason.padded(to: width))  \(String(reason.open).padded(to: 6)) open  "
                    + "\(String(reason.settled).padded(to: 6)) settled  \(reason.why)")
        }
        guard !data.isEmpty else { return lines.joined(separator: "\n") }
        lines.append("")
        let idWidth = data.map { String($0.id).count }.max() ?? 0
        for entry in data {
            let about = entry.executionId.map { "  call \($0)" } ?? ""
            let end = entry.resolution.map { "  \($0)" } ?? ""
            lines.append(
                "\(String(entry.id).padded(to: idWidth))  \(entry.receivedAt)  \(entry.reason.padded(to: width))  "
                    + "\(entry.source), \(entry.trust), \(entry.count)×\(TerminalText.safe(about))\(end)")
        }
        lines.append("")
        lines.append("gateway quarantine show NUMBER tells more of one.")
        if let nextCursor { lines.append("There are more: go on with --cursor \(nextCursor)") }
        return lines.joined(separator: "\n")
    }

    /// A row for each entry, ended by CRLF.
    var csv: String { CSVText.lines([QuarantineEntry.csvHeader] + data.map(\.csvRow)) }
}

/// An entry as it is printed.
struct QuarantineEntry: Decodable {
    var id: Int64
    var state: String
    var resolution: String?
    var settledAt: String?
    var reason: String
    var why: String
    var detail: String
    var advice: String?
    var source: String
    var trust: String
    var agentId: String?
    var executionId: String?
    var receivedAt: String
    var count: Int
    var digest: String
    var bodyBytes: Int
    var isBodyKept: Bool
    var body: String?
    var bodyBase64URL: String?

    /// All of it, the bytes last; characters that steer terminals are replaced.
    var text: String {
        var rows = [
            ("Entry", "\(id), \(state)"), ("Reason", reason), ("Why", why), ("Detail", detail),
            ("Received", "\(receivedAt), \(count) \(count == 1 ? "time" : "times"), by \(source), trust \(trust)"),
        ]
        if let resolution { rows.append(("Settled", "\(resolution), \(settledAt ?? "")")) }
        if let agentId { rows.append(("Agent", agentId)) }
        if let executionId { rows.append(("Call", executionId)) }
        rows.append(("Digest", digest))
        if let advice { rows.append(("To do", advice)) }
        let width = rows.map(\.0.count).max() ?? 0
        let lines = rows.map { "\($0.0.padded(to: width))  \(TerminalText.safe($0.1))" }
        let text = body.map { TerminalText.safe($0, keepsLines: true) } ?? bodyBase64URL.map { "(base64url) \($0)" }
        let shown = text ?? (isBodyKept ? "(not shown)" : "(no longer kept)")
        return (lines + ["", "\(bodyBytes) bytes:", shown]).joined(separator: "\n")
    }

    static let csvHeader = [
        "id", "state", "resolution", "settled_at", "reason", "detail", "source", "trust", "agent_id", "execution_id",
        "received_at", "count", "digest", "body_bytes",
    ]

    var csvRow: [String] {
        [
            String(id), state, resolution ?? "", settledAt ?? "", reason, detail, source, trust, agentId ?? "",
            executionId ?? "", receivedAt, String(count), digest, String(bodyBytes),
        ]
    }
}

/// A page of a run over the quarantine.
struct QuarantinePage: Decodable {
    struct Result: Decodable {
        struct Call: Decodable {
            var executionId: String
            var outcome: String
            var rule: String
            var statusBefore: String?
            var statusAfter: String?
        }

        var id: Int64
        var outcome: String
        var keptFor: String
        var reason: String?
        var detail: String?
        var resolution: String?
        var calls: [Call]
    }

    var isDryRun: Bool
    var matching: QuarantineList.Counts
    var results: [Result]
    var nextCursor: String?

    /// A line for each entry, and one for each of its statements where there are several.
    var lines: [String] {
        results.map { result in
            let calls = result.calls.map { call in
                let change = call.statusAfter.map { ", \(call.statusBefore ?? "new") → \($0)" } ?? ""
                return "call \(TerminalText.safe(call.executionId)) \(call.outcome) (\(call.rule))\(change)"
            }
            let word = isDryRun && result.outcome == "stored" ? "would be stored" : result.outcome
            let why = [result.reason, result.detail, result.resolution].compactMap { $0 }
            return "\(result.id)  \(result.keptFor)  "
                + ([word] + why.map { TerminalText.safe($0) } + calls).joined(separator: "; ")
        }
    }
}

extension QuarantinePage {
    static let csvHeader = [
        "id", "kept_for", "outcome", "reason", "detail", "resolution", "execution_id", "call_outcome", "rule",
        "status_before", "status_after",
    ]

    /// A row for each statement of an entry, one for an entry without any.
    var csvRows: [[String]] {
        results.flatMap { result in
            let entry = [
                String(result.id), result.keptFor, result.outcome, result.reason ?? "", result.detail ?? "",
                result.resolution ?? "",
            ]
            guard !result.calls.isEmpty else { return [entry + ["", "", "", "", ""]] }
            return result.calls.map { call in
                entry + [
                    call.executionId, call.outcome, call.rule, call.statusBefore ?? "", call.statusAfter ?? "",
                ]
            }
        }
    }
}

/// How far a run has come, in sentences.
struct QuarantineProgress {
    let isDryRun: Bool
    private var total = 0
    private var tried = 0
    private var byOutcome: [String: Int] = [:]

    init(isDryRun: Bool) { self.isDryRun = isDryRun }

    /// How many entries are meant, before anything is done.
    mutating func begin(_ page: QuarantinePage) -> String {
        total = page.matching.open
        let reasons = page.matching.byReason.filter { $0.open > 0 }.map { "\($0.open) \($0.reason)" }
        let list = reasons.isEmpty ? "" : " (\(reasons.joined(separator: ", ")))"
        return "\(total) open \(total == 1 ? "entry matches" : "entries match")\(list)."
    }

    /// How far it has come with another page.
    mutating func add(_ page: QuarantinePage) -> String {
        tried += page.results.count
        for result in page.results { byOutcome[result.outcome, default: 0] += 1 }
        return "\(tried) of \(max(total, tried)) tried"
    }

    /// What came of it.
    var sentence: String {
        guard tried > 0 else { return "Nothing to do." }
        let outcomes = byOutcome.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return isDryRun ? "A dry run: nothing was changed. It would be: \(outcomes)." : "Done: \(outcomes)."
    }
}

extension String {
    /// With blanks behind it up to a width.
    fileprivate func padded(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
}

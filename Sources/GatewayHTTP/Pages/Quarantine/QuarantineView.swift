import CallDomain
import GatewayService

/// Entries of a quarantine, and what became of them, as templates take them.
enum QuarantineView {
    /// One entry without its body.
    static func entry(_ record: QuarantineRecord) -> PageView {
        let delivery = record.delivery
        return [
            "id": record.id, "href": "/quarantine/\(record.id)", "reason": PageText.words(delivery.reason.rawValue),
            "sentence": delivery.reason.sentence, "detail": delivery.detail, "isOpen": record.settlement == nil,
            "advice": record.settlement == nil ? delivery.reason.advice as Any : false,
            "resolution": record.settlement?.resolution.words ?? "open",
            "settledAt": record.settlement.map { PageText.time($0.at) }.orAbsent,
            "received": PageText.time(delivery.receivedAt), "source": delivery.source.word,
            "trust": delivery.trust.word, "agent": delivery.agent?.rawValue ?? "any",
            "execution": (delivery.execution?.rawValue).orAbsent,
            "callHref": delivery.execution.map { "/calls/\(PercentCoding.encode($0.rawValue))" }.orAbsent,
            "count": record.count, "isRepeated": record.count > 1,
            "bytes": "\(ReportText.grouped(record.bodyBytes)) bytes", "digest": String(delivery.digest.hex.prefix(16)),
        ]
    }

    /// What became, or would become, of a page of entries.
    static func run(_ run: QuarantineRun, action: String, isDry: Bool) -> PageView {
        let outcomes = Dictionary(grouping: run.results) { words(of: $0.verdict, isDry: isDry) }
        return [
            "isDry": isDry, "isDiscard": action == "discard", "action": action, "matching": run.matching.open,
            "done": run.results.count, "isEmpty": run.results.isEmpty,
            "verb": action == "discard" ? "Discard" : "Replay",
            "outcomes": outcomes.keys.sorted().map { word in
                ["word": word, "count": outcomes[word]?.count ?? 0] as PageView
            },
            "results": run.results.map { result in
                var detail = ""
                if case .unusable(let reason, let text, _) = result.verdict {
                    detail = "\(PageText.words(reason.rawValue)): \(text)"
                }
                return [
                    "id": result.record.id, "href": "/quarantine/\(result.record.id)",
                    "reason": PageText.words(result.record.delivery.reason.rawValue),
                    "received": PageText.time(result.record.delivery.receivedAt),
                    "outcome": words(of: result.verdict, isDry: isDry), "detail": detail,
                    "calls": result.verdict.statements.prefix(5).map { statement in
                        [
                            "execution": statement.execution.rawValue,
                            "href": "/calls/\(PercentCoding.encode(statement.execution.rawValue))",
                            "outcome": statement.decision.outcome.word,
                            "status": statement.decision.statusAfter.map { PageText.words($0.word) }.orAbsent,
                        ] as PageView
                    }.orAbsent,
                ] as PageView
            },
        ]
    }

    private static func words(of verdict: QuarantineVerdict, isDry: Bool) -> String {
        switch verdict {
        case .usable: isDry ? "would be stored" : "stored"
        case .unusable: isDry ? "would stay unusable" : "still unusable"
        case .discarded: isDry ? "would be discarded" : "discarded"
        case .settledBefore: "settled before"
        }
    }
}

import CallDomain
import GatewayService
import WebhookTrust

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

    /// A refused delivery without its body: never what it brought, only the names of that.
    static func refusal(_ refusal: Refusal) -> PageView {
        let path = "/quarantine/refused/\(refusal.id)"
        let reason = RefusalReason(rawValue: refusal.reason)
        return [
            "id": refusal.id, "href": path, "verifyHref": path + "/verify",
            "received": PageText.time(refusal.receivedAt),
            "reason": PageText.words(refusal.reason), "sentence": (reason?.sentence).orAbsent,
            "advice": (reason?.advice).orAbsent, "peer": refusal.peer,
            "agent": refusal.credentials.agent?.rawValue ?? "any",
            "brought": refusal.credentials.names.isEmpty
                ? "nothing" : refusal.credentials.names.joined(separator: ", "),
            "isWhole": refusal.isWhole, "bytes": "\(ReportText.grouped(refusal.bodyPrefix.count)) bytes",
        ]
    }

    /// What became of a refused delivery that is accepted now.
    static func sentence(of outcome: IntakeOutcome, secret: String?) -> String {
        let by = secret.map { "Accepted by the secret \($0): " } ?? "Accepted: "
        return switch outcome {
        case .stored(let new, let duplicates):
            by
                + (new == 0 && duplicates > 0
                    ? "it had been stored before." : "it is stored, with its first time of receipt.")
        case .quarantined(let reason): by + "it is kept aside (\(PageText.words(reason.rawValue)))."
        case .busy: "It could not be stored now."
        }
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

extension RefusalReason {
    /// What was wrong, in a sentence.
    var sentence: String {
        switch self {
        case .unknownAccount: "There is no account of this name, or it is out of service."
        case .malformedSignature: "Its signature's header cannot be read."
        case .staleSignature: "Its signature was made too long before it came, or after."
        case .wrongSignature: "Its signature is by none of the account's secrets, or its body was changed on the way."
        case .wrongToken: "Its token is by none of the account's secrets, or for another agent."
        case .onlyAddressed: "It came from a source address of Bolna, and the account does not accept that alone."
        case .noCredentials: "Nothing speaks for its sender."
        }
    }

    /// What an operator can do, in a sentence.
    var advice: String {
        switch self {
        case .unknownAccount: "Correct the address at Bolna, or take the account into service; then verify it again."
        case .malformedSignature, .noCredentials:
            "Enter at the agent in Bolna what gateway webhook-url prints. If a stranger sent it, nothing is needed."
        case .staleSignature: "Set the clocks of the sender and of this machine; or raise webhook.tolerance."
        case .wrongSignature, .wrongToken: "Add the secret that the sender uses to the account; then verify it again."
        case .onlyAddressed:
            "Have the account accept source addresses, or enter a token at the agent; then verify it again."
        }
    }
}

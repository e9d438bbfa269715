import CallDomain

extension FigureSource {
    private static let webhook = Part.observed.with("source = \(Source.webhook.rawValue)")
        .telling(word(of: "outcome", among: outcomes))
    private static let repeatedWebhook = Part.repeated.with("source = \(Source.webhook.rawValue)")
        .telling(word(of: "outcome", among: outcomes))
    private static let reads = Part.read.telling(word(of: "outcome", among: outcomes))
    private static let readTold = Part.read.with("status_after IS NOT NULL").telling("status_after")
    private static let fullReads = Source.allCases.filter(\.isFullRead).map { String($0.rawValue) }
        .joined(separator: ", ")
    private static let outcomes = Decision.Outcome.allCases.map { ($0.rawValue, $0.word) }

    /// Changes that something else than a full read told, and those that a full read told.
    private static let changes: [Part] = [
        .observed.with("source NOT IN (\(fullReads))", "status_after IS NOT NULL").telling("status_after"),
        .repeated.with("status_after IS NOT NULL").telling("status_after"),
        readTold,
    ]

    /// What a figure counts.
    static func source(of id: FigureID) -> FigureSource {
        switch id.kind {
        case .deliveries, .deliveriesByTrust, .deliveriesByOutcome, .duplicates, .outOfOrder, .hints, .unknownStatuses:
            deliveries(id)
        case .calls, .callsByEnd, .finished, .changes, .changesBySource, .missedWebhooks, .healed: completeness(id)
        case .refused: FigureSource(rows: .tallied(.refusal))
        case .budgetUsed:
            FigureSource(rows: .busiestMinute(of: RequestBudget.allCases.first { $0.word == id.part } ?? .other))
        case .webhookLatency:
            FigureSource(
                rows: .observed.with(
                    "source = \(Source.webhook.rawValue)", "standing = \(Standing.applied.rawValue)",
                    "stated_at IS NOT NULL"
                ).telling(milliseconds("delivered_at - stated_at")))
        case .healingLatency:
            FigureSource(
                rows: readTold.with("ifnull(stated_at, due_at) IS NOT NULL")
                    .telling(milliseconds("received_at - ifnull(stated_at, due_at)")))
        case .overdue, .overdueByRule, .wentOverdue, .abandoned, .retriesMissing, .unknownToBolna, .disputed,
            .artefactsMissing,
            .artefactsNotProvided:
            waiting(id)
        case .contradictions, .contradictionsByRule, .contradictionsByEnd: contradictions(id)
        case .pollReads: FigureSource(rows: reads.with("source = \(Source.poll.rawValue)", "is_audit = 0"))
        case .checkReads: FigureSource(rows: reads.with("source = \(Source.check.rawValue)"))
        case .sweepReads: FigureSource(rows: reads.with("source = \(Source.sweep.rawValue)"))
        case .probes:
            FigureSource(
                rows: reads.with("source = \(Source.poll.rawValue)", "is_audit = 0", "status_after IS NULL"))
        case .requests: FigureSource(rows: .tallied(.request))
        case .requestsByEndpoint:
            FigureSource(rows: .tallied(.request).with("substr(name, 1, instr(name, '/') - 1) = '\(id.part ?? "")'"))
        case .requestsByAnswer:
            FigureSource(rows: .tallied(.request).with("substr(name, instr(name, '/') + 1) = '\(id.part ?? "")'"))
        case .quarantined: FigureSource(rows: .aside.with("reason NOT IN (\(otherKinds))"))
        case .quarantinedByReason: FigureSource(rows: .aside.with("reason = '\(id.part ?? "")'"))
        case .otherDeliveries: FigureSource(rows: .aside.with("reason IN (\(otherKinds))"))
        case .newNames: FigureSource(rows: .named(id.part.flatMap(Tally.Kind.init(rawValue:)) ?? .field))
        case .audits: FigureSource(rows: .audited)
        case .auditsByOutcome: FigureSource(rows: .audited.with("outcome = '\(id.part ?? "")'"))
        }
    }

    private static func deliveries(_ id: FigureID) -> FigureSource {
        switch id.kind {
        case .deliveriesByTrust:
            let trust = "trust = \(number(of: id, among: Trust.allCases.map { ($0.rawValue, $0.word) }))"
            return FigureSource(rows: webhook.with(trust), repeatedWebhook.with(trust))
        case .deliveriesByOutcome:
            let outcome = "outcome = \(number(of: id, among: outcomes))"
            return FigureSource(rows: webhook.with(outcome), repeatedWebhook.with(outcome))
        case .duplicates: return FigureSource(rows: repeatedWebhook)
        case .outOfOrder:
            let fills = ReconciliationRule.fillsEmpty.rawValue
            return FigureSource(
                rows: webhook.with(
                    "standing = \(Standing.applied.rawValue)",
                    "(outcome = \(Decision.Outcome.stale.rawValue) OR rule = '\(fills)')"))
        case .hints: return FigureSource(rows: webhook.with("standing = \(Standing.hint.rawValue)"))
        case .unknownStatuses:
            return FigureSource(
                rows: webhook.with("is_known_status = 0").telling("status"),
                repeatedWebhook.with("is_known_status = 0").telling("NULL"))
        default: return FigureSource(rows: webhook, repeatedWebhook)
        }
    }

    private static func completeness(_ id: FigureID) -> FigureSource {
        switch id.kind {
        case .calls: return FigureSource(calls: .born)
        case .callsByEnd:
            guard let source = Source.allCases.first(where: { $0.word == id.part }) else {
                return FigureSource(calls: .born.with("\(ender) = \(openEnd)"))
            }
            return FigureSource(calls: .born.with("\(ender) = \(source.rawValue)"))
        case .finished:
            return FigureSource(changes.map { $0.with("status_after IN (\(finals))") }, countsCalls: true)
        case .changesBySource:
            guard let source = Source.allCases.first(where: { $0.word == id.part }) else { break }
            let parts = source.isFullRead ? [readTold] : Array(changes.dropLast())
            return FigureSource(parts.map { $0.with("source = \(source.rawValue)") })
        case .missedWebhooks: return FigureSource(rows: readTold.with("is_missed_webhook = 1"))
        case .healed:
            return FigureSource(
                calls: readTold.with(
                    """
                    NOT EXISTS (SELECT 1 FROM observations AS told
                        WHERE told.call = reads.call AND told.source = \(Source.webhook.rawValue)
                            AND told.standing = \(Standing.applied.rawValue) AND told.position <= :position
                            AND told.status = reads.status_after AND told.attempt = reads.attempt)
                    """))
        default: break
        }
        return FigureSource(changes)
    }

    private static let finals = CallStatus.known.filter(\.isFinal).map { "'\($0.word)'" }.joined(separator: ", ")

    /// What told a call's last change of status as of the position, as the number of a source; ``openEnd`` where that
    /// change is no final one, or there is none. Positions are at most some 2^50, so that the number fits beside them.
    static let ender: String = {
        let told = "max(position * 16 + iif(status_after IN (\(finals)), source, \(openEnd)))"
        func last(in table: String, _ condition: String = "") -> String {
            """
            ifnull((SELECT \(told) FROM \(table) WHERE call = calls.id AND status_after IS NOT NULL
                AND position <= :position\(condition)), \(openEnd))
            """
        }
        let tables = [
            last(in: "observations", " AND source NOT IN (\(fullReads))"), last(in: "repeats"), last(in: "reads"),
        ]
        return "max(\(tables.joined(separator: ", "))) % 16"
    }()

    static let openEnd = 15

    private static func waiting(_ id: FigureID) -> FigureSource {
        func ended(_ outcome: ExpectationLedger.Outcome) -> Part { .ended.with("outcome = \(outcome.rawValue)") }
        switch id.kind {
        case .overdueByRule:
            let rule = id.part ?? ""
            return FigureSource(calls: .waiting.with("waits_by = '\(rule)'"), .waited.with("rule = '\(rule)'"))
        case .wentOverdue:
            return FigureSource(
                rows: .passed, .waiting.with("next_due_at >= :from", "next_due_at < :to"))
        case .abandoned: return FigureSource(calls: ended(.abandoned))
        case .retriesMissing: return FigureSource(calls: ended(.attemptOver))
        case .disputed: return FigureSource(calls: ended(.disputed))
        case .unknownToBolna: return FigureSource(calls: ended(.unknownToBolna))
        case .artefactsMissing: return FigureSource(rows: ended(.missing))
        case .artefactsNotProvided: return FigureSource(rows: ended(.notProvided))
        default: return FigureSource(calls: .waiting, .waited)
        }
    }

    private static func contradictions(_ id: FigureID) -> FigureSource {
        func ends(_ condition: String) -> String {
            """
            EXISTS (SELECT 1 FROM contradiction_log AS ended
                WHERE ended.begun = contradiction_log.id AND ended.position <= :position\(condition))
            """
        }
        switch (id.kind, id.part) {
        case (.contradictionsByRule, let rule?): return FigureSource(rows: .contradicted.with("rule = '\(rule)'"))
        case (.contradictionsByEnd, ContradictionEnd.standing.rawValue):
            return FigureSource(rows: .contradicted.with("NOT " + ends("")))
        case (.contradictionsByEnd, let end?):
            return FigureSource(rows: .contradicted.with(ends(" AND ended.settled_by = '\(end)'")))
        default: return FigureSource(rows: .contradicted)
        }
    }

    private static let otherKinds = QuarantineReason.allCases.filter(\.isOtherKind).map { "'\($0.rawValue)'" }
        .joined(separator: ", ")

    /// The stored number of a part's word.
    private static func number(of id: FigureID, among words: [(UInt8, String)]) -> Int {
        words.first { $0.1 == id.part }.map { Int($0.0) } ?? -1
    }

    /// A stored number as its word.
    private static func word(of column: String, among words: [(UInt8, String)]) -> String {
        "CASE \(column) \(words.map { "WHEN \($0.0) THEN '\($0.1)'" }.joined(separator: " ")) END"
    }

    private static func milliseconds(_ microseconds: String) -> String {
        "(max(\(microseconds), 0) / 1000) || ' ms'"
    }
}

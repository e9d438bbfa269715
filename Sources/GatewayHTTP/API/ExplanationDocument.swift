package import BolnaWire
package import CallDomain

/// The explanation of a call as JSON, the same for clients of the API and for the command line: structure for programs,
/// and beside each part a sentence for people. Sentences never carry values; what was said or given about a person is
/// never shown here, numbers only with the scope `reveal`.
package struct ExplanationDocument {
    /// The most steps that are told, the newest; the journal's pages hold the others.
    package static let mostSteps = 250
    /// The most attempts whose fields are told, the newest.
    package static let mostAttempts = 10
    /// The most contradictions and the most incidents that are told, the newest of each.
    package static let mostStories = 100
    /// A longer text is no value to be shown here, in bytes.
    package static let longestValue = 256

    /// Fields that are never shown, only named.
    static let unshownFields = VisibleCall.personalFields.subtracting([.recordingURL])

    private let explanation: CallExplanation
    private let principal: Principal

    /// The document for a principal; nil for a call that nothing is believed of, unless the principal may look behind
    /// what clients see.
    package init?(_ explanation: CallExplanation, for principal: Principal) {
        guard explanation.record.state != nil || principal.scopes.contains(.operate) else { return nil }
        self.explanation = explanation
        self.principal = principal
    }

    /// The document.
    package var json: JSONWriter {
        var json = JSONWriter(reserving: 2_048 * (1 + min(explanation.steps.count, Self.mostSteps)))
        json.object { json in
            let record = explanation.record
            json.member("id", record.call.rawValue)
            json.member("executionId", record.execution.rawValue)
            json.member("status", explanation.state?.status.word)
            json.member("explainedAt", explanation.now)
            json.member("text", explanation.conclusion.joined(separator: " "))
            json.key("freshness")
            if let call = VisibleCall(record, for: principal) {
                call.writeFreshness(into: &json)
            } else {
                json.null()
            }
            json.key("journal")
            write(explanation.comparison, into: &json)
            json.member("omittedSteps", max(0, explanation.steps.count - Self.mostSteps))
            write("steps", explanation.steps.suffix(Self.mostSteps), into: &json) { write($0, into: &$1) }
            write("fields", visibleWinners, into: &json) { write($0, into: &$1) }
            write("attempts", explanation.attempts.suffix(Self.mostAttempts), into: &json) { write($0, into: &$1) }
            write("contradictions", explanation.contradictions.suffix(Self.mostStories), into: &json) {
                write($0, into: &$1)
            }
            write("artefacts", record.ledger.artefacts?.waits ?? [], into: &json) { write($0, into: &$1) }
            write("incidents", explanation.incidents.suffix(Self.mostStories), into: &json) { write($0, into: &$1) }
        }
        return json
    }

    /// What belongs to the call, and to the newest attempts.
    private var visibleWinners: [FieldWinner] {
        let attempts = Set(explanation.attempts.suffix(Self.mostAttempts).map(\.number))
        return explanation.winners.filter { $0.attempt.map(attempts.contains) ?? true }
    }

    private func write<Element>(
        _ name: String, _ elements: some Sequence<Element>, into json: inout JSONWriter,
        _ body: (Element, inout JSONWriter) -> Void
    ) {
        json.key(name)
        json.array { json in
            for element in elements { json.object { json in body(element, &json) } }
        }
    }

    private func write(_ comparison: JournalComparison, into json: inout JSONWriter) {
        json.object { json in
            json.member("isEqual", comparison.isEqual)
            json.member("isFoldedAnew", comparison.isFoldedAnew)
            json.member("rulesVersion", comparison.madeByVersion)
            json.key("differences")
            json.array { json in for difference in comparison.differences { json.value(difference) } }
            json.member("text", comparison.sentence)
        }
    }

    private func write(_ winner: FieldWinner, into json: inout JSONWriter) {
        json.member("name", winner.claim.name)
        json.member("attempt", winner.attempt)
        json.member("value", visibleValue(of: winner))
        json.member("step", winner.step)
        json.member("source", winner.place.observation.source.word)
        json.member("trust", winner.place.observation.trust.word)
        json.member("emptyLater", winner.emptyLater)
        json.member("text", explanation.sentence(for: winner))
    }

    /// A short value that may be shown; nil for all else.
    private func visibleValue(of winner: FieldWinner) -> FieldValue? {
        guard case .field(let field) = winner.claim else {
            let attempt = explanation.attempts.first { $0.number == winner.attempt }
            return attempt.map { .text($0.status.word) }
        }
        guard !Self.unshownFields.contains(field) else { return nil }
        let reveals = principal.scopes.contains(.reveal)
        switch VisibleCall.visible(winner.value, of: field, reveals: reveals) {
        case .text(let text)?: return text.utf8.count > Self.longestValue ? nil : .text(text)
        case .json?, nil: return nil
        case let value?: return value
        }
    }

    private func write(_ attempt: AttemptStory, into json: inout JSONWriter) {
        json.member("number", attempt.number)
        json.member("status", attempt.status.word)
        json.member("asOf", attempt.asOf)
        json.member("step", attempt.step)
        json.member("why", attempt.why.rawValue)
        json.member("text", explanation.sentence(for: attempt))
    }

    private func write(_ story: ContradictionStory, into json: inout JSONWriter) {
        json.member("rule", story.contradiction.rule.rawValue)
        json.member("attempt", story.contradiction.attempt)
        json.member("standing", story.contradiction.standingStatus.word)
        json.member("standingStep", story.standingStep)
        json.member("against", story.contradiction.againstStatus.word)
        json.member("againstStep", story.againstStep)
        json.member("since", story.contradiction.since)
        json.member("settledAt", story.settledAt)
        json.member("ending", story.ending.word)
        json.member("text", explanation.sentence(for: story))
    }

    private func write(_ wait: ArtefactWait, into json: inout JSONWriter) {
        json.member("artefact", wait.artefact.word)
        json.member("state", wait.state.word)
        json.member("due", wait.due)
        json.member("endedAt", wait.endedAt)
        json.member("text", wait.line(clock: explanation.clock.text))
    }

    private func write(_ incident: Incident, into json: inout JSONWriter) {
        json.member("kind", incident.kind.rawValue)
        json.member("cause", incident.cause?.rawValue)
        json.member("from", incident.from)
        json.member("to", incident.to)
        json.member("text", explanation.sentence(for: incident))
    }
}

extension ExplanationDocument {
    private func write(_ step: EvidenceStep, into json: inout JSONWriter) {
        json.member("number", step.number)
        json.member("source", step.observation.source.word)
        json.member("trust", step.observation.trust.word)
        json.member("isHint", step.observation.standing == .hint)
        json.member("digest", step.observation.digest.hex)
        json.member("position", step.position)
        json.member("isReadAgain", step.isReadAgain)
        json.member("receivedAt", step.receivedAt)
        json.member("sentAt", step.sentAt)
        json.member("lastReceivedAt", step.lastReceivedAt)
        json.member("count", step.count)
        json.member("lagSeconds", step.lag?.seconds)
        json.member("status", step.status?.word)
        json.member("attempt", step.place?.attempt)
        json.key("arrival")
        json.object { json in
            json.member("outcome", step.arrival.outcome.word)
            json.member("rule", step.arrival.rule?.rawValue)
            json.member("statusBefore", step.arrival.statusBefore?.word)
            json.member("statusAfter", step.arrival.statusAfter?.word)
            json.key("changedFields")
            json.array { json in for field in step.arrival.changedFields { json.value(field.name) } }
        }
        json.key("withdraws")
        json.array { json in for number in step.withdraws { json.value(number) } }
        json.member("standing", step.standing.word)
        if case .withdrawn(let withdrawal) = step.standing {
            json.key("withdrawnBy")
            write(withdrawal, into: &json)
        }
        json.key("claims")
        json.array { json in write(step.claims, into: &json) }
        json.member("text", explanation.sentence(for: step))
        json.key("notes")
        json.array { json in for note in explanation.notes(on: step) { json.value(note) } }
    }

    private func write(_ withdrawal: Withdrawal, into json: inout JSONWriter) {
        json.object { json in
            switch withdrawal {
            case .ruling(let key): json.member("step", explanation.step(of: key))
            case .reads(let first, let second):
                json.key("readsSentAt")
                json.array { json in
                    json.value(first.sentAt)
                    json.value(second.sentAt)
                }
            }
        }
    }

    /// Claims that fare alike stand together.
    private func write(_ claims: [ClaimVerdict], into json: inout JSONWriter) {
        var groups: [(result: ClaimVerdict.Result, names: [String])] = []
        for verdict in claims {
            if let index = groups.firstIndex(where: { $0.result == verdict.result }) {
                groups[index].names.append(verdict.claim.name)
            } else {
                groups.append((verdict.result, [verdict.claim.name]))
            }
        }
        for group in groups {
            json.object { json in
                json.member("result", group.result.word)
                switch group.result {
                case .wins, .winsEarlierAttempt: break
                case .loses(let reason, let winner, let isSameValue):
                    json.member("reason", reason.rawValue)
                    json.member("toStep", explanation.step(of: winner))
                    json.member("isSameValue", isSameValue)
                case .isNotFolded(let reason): json.member("reason", reason.word)
                }
                json.key("fields")
                json.array { json in for name in group.names { json.value(name) } }
            }
        }
    }
}

extension EvidenceStep.Standing {
    /// The word in JSON.
    fileprivate var word: String {
        switch self {
        case .counts: "counts"
        case .openHint: "unverified"
        case .clearedHint: "cleared"
        case .withdrawn: "withdrawn"
        case .onlyWithdraws: "only-withdraws"
        }
    }
}

extension ClaimVerdict.Result {
    /// The word in JSON.
    fileprivate var word: String {
        switch self {
        case .wins: "wins"
        case .winsEarlierAttempt: "wins-earlier-attempt"
        case .loses: "loses"
        case .isNotFolded: "not-folded"
        }
    }
}

extension CallExplanation {
    /// One step in one line: when, what, from whom, and what was done with it.
    ///
    /// Like `10:02:11 webhook (signed, 1.2 s after Bolna's change): in-progress. Advanced the call from ringing, by rule
    /// later-step.`
    package func sentence(for step: EvidenceStep) -> String {
        var manner = [step.observation.trust.word]
        if let lag = step.lag { manner.append(Self.words(lag: lag)) }
        if step.isReadAgain, let first = self.step(of: step.observation) {
            manner.append("the answer of step \(first)")
        }
        var claim = step.status?.word ?? "no status"
        if let attempt = step.place?.attempt, attempt > 0 { claim += ", \(Self.words(attempt: attempt))" }
        let source = step.isReadAgain ? "\(step.observation.source.noun) again" : step.observation.source.noun
        return "\(clock.text(step.receivedAt)) \(source) (\(manner.joined(separator: ", "))): \(claim). "
            + step.arrival.sentence(claimed: step.status)
    }

    /// How long after Bolna's change something was received.
    static func words(lag: Duration) -> String {
        lag < .zero ? "\(lag.words) before the time Bolna gives its change" : "\(lag.words) after Bolna's change"
    }

    /// An attempt by the number Bolna's retries have.
    static func words(attempt: Int) -> String { attempt == 0 ? "first attempt" : "retry \(attempt)" }

    /// What else is to be said of a step, one sentence each: what it changed beside the status, how often it came, what
    /// became of it, and what it lost to whom.
    package func notes(on step: EvidenceStep) -> [String] {
        var notes: [String] = []
        if step.arrival.statusAfter != nil, step.arrival.outcome != .created {
            let changed = step.arrival.changedFields.filter { $0 != .updatedAt }.map(\.name)
            if !changed.isEmpty { notes.append("It also changed \(changed.listed).") }
        }
        if step.count > 1 {
            let verb = step.observation.source.isFullRead ? "Read" : "Came"
            notes.append("\(verb) \(step.count) times with the same bytes, last at \(clock.text(step.lastReceivedAt)).")
        }
        if !step.withdraws.isEmpty { notes.append("It withdraws \(Self.words(steps: step.withdraws)).") }
        switch step.standing {
        case .counts, .onlyWithdraws: break
        case .openHint: notes.append("It is still unverified: no read was sent after it.")
        case .clearedHint: notes.append("A read sent after it has settled what it claims.")
        case .withdrawn(let withdrawal): notes.append("It was withdrawn: \(words(for: withdrawal)).")
        }
        return notes + losses(of: step)
    }

    /// What took something back.
    func words(for withdrawal: Withdrawal) -> String {
        switch withdrawal {
        case .reads(let first, let second):
            "two reads agreed against it, sent at \(clock.text(first.sentAt)) and \(clock.text(second.sentAt))"
        case .ruling(let key): "by the ruling of step \(step(of: key) ?? 0)"
        }
    }

    static func words(steps: [Int]) -> String {
        steps.count == 1 ? "step \(steps[0])" : "steps \(steps.map(String.init).listed)"
    }

    /// What a step said that other statements say otherwise now, by the step and the reason; zeros that count as empty.
    private func losses(of step: EvidenceStep) -> [String] {
        var groups: [(to: ObservationKey, reason: LosingReason, claims: [String])] = []
        var zeros: [String] = []
        for verdict in step.claims {
            switch verdict.result {
            case .loses(let reason, let winner, isSameValue: false):
                if let index = groups.firstIndex(where: { $0.to == winner && $0.reason == reason }) {
                    groups[index].claims.append(verdict.claim.name)
                } else {
                    groups.append((winner, reason, [verdict.claim.name]))
                }
            case .isNotFolded(.zeroBeforeFinal): zeros.append(verdict.claim.name)
            case .wins, .winsEarlierAttempt, .loses, .isNotFolded: break
            }
        }
        var sentences = groups.map { group in
            "Step \(self.step(of: group.to) ?? 0) says otherwise of \(group.claims.listed) and stands: \(group.reason.words)."
        }
        if !zeros.isEmpty {
            sentences.append("A zero \(zeros.listed) before a final status counts as empty, and empty never erases.")
        }
        return sentences
    }
}

extension EvidenceStep.Arrival {
    /// What was done with a statement when it came, in one sentence; `claimed` is the status it states.
    package func sentence(claimed: CallStatus?) -> String {
        let by = rule.map { ", by rule \($0.rawValue)" } ?? ""
        switch outcome {
        case .created: return "Created the call\(by)."
        case .advanced:
            let from = statusBefore.map { " from \($0.word)" } ?? ""
            if rule == .nextAttempt {
                return "Began a new attempt\(statusBefore.map { " after \($0.word)" } ?? "")\(by)."
            }
            let to = statusAfter != nil && statusAfter != claimed ? statusAfter.map { " to \($0.word)" } ?? "" : ""
            return "Advanced the call\(from)\(to)\(by)."
        case .refined:
            let changed = changedFields.map(\.name)
            return changed.isEmpty
                ? "Changed what is known of an attempt; the status stays\(by)."
                : "Changed \(changed.listed); the status stays\(by)."
        case .confirmed:
            return rule == .behind ? "Said what was believed already\(by)." : "Confirmed what was believed\(by)."
        case .stale:
            switch rule {
            case .twoReadsWithdraw: return "Changed nothing: two agreeing reads had taken it back already\(by)."
            case .ruling: return "Changed nothing: a ruling had taken it back already\(by)."
            default: return "Changed nothing: newer statements stand\(by)."
            }
        case .duplicate: return "Changed nothing: the same bytes were there already\(by)."
        case .hinted:
            return claimed == nil
                ? "Kept beside the call, since it names no status\(by)."
                : "Kept beside the call, since its sender may only hint\(by)."
        case .reopened:
            let from = statusBefore.map { " from \($0.word)" } ?? ""
            guard let statusAfter else { return "Took back all that was believed of the call\(by)." }
            return "Took the call back\(from) to \(statusAfter.word)\(by)."
        case .contradicted: return "Disagreed with what stands\(by)."
        }
    }
}

extension LosingReason {
    /// Why the other statement stands, after "…and stands:".
    package var words: String {
        switch self {
        case .laterAttempt: "it belongs to a later attempt"
        case .laterStep: "it is a later step of the attempt"
        case .laterGeneration: "it was received after a read that this one does not know of"
        case .laterUpdate: "Bolna dates it later"
        case .moreTrust: "its sender is trusted more"
        case .greaterDigest: "nothing but the digest sets them apart"
        case .otherSource: "the same bytes from its source go last"
        }
    }
}

extension ExclusionReason {
    /// Why a claim takes no part, in a few words.
    package var words: String {
        switch self {
        case .withdrawn(.reads): "withdrawn by two reads"
        case .withdrawn(.ruling): "withdrawn by a ruling"
        case .hintOnly: "its sender may only hint"
        case .noStatus: "its statement names no status"
        case .zeroBeforeFinal: "a zero before a final status counts as empty"
        }
    }
}

extension Source {
    /// What came from it, as a noun.
    package var noun: String {
        switch self {
        case .webhook: "webhook"
        case .poll: "poll"
        case .check: "check by a person"
        case .sweep: "read after a listing"
        case .dial: "answer to dialling"
        case .import: "import"
        case .ruling: "ruling by a person"
        }
    }
}

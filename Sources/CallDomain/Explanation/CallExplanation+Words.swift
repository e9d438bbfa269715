extension CallExplanation {
    /// The last word: what is believed now, who told it, and what is expected next.
    package var conclusion: [String] {
        guard let state else {
            return [
                "Now: nothing is believed of the call, since only unverified hints or withdrawn statements are known."
            ]
                + expectationSentences
        }
        let winner = state.current.statusWinner.observation
        let told =
            "told by \(winner.source.article) \(winner.source.noun) (\(winner.trust.word)"
            + (step(of: winner).map { ", step \($0)" } ?? "") + ")"
        var sentences = [
            "Now: \(state.status.word), as of \(clock.text(state.current.statusAsOf)), \(told)."
        ]
        if let unverified = record.unverifiedStatus {
            sentences.append("An unverified hint claims \(unverified.word).")
        }
        return sentences + expectationSentences
    }

    /// What is expected next, when and why; or how waiting ended.
    private var expectationSentences: [String] {
        guard let open = record.ledger.open else {
            return [(record.ledger.outcome ?? .settled).sentence]
        }
        let late =
            open.isLate(at: now)
            ? ["\(open.due <= now ? "Overdue" : "Late") since \(clock.text(open.deadline))."] : []
        return late + [open.sentence(status: state?.status, clock: clock.text), open.outlook(clock: clock.text)]
    }

    /// How each artefact of the call stands, in a line each; empty before the call is completed.
    package var artefactLines: [String] {
        record.ledger.artefacts?.waits.map { $0.line(clock: clock.text) } ?? []
    }

    /// One attempt in one sentence.
    package func sentence(for attempt: AttemptStory) -> String {
        let title = attempt.number == 0 ? "First attempt" : "Retry \(attempt.number)"
        let now = "\(title): \(attempt.status.word), as of \(clock.text(attempt.asOf)), told by step \(attempt.step)."
        switch attempt.why {
        case .first: return now
        case .stated: return "\(now) An attempt of its own, since Bolna's retry_count says so."
        case .counted:
            return
                "\(now) An attempt of its own, since step \(attempt.firstStep) begins again after an end that is retried."
        }
    }

    /// One contradiction in one sentence.
    package func sentence(for story: ContradictionStory) -> String {
        let contradiction = story.contradiction
        func side(_ status: CallStatus, _ step: Int?) -> String { status.word + (step.map { " (step \($0))" } ?? "") }
        let what =
            "\(side(contradiction.standingStatus, story.standingStep)) against "
            + "\(side(contradiction.againstStatus, story.againstStep)), by rule \(contradiction.rule.rawValue), "
            + "since \(clock.text(contradiction.since))"
        let at = story.settledAt.map { " at \(clock.text($0))" } ?? ""
        switch story.ending {
        case .stands: return "\(what): it stands; two reads that agree would settle it."
        case .againstWithdrawn(let withdrawal):
            return "\(what): ended\(at), \(contradiction.againstStatus.word) was withdrawn: \(words(for: withdrawal))."
        case .standingWithdrawn(let withdrawal):
            return "\(what): ended\(at), \(contradiction.standingStatus.word) was withdrawn: \(words(for: withdrawal))."
        case .laterAttempt: return "\(what): ended\(at), when a later attempt began."
        case .confirmed(let sentAt):
            return
                "\(what): ended\(at), a read sent at \(clock.text(sentAt)) agreed with \(contradiction.standingStatus.word)."
        case .overtaken: return "\(what): ended\(at), overtaken by other statements."
        }
    }

    /// Why a field has its value, in one sentence.
    package func sentence(for winner: FieldWinner) -> String {
        let told =
            "\(winner.claim.name): told by step \(winner.step), \(winner.place.observation.source.noun) "
            + "(\(winner.place.observation.trust.word))"
        guard winner.emptyLater > 0 else { return told + "." }
        return "\(told); \(winner.emptyLater.of("later statement")) "
            + "\(winner.emptyLater == 1 ? "leaves" : "leave") it empty, and empty never erases."
    }

    /// An incident of the call's time in one sentence.
    package func sentence(for incident: Incident) -> String {
        let cause = incident.cause.map { " (\($0.rawValue))" } ?? ""
        let end: String =
            switch incident.to {
            case nil: "since \(clock.text(incident.from))"
            case incident.from?: "at \(clock.text(incident.from))"
            case .some(let to): "\(clock.text(incident.from)) to \(clock.text(to))"
            }
        return "\(incident.kind.rawValue)\(cause), \(end): \(incident.detail)"
    }
}

extension JournalComparison {
    /// What came of comparing the stored call with its journal.
    package var sentence: String {
        if isFoldedAnew {
            let made =
                madeByVersion == Reconciler.version
                ? "under other bounds of reopening" : "by rules version \(madeByVersion)"
            return
                "What is stored was made \(made); it is folded anew from the journal by version \(Reconciler.version)."
        }
        if isEqual { return "What is stored equals what the journal makes (rules version \(madeByVersion))." }
        return "What is stored differs from what the journal makes in: \(named). What the journal makes is told here."
    }
}

extension Source {
    /// The article of ``noun``.
    fileprivate var article: String {
        switch self {
        case .dial, .import: "an"
        case .webhook, .poll, .check, .sweep, .ruling: "a"
        }
    }
}

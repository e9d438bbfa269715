/// One row of the table of expectations, applied to one call.
struct ExpectationRow: Hashable, Sendable {
    /// What must come.
    var what: Expected
    /// Which path should bring it.
    var path: Expectation.Path
    /// The row's name.
    var why: ExpectationRule
    /// Whether silence proves nothing.
    var isProbe: Bool
    /// When the first look is due.
    var firstDue: Timestamp
    /// The steps between looks.
    var steps: ExpectationSteps
    /// When waiting ends.
    var endsAt: Timestamp
    /// How it ends.
    var end: ExpectationLedger.Outcome
    /// What the first look was learned from; nil where it is the table's.
    var learned: LearnedDeadline?
    /// When what must come is late, where a look is made before it; nil is at the first look.
    var deadline: Timestamp?
    /// Whether a priority asks for reads that come earlier.
    var isHastened = false

    /// When the next look is due after so many of them, the last of which was sent at `look`.
    ///
    /// The poller looks at ticks: a due time half a tick before the step's end makes it take the tick nearest to that
    /// end, however long the look itself took. No look is earlier than the row's first, whichever row the looks before
    /// it were made for: a webhook must always be able to come first.
    func due(after looks: Int, last look: Timestamp, tick: Duration) -> Timestamp {
        guard looks > 0 else { return min(firstDue, endsAt) }
        let step = steps.step(after: looks, at: look)
        let next = look.advanced(by: max(step - tick / 2, min(step, tick / 2)))
        return min(max(next, firstDue), endsAt)
    }

    /// Whether an open expectation was made by this very row: then its due time still holds.
    func made(_ expectation: Expectation) -> Bool {
        expectation.why == why && expectation.path == path && expectation.endsAt == endsAt
    }

    /// Looks twice as often, and for the first time after half the time; never within a tick, in which a webhook on its
    /// way must be able to come first. The time for which Bolna itself has scheduled a call stays.
    mutating func hasten(since: Timestamp, tick: Duration) {
        deadline = deadline ?? firstDue
        isHastened = true
        steps = steps.halved(tick: tick)
        guard why != .scheduled else { return }
        let usual = firstDue.duration(since: since)
        firstDue = since.advanced(by: max(usual / 2, min(usual, tick)))
    }

    /// Whether waiting for this row has ended already with this outcome.
    func isClosed(by outcome: ExpectationLedger.Outcome?) -> Bool {
        switch outcome {
        case .abandoned: end == .abandoned
        case .missing, .notProvided: false
        case .attemptOver: why == .retry
        case .unknownToBolna: true
        case .settled, .disputed, nil: false
        }
    }
}

extension ExpectationCalculus {
    /// The row for a call that has been in its state since a time; nil where nothing more is expected.
    func row(
        for state: CallState, since: Timestamp, profile: ScopeProfile, ledger: ExpectationLedger
    ) -> ExpectationRow? {
        guard var row = tableRow(for: state, since: since, profile: profile, artefacts: ledger.artefacts) else {
            return nil
        }
        if profile.path != .healthy { row = paced(row, state: state, since: since) }
        if ledger.isPriority || profile.isWatched { row.hasten(since: since, tick: settings.tick) }
        return row
    }

    /// The row as it is while the scope's webhooks come.
    private func tableRow(
        for state: CallState, since: Timestamp, profile: ScopeProfile, artefacts: ArtefactLedger?
    ) -> ExpectationRow? {
        let settings = settings
        let learned = learnedDeadline(for: state.status, profile: profile)
        func row(
            _ why: ExpectationRule, _ what: Expected, after first: Duration, _ steps: ExpectationSteps,
            unless silent: Set<CallStatus>, isProbe: Bool = false, end: ExpectationLedger.Outcome = .abandoned
        ) -> ExpectationRow {
            ExpectationRow(
                what: what, path: profile.suppressedStatuses.isDisjoint(with: silent) ? .webhook : .poll, why: why,
                isProbe: isProbe, firstDue: since.advanced(by: first), steps: steps,
                endsAt: since.advanced(by: settings.scaled(\.abandonAfter)), end: end)
        }
        func learning(_ standard: Duration, _ make: (Duration) -> ExpectationRow) -> ExpectationRow {
            guard let learned else { return make(standard) }
            var row = make(learned.wait(standard: standard))
            row.learned = learned
            return row
        }
        func standard(_ why: ExpectationRule, _ duration: KeyPath<ExpectationSettings, Duration>) -> Duration {
            profile.statedDeadlines[why].map { $0.scaled(by: settings.scale) } ?? settings.scaled(duration)
        }
        let longest = settings.scaled(\.longestStep)
        switch state.status {
        case .queued, .prepared:
            let usual = standard(.queued, \.queued)
            return learning(usual) { first in
                row(
                    .queued, .initiated, after: first,
                    .multiplying(usual * 2, by: 2, upTo: settings.scaled(\.queuedLongestStep)), unless: [.initiated],
                    isProbe: true)
            }
        case .scheduled, .rescheduled:
            let time = scheduledTime(of: state, since: since)
            let unit = settings.scaled(\.scheduledGrace)
            var result = row(
                .scheduled, .queuedOrInitiated, after: .zero,
                .around(time, atMost: settings.scaled(\.scheduledLongest), from: unit, upTo: longest),
                unless: [.initiated])
            result.deadline = time
            result.firstDue = min(time, since.advanced(by: settings.scaled(\.scheduledLongest)))
            result.endsAt = time.advanced(by: settings.scaled(\.abandonAfter))
            return result
        case .initiated:
            return learning(standard(.initiated, \.initiated)) { first in
                row(.initiated, .ringing, after: first, diallingSteps, unless: [.ringing])
            }
        case .ringing:
            return learning(standard(.ringing, \.ringing)) { first in
                row(.ringing, .answerOrFinal, after: first, diallingSteps, unless: [.inProgress, .busy, .noAnswer])
            }
        case .inProgress:
            let usual = standard(.talking, \.talking)
            return learning(usual) { first in
                let second = first.scaled(by: settings.talkingFactor)
                return row(
                    .talking, .callDisconnected, after: first,
                    .multiplying(second, by: settings.talkingFactor, upTo: usual), unless: [.callDisconnected],
                    isProbe: true)
            }
        case .callDisconnected:
            return learning(standard(.ended, \.ended)) { first in
                row(
                    .ended, .completed, after: first, .growing(by: settings.scaled(\.endedFirstStep), upTo: longest),
                    unless: [.completed])
            }
        case .completed, .busy, .noAnswer, .failed, .error, .canceled, .stopped, .balanceLow:
            if expectsRetry(state) {
                let first = standard(.retry, \.retry)
                return row(
                    .retry, .retry, after: first, .multiplying(first * 2, by: 2, upTo: longest), unless: [.scheduled],
                    end: .attemptOver)
            }
            return artefacts.flatMap { artefactRow(for: $0, first: standard(.artefacts, \.artefacts)) }
        case .unknown:
            let first = standard(.unknown, \.unknown)
            var result = row(
                .unknown, .anything, after: first, .multiplying(first * 2, by: 2, upTo: longest), unless: [])
            if !profile.suppressedStatuses.isEmpty { result.path = .poll }
            return result
        }
    }

    /// The row while the scope's webhooks are unproven or fail: the predecessor's pace where it has one. The first
    /// look is a full tick after the state was learned, so that a webhook on its way always comes first.
    private func paced(_ row: ExpectationRow, state: CallState, since: Timestamp) -> ExpectationRow {
        var row = row
        row.path = .poll
        let tick = settings.tick
        let steps: ExpectationSteps
        switch state.status {
        case .scheduled, .rescheduled:
            // Nothing can happen to it before its time, whatever becomes of webhooks.
            if case .around(let time, let atMost, _, _) = row.steps {
                row.steps = .around(time, atMost: atMost, from: tick, upTo: tick)
            }
            return row
        case .queued, .prepared, .initiated, .ringing: steps = .constant(tick)
        case .inProgress:
            steps = .eachTick(tick, count: looksAtEachTick, then: .constant(settings.scaled(\.paceStep)))
        case .callDisconnected:
            steps = .growing(by: settings.scaled(\.paceStep), upTo: settings.scaled(\.longestStep))
        case .completed, .busy, .noAnswer, .failed, .error, .canceled, .stopped, .balanceLow, .unknown: return row
        }
        row.why = .pace
        row.isProbe = true
        row.firstDue = since.advanced(by: tick)
        row.steps = steps
        row.learned = nil
        return row
    }

    /// Initiated and ringing are short: looked at each tick at first.
    private var diallingSteps: ExpectationSteps {
        .eachTick(
            settings.tick, count: looksAtEachTick,
            then: .multiplying(settings.tick * 2, by: 2, upTo: settings.scaled(\.longestStep)))
    }

    /// How many looks are made at each tick.
    private var looksAtEachTick: Int {
        guard settings.tick > .zero else { return 0 }
        return Int(min(max(settings.scaled(\.diallingEachTick) / settings.tick, 0), 1_000))
    }

    /// The learned deadline of the status's step, where enough samples are there. It holds only while the path is
    /// healthy, since each row that has one is replaced by the pace otherwise.
    private func learnedDeadline(for status: CallStatus, profile: ScopeProfile) -> LearnedDeadline? {
        guard !profile.learnedDeadlines.isEmpty, let step = status.step, let learned = profile.learnedDeadlines[step],
            learned.samples >= LearnedDeadline.leastSamples
        else { return nil }
        return learned
    }

    /// When a scheduled call's next word is due: a tick after Bolna's time for it, kept between now and what can be
    /// believed.
    private func scheduledTime(of state: CallState, since: Timestamp) -> Timestamp {
        let stated = [CallField.scheduledAt, .rescheduledAt].compactMap { field -> Timestamp? in
            if case .time(let time)? = state[field] { time } else { nil }
        }
        guard let latest = stated.max() else { return since.advanced(by: settings.scaled(\.scheduledUnknown)) }
        // Bolna acts at that time, not before: a look within a tick of it could come before the webhook.
        return min(
            max(latest.advanced(by: settings.tick), since.advanced(by: settings.scaled(\.scheduledGrace))),
            since.advanced(by: ExpectationSettings.farthestSchedule))
    }

    /// Whether Bolna itself will try the call again (docs: guides/outbound/auto-retry).
    func expectsRetry(_ state: CallState) -> Bool {
        guard let policy = state.attempts.last(where: { $0.retryPolicy != nil })?.retryPolicy, policy.isEnabled,
            state.current.number < policy.mostRetries ?? ExpectationSettings.usualMostRetries
        else { return false }
        switch state.status {
        case .busy, .noAnswer, .failed, .error: return policy.statuses?.contains(state.status) ?? true
        case .completed: return policy.retriesVoicemail && state[.answeredByVoicemail] == .flag(true)
        default: return false
        }
    }
}

extension CallState {
    /// Whether Bolna states when the call is to be dialled.
    var hasScheduledTime: Bool { self[.scheduledAt] != nil || self[.rescheduledAt] != nil }
}

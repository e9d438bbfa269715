extension ExpectationCalculus {
    /// The ledger after an event: what must be heard next about the call, or how waiting for it ended.
    ///
    /// - Parameters:
    ///   - state: the call after the event; nil while nothing but hints is known.
    ///   - previous: the ledger before the event.
    ///   - profile: how the call's scope fares now.
    ///   - event: what happened.
    ///   - now: the wall clock; a clock that was set back is harmless.
    package func ledger(
        after state: CallState?, previous: ExpectationLedger, profile: ScopeProfile, event: LedgerEvent, now: Timestamp
    ) -> ExpectationLedger {
        var ledger = previous
        ledger.position = state.map { Position(attempt: $0.current.number, step: $0.current.statusWinner.step) }
        ledger.status = state?.status
        let isSameState = ledger.position == previous.position && ledger.status == previous.status
        if !isSameState {
            ledger.open = nil
            ledger.outcome = nil
            ledger.failures = 0
            ledger.notFound = 0
            ledger.notFoundSince = nil
        }
        if let since = ledger.open?.since, since > now { ledger.open = nil }
        note(event, in: &ledger, now: now)

        guard ledger.outcome != .unknownToBolna else {
            ledger.open = nil
            return ledger
        }
        let regular = state.flatMap {
            regularExpectation(for: $0, ledger: &ledger, profile: profile, event: event, now: now)
        }
        let others = [
            verification(for: state, ledger: &ledger, event: event, now: now),
            state.flatMap { settlement(for: $0, ledger: ledger, now: now) },
        ]
        let earliestRetry = earliestRetry(after: event, ledger: ledger, now: now)
        let candidates = ([regular] + others).compactMap { candidate -> Expectation? in
            guard var candidate else { return nil }
            candidate.due = max(candidate.due, earliestRetry ?? candidate.due)
            return candidate
        }
        ledger.open = candidates.min { $0.due < $1.due }
        return ledger
    }

    /// Counts reads, failures and 404 answers.
    private func note(_ event: LedgerEvent, in ledger: inout ExpectationLedger, now: Timestamp) {
        switch event {
        case .statement, .recompute: break
        case .read(let sentAt):
            ledger.lastReadAt = max(min(sentAt, now), min(ledger.lastReadAt ?? .distantPast, now))
            clearFailures(in: &ledger)
        case .listed: clearFailures(in: &ledger)
        case .readFailed(_, let isNotFound):
            ledger.failures = min(ledger.failures, Self.mostCounted) + 1
            guard isNotFound else { return }
            let since = min(ledger.notFoundSince ?? now, now)
            ledger.notFoundSince = since
            ledger.notFound = min(ledger.notFound, Self.mostCounted) + 1
            if ledger.notFound >= settings.notFoundCount,
                now.duration(since: since) >= settings.scaled(\.notFoundSpan)
            {
                ledger.outcome = .unknownToBolna
            }
        }
    }

    private func clearFailures(in ledger: inout ExpectationLedger) {
        ledger.failures = 0
        ledger.notFound = 0
        ledger.notFoundSince = nil
        if ledger.outcome == .unknownToBolna { ledger.outcome = nil }
    }

    /// Counters stop here.
    private static let mostCounted = 1_000_000

    /// What the table says of the call's state; sets the outcome where waiting is over.
    private func regularExpectation(
        for state: CallState, ledger: inout ExpectationLedger, profile: ScopeProfile, event: LedgerEvent, now: Timestamp
    ) -> Expectation? {
        let open = ledger.open
        let since = open?.since ?? now
        guard let row = row(for: state, since: since, profile: profile) else {
            ledger.outcome = .settled
            return nil
        }
        // A scheduled call that was given up is waited for again when its time lies ahead anew.
        let isAheadAgain = row.why == .scheduled && row.firstDue > since.advanced(by: settings.scaled(\.scheduledGrace))
        if row.isClosed(by: ledger.outcome), !isAheadAgain { return nil }
        ledger.outcome = nil

        var looks = open?.looks ?? 0
        let lastLook = min(looks > 0 ? ledger.lastReadAt ?? since : since, now)
        var due = row.due(after: looks, last: lastLook, tick: settings.tick)
        if let open, looks > 0, row.made(open) {
            due = min(open.due, row.due(after: looks, last: now, tick: settings.tick))
        }
        switch event {
        case .read(let sentAt), .listed(let sentAt):
            // A read before its time, such as a person's check, is no look: the webhook is not late yet.
            guard sentAt >= due else { break }
            looks = min(looks, Self.mostCounted) + 1
            due = row.due(after: looks, last: min(sentAt, now), tick: settings.tick)
            if sentAt >= row.endsAt { ledger.outcome = row.end }
        case .readFailed:
            // A look that failed has seen nothing: it is made again, within a bound.
            let lastEnd = max(row.endsAt, since.advanced(by: settings.scaled(\.abandonAfter)))
            if now >= lastEnd { ledger.outcome = row.end }
        case .statement, .recompute: break
        }
        guard ledger.outcome == nil else { return nil }
        return Expectation(
            what: row.what, path: row.path, since: since, due: due, endsAt: row.endsAt, isProbe: row.isProbe,
            why: row.why, looks: looks)
    }

    /// Bolna's word on a hint: asked for at once, but not more often than once in the interval.
    private func verification(
        for state: CallState?, ledger: inout ExpectationLedger, event: LedgerEvent, now: Timestamp
    ) -> Expectation? {
        let open = ledger.open
        let hintAt: Timestamp
        if let state {
            guard let received = state.context.openHintAt else { return nil }
            hintAt = min(received, now)
        } else {
            if ledger.outcome == .abandoned, event != .statement { return nil }
            ledger.outcome = nil
            hintAt = open?.since ?? now
        }
        let endsAt = hintAt.advanced(by: settings.scaled(\.abandonAfter))
        if state != nil, now >= endsAt { return nil }
        if case .readFailed = event, now >= endsAt {
            ledger.outcome = .abandoned
            return nil
        }
        let lastRead = ledger.lastReadAt.map { min($0, now).advanced(by: settings.scaled(\.hintInterval)) }
        return Expectation(
            what: .verification, path: .poll, since: open?.since ?? now, due: max(hintAt, lastRead ?? hintAt),
            endsAt: endsAt, isProbe: true, why: .hint, looks: open?.looks ?? 0)
    }

    /// A second full read where statements about this attempt contradict each other, after the reopening pause. Each
    /// further contradiction doubles the pause, so that answers that never agree cost few reads; after the window,
    /// no read can settle anything.
    private func settlement(for state: CallState, ledger: ExpectationLedger, now: Timestamp) -> Expectation? {
        let times = state.contradictions.filter { $0.attempt == state.current.number }.map(\.since)
        guard let oldest = times.min(), let newest = times.max() else { return nil }
        let endsAt = oldest.advanced(by: settings.scaled(\.abandonAfter))
        let due = newest.advanced(by: settings.scaled(\.pause).scaled(by: Double(1 << min(times.count - 1, 16))))
        if let lastReadAt = ledger.lastReadAt, lastReadAt >= due { return nil }
        guard due < endsAt, now < endsAt else { return nil }
        return Expectation(
            what: .settlement, path: .poll, since: ledger.open?.since ?? now, due: due, endsAt: endsAt, isProbe: true,
            why: .contradiction, looks: ledger.open?.looks ?? 0)
    }

    /// No read before this time, after one that failed; nil where none did.
    private func earliestRetry(after event: LedgerEvent, ledger: ExpectationLedger, now: Timestamp) -> Timestamp? {
        if case .readFailed(let retryAt, _) = event {
            return min(max(retryAt, now), now.advanced(by: settings.scaled(\.abandonAfter)))
        }
        guard ledger.failures > 0, let open = ledger.open else { return nil }
        return min(open.due, now.advanced(by: settings.scaled(\.longestBackoff)))
    }
}

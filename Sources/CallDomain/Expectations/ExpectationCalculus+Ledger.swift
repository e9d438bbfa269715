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
            ledger.artefacts = nil
        }
        if let since = ledger.open?.since, since > now { ledger.open = nil }
        note(event, in: &ledger, now: now)

        guard ledger.outcome != .unknownToBolna else {
            ledger.open = secondThought(ledger.open, event: event, now: now)
            ledger.artefacts?.updatePending { $0.due = nil }
            return ledger
        }
        ledger.artefacts = state.flatMap { artefacts(of: $0, previous: ledger, profile: profile, now: now) }
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
            if let earliest = earliestAfterMany(of: state, ledger: ledger, now: now) {
                candidate.due = max(candidate.due, earliest)
            }
            return candidate
        }
        ledger.open = candidates.min { $0.due < $1.due }
        let isDisputed = state.map { state in state.contradictions.contains { $0.attempt == state.current.number } }
        if ledger.open == nil, ledger.outcome == .settled, isDisputed == true { ledger.outcome = .disputed }
        if let earliestRetry {
            ledger.artefacts?.updatePending { $0.due = $0.due.map { due in max(due, earliestRetry) } }
        }
        return ledger
    }

    /// Whether a ledger was made at a time after now, before the clock was set back: what it waits for may be due hours
    /// ahead, and is to be computed anew.
    package func isAhead(_ ledger: ExpectationLedger, of now: Timestamp) -> Bool {
        guard let open = ledger.open else { return false }
        if open.since > now { return true }
        if let lastReadAt = ledger.lastReadAt, lastReadAt > now { return true }
        if ledger.failures > 0, open.due > now.advanced(by: settings.scaled(\.longestBackoff)) { return true }
        // Between looks no step is longer, but for a time that Bolna itself has stated.
        let longestStep = max(settings.scaled(\.longestStep), settings.scaled(\.artefactsSecondLook), settings.tick)
        return open.looks > 0 && open.why != .scheduled && open.due > max(open.deadline, now.advanced(by: longestStep))
    }

    /// Counts reads, failures and 404 answers.
    private func note(_ event: LedgerEvent, in ledger: inout ExpectationLedger, now: Timestamp) {
        switch event {
        case .statement:
            // Whoever is trusted to say how the call is says that there is one.
            if ledger.outcome == .unknownToBolna { clearFailures(in: &ledger) }
        case .hint, .recompute: break
        case .reopened: reopen(&ledger, now: now)
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

    /// Takes back the end of a wait that no look had come to: the last attempts to look had failed.
    private func reopen(_ ledger: inout ExpectationLedger, now: Timestamp) {
        guard ledger.hasEndedUnseen else { return }
        let lastReadAt = ledger.lastReadAt
        ledger.artefacts?.reopenUnseen(since: lastReadAt, now: now, settings: settings)
        ledger.outcome = nil
        clearFailures(in: &ledger)
    }

    /// Counters stop here.
    private static let mostCounted = 1_000_000

    /// What the table says of the call's state; sets the outcome where waiting is over.
    private func regularExpectation(
        for state: CallState, ledger: inout ExpectationLedger, profile: ScopeProfile, event: LedgerEvent, now: Timestamp
    ) -> Expectation? {
        let open = ledger.open
        let since = ledger.artefacts?.since ?? open?.since ?? now
        guard var row = row(for: state, since: since, profile: profile, ledger: ledger) else {
            ledger.outcome = ledger.artefacts?.outcome ?? .settled
            return nil
        }
        // A scheduled call that was given up is waited for again when a time that Bolna states lies ahead anew.
        let isAheadAgain =
            row.why == .scheduled && state.hasScheduledTime
            && row.firstDue > since.advanced(by: settings.scaled(\.scheduledGrace))
        if row.isClosed(by: ledger.outcome), !isAheadAgain { return nil }
        ledger.outcome = nil

        let usedLooks = row.why == .artefacts ? ledger.artefacts?.pending.map(\.looks).max() : open?.looks
        var looks = usedLooks ?? 0
        // Looks at the pace of a scope that fared badly were not the table's: its steps grow from their first one.
        if open?.why == .pace, row.why != .pace { looks = min(looks, 1) }
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
            if row.why == .artefacts {
                ledger.artefacts?.looked(at: sentAt)
                // Those that are still pending may ask for fewer looks than those that were given up.
                guard let rest = self.row(for: state, since: since, profile: profile, ledger: ledger) else { break }
                row = rest
            } else if sentAt >= row.endsAt {
                ledger.outcome = row.end
            }
            due = row.due(after: looks, last: min(sentAt, now), tick: settings.tick)
        case .readFailed:
            // A look that failed has seen nothing: it is made again, within a bound.
            let lastEnd = max(row.endsAt, since.advanced(by: settings.scaled(\.abandonAfter)))
            guard now >= lastEnd else { break }
            if row.why == .artefacts {
                ledger.artefacts?.updatePending { $0.giveUp(at: now) }
            } else {
                ledger.outcome = row.end
            }
        case .statement, .hint, .recompute, .reopened: break
        }
        if row.why == .artefacts, ledger.artefacts?.pending.isEmpty != false {
            ledger.outcome = ledger.artefacts?.outcome ?? .settled
        }
        guard ledger.outcome == nil else { return nil }
        if row.why == .artefacts { ledger.artefacts?.updatePending { $0.due = due } }
        return Expectation(
            what: row.what, path: row.path, since: since, due: due, endsAt: row.endsAt, isProbe: row.isProbe,
            why: row.why, looks: looks, deadline: row.deadline ?? row.firstDue, learned: row.learned,
            isHastened: row.isHastened)
    }

    /// A hint beside a call that Bolna does not know: one more read may find it again, at most one in the interval. An
    /// answer of 404 ends it at once.
    private func secondThought(_ open: Expectation?, event: LedgerEvent, now: Timestamp) -> Expectation? {
        let asked = open?.why == .hint ? open : nil
        switch event {
        case .hint:
            if let asked { return asked }
            let due = now.advanced(by: settings.scaled(\.hintInterval))
            return Expectation(
                what: .verification, path: .poll, since: now, due: due,
                endsAt: due.advanced(by: settings.scaled(\.abandonAfter)), isProbe: true, why: .hint)
        case .recompute, .reopened: return asked
        case .readFailed(let retryAt, let isNotFound):
            guard var asked, !isNotFound, now < asked.endsAt else { return nil }
            asked.due = max(asked.due, min(max(retryAt, now), asked.endsAt))
            return asked
        case .statement, .read, .listed: return nil
        }
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
            if ledger.outcome == .abandoned, event != .statement, event != .hint { return nil }
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
    /// further contradiction doubles the pause, and reads that go on to differ wait half as long again as they have
    /// gone on, so that answers that never agree cost few reads; after the window, no read can settle anything.
    private func settlement(for state: CallState, ledger: ExpectationLedger, now: Timestamp) -> Expectation? {
        let times = state.contradictions.filter { $0.attempt == state.current.number }.map(\.since)
        guard let oldest = times.min(), let newest = times.max() else { return nil }
        let started = ledger.open.flatMap { $0.what == .settlement ? min($0.since, now) : nil } ?? now
        let endsAt = min(oldest, started).advanced(by: settings.scaled(\.abandonAfter))
        let pause = settings.scaled(\.pause).scaled(by: Double(1 << min(times.count - 1, 16)))
        let due = newest.advanced(by: max(pause, newest.duration(since: started) / 2))
        if let lastReadAt = ledger.lastReadAt, lastReadAt >= due { return nil }
        guard due < endsAt, now < endsAt else { return nil }
        return Expectation(
            what: .settlement, path: .poll, since: started, due: due, endsAt: endsAt, isProbe: true,
            why: .contradiction, looks: ledger.open?.looks ?? 0)
    }

    /// No read before this time of a call that was read very often; nil for any other. Each read is kept, since each
    /// forms a generation and may withdraw, so their number must be bounded where they are made.
    private func earliestAfterMany(of state: CallState?, ledger: ExpectationLedger, now: Timestamp) -> Timestamp? {
        guard let state, state.context.reads >= Evidence.mostEagerReads, let lastReadAt = ledger.lastReadAt else {
            return nil
        }
        return min(lastReadAt, now).advanced(by: settings.scaled(\.longestStep))
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

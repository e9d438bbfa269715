extension ExpectationCalculus {
    /// The artefacts of a call after something was stored about it; nil where none can come: only a completed call that
    /// somebody talked in has any, and one that will be tried again has them after its next attempt.
    func artefacts(
        of state: CallState, previous: ExpectationLedger, profile: ScopeProfile, now: Timestamp
    ) -> ArtefactLedger? {
        guard state.status == .completed, state.hasTalk, !expectsRetry(state) else { return nil }
        var ledger = previous.artefacts ?? ArtefactLedger(since: min(previous.open?.since ?? now, now), waits: [])
        ledger.since = min(ledger.since, now)
        guard ledger.waits.isEmpty else {
            for index in ledger.waits.indices { note(state, in: &ledger.waits[index], since: ledger.since, now: now) }
            return ledger
        }
        ledger.waits = Artefact.allCases.map { artefact in
            wait(for: artefact, of: state, previous: previous, profile: profile, since: ledger.since, now: now)
        }
        return ledger
    }

    /// How an artefact stands when its call becomes complete.
    private func wait(
        for artefact: Artefact, of state: CallState, previous: ExpectationLedger, profile: ScopeProfile,
        since: Timestamp, now: Timestamp
    ) -> ArtefactWait {
        let demand = profile.demand(for: artefact)
        let span = settings.scaled(demand == .sure ? \.abandonAfter : \.artefactsSecondLook)
        var wait = ArtefactWait(
            artefact: artefact, state: demand == .none ? .notProvided : .expected, isSure: demand == .sure,
            endsAt: since.advanced(by: span), history: profile.artefacts[artefact])
        // A ledger of an earlier program knows of artefacts as a whole only.
        if let open = previous.open, open.why == .artefacts { wait.looks = open.looks }
        note(state, in: &wait, since: since, now: now)
        if wait.state == .expected, previous.outcome == .missing || previous.outcome == .notProvided {
            wait.looks = max(wait.looks, 1)
            wait.giveUp(at: now)
        }
        return wait
    }

    /// Notes that an artefact is there, whenever it comes, or that the statement that gave it was withdrawn.
    private func note(_ state: CallState, in wait: inout ArtefactWait, since: Timestamp, now: Timestamp) {
        let isThere = state.has(wait.artefact)
        guard isThere != (wait.state == .arrived) else { return }
        wait.state = isThere ? .arrived : .expected
        wait.due = nil
        wait.endedAt = isThere ? now : nil
    }

    /// The row for artefacts that may still come: one read looks for all of them at once, as often as the surest of
    /// them asks for.
    func artefactRow(for artefacts: ArtefactLedger, first: Duration) -> ExpectationRow? {
        let pending = artefacts.pending
        guard let endsAt = pending.map(\.endsAt).max() else { return nil }
        let isSure = pending.contains(where: \.isSure)
        let longest = settings.scaled(\.abandonAfter)
        return ExpectationRow(
            what: .artefacts, path: .poll, why: .artefacts, isProbe: true,
            firstDue: artefacts.since.advanced(by: first),
            steps: isSure ? .multiplying(first * 2, by: 2, upTo: longest) : .constant(longest), endsAt: endsAt,
            end: isSure ? .missing : .notProvided)
    }
}

extension ArtefactLedger {
    /// Those that were given up after the last read, so that no look had missed them, may still come: each is waited for
    /// as long as at first.
    mutating func reopenUnseen(since lastReadAt: Timestamp?, now: Timestamp, settings: ExpectationSettings) {
        for index in waits.indices where waits[index].isGivenUp(after: lastReadAt) {
            let span = settings.scaled(waits[index].isSure ? \.abandonAfter : \.artefactsSecondLook)
            waits[index].state = .expected
            waits[index].endedAt = nil
            waits[index].endsAt = now.advanced(by: span)
        }
    }

    /// A read was made for those that may still come, and did not find them: each whose time is over is given up.
    mutating func looked(at sentAt: Timestamp) {
        updatePending { wait in
            wait.looks = min(wait.looks, 1_000_000) + 1
            if sentAt >= wait.endsAt { wait.giveUp(at: sentAt) }
        }
    }
}

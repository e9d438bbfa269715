import BolnaModel
import CallDomain
import GatewayService
import SQLiteStore

extension SimulatedWorld {
    /// Runs the whole scenario: Bolna's calls live and end, faults end, everything settles, and the laws are checked.
    func run() {
        planDisturbances()
        boot()
        let horizon = scenario.span(scenario.horizon)
        while isLawful, !hasCalmed, now < horizon, step(until: horizon) {}
        settle()
        if scenario.runsToTheEnd { advance(by: 26 * 3_600) }
        examineWaits()
        examineFollowUps()
        examineDials(since: calmSince)
        examineQuiet()
        counters.readsBeforeEnd = counters.reads
        if scenario.checksAtEnd {
            readTwice()
            examineTruth()
            // Every call was read: whichever answers were lost, each read showed whose call it is.
            examineDials(since: .zero - .seconds(1))
        }
        counters.seconds = seconds
        counters.faults = fired.count
        end()
    }

    private var isLawful: Bool { watch.violations.isEmpty }

    /// Whether Bolna changes nothing any more, and nothing goes wrong any more.
    private var hasCalmed: Bool {
        disturbancesAhead == 0 && lettersUnderWay == 0 && !isRebooting && now >= scenario.span(scenario.calmsAt)
            && now >= max(outageUntil, storeOutageUntil, refusalUntil) && isClockTrue
            && models.allSatisfy { $0.nextEventTime == nil }
    }

    /// Whether the gateway's records have caught up with the wall clock, where that was set back.
    private var isClockTrue: Bool { gateway.map { $0.context.now() <= wallClock } ?? true }

    private func advance(by seconds: Double) {
        let limit = now + scenario.span(seconds)
        while isLawful, now < limit, step(until: limit) {}
    }

    /// Waits until every change shows and every follow-up is made, or should be.
    private func settle() {
        crashAtCommit = [:]
        crashesAtStep = []
        note("everything is calm")
        while isRebooting, isLawful, step(until: now + scenario.span(86_400)) {}
        // What Bolna does not know any more is looked for at its time, and then for ten minutes.
        if !forgotten.isEmpty { advance(by: Self.forgottenPatience) }
        let longest = now + scenario.span(Self.longestSettling)
        while isLawful, now < longest, let limit = latestLimit, now <= scenario.span(limit) {
            let until = min(longest, scenario.span(min(limit, seconds + Self.settlingStep)) + .microseconds(1))
            while isLawful, now < until, step(until: until) {}
        }
        guard isLawful else { return }
        guard now < longest else {
            let isLimited = now - limitedAt < scenario.span(Self.limitedPatience)
            return check(
                .footing,
                isLimited
                    ? []
                    : [
                        "three hours after everything was calm, the laws still wait, until \(Int(latestLimit ?? 0)) s of "
                            + "\(Int(seconds)) s: \(watch.staleness.unshown) changes have not shown; what happened last "
                            + "that may keep them was at \(Int(seconds(calmSince))) s"
                    ])
        }
        check(.staleness, watch.staleness.overdue(at: seconds, calmSince: seconds(calmSince)).map { [$0] } ?? [])
        // Who watches, and what is under way, gets a moment.
        advance(by: 2 * scenario.tick)
    }

    private var latestLimit: Double? {
        let calm = seconds(calmSince)
        let limits = [
            watch.staleness.latestLimit(calmSince: calm),
            watch.followUp.latestLimit(calmSince: calm, recordings: lackingRecordings),
        ]
        return limits.compactMap(\.self).max()
    }

    /// Where Bolna's own limits keep refusing requests, nothing is promised about when changes show.
    private static let longestSettling = 3 * 3_600.0
    /// The time between looks at what still has to show, in seconds.
    private static let settlingStep = 30.0
    /// So long, in seconds, a refusal by Bolna's own limits excuses what comes late.
    private static let limitedPatience = 900.0
    /// The reopening window, less an hour for what had been told before the correction, in seconds.
    private static let reopeningWindow = 82_800.0
    /// How long a call that Bolna does not know any more may be waited for: until its longest deadline, and from its
    /// first look.
    private static let forgottenPatience = 2_400.0

    /// The calls whose recordings Bolna has and the gateway has not.
    private var lackingRecordings: [QuietLaw.Key] {
        guard let gateway else { return [] }
        return known.filter { key in
            guard recordingTime(of: key) != nil else { return false }
            let record = try? gateway.store.call(
                account: key.account, reference: key.execution.rawValue, withBody: false)
            return record?.state?.status == .completed && record?.state?[.recordingURL] == nil
        }
    }

    /// Since when Bolna has the recording of a completed call that somebody talked in, in seconds; nil where it has none,
    /// or something was made up about the call.
    private func recordingTime(of key: QuietLaw.Key) -> Double? {
        let id = key.execution.rawValue
        guard !forgotten.contains(id), !failing.contains(id), !tampered.contains(key),
            let call = calls.first(where: { $0.id == id }),
            let truth = models[call.organization].truth(ofCall: id), truth.status == .completed, truth.duration > 0,
            truth.recordingURL != nil, !truth.isVoicemail, truth.planned.isEmpty
        else { return nil }
        return seconds(.microseconds(truth.updatedAt - Self.start))
    }

    /// What a read should have followed was followed by one.
    private func examineFollowUps() {
        guard isLawful, let gateway else { return }
        let calm = seconds(calmSince)
        let law = watch.followUp
        do {
            func record(_ key: QuietLaw.Key) throws -> CallRecord? {
                try gateway.store.call(account: key.account, reference: key.execution.rawValue, withBody: false)
            }
            let hints = law.neglectedHints(at: seconds, calmSince: calm).filter(isPromised)
            check(.followUp, hints.map { "no read followed a hint about call \($0.execution.rawValue)" })
            for key in law.neglectedDisputes(at: seconds, calmSince: calm) where isPromised(key) {
                guard let state = try record(key)?.state else { continue }
                let isOpen = state.contradictions.contains { $0.attempt == state.current.number }
                let name = key.execution.rawValue
                check(.followUp, isOpen ? ["no read followed a contradiction about call \(name)"] : [])
            }
            for key in lackingRecordings {
                guard let since = recordingTime(of: key),
                    law.expectsRecording(key, since: since, at: seconds, calmSince: calm)
                else { continue }
                check(.followUp, ["the recording of call \(key.execution.rawValue) was never read"])
            }
            for key in law.forgotten(at: seconds, calmSince: calm) {
                guard let ledger = try record(key)?.ledger, ledger.open != nil, ledger.outcome != .unknownToBolna
                else { continue }
                check(.followUp, ["Bolna does not know call \(key.execution.rawValue), which still waits"])
            }
            check(.followUp, [])
        } catch {
            check(.footing, ["the store cannot be read: \(error)"])
        }
    }

    /// What came of the calls that clients placed since a time.
    private func examineDials(since: Duration) {
        guard isLawful, let gateway else { return }
        for placing in watch.dialling.placings where placing.at > since {
            guard let account = scenario.accounts.first(where: { $0.name == placing.account.rawValue }),
                let id = placedCall(placing.key, at: account.organization)
            else { continue }
            do {
                let record = try gateway.store.dial(account: placing.account, correlationKey: placing.key)
                let call = try gateway.store.call(account: placing.account, reference: id, withBody: false)
                check(.dialling, DiallingLaw.check(record, call: call).map { [$0] } ?? [])
            } catch {
                check(.footing, ["the store cannot be read: \(error)"])
            }
        }
    }

    /// The call that carries a key at Bolna; nil where none came of it.
    private func placedCall(_ key: String, at organization: Int) -> String? {
        calls.first { call in
            guard call.organization == organization, !forgotten.contains(call.id), !failing.contains(call.id),
                case .json(let data)? = models[organization].facts(ofCall: call.id)?["context_details.recipient_data"]
            else { return false }
            return data.contains(key)
        }?.id
    }

    /// Every wait has an end, and every end a name.
    private func examineWaits() {
        guard isLawful, let gateway else { return }
        let time = gateway.context.now()
        let calm = time.advanced(by: calmSince - now)
        let slack = scenario.span(2 * scenario.tick + 2 * Self.patience)
        do {
            for account in accounts.all {
                for record in try records(of: account.id) {
                    let complaint = BoundsLaw.check(
                        record, now: time, calmSince: calm, slack: slack, longestStep: scenario.span(900),
                        failurePatience: failing.contains(record.execution.rawValue) ? scenario.span(86_400) : .zero)
                    check(.bounds, complaint.map { [$0] } ?? [])
                }
            }
            let patience = scenario.span(600 + 4 * scenario.tick)
            let open = try gateway.store.openDials(limit: 100).dials
            let complaints = DiallingLaw.check(open: open, now: time, calmSince: calm, patience: patience)
            if counters.dials > 0 { check(.dialling, complaints) }
        } catch {
            check(.footing, ["the store cannot be read: \(error)"])
        }
    }

    /// No read was made that nothing called for.
    private func examineQuiet() {
        guard scenario.auditShare == 0 else { return }
        for key in known { check(.quiet, watch.quiet.check(key).map { [$0] } ?? []) }
    }

    /// Law 3 speaks of two full reads, a pause apart: a person asks for them.
    private func readTwice() {
        for round in 1...2 {
            guard isLawful else { return }
            note("every call is checked, round \(round)")
            var waiting = Set(
                known.filter { !forgotten.contains($0.execution.rawValue) && !failing.contains($0.execution.rawValue) })
            for _ in 0..<Self.mostRounds where !waiting.isEmpty {
                guard isLawful, let gateway else { return }
                for key in waiting.sorted(by: { ($0.account, $0.execution) < ($1.account, $1.execution) }) {
                    gateway.spawn { [self] in
                        let outcome = await gateway.checks.check(
                            account: key.account, reference: key.execution.rawValue)
                        if case .updated = outcome { checked.insert(key) }
                    }
                    // One after the other: a small queue must have room for each.
                    advance(by: 2 * scenario.latency.upperBound + 1)
                }
                advance(by: 12 + 4 * scenario.latency.upperBound)
                waiting.subtract(checked)
            }
            checked = []
            check(.footing, waiting.isEmpty ? [] : ["\(waiting.count) calls could not be read in calm weather"])
            advance(by: 61)
        }
    }

    /// So often a check is asked for before it counts as impossible.
    private static let mostRounds = 20

    /// The calls that the accounts must know.
    private var known: [QuietLaw.Key] {
        scenario.accounts.flatMap { account in
            calls.filter { $0.organization == account.organization }.map { key(account, $0.id) }
        }
    }

    /// Compares what is held with what is true.
    private func examineTruth() {
        guard isLawful, let gateway else { return }
        examineStore()
        do {
            for account in scenario.accounts {
                let id = AccountID(rawValue: account.name)
                for call in calls {
                    let record = try gateway.store.call(account: id, reference: call.id, withBody: false)
                    guard call.organization == account.organization else {
                        let wasTold = misdirected.contains(key(account, call.id))
                        check(.accounts, AccountsLaw.check(heldBy: account.name, record, wasTold: wasTold))
                        continue
                    }
                    guard let truth = models[call.organization].truth(ofCall: call.id), !failing.contains(call.id)
                    else {
                        continue
                    }
                    checkAttempts(of: record, truth: truth, key: key(account, call.id))
                    // Two reads withdraw what they contradict within the reopening window alone.
                    if let corrected = correctedAt[call.id], now - corrected > scenario.span(Self.reopeningWindow) {
                        continue
                    }
                    if truth.planned.isEmpty, let facts = models[call.organization].facts(ofCall: call.id) {
                        let name = name(of: call.id)
                        check(.convergence, ConvergenceLaw.check(record?.state, facts: facts, name: name))
                    }
                }
                check(.changes, watch.changes.missing(of: id).map { [$0] } ?? [])
                let differing = try gateway.store.incidents(account: id, from: .distantPast, to: .distantFuture)
                    .filter { $0.kind == .differsFromJournal }
                check(.explanation, differing.isEmpty ? [] : ["the gateway itself found a call unlike its journal"])
            }
        } catch {
            check(.footing, ["the store cannot be read: \(error)"])
        }
    }

    /// Earlier attempts ended as Bolna said at the time.
    private func checkAttempts(of record: CallRecord?, truth: CallTruth, key: QuietLaw.Key) {
        guard let state = record?.state, !tampered.contains(key) else { return }
        check(
            .convergence,
            ConvergenceLaw.check(
                attempts: state.attempts, changes: truth.changes, told: toldFinals[key] ?? [:],
                name: name(of: truth.id)))
    }
}

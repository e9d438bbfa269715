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
        examineQuiet()
        counters.readsBeforeEnd = counters.reads
        if scenario.checksAtEnd {
            readTwice()
            examineTruth()
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

    /// Waits until every change shows, or should.
    private func settle() {
        crashAtCommit = [:]
        crashAtStep = [:]
        note("everything is calm")
        while isRebooting, isLawful, step(until: now + scenario.span(86_400)) {}
        let longest = now + scenario.span(Self.longestSettling)
        while isLawful, now < longest, let limit = watch.staleness.latestLimit(calmSince: seconds(calmSince)) {
            guard now <= scenario.span(limit) else { break }
            _ = step(until: longest)
        }
        guard isLawful, now < longest else { return }
        check(.staleness, watch.staleness.overdue(at: seconds, calmSince: seconds(calmSince)).map { [$0] } ?? [])
        // Who watches, and what is under way, gets a moment.
        advance(by: 2 * scenario.tick)
    }

    /// Where Bolna's own limits keep refusing requests, nothing is promised about when changes show.
    private static let longestSettling = 3 * 3_600.0

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
                        record, now: time, calmSince: calm, slack: slack, longestStep: scenario.span(900))
                    check(.bounds, complaint.map { [$0] } ?? [])
                }
            }
            let patience = scenario.span(600 + 4 * scenario.tick)
            check(
                .dialling,
                DiallingLaw.check(
                    open: try gateway.store.openDials(limit: 100), now: time, calmSince: calm, patience: patience))
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
            var waiting = Set(known.filter { !forgotten.contains($0.execution.rawValue) })
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
        examineStore(isEnd: true)
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
                    let isStill = models[call.organization].truth(ofCall: call.id)?.planned.isEmpty == true
                    if isStill, let facts = models[call.organization].facts(ofCall: call.id) {
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
}

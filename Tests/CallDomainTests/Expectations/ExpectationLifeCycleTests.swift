import CallDomain
import Testing

@Suite("ExpectationCalculus: life cycles")
struct ExpectationLifeCycleTests {
    static let profile = ScopeProfile(path: .healthy)

    /// Statuses with the seconds after the start at which their webhooks came, as captured in October 2025.
    static let lives: [[(CallStatus, Int64)]] = [
        [(.queued, -1), (.initiated, 0), (.ringing, 2), (.inProgress, 4), (.callDisconnected, 38), (.completed, 811)],
        [(.queued, -1), (.initiated, 0), (.ringing, 2), (.busy, 24)],
        [(.queued, -1), (.initiated, 0), (.ringing, 2), (.noAnswer, 46)],
    ]

    /// The seconds of the ticks at which something is due, when ticks begin `offset` seconds after the start.
    static func dueTicks(
        of life: [(CallStatus, Int64)], losing lost: Set<CallStatus>, profile: ScopeProfile, offset: Int64,
        until end: Int64
    ) -> [Int64] {
        var ledger = ExpectationLedger()
        var pending = life.filter { !lost.contains($0.0) }[...]
        var due: [Int64] = []
        var nextTick = offset - 30
        while nextTick <= end {
            if let (status, at) = pending.first, at <= nextTick {
                pending = pending.dropFirst()
                let fields = status == .completed ? Scene.wholeFields : [:]
                ledger = Scene.calculus.ledger(
                    after: Scene.call(status, fields: fields), previous: ledger, profile: profile, event: .statement,
                    now: Scene.after(at))
            } else {
                if ledger.isOverdue(at: Scene.after(nextTick)) { due.append(nextTick) }
                nextTick += 30
            }
        }
        return due
    }

    @Test("A healthy call whose webhooks come as captured costs no read, wherever the ticks fall", arguments: lives)
    func quiet(_ life: [(CallStatus, Int64)]) {
        for offset in Int64(0)..<30 {
            let due = Self.dueTicks(of: life, losing: [], profile: Self.profile, offset: offset, until: 90_000)
            #expect(due.isEmpty, "ticks at \(offset)")
        }
    }

    @Test(
        "A lost webhook is asked about within its deadline and a tick",
        arguments: [(CallStatus.ringing, Int64(45)), (.busy, 75), (.initiated, 60)])
    func lost(_ status: CallStatus, _ deadline: Int64) throws {
        let life = try #require(Self.lives.dropFirst().first)
        let index = try #require(life.firstIndex { $0.0 == status })
        let lost = Set(life[index...].map(\.0))
        let before = life[index - 1].1
        for offset in Int64(0)..<30 {
            let due = Self.dueTicks(of: life, losing: lost, profile: Self.profile, offset: offset, until: 600)
            let first = try #require(due.first)
            #expect((before + deadline...before + deadline + 30).contains(first))
        }
    }

    @Test("While nothing is proven, a webhook that comes within a tick still comes before any read")
    func unproven() {
        let life: [(CallStatus, Int64)] = [(.queued, 0), (.initiated, 29), (.ringing, 55), (.busy, 80)]
        for offset in Int64(0)..<30 {
            let due = Self.dueTicks(
                of: life, losing: [], profile: ScopeProfile(path: .unproven), offset: offset, until: 9_000)
            #expect(due.isEmpty)
        }
    }

    @Test("A statement that confirms the state keeps the time since which it is waited; a new one starts anew")
    func since() throws {
        let first = Scene.opened(Scene.call(.ringing))
        let confirmed = Scene.calculus.ledger(
            after: Scene.call(.ringing), previous: first, profile: Self.profile, event: .statement,
            now: Scene.after(20))
        #expect(confirmed == first)
        let advanced = Scene.calculus.ledger(
            after: Scene.call(.inProgress), previous: confirmed, profile: Self.profile, event: .statement,
            now: Scene.after(21))
        #expect(advanced.open?.since == Scene.after(21))
        #expect(advanced.open?.looks == 0)
        let sameStatusNextAttempt = Scene.calculus.ledger(
            after: Scene.call(.ringing, attempt: 1), previous: first, profile: Self.profile, event: .statement,
            now: Scene.after(30))
        #expect(sameStatusNextAttempt.open?.since == Scene.after(30))
    }

    @Test("A person's check before the deadline is no look and leaves the deadline")
    func earlyCheck() {
        let first = Scene.opened(Scene.call(.ringing))
        let checked = Scene.calculus.ledger(
            after: Scene.call(.ringing), previous: first, profile: Self.profile,
            event: .read(sentAt: Scene.after(10)), now: Scene.after(11))
        #expect(checked.open == first.open)
        #expect(checked.lastReadAt == Scene.after(10))
    }

    @Test("A list page that shows the status unchanged is a look, but no full read")
    func listed() {
        let first = Scene.opened(Scene.call(.queued))
        let listed = Scene.calculus.ledger(
            after: Scene.call(.queued), previous: first, profile: Self.profile,
            event: .listed(sentAt: Scene.after(60)), now: Scene.after(61))
        #expect(listed.open?.looks == 1)
        #expect(listed.open?.due == Scene.after(60 + 120 - 15))
        #expect(listed.lastReadAt == nil)
        let confirmed = Scene.calculus.ledger(
            after: Scene.call(.queued), previous: listed, profile: Self.profile, event: .statement,
            now: Scene.after(70))
        #expect(confirmed.open == listed.open)
    }

    @Test("A scope that fares differently changes pace when its calls are computed anew")
    func recompute() {
        let state = Scene.call(.inProgress)
        let paced = Scene.opened(state, ScopeProfile(path: .unproven))
        let healthy = Scene.calculus.ledger(
            after: state, previous: paced, profile: Self.profile, event: .recompute, now: Scene.after(30))
        #expect(healthy.open?.due == Scene.after(600))
        #expect(healthy.open?.why == .talking)
        let again = Scene.calculus.ledger(
            after: state, previous: healthy, profile: ScopeProfile(path: .degraded), event: .recompute,
            now: Scene.after(60))
        #expect(again == paced)
    }

    @Test(
        "A call that was read at pace gets its webhook's whole deadline once the scope is healthy",
        arguments: [1, 3, 12])
    func healed(looks: Int) {
        let state = Scene.call(.callDisconnected)
        let paced = Scene.looks(state, ScopeProfile(path: .degraded), limit: looks).ledger
        let healthy = Scene.calculus.ledger(
            after: state, previous: paced, profile: Self.profile, event: .recompute, now: Scene.after(60))
        #expect(healthy.open?.why == .ended)
        #expect(healthy.open.map { $0.due >= Scene.after(900) } == true)
    }

    @Test("Looks at pace do not make the table's steps longer once the scope is healthy", arguments: [1, 5, 12])
    func healedSteps(looks: Int) throws {
        let state = Scene.call(.queued)
        let paced = Scene.looks(state, ScopeProfile(path: .degraded), limit: looks).ledger
        let last = try #require(paced.lastReadAt)
        let healthy = Scene.calculus.ledger(
            after: state, previous: paced, profile: Self.profile, event: .recompute, now: last)
        #expect(healthy.open?.why == .queued)
        #expect(healthy.open?.due == last.advanced(by: .seconds(120 - 15)))
    }

    @Test("After an outage longer than the wait, a call is looked at once more before it is given up")
    func outage() {
        let state = Scene.call(.ringing)
        let ledger = Scene.opened(state)
        let later = Scene.after(200_000)
        let recomputed = Scene.calculus.ledger(
            after: state, previous: ledger, profile: Self.profile, event: .recompute, now: later)
        #expect(recomputed.isOverdue(at: later))
        #expect(recomputed.outcome == nil)
        let read = Scene.calculus.ledger(
            after: state, previous: recomputed, profile: Self.profile, event: .read(sentAt: later), now: later)
        #expect(read.open == nil)
        #expect(read.outcome == .abandoned)
        let repeated = Scene.calculus.ledger(
            after: state, previous: read, profile: Self.profile, event: .statement, now: later)
        #expect(repeated == read)
        let revived = Scene.calculus.ledger(
            after: Scene.call(.busy), previous: read, profile: Self.profile, event: .statement, now: later)
        #expect(revived.outcome == .settled)
    }

    @Test("What a read says about the webhook path")
    func verdict() {
        let ledger = Scene.opened(Scene.call(.ringing))
        #expect(ledger.verdict(onReadSentAt: Scene.after(75), told: Scene.change) == .missedWebhook)
        #expect(ledger.verdict(onReadSentAt: Scene.after(74), told: Scene.change) == .find)
        #expect(ledger.verdict(onReadSentAt: Scene.after(75), told: nil) == .probe)
        let talking = Scene.opened(Scene.call(.inProgress))
        #expect(talking.verdict(onReadSentAt: Scene.after(900), told: Scene.change) == .find)
        let paced = Scene.opened(Scene.call(.ringing), ScopeProfile(path: .degraded))
        #expect(paced.verdict(onReadSentAt: Scene.after(900), told: Scene.change) == .find)
        let silent = Scene.opened(
            Scene.call(.ringing), ScopeProfile(path: .healthy, suppressedStatuses: [.inProgress]))
        #expect(silent.verdict(onReadSentAt: Scene.after(900), told: Scene.change) == .find)
        #expect(ExpectationLedger().verdict(onReadSentAt: Scene.start, told: Scene.change) == .find)
    }

    @Test("Only a webhook that Bolna is known to send can be missed: not of waiting, unknown or suppressed statuses")
    func missable() {
        let retrying = Scene.opened(Scene.call(.busy, retryPolicy: RetryPolicy(isEnabled: true)))
        let scheduled = ToldChange(position: Position(attempt: 1, step: 0), source: .poll)
        #expect(retrying.verdict(onReadSentAt: Scene.after(80_000), told: scheduled) == .find)
        let dialled = ToldChange(position: Position(attempt: 1, step: 2), source: .poll)
        #expect(retrying.verdict(onReadSentAt: Scene.after(80_000), told: dialled) == .missedWebhook)
        let ringing = Scene.opened(Scene.call(.ringing))
        let odd = ToldChange(position: Position(attempt: 0, step: 5), source: .poll)
        #expect(ringing.verdict(onReadSentAt: Scene.after(900), told: odd) == .find)
        let profile = ScopeProfile(path: .healthy, suppressedStatuses: [.failed])
        for (status, verdict) in [(CallStatus.failed, ReadVerdict.find), (.busy, .missedWebhook)] {
            let decision = Decision(outcome: .advanced, rule: .laterStep, statusBefore: .ringing, statusAfter: status)
            let told = ToldChange(
                decision, position: Position(attempt: 0, step: 10), source: .poll, profile: profile)
            let open = Scene.opened(Scene.call(.ringing), profile)
            #expect(open.verdict(onReadSentAt: Scene.after(900), told: told) == verdict)
        }
        let same = Decision(outcome: .confirmed, rule: .behind)
        #expect(ToldChange(same, position: Position(attempt: 0, step: 4), source: .poll, profile: profile) == nil)
    }

    @Test("Freshness tells the status, its source, and what is expected or how waiting ended")
    func freshness() {
        let state = Scene.call(.ringing, trust: .addressed)
        let ledger = Scene.opened(state)
        let fresh = Freshness(state: state, ledger: ledger, unverified: .busy)
        #expect(fresh.status == .ringing)
        #expect(fresh.source == .webhook)
        #expect(fresh.asOf == Scene.start)
        #expect(!fresh.isVerified)
        #expect(fresh.unverified == .busy)
        #expect(fresh.expects?.what == .answerOrFinal)
        #expect(fresh.expects?.by == Scene.after(75))
        #expect(fresh.expects?.why == .ringing)
        #expect(fresh.outcome == nil)
        let done = Scene.call(.busy)
        let settled = Freshness(state: done, ledger: Scene.opened(done))
        #expect(settled.isVerified)
        #expect(settled.expects == nil)
        #expect(settled.outcome == .settled)
    }
}

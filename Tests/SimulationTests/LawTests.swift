import BolnaModel
import CallDomain
import Testing

@testable import Simulation

/// Each law's checker is given what a broken gateway would show it, and what a sound one would.
@Suite struct LawTests {
    private let reconciler = Reconciler()

    @Test("Order: a call that is not the fold of its evidence is noticed")
    func order() throws {
        let journal = Self.journal([Self.observation(.ringing, at: 1), Self.observation(.completed, at: 2)])
        let state = try #require(reconciler.fold(journal.evidence))
        var dice = Dice(seed: 1, stream: "test")
        #expect(OrderLaw.check(journal, stored: state, reconciler: reconciler, dice: &dice).isEmpty)
        var broken = state
        broken.attempts[0].status = .ringing
        #expect(OrderLaw.check(journal, stored: broken, reconciler: reconciler, dice: &dice).count == 2)
    }

    @Test("Durability: an acknowledgement before the commit is noticed, and a lost webhook after it")
    func durability() {
        var law = DurabilityLaw()
        let delivery = QuarantinedDelivery(
            account: .default, agent: nil, source: .webhook, trust: .signed, receivedAt: Self.at(1), reason: .notJSON,
            detail: "", digest: Self.digest(1), body: [])
        law.commit([.quarantine(delivery)])
        #expect(law.acknowledge(Self.digest(1), account: .default) == nil)
        #expect(law.acknowledge(Self.digest(2), account: .default) != nil)
        #expect(law.acknowledge(Self.digest(1), account: AccountID(rawValue: "other")) != nil)
        #expect(law.check(held: [Self.digest(1), Self.digest(2)], account: .default) == nil)
        #expect(law.check(held: [Self.digest(1)], account: .default) != nil)
    }

    @Test("Convergence: another status, another field and a missing call are noticed")
    func convergence() throws {
        var observation = Self.observation(.completed, at: 2)
        observation.statement.fields[.totalCost] = .number(3.5)
        let state = try #require(reconciler.fold(Evidence(observations: [observation])))
        let facts: [String: StatedValue] = ["status": .text("completed"), "total_cost": .number(3.5)]
        #expect(ConvergenceLaw.check(state, facts: facts, name: "0").isEmpty)
        for (member, value) in [
            ("status", StatedValue.text("failed")), ("total_cost", .number(4)), ("summary", .text("none")),
        ] {
            let other = facts.merging([member: value]) { _, new in new }
            #expect(ConvergenceLaw.check(state, facts: other, name: "0").count == 1)
        }
        #expect(ConvergenceLaw.check(nil, facts: facts, name: "0").count == 1)
    }

    @Test("Explanation: a state, a ledger and a winner that the journal does not give are noticed")
    func explanation() throws {
        let journal = Self.journal([Self.observation(.ringing, at: 1), Self.observation(.completed, at: 2)])
        let record = try Self.record(journal, reconciler)
        #expect(ExplanationLaw.check(record, journal, reconciler: reconciler).isEmpty)
        var stale = record
        stale.state?.attempts[0].status = .ringing
        #expect(!ExplanationLaw.check(stale, journal, reconciler: reconciler).isEmpty)
        var misled = record
        misled.ledger.status = .ringing
        #expect(ExplanationLaw.check(misled, journal, reconciler: reconciler).count == 1)
        var unfounded = journal
        unfounded.rows.removeLast()
        #expect(!ExplanationLaw.check(record, unfounded, reconciler: reconciler).isEmpty)
    }

    @Test("Bounds: a wait without end, an end without name and a read that is not made are noticed")
    func bounds() throws {
        var record = try Self.record(Self.journal([Self.observation(.ringing, at: 1)]), reconciler)
        func check(at time: Int64) -> String? {
            BoundsLaw.check(
                record, now: Self.at(time), calmSince: Self.at(0), slack: .seconds(60), longestStep: .seconds(900))
        }
        #expect(check(at: 100) == nil)
        #expect(check(at: 200) != nil)
        record.ledger.open?.due = Self.at(200_000)
        #expect(check(at: 100_000) != nil)
        let failing = BoundsLaw.check(
            record, now: Self.at(100_000), calmSince: Self.at(0), slack: .seconds(60), longestStep: .seconds(900),
            failurePatience: .seconds(100_000))
        #expect(failing == nil, "looks that failed are made again")
        record.ledger.open = nil
        #expect(check(at: 10) != nil)
        record.ledger.outcome = .abandoned
        #expect(check(at: 10) == nil)
        record.ledger.outcome = .settled
        #expect(check(at: 10) != nil, "a call that is ringing is not settled")
    }

    @Test("Quiet: a read that nothing called for is noticed")
    func quiet() {
        var law = QuietLaw()
        let key = QuietLaw.Key(account: .default, execution: ExecutionID(rawValue: "one"))
        #expect(law.check(key) == nil)
        #expect(law.read(key, at: 0) == nil)
        #expect(law.check(key) != nil)
        law.disturb(key)
        #expect(law.check(key) == nil)
    }

    @Test("Quiet: a call that is read again and again is noticed")
    func repetition() {
        var law = QuietLaw()
        let key = QuietLaw.Key(account: .default, execution: ExecutionID(rawValue: "one"))
        for time in 0..<6 { #expect(law.read(key, at: Double(time) * 0.5) == nil) }
        var other = law
        #expect(law.read(key, at: 3) != nil)
        #expect(other.read(key, at: 5.1) == nil)
    }

    @Test("Budget: the request that is one too many in a minute is noticed")
    func budget() {
        var law = TrafficLaw()
        func sent(_ number: Int, at time: Duration, organization: Int = 0) -> String? {
            (0..<number).compactMap { _ in law.sent(.other, organization: organization, at: time) }.last
        }
        law.started(accounts: ["a"], organization: 0, at: .zero)
        #expect(sent(600, at: .seconds(1)) == nil)
        #expect(sent(1, at: .seconds(1), organization: 1) == nil)
        #expect(sent(1, at: .seconds(1)) != nil)
        #expect(sent(600, at: .seconds(62)) == nil)
        // A start brings the part that may be sent at once, for a minute.
        law.started(accounts: ["a"], organization: 0, at: .seconds(63))
        #expect(sent(100, at: .seconds(64)) == nil)
        #expect(sent(1, at: .seconds(64)) != nil)
        #expect(sent(600, at: .seconds(126)) == nil)
        #expect(sent(1, at: .seconds(126)) != nil)
    }

    @Test("Budget: accounts that are not known to share an organization have a budget each")
    func sharedBudget() {
        var law = TrafficLaw()
        law.started(accounts: ["a", "b"], organization: 0, at: .zero)
        law.identified(account: "a", organization: 0, at: .seconds(1))
        law.identified(account: "b", organization: 0, at: .seconds(2))
        var complaints: [Int] = []
        for number in 1...1_201 where law.sent(.other, organization: 0, at: .seconds(3)) != nil {
            complaints.append(number)
        }
        #expect(complaints == [1_201])
        #expect((1...600).allSatisfy { _ in law.sent(.other, organization: 0, at: .seconds(70)) == nil })
        #expect(law.sent(.other, organization: 0, at: .seconds(70)) != nil)
    }

    @Test("Follow-up: a hint, a contradiction and a late recording that no read follows are noticed")
    func followUp() {
        var law = FollowUpLaw()
        law.slack = 60
        let key = QuietLaw.Key(account: .default, execution: ExecutionID(rawValue: "one"))
        law.hinted(key, at: 1_000)
        #expect(law.neglectedHints(at: 1_119, calmSince: 0).isEmpty)
        #expect(law.neglectedHints(at: 1_121, calmSince: 0) == [key])
        #expect(law.neglectedHints(at: 1_121, calmSince: 1_000).isEmpty)
        var ruled = law
        ruled.ruledOut(key)
        #expect(ruled.neglectedHints(at: 1_121, calmSince: 0).isEmpty)
        #expect(law.latestLimit(calmSince: 0, recordings: []) == 1_120)
        law.read(key, sentAt: 999)
        #expect(law.neglectedHints(at: 1_121, calmSince: 0) == [key])
        law.read(key, sentAt: 1_001)
        #expect(law.latestLimit(calmSince: 0, recordings: []) == nil)

        law.disputed(key, attempt: 0, at: 2_000)
        law.read(key, sentAt: 2_010)
        #expect(law.neglectedDisputes(at: 2_119, calmSince: 0).isEmpty)
        #expect(law.neglectedDisputes(at: 2_121, calmSince: 0) == [key])
        law.disputed(key, attempt: 0, at: 2_030)
        #expect(law.neglectedDisputes(at: 2_121, calmSince: 0).isEmpty, "a further one doubles the pause")
        law.read(key, sentAt: 2_150)
        #expect(law.neglectedDisputes(at: 9_000, calmSince: 0).isEmpty)

        law.stored(key, status: .completed, attempt: 0, at: 3_000)
        #expect(!law.expectsRecording(key, since: 3_100, at: 4_859, calmSince: 0))
        #expect(law.expectsRecording(key, since: 3_100, at: 4_861, calmSince: 0))
        #expect(!law.expectsRecording(key, since: 4_801, at: 9_000, calmSince: 0), "it came after the last look")
        var set = law
        set.forgetCompletions()
        set.stored(key, status: .completed, attempt: 0, at: 3_050)
        #expect(!set.expectsRecording(key, since: 3_100, at: 9_000, calmSince: 0), "the clock was set meanwhile")
        #expect(set.latestLimit(calmSince: 0, recordings: [key]) == nil)
        law.except(key)
        #expect(!law.expectsRecording(key, since: 3_100, at: 4_861, calmSince: 0))
    }

    @Test("Follow-up: a call that Bolna does not know, and that is waited for all the same, is noticed")
    func forgotten() {
        var law = FollowUpLaw()
        law.slack = 60
        let key = QuietLaw.Key(account: .default, execution: ExecutionID(rawValue: "one"))
        for time in [1_000.0, 1_030] { law.notFound(key, at: time) }
        #expect(law.forgotten(at: 9_000, calmSince: 0).isEmpty, "two answers do not say so")
        law.notFound(key, at: 1_400)
        #expect(law.forgotten(at: 1_989, calmSince: 0).isEmpty)
        #expect(law.forgotten(at: 1_991, calmSince: 0) == [key])
        law.stored(key, status: .ringing, attempt: 0, at: 1_500)
        #expect(law.forgotten(at: 9_000, calmSince: 0).isEmpty, "somebody says that there is such a call")
    }

    @Test("Acceptance: a verified webhook that is sent away is noticed")
    func acceptance() {
        #expect(AcceptanceLaw.check(answer: 200).isEmpty)
        #expect(AcceptanceLaw.check(answer: 503).count == 1)
    }

    @Test("Convergence: an earlier attempt that never was so at Bolna, or ended otherwise, is noticed")
    func attempts() throws {
        let busy = Self.observation(.busy, at: 1)
        let again = Self.observation(.scheduled, at: 2)
        let state = try #require(reconciler.fold(Evidence(observations: [busy, again])))
        #expect(state.attempts.count == 2)
        func change(_ status: ExecutionStatus, _ attempt: Int) -> StatusChange {
            StatusChange(call: "one", status: status, attempt: attempt, at: Moment(seconds: 1))
        }
        func check(_ changes: [StatusChange], told: [Int: String] = [:]) -> [String] {
            ConvergenceLaw.check(attempts: state.attempts, changes: changes, told: told, name: "0")
        }
        #expect(check([change(.busy, 0), change(.scheduled, 1)], told: [0: "busy"]).isEmpty)
        #expect(check([change(.failed, 0), change(.busy, 1)]).count == 1)
        #expect(check([change(.busy, 0)], told: [0: "no-answer"]).count == 1)
    }

    @Test("Staleness: a change that shows too late, or never, is noticed")
    func staleness() {
        var law = StalenessLaw()
        law.slack = 60
        law.discovery = 200
        let key = QuietLaw.Key(account: .default, execution: ExecutionID(rawValue: "one"))
        func stored(_ status: CallStatus, _ time: Double, calmSince: Double = 0) -> String? {
            law.stored(key, status: status, attempt: 0, source: .poll, at: time, calmSince: calmSince)
        }
        law.changed(key, to: .ringing, attempt: 0, at: 0)
        #expect(stored(.ringing, 1) == nil)
        law.changed(key, to: .inProgress, attempt: 0, at: 5)
        #expect(law.overdue(at: 100, calmSince: 0) == nil)
        #expect(law.overdue(at: 140, calmSince: 0) != nil)
        #expect(law.overdue(at: 140, calmSince: 130) == nil)
        #expect(stored(.inProgress, 140) != nil)
        law.changed(key, to: .completed, attempt: 0, at: 150)
        #expect(stored(.completed, 160) == nil)
        #expect(law.overdue(at: 1_000_000, calmSince: 0) == nil)
        #expect(law.samples.map(\.status) == ["ringing", "in-progress", "completed"])
    }

    @Test("Staleness: what changes before the first look is noticed where it does not show by it")
    func firstLook() {
        var law = StalenessLaw()
        law.slack = 60
        let key = QuietLaw.Key(account: .default, execution: ExecutionID(rawValue: "one"))
        #expect(
            law.stored(key, status: .inProgress, attempt: 0, source: .webhook, at: 0, calmSince: 0) == nil)
        law.changed(key, to: .completed, attempt: 0, at: 500)
        #expect(law.overdue(at: 659, calmSince: 0) == nil)
        #expect(law.overdue(at: 661, calmSince: 0) != nil)
        // Where the gateway has looked, the next look is a step later.
        law.looked(at: key)
        #expect(law.overdue(at: 661, calmSince: 0) == nil)
        #expect(law.overdue(at: 1_161, calmSince: 0) != nil)
    }

    @Test("Accounts: a read and a call of another account are noticed")
    func accounts() throws {
        let record = try Self.record(Self.journal([Self.observation(.ringing, at: 1)]), reconciler)
        var hinted = record
        hinted.state = nil
        #expect(AccountsLaw.check(readBy: "a", of: 0, owners: [1], wasTold: false).count == 1)
        #expect(AccountsLaw.check(readBy: "a", of: 0, owners: [1], wasTold: true).isEmpty)
        #expect(AccountsLaw.check(readBy: "a", of: 0, owners: [0, 1], wasTold: false).isEmpty)
        #expect(AccountsLaw.check(heldBy: "a", record, wasTold: true).count == 1)
        #expect(AccountsLaw.check(heldBy: "a", hinted, wasTold: true).isEmpty)
        #expect(AccountsLaw.check(heldBy: "a", hinted, wasTold: false).count == 1)
        #expect(AccountsLaw.check(heldBy: "a", nil, wasTold: false).isEmpty)
    }

    @Test("Trust: a hint that changes or wins something is noticed, and an answer that is not 401")
    func trust() throws {
        let changed = Decision(outcome: .advanced, rule: .laterStep, statusBefore: .ringing, statusAfter: .completed)
        let call = ExecutionID(rawValue: "one")
        #expect(TrustLaw.check(hint: changed, of: call).count == 1)
        #expect(TrustLaw.check(hint: Decision(outcome: .hinted, rule: .unverified), of: call).isEmpty)
        let journal = Self.journal([Self.observation(.ringing, at: 1)])
        let record = try Self.record(journal, reconciler)
        #expect(TrustLaw.check(record, journal).isEmpty)
        let hint = Self.observation(.ringing, at: 1, standing: .hint)
        var stained = record
        stained.state?.attempts[0].statusWinner.observation = hint.key
        #expect(TrustLaw.check(stained, Self.journal([hint])).count == 1)
        #expect(TrustLaw.check(answer: 401).isEmpty)
        #expect(TrustLaw.check(answer: 200).count == 1)
        #expect(TrustLaw.check(held: [Self.digest(1)], refused: [Self.digest(2)]).isEmpty)
        #expect(TrustLaw.check(held: [Self.digest(1)], refused: [Self.digest(1)]).count == 1)
    }

    @Test("Changes: one that is skipped, doubled, made up, foreign or never told is noticed")
    func changes() {
        let other = AccountID(rawValue: "other")
        func change(_ number: Int64, _ account: AccountID = .default) -> Change {
            Change(
                cursor: ChangeCursor(sequence: number), account: account, call: CallID(rawValue: "c"),
                execution: ExecutionID(rawValue: "one"), status: .ringing, source: .webhook, at: Self.at(1))
        }
        var law = ChangesLaw()
        law.commit([change(1), change(2), change(3)])
        #expect(law.tell(change(1), to: .default) == nil)
        #expect(law.missing(of: .default) != nil)
        var doubled = law
        #expect(doubled.tell(change(1), to: .default) != nil)
        var skipping = law
        #expect(skipping.tell(change(3), to: .default) != nil)
        #expect(law.tell(change(2), to: other) != nil)
        #expect(law.tell(change(2), to: .default) == nil)
        #expect(law.tell(change(3), to: .default) == nil)
        #expect(law.missing(of: .default) == nil)
        #expect(law.cursor(of: .default) == ChangeCursor(sequence: 3))
        #expect(law.tell(change(4), to: .default) != nil)
    }

    @Test("Dialling: a second request, one without a key or a stored intent, and an intent that never ends are noticed")
    func dialling() {
        var law = DiallingLaw()
        func intent(_ key: String) -> DialIntent {
            DialIntent(
                account: .default, correlationKey: key, idempotencyKey: nil, fingerprint: Self.digest(1),
                agent: AgentID(rawValue: "agent"), request: [], createdAt: Self.at(0))
        }
        func place(_ key: String) -> String? {
            law.place(body: Array(#"{"user_data":{"gateway_dial":"\#(key)"}}"#.utf8), account: .default, at: .zero)
        }
        law.commit(intent("a"))
        law.commit(intent("b"))
        #expect(place("a") == nil)
        #expect(place("b") == nil)
        #expect(place("a") != nil)
        #expect(place("c") != nil)
        #expect(law.place(body: Array("{}".utf8), account: .default, at: .zero) != nil)
        let record = DialRecord(intent: intent("a"), state: .open, call: nil, detail: "")
        func check(_ now: Int64, calmSince: Int64) -> [String] {
            DiallingLaw.check(
                open: [record], now: Self.at(now), calmSince: Self.at(calmSince), patience: .seconds(600))
        }
        #expect(check(500, calmSince: 0).isEmpty)
        #expect(check(700, calmSince: 0).count == 1)
        #expect(check(700, calmSince: 650).isEmpty)
    }

    @Test("Dialling: an intent that ended otherwise than Bolna's call is noticed")
    func dialOutcome() throws {
        let call = try Self.record(Self.journal([Self.observation(.ringing, at: 1)]), reconciler)
        let intent = DialIntent(
            account: .default, correlationKey: "a", idempotencyKey: nil, fingerprint: Self.digest(1),
            agent: AgentID(rawValue: "agent"), request: [], createdAt: Self.at(0))
        func check(_ state: DialState, _ id: String?) -> String? {
            let record = DialRecord(
                intent: intent, state: state, call: id.map { CallID(rawValue: $0) }, detail: "")
            return DiallingLaw.check(record, call: call)
        }
        #expect(check(.placed, "c") == nil)
        #expect(check(.placed, "d") != nil)
        #expect(check(.unknown, nil) != nil)
        #expect(check(.refused, nil) != nil)
        #expect(DiallingLaw.check(nil, call: call) != nil)
        #expect(DiallingLaw.check(DialRecord(intent: intent, state: .placed, call: nil, detail: ""), call: nil) != nil)
    }
}

extension LawTests {
    private static func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 1_772_000_000 + seconds) }

    private static func digest(_ number: UInt64) -> ContentDigest { ContentDigest(words: (number, 0, 0, 0)) }

    private static func observation(
        _ status: CallStatus, at seconds: Int64, standing: Standing = .applied
    ) -> Observation {
        let key = ObservationKey(
            source: .webhook, trust: standing == .hint ? .addressed : .signed, standing: standing,
            digest: digest(UInt64(seconds)))
        let statement = Statement(
            executionID: ExecutionID(rawValue: "one"), status: status, updatedAt: at(seconds))
        return Observation(key: key, receivedAt: at(seconds), statement: statement)
    }

    private static func journal(_ observations: [Observation]) -> CallJournal {
        let rows = observations.enumerated().map { number, observation in
            JournalRow(
                position: Int64(number + 1), observation: observation,
                decision: Decision(outcome: .created, rule: .first), count: 1,
                lastReceivedAt: observation.receivedAt, body: nil)
        }
        return CallJournal(rows: rows, reads: [])
    }

    /// The call of a journal as a sound gateway would hold it.
    private static func record(_ journal: CallJournal, _ reconciler: Reconciler) throws -> CallRecord {
        let state = try #require(reconciler.fold(journal.evidence))
        let ledger = ExpectationCalculus().ledger(
            after: state, previous: ExpectationLedger(), profile: ScopeProfile(path: .healthy), event: .statement,
            now: at(1))
        return CallRecord(
            call: CallID(rawValue: "c"), account: .default, execution: ExecutionID(rawValue: "one"), state: state,
            ledger: ledger, createdAt: at(1), updatedAt: at(1), cursor: ChangeCursor(sequence: 1))
    }
}

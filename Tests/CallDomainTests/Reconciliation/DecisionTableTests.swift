import CallDomain
import Testing

/// What each statement does to a call of which one webhook is known, by the rules of design: exhaustive over what is
/// held, what arrives, from where, with which trust, and whether Bolna dated it later or earlier.
@Suite struct DecisionTableTests {
    static let statuses = CallStatus.known + [.unknown("on-hold"), .unknown("paused")]

    @Test("Every statement has the outcome, rule and status that the rules name", arguments: statuses)
    func decides(held: CallStatus) {
        let known = StoredCall([.of(Receipt.statement(held, updated: 100), trust: .authenticated, at: 101)])
        var cells = 0
        for arriving in Self.statuses {
            for source in Source.allCases where source != .ruling {
                for trust in Trust.allCases {
                    for isLater in [true, false] {
                        guard let standing = TrustPolicy(none: .hint).standing(of: trust) else { continue }
                        check(known, held, arriving, source, trust, standing, isLater)
                        cells += 1
                    }
                }
            }
        }
        #expect(cells == Self.statuses.count * 6 * 5 * 2)
    }

    private func check(
        _ known: StoredCall, _ held: CallStatus, _ arriving: CallStatus, _ source: Source, _ trust: Trust,
        _ standing: Standing, _ isLater: Bool
    ) {
        var call = known
        let statement = Receipt.statement(arriving, updated: isLater ? 110 : 90)
        var receipt = Receipt.of(statement, from: source, trust: trust, standing: standing, at: 121)
        if source.isFullRead {
            receipt.read = ReadRecord(
                sentAt: Timestamp(second: 120), receivedAt: Timestamp(second: 121), observation: receipt.observation.key
            )
        }
        let decision = call.take(receipt)?.decision
        let expected = Self.expected(
            held: held, arriving: arriving, isRead: source.isFullRead, isHint: standing == .hint, isLater: isLater)
        let isTwoFinals = decision?.newContradictions.contains { $0.rule == .twoFinals } ?? false
        let isAsExpected =
            decision?.outcome == expected.outcome && decision?.rule == expected.rule
            && call.state?.status == expected.status
            && isTwoFinals == (standing == .applied && held.isFinal && arriving.isFinal && held != arriving)
        guard !isAsExpected else { return }
        Issue.record(
            """
            \(held) then \(arriving) from \(source), \(trust), dated later: \(isLater); expected \(expected), \
            found \(String(describing: decision)), \(String(describing: call.state?.status))
            """)
    }

    /// The rules, told independently of how they are carried out.
    private static func expected(
        held: CallStatus, arriving: CallStatus, isRead: Bool, isHint: Bool, isLater: Bool
    ) -> (outcome: Decision.Outcome, rule: ReconciliationRule, status: CallStatus) {
        if isHint { return (.hinted, .unverified, held) }
        let retryable: Set<CallStatus> = [.busy, .noAnswer, .failed, .error]
        let starting: Set<CallStatus> = [.scheduled, .prepared, .rescheduled, .queued, .initiated, .ringing]
        if isLater, retryable.contains(held), starting.contains(arriving) { return (.advanced, .nextAttempt, arriving) }
        if !isLater, retryable.contains(arriving), starting.contains(held) { return (.advanced, .nextAttempt, held) }

        // An unknown status stands half a step above what is known and dated no later, else below everything.
        let heldStep = held.step ?? (isLater ? -1 : arriving.step.map { $0 + 1 } ?? -1)
        let arrivingStep = arriving.step ?? (isLater ? held.step.map { $0 + 1 } ?? -1 : -1)
        if arrivingStep > heldStep {
            return (.advanced, arriving.step == nil ? .unknownStatus : .laterStep, arriving)
        }
        if arrivingStep < heldStep { return isRead ? (.contradicted, .readBehind, held) : (.stale, .behind, held) }

        // The same step: a read was sent after the webhook was received, else the later `updated_at` wins.
        if isRead || isLater {
            let rule: ReconciliationRule = isRead ? .laterGeneration : .laterUpdate
            return (held == arriving ? .confirmed : .advanced, rule, arriving)
        }
        if held == arriving { return (.confirmed, .behind, held) }
        return held.isFinal ? (.contradicted, .twoFinals, held) : (.stale, .behind, held)
    }

    @Test("The first statement creates the call, whatever it says", arguments: statuses)
    func creates(status: CallStatus) {
        var call = StoredCall()
        let decision = call.take(.webhook(status, updated: 5, fields: [.agentID: .text("a")], at: 6))?.decision
        #expect(
            decision
                == Decision(outcome: .created, rule: .first, changedFields: [.agentID], statusAfter: status))
    }

    @Test("A hint creates nothing, stays hinted, and is open until a read is sent after it")
    func hints() {
        let hint = Receipt.of(
            Receipt.statement(.completed, updated: 3), trust: .addressed, standing: .hint, at: 10)
        var call = StoredCall()
        #expect(call.take(hint)?.decision == Decision(outcome: .hinted, rule: .unverified))
        #expect(call.state == nil)
        call.take(.read(.ringing, updated: 2, sent: 10))
        #expect(call.state?.context.openHintAt == Timestamp(second: 10))
        #expect(call.state?.status == .ringing)
        call.take(.read(.ringing, updated: 2, sent: 12))
        #expect(call.state?.context.openHintAt == nil)
    }

    @Test("A tie in everything else is broken by trust")
    func breaksTies() {
        let statement = Receipt.statement(.busy, updated: 5)
        var call = StoredCall([.of(statement, trust: .authenticated, at: 6)])
        let result = call.take(.of(statement, trust: .signed, at: 7))
        #expect(result?.decision == Decision(outcome: .confirmed, rule: .tieBreak))
        #expect(call.state?.current.statusWinner.observation.trust == .signed)
    }

    @Test("A late statement that gives a field nobody gave yet refines the call")
    func fillsEmpty() {
        var call = StoredCall([.webhook(.completed, updated: 9, at: 10)])
        let decision = call.take(.webhook(.ringing, updated: 3, fields: [.provider: .text("plivo")], at: 11))?.decision
        #expect(decision == Decision(outcome: .refined, rule: .fillsEmpty, changedFields: [.provider]))
        #expect(call.state?[.provider] == .text("plivo"))
    }

    @Test("A repetition with an earlier receipt, or by a further read, changes nothing by itself")
    func repeats() {
        let busy = Receipt.webhook(.busy, updated: 9, at: 10)
        var call = StoredCall([busy])
        #expect(call.take(busy) == nil)
        #expect(call.take(busy.received(at: 8))?.decision == Decision(outcome: .duplicate, rule: .sameBytes))
        call.take(.read(.busy, updated: 9, sent: 20))
        let again = call.take(.read(.busy, updated: 9, sent: 30))
        #expect(again?.decision == Decision(outcome: .duplicate, rule: .sameBytes))
        #expect(call.state?.current.statusAsOf == Timestamp(second: 30))
        #expect(call.state?.context.reads == 2)
    }

    @Test("An error while the evidence is read reaches the caller")
    func passesErrors() {
        struct Unreadable: Error {}
        let receipt = Receipt.webhook(.busy, updated: 9, at: 10)
        #expect(throws: Unreadable.self) {
            try Reconciler().reconcile(previous: nil, observation: receipt.observation, read: nil) {
                () throws(Unreadable) in throw Unreadable()
            }
        }
    }
}

import CallDomain
import Testing

@Suite("The sentences of an explanation")
struct ExplanationSentenceTests {
    typealias Arrival = EvidenceStep.Arrival

    @Test(
        "What was done with a statement when it came, for each outcome",
        arguments: [
            (Arrival(outcome: .created, rule: .first), .ringing, "Created the call, by rule first-statement."),
            (
                Arrival(outcome: .advanced, rule: .laterStep, statusBefore: .ringing, statusAfter: .inProgress),
                .inProgress, "Advanced the call from ringing, by rule later-step."
            ),
            (
                Arrival(outcome: .advanced, rule: .nextAttempt, statusBefore: .busy, statusAfter: .queued), .queued,
                "Began a new attempt after busy, by rule next-attempt."
            ),
            (
                Arrival(outcome: .advanced, rule: .laterStep, statusBefore: .ringing, statusAfter: .completed), .busy,
                "Advanced the call from ringing to completed, by rule later-step."
            ),
            (
                Arrival(outcome: .advanced, rule: nil, statusAfter: .completed), .completed, "Advanced the call."
            ),
            (
                Arrival(outcome: .refined, rule: .laterUpdate, changedFields: [.recordingURL, .totalCost]), .completed,
                "Changed recordingUrl and totalCost; the status stays, by rule later-update."
            ),
            (
                Arrival(outcome: .refined, rule: .fillsEmpty), .completed,
                "Changed what is known of an attempt; the status stays, by rule fills-empty."
            ),
            (
                Arrival(outcome: .confirmed, rule: .laterGeneration), .completed,
                "Confirmed what was believed, by rule later-generation."
            ),
            (
                Arrival(outcome: .confirmed, rule: .behind), .completed,
                "Said what was believed already, by rule behind."
            ),
            (
                Arrival(outcome: .stale, rule: .behind), .ringing,
                "Changed nothing: newer statements stand, by rule behind."
            ),
            (
                Arrival(outcome: .stale, rule: .twoReadsWithdraw), .completed,
                "Changed nothing: two agreeing reads had taken it back already, by rule two-reads-withdraw."
            ),
            (
                Arrival(outcome: .stale, rule: .ruling), .completed,
                "Changed nothing: a ruling had taken it back already, by rule ruling."
            ),
            (
                Arrival(outcome: .duplicate, rule: .sameBytes), .completed,
                "Changed nothing: the same bytes were there already, by rule same-bytes."
            ),
            (
                Arrival(outcome: .hinted, rule: .unverified), .failed,
                "Kept beside the call, since its sender may only hint, by rule unverified."
            ),
            (
                Arrival(outcome: .hinted, rule: .unverified), nil,
                "Kept beside the call, since it names no status, by rule unverified."
            ),
            (
                Arrival(
                    outcome: .reopened, rule: .twoReadsWithdraw, statusBefore: .completed, statusAfter: .inProgress),
                .inProgress, "Took the call back from completed to in-progress, by rule two-reads-withdraw."
            ),
            (
                Arrival(outcome: .reopened, rule: .ruling, statusBefore: .completed), nil,
                "Took back all that was believed of the call, by rule ruling."
            ),
            (
                Arrival(outcome: .contradicted, rule: .readBehind), .ringing,
                "Disagreed with what stands, by rule read-behind."
            ),
        ] as [(Arrival, CallStatus?, String)])
    func arrivals(arrival: Arrival, claimed: CallStatus?, sentence: String) {
        #expect(arrival.sentence(claimed: claimed) == sentence)
    }

    @Test(
        "Lags have tenths of a second where these matter, and no sign",
        arguments: [
            (.zero, "0 s after Bolna's change"), (.milliseconds(40), "0 s after Bolna's change"),
            (.milliseconds(400), "0.4 s after Bolna's change"), (.milliseconds(1_249), "1.2 s after Bolna's change"),
            (.seconds(9), "9 s after Bolna's change"), (.milliseconds(10_900), "10 s after Bolna's change"),
            (.seconds(125), "2 min 5 s after Bolna's change"), (.seconds(187_200), "2 d 4 h after Bolna's change"),
            (.milliseconds(-5_100), "5.1 s before the time Bolna gives its change"),
        ] as [(Duration, String)])
    func lags(lag: Duration, words: String) {
        let received = Timestamp(seconds: 1_000)
        let receipt = Receipt.of(
            Statement(
                executionID: Receipt.execution, status: .ringing, updatedAt: received.advanced(by: .zero - lag)),
            at: 1_000)
        let explanation = DossierMaker([receipt]).explained()
        #expect(explanation.sentence(for: explanation.steps[0]).contains("(signed, \(words))"))
    }

    @Test("Times have a date only where more than one day is told of")
    func clock() {
        let late = Timestamp(seconds: 86_399)
        let next = Timestamp(seconds: 86_401)
        #expect(ExplanationClock(covering: [late, late]).text(late) == "23:59:59")
        #expect(ExplanationClock(covering: [late, next]).text(late) == "1970-01-01 23:59:59")
        #expect(ExplanationClock(covering: [late, next]).text(next) == "1970-01-02 00:00:01")
        #expect(ExplanationClock(covering: [late]).text(next) == "1970-01-02 00:00:01", "another day than all else")
        #expect(ExplanationClock().text(late) == "1970-01-01 23:59:59")
    }

    @Test(
        "Overdue is a webhook that has not come in time; a look at silence that proves nothing is not",
        arguments: [
            (CallDomain.Expectation.Path.webhook, false, 90, 90, "Overdue since 00:01:30." as String?),
            (.webhook, false, 90, 120, "Late since 00:01:30."), (.webhook, false, 101, 101, nil),
            (.webhook, true, 90, 90, nil), (.poll, false, 90, 90, nil),
        ] as [(CallDomain.Expectation.Path, Bool, Int64, Int64, String?)])
    func overdue(path: CallDomain.Expectation.Path, isProbe: Bool, deadline: Int64, due: Int64, sentence: String?) {
        var explanation = DossierMaker([.webhook(.ringing, updated: 10, at: 11)]).explained()
        explanation.now = Timestamp(seconds: 100)
        explanation.record.ledger.open = CallDomain.Expectation(
            what: .answerOrFinal, path: path, since: Timestamp(seconds: 11), due: Timestamp(seconds: due),
            endsAt: Timestamp(seconds: 500), isProbe: isProbe, why: .ringing, deadline: Timestamp(seconds: deadline))
        #expect(explanation.conclusion.first { $0.contains(" since 00:") } == sentence)
    }

    @Test("A step is one sentence of when, what, from whom, and what was done with it")
    func steps() {
        let explanation = DossierMaker([
            .webhook(.ringing, updated: 10, at: 11),
            .webhook(.inProgress, updated: 20, fields: [.transcript: .text("a")], at: 22),
            .webhook(.busy, at: 30),
            .webhook(.queued, updated: 40, retry: 1, at: 39),
            .of(Receipt.statement(nil), trust: .addressed, standing: .hint, at: 50),
        ]).explained()
        #expect(
            explanation.steps.map { explanation.sentence(for: $0) } == [
                "00:00:11 webhook (signed, 1 s after Bolna's change): ringing. "
                    + "Created the call, by rule first-statement.",
                "00:00:22 webhook (signed, 2 s after Bolna's change): in-progress. "
                    + "Advanced the call from ringing, by rule later-step.",
                "00:00:30 webhook (signed): busy. Advanced the call from in-progress, by rule later-step.",
                "00:00:39 webhook (signed, 1 s before the time Bolna gives its change): queued, retry 1. "
                    + "Began a new attempt after busy, by rule next-attempt.",
                "00:00:50 webhook (addressed): no status. Kept beside the call, since it names no status, "
                    + "by rule unverified.",
            ])
    }

    @Test("Notes tell repeats, what was lost to whom, and what became of a step")
    func notes() {
        let first = Receipt.webhook(.ringing, updated: 10, fields: [.agentID: .text("a")], at: 11)
        let explanation = DossierMaker([
            first, first.received(at: 15), first.received(at: 17),
            .webhook(
                .inProgress, updated: 20,
                fields: [.agentID: .text("b"), .updatedAt: .number(1), .hangupBy: .text("x")],
                at: 22),
            .of(Receipt.statement(.failed), trust: .addressed, standing: .hint, at: 50),
        ]).explained()
        #expect(
            explanation.notes(on: explanation.steps[0]) == [
                "Came 3 times with the same bytes, last at 00:00:17.",
                "Step 2 says otherwise of status and agentId and stands: it is a later step of the attempt.",
            ])
        #expect(explanation.notes(on: explanation.steps[1]) == ["It also changed agentId and hangupBy."])
        #expect(
            explanation.notes(on: explanation.steps[2]) == ["It is still unverified: no read was sent after it."])
        #expect(explanation.conclusion.contains("An unverified hint claims failed."))
    }

    @Test("What reads and rulings took back says which ones did it")
    func withdrawn() {
        let final = Receipt.webhook(.completed, updated: 10, at: 11)
        let byReads = DossierMaker([
            final, .read(.inProgress, updated: 9, sent: 100), .read(.inProgress, updated: 9, sent: 200),
        ]).explained()
        #expect(
            byReads.notes(on: byReads.steps[0])
                == ["It was withdrawn: two reads agreed against it, sent at 00:01:40 and 00:03:20."])
        #expect(
            byReads.sentence(for: byReads.steps[2])
                == "00:03:21 poll again (authoritative, 3 min 12 s after Bolna's change, the answer of step 2): "
                + "in-progress. Took the call back to in-progress.")
        let ruling = Receipt.ruling(nil, withdraws: [final], at: 50)
        let byRuling = DossierMaker([.webhook(.ringing, updated: 5, at: 6), final, ruling]).explained()
        #expect(byRuling.notes(on: byRuling.steps[1]) == ["It was withdrawn: by the ruling of step 3."])
        #expect(byRuling.notes(on: byRuling.steps[2]) == ["It withdraws step 2."])
    }

    @Test("The last word says what is believed, since when, by whom")
    func conclusion() {
        let explanation = DossierMaker([
            .webhook(.ringing, updated: 10, at: 11), .read(.completed, updated: 20, sent: 30),
        ]).explained()
        #expect(
            explanation.conclusion == [
                "Now: completed, as of 00:00:30, told by a poll (authoritative, step 2).", "Nothing more is expected.",
            ])
        let hints = DossierMaker([.of(Receipt.statement(.failed), trust: .addressed, standing: .hint, at: 50)])
        #expect(hints.explained().conclusion.first?.hasPrefix("Now: nothing is believed of the call") == true)
    }

    @Test("Attempts say why there are so many")
    func attempts() {
        let explanation = DossierMaker([
            .webhook(.busy, updated: 10, at: 11), .webhook(.queued, updated: 20, at: 21),
            .webhook(.busy, updated: 30, at: 31), .webhook(.queued, updated: 40, retry: 2, at: 41),
        ]).explained()
        #expect(
            explanation.attempts.map { explanation.sentence(for: $0) } == [
                "First attempt: busy, as of 00:00:11, told by step 1.",
                "Retry 1: busy, as of 00:00:31, told by step 3. "
                    + "An attempt of its own, since step 2 begins again after an end that is retried.",
                "Retry 2: queued, as of 00:00:41, told by step 4. "
                    + "An attempt of its own, since Bolna's retry_count says so.",
            ])
    }

    @Test("Incidents say what, when, and how long")
    func incidents() {
        let explanation = DossierMaker([.webhook(.ringing, updated: 10, at: 11)]).explained()
        var incident = Incident(
            account: .default, kind: .outage, cause: .ownOutage, from: Timestamp(second: 5), to: Timestamp(second: 9),
            detail: "Out for 4 s.")
        #expect(explanation.sentence(for: incident) == "outage (own-outage), 00:00:05 to 00:00:09: Out for 4 s.")
        incident.to = nil
        incident.cause = nil
        #expect(explanation.sentence(for: incident) == "outage, since 00:00:05: Out for 4 s.")
        incident.to = incident.from
        #expect(explanation.sentence(for: incident) == "outage, at 00:00:05: Out for 4 s.")
    }
}

import CallDomain
import Testing

@Suite("ExpectationCalculus: artefacts")
struct ExpectationArtefactTests {
    static func profile(
        _ artefacts: [Artefact: ArtefactHistory] = [:], stated: [Artefact: Bool] = [:], path: PathState = .healthy
    ) -> ScopeProfile {
        ScopeProfile(path: path, statedArtefacts: stated, artefacts: artefacts)
    }

    static func ledger(
        _ state: CallState, _ previous: ExpectationLedger, _ event: LedgerEvent, at seconds: Int64,
        profile: ScopeProfile = profile()
    ) -> ExpectationLedger {
        Scene.calculus.ledger(
            after: state, previous: previous, profile: profile, event: event, now: Scene.after(seconds))
    }

    static func states(_ ledger: ExpectationLedger) -> [ArtefactWait.State?] {
        Artefact.allCases.map { ledger.artefacts?[$0]?.state }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var profile: ScopeProfile
        var looks: [Int64]
        var ended: ArtefactWait.State
        var outcome: ExpectationLedger.Outcome
        var testDescription: String { name }
    }

    static let day: [Int64] = [180, 540, 1_260, 2_700, 5_580, 11_340, 22_860, 45_900, 86_400]
    static let recordings: [Row] = [
        Row(name: "unknown", profile: profile(), looks: [180, 1_800], ended: .notProvided, outcome: .notProvided),
        Row(
            name: "19 calls without", profile: profile([.recording: ArtefactHistory(calls: 19, arrived: 0)]),
            looks: [180, 1_800], ended: .notProvided, outcome: .notProvided),
        Row(
            name: "20 calls without", profile: profile([.recording: ArtefactHistory(calls: 20, arrived: 0)]),
            looks: [], ended: .notProvided, outcome: .settled),
        Row(
            name: "once on 20 calls", profile: profile([.recording: ArtefactHistory(calls: 20, arrived: 1)]),
            looks: day, ended: .missing, outcome: .missing),
        Row(
            name: "once on the only call", profile: profile([.recording: ArtefactHistory(calls: 1, arrived: 1)]),
            looks: day, ended: .missing, outcome: .missing),
        Row(
            name: "the account says so, whatever was learned",
            profile: profile([.recording: ArtefactHistory(calls: 20, arrived: 0)], stated: [.recording: true]),
            looks: day, ended: .missing, outcome: .missing),
        Row(
            name: "the account says no, whatever was learned",
            profile: profile([.recording: ArtefactHistory(calls: 20, arrived: 20)], stated: [.recording: false]),
            looks: [], ended: .notProvided, outcome: .settled),
        Row(
            name: "a path that fails changes nothing", profile: profile(path: .degraded), looks: [180, 1_800],
            ended: .notProvided, outcome: .notProvided),
    ]

    @Test("How often a recording is looked for, and how that ends", arguments: recordings)
    func recording(_ row: Row) throws {
        let state = Scene.completed(without: [.recordingURL])
        let looks = Scene.looks(state, row.profile, limit: 1_000)
        #expect(looks.seconds == row.looks)
        #expect(looks.ledger.outcome == row.outcome)
        let wait = try #require(looks.ledger.artefacts?[.recording])
        #expect(wait.state == row.ended)
        #expect(wait.looks == row.looks.count)
        #expect(wait.due == nil)
        #expect(Self.states(looks.ledger).dropFirst() == [.arrived, .arrived, .arrived])
    }

    @Test("An extraction is waited for only where the agent is known to give one")
    func extraction() {
        let state = Scene.completed(without: [.extractedData])
        #expect(Scene.opened(state).outcome == .settled)
        #expect(Self.states(Scene.opened(state)) == [.arrived, .arrived, .notProvided, .arrived])
        let known = Self.profile([.extraction: ArtefactHistory(calls: 3, arrived: 2)])
        #expect(Scene.looks(state, known, limit: 100).seconds == Self.day)
        let other = Scene.call(
            .completed,
            fields: Scene.wholeFields.filter { $0.key != .extractedData }.merging([.agentExtraction: .json("{}")]) {
                $1
            })
        #expect(Scene.opened(other, known).outcome == .settled)
    }

    @Test("The cost is final when the final status states it; what was stated before it is partial")
    func finalCost() throws {
        let without = Scene.completed(without: [.totalCost])
        #expect(Scene.opened(without).artefacts?[.finalCost]?.state == .expected)
        var partial = Scene.whole
        var winner = try #require(partial.winner(of: .totalCost))
        winner.step = 8
        partial.attempts[0].fields.winners[.totalCost] = winner
        #expect(Scene.opened(partial).artefacts?[.finalCost]?.state == .expected)
        let free = Scene.call(
            .completed, fields: Scene.wholeFields.merging([.totalCost: .number(0)]) { $1 })
        #expect(Scene.opened(free).artefacts?[.finalCost]?.state == .expected)
        #expect(Scene.opened(Scene.whole).artefacts?[.finalCost]?.state == .arrived)
    }

    @Test("One read looks for all of them at once; each ends by itself and at its own time")
    func together() throws {
        let profile = Self.profile([.recording: ArtefactHistory(calls: 20, arrived: 18)])
        let bare = Scene.completed(without: [.recordingURL, .transcript, .totalCost])
        var ledger = Scene.opened(bare, profile)
        #expect(Self.states(ledger) == [.expected, .expected, .arrived, .expected])
        for artefact in [Artefact.recording, .transcript, .finalCost] {
            #expect(ledger.artefacts?[artefact]?.due == Scene.after(180))
        }
        for seconds in [180, 540, 1_260] as [Int64] {
            ledger = Self.ledger(bare, ledger, .read(sentAt: Scene.after(seconds)), at: seconds, profile: profile)
        }
        #expect(ledger.open?.looks == 3)
        #expect(Self.states(ledger) == [.expected, .expected, .arrived, .expected])
        // The transcript comes by a webhook in between.
        let written = Scene.completed(without: [.recordingURL, .totalCost])
        ledger = Self.ledger(written, ledger, .statement, at: 1_500, profile: profile)
        #expect(ledger.artefacts?[.transcript]?.endedAt == Scene.after(1_500))
        ledger = Self.ledger(written, ledger, .read(sentAt: Scene.after(2_700)), at: 2_701, profile: profile)
        #expect(Self.states(ledger) == [.expected, .arrived, .arrived, .notProvided])
        #expect(ledger.artefacts?[.finalCost]?.endedAt == Scene.after(2_700))
        #expect(ledger.outcome == nil)
        let rest = Scene.completed(without: [.totalCost])
        ledger = Self.ledger(rest, ledger, .read(sentAt: Scene.after(5_580)), at: 5_581, profile: profile)
        #expect(Self.states(ledger) == [.arrived, .arrived, .arrived, .notProvided])
        #expect(ledger.outcome == .notProvided)
        #expect(ledger.open == nil)
        ledger = Self.ledger(Scene.whole, ledger, .statement, at: 90_000, profile: profile)
        #expect(ledger.outcome == .settled)
        #expect(ledger.artefacts?[.finalCost]?.endedAt == Scene.after(90_000))
    }

    @Test("When the surest has come, the others are looked for as they ask themselves")
    func lessOften() {
        let profile = Self.profile(stated: [.recording: true])
        let bare = Scene.completed(without: [.recordingURL, .transcript])
        var ledger = Scene.opened(bare, profile)
        ledger = Self.ledger(bare, ledger, .read(sentAt: Scene.after(180)), at: 180, profile: profile)
        #expect(ledger.open?.due == Scene.after(525))
        let recorded = Scene.completed(without: [.transcript])
        ledger = Self.ledger(recorded, ledger, .read(sentAt: Scene.after(540)), at: 541, profile: profile)
        #expect(ledger.open?.due == Scene.after(1_800))
        #expect(ledger.artefacts?[.transcript]?.due == Scene.after(1_800))
    }

    @Test("A read before its time is no look, and only a day of failed reads ends the wait without one")
    func failures() {
        let bare = Scene.completed(without: [.recordingURL])
        let first = Scene.opened(bare)
        let early = Self.ledger(bare, first, .read(sentAt: Scene.after(179)), at: 179)
        #expect(early.artefacts == first.artefacts)
        let looked = Self.ledger(bare, first, .read(sentAt: Scene.after(180)), at: 180)
        let last = Self.ledger(bare, looked, .read(sentAt: Scene.after(1_800)), at: 1_800)
        #expect(last.outcome == .notProvided)
        let failed = Self.ledger(bare, first, .readFailed(retryAt: Scene.after(400), isNotFound: false), at: 190)
        #expect(failed.open?.due == Scene.after(400))
        #expect(failed.artefacts?[.recording]?.due == Scene.after(400))
        #expect(failed.artefacts?[.recording]?.looks == 0)
        let late = Self.ledger(bare, failed, .readFailed(retryAt: Scene.after(2_400), isNotFound: false), at: 2_000)
        #expect(late.artefacts?[.recording]?.state == .expected)
        let ended = Self.ledger(bare, late, .readFailed(retryAt: Scene.after(90_000), isNotFound: false), at: 86_400)
        #expect(ended.artefacts?[.recording]?.state == .notProvided)
        #expect(ended.open == nil)
    }

    @Test("A statement that is withdrawn takes its artefact with it, and it is waited for again")
    func withdrawn() {
        let there = Scene.opened(Scene.whole)
        let gone = Self.ledger(Scene.completed(without: [.recordingURL]), there, .statement, at: 60)
        #expect(gone.artefacts?[.recording]?.state == .expected)
        #expect(gone.artefacts?.since == Scene.start)
        #expect(gone.open?.due == Scene.after(180))
    }

    @Test("Another attempt, or another final status, starts without artefacts")
    func reset() {
        let first = Scene.opened(Scene.completed(without: [.recordingURL]))
        #expect(Self.ledger(Scene.call(.busy), first, .statement, at: 5).artefacts == nil)
        #expect(Self.ledger(Scene.call(.scheduled, attempt: 1), first, .statement, at: 5).artefacts == nil)
        #expect(Scene.opened(Scene.call(.completed)).artefacts == nil)
        let again = RetryPolicy(isEnabled: true, retriesVoicemail: true)
        let voicemail = Scene.call(
            .completed, fields: Scene.wholeFields.merging([.answeredByVoicemail: .flag(true)]) { $1 },
            retryPolicy: again)
        #expect(Scene.opened(voicemail).artefacts == nil)
        #expect(Scene.opened(voicemail).open?.what == .retry)
    }

    @Test("A clock that is set back leaves no artefact due later than from now")
    func clockBack() {
        let bare = Scene.completed(without: [.recordingURL])
        let first = Scene.opened(bare)
        let back = Self.ledger(bare, first, .recompute, at: -3_600)
        #expect(back.open?.due == Scene.after(-3_600 + 180))
        #expect(back.artefacts?.since == Scene.after(-3_600))
    }

    @Test("What a ledger of an earlier program had given up stays given up; what it waited for goes on")
    func earlierProgram() {
        let bare = Scene.completed(without: [.recordingURL])
        var ended = Scene.looks(bare, limit: 100).ledger
        ended.artefacts = nil
        let after = Self.ledger(bare, ended, .recompute, at: 90_000)
        #expect(after.open == nil && after.outcome == .notProvided)
        #expect(after.artefacts?[.recording]?.state == .notProvided)
        var open = Self.ledger(bare, Scene.opened(bare), .read(sentAt: Scene.after(180)), at: 181)
        open.artefacts = nil
        let goesOn = Self.ledger(bare, open, .recompute, at: 200)
        #expect(goesOn.open?.looks == 1)
        #expect(goesOn.open?.due == Scene.after(1_800))
    }
}

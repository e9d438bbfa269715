import CallDomain
import Testing

@Suite("ExpectationCalculus: hints, contradictions, artefacts, retries, failures")
struct ExpectationReasonTests {
    static let profile = ScopeProfile(path: .healthy)

    static func ledger(
        _ state: CallState?, _ previous: ExpectationLedger, _ event: LedgerEvent, at seconds: Int64,
        profile: ScopeProfile = profile
    ) -> ExpectationLedger {
        Scene.calculus.ledger(
            after: state, previous: previous, profile: profile, event: event, now: Scene.after(seconds))
    }

    @Test("A call known by hints alone is read at once and given up after a day")
    func hintsAlone() {
        let first = Scene.opened(nil)
        #expect(first.open?.what == .verification)
        #expect(first.open?.due == Scene.start)
        #expect(first.open?.isProbe == true)
        let failed = Self.ledger(nil, first, .readFailed(retryAt: Scene.after(40), isNotFound: false), at: 1)
        #expect(failed.open?.due == Scene.after(40))
        let another = Self.ledger(nil, failed, .statement, at: 2)
        #expect(another.open?.due == Scene.after(40))
        let ended = Self.ledger(nil, another, .readFailed(retryAt: Scene.after(86_500), isNotFound: false), at: 86_400)
        #expect(ended.open == nil)
        #expect(ended.outcome == .abandoned)
        #expect(Self.ledger(nil, ended, .recompute, at: 86_401).open == nil)
        #expect(Self.ledger(nil, ended, .statement, at: 86_402).open?.due == Scene.after(86_402))
    }

    @Test("A hint beside a call is read at once, but once an interval, and gives way when the read clears it")
    func hintBeside() {
        let first = Scene.opened(Scene.call(.inProgress))
        let hinted = Self.ledger(Scene.call(.inProgress, hintAt: Scene.after(10)), first, .statement, at: 10)
        #expect(hinted.open?.why == .hint)
        #expect(hinted.open?.due == Scene.after(10))
        let cleared = Self.ledger(Scene.call(.inProgress), hinted, .read(sentAt: Scene.after(11)), at: 12)
        #expect(cleared.open == first.open)
        let again = Self.ledger(Scene.call(.inProgress, hintAt: Scene.after(20)), cleared, .statement, at: 20)
        #expect(again.open?.due == Scene.after(71))
    }

    @Test("A hint beside a call that is done is read, and the call is done again")
    func hintOnSettled() {
        let settled = Scene.opened(Scene.call(.busy))
        let hinted = Self.ledger(Scene.call(.busy, hintAt: Scene.after(10)), settled, .statement, at: 10)
        #expect(hinted.open?.what == .verification)
        let cleared = Self.ledger(Scene.call(.busy), hinted, .read(sentAt: Scene.after(11)), at: 12)
        #expect(cleared.open == nil)
        #expect(cleared.outcome == .settled)
        #expect(Self.ledger(Scene.call(.busy, hintAt: Scene.after(10)), hinted, .recompute, at: 86_410).open == nil)
    }

    @Test("A contradiction asks for one read after the pause; each further one doubles the pause; the day ends it")
    func contradiction() {
        let one = [Scene.contradiction(since: Scene.start)]
        let first = Scene.opened(Scene.call(.completed, contradictions: one))
        #expect(first.open?.what == .settlement)
        #expect(first.open?.due == Scene.after(60))
        let early = Self.ledger(
            Scene.call(.completed, contradictions: one), first, .read(sentAt: Scene.after(59)), at: 59)
        #expect(early.open?.due == Scene.after(60))
        let read = Self.ledger(
            Scene.call(.completed, contradictions: one), early, .read(sentAt: Scene.after(60)), at: 61)
        #expect(read.open == nil)
        let two = one + [Scene.contradiction(since: Scene.after(61), against: 3)]
        let further = Self.ledger(
            Scene.call(.completed, contradictions: two), early, .read(sentAt: Scene.after(60)), at: 61)
        #expect(further.open?.due == Scene.after(61 + 120))
        let old = Self.ledger(Scene.call(.completed, contradictions: two), further, .recompute, at: 86_400)
        #expect(old.open == nil)
        let otherAttempt = Scene.call(.completed, attempt: 1, contradictions: one)
        #expect(Scene.opened(otherAttempt).open == nil)
    }

    @Test("Answers that never agree cost few reads")
    func neverAgreeing() {
        var contradictions = [Scene.contradiction(since: Scene.start)]
        var ledger = Scene.opened(Scene.call(.completed, contradictions: contradictions))
        var reads = 0
        while let due = ledger.open?.due, reads < 100 {
            reads += 1
            contradictions.append(Scene.contradiction(since: due, against: UInt64(reads + 10)))
            ledger = Scene.calculus.ledger(
                after: Scene.call(.completed, contradictions: contradictions), previous: ledger,
                profile: Self.profile, event: .read(sentAt: due), now: due)
        }
        #expect(reads == 10)
    }

    @Test("A recording that is to come is looked for all day, one that may come twice, one that will not never")
    func artefacts() {
        let sure = Scene.looks(
            Scene.talked, ScopeProfile(path: .healthy, statedArtefacts: [.recording: true]), limit: 100)
        #expect(sure.seconds == [180, 540, 1_260, 2_700, 5_580, 11_340, 22_860, 45_900, 86_400])
        #expect(sure.ledger.outcome == .missing)
        let unsure = Scene.looks(Scene.talked, limit: 100)
        #expect(unsure.seconds == [180, 1_800])
        #expect(unsure.ledger.outcome == .notProvided)
        let none = Scene.opened(
            Scene.talked,
            ScopeProfile(path: .healthy, statedArtefacts: [.recording: false, .transcript: false, .finalCost: false]))
        #expect(none.outcome == .settled)
        for path in PathState.allCases {
            let open = Scene.opened(Scene.talked, ScopeProfile(path: path)).open
            #expect(open?.why == .artefacts && open?.path == .poll && open?.isProbe == true)
        }
    }

    @Test("Without talk, or with its recording, a completed call is done; a recording that comes late settles it")
    func artefactsThere() {
        #expect(Scene.opened(Scene.call(.completed)).outcome == .settled)
        #expect(Scene.opened(Scene.call(.completed, fields: [.conversationDuration: .number(0)])).outcome == .settled)
        #expect(
            Scene.opened(
                Scene.call(
                    .completed, fields: [.conversationDuration: .number(0), .telephonyDuration: .number(28)])
            ).outcome == .settled)
        #expect(Scene.opened(Scene.whole).outcome == .settled)
        #expect(Scene.opened(Scene.call(.completed, fields: [.telephonyDuration: .number(28)])).open != nil)
        let missing = Scene.looks(Scene.talked, limit: 100).ledger
        #expect(Self.ledger(Scene.whole, missing, .statement, at: 90_000).outcome == .settled)
    }

    static let retries: [(CallStatus, Int, RetryPolicy?, Bool)] = [
        (.busy, 0, RetryPolicy(isEnabled: true), true),
        (.noAnswer, 2, RetryPolicy(isEnabled: true), true),
        (.failed, 3, RetryPolicy(isEnabled: true), false),
        (.error, 0, RetryPolicy(isEnabled: true, mostRetries: 0), false),
        (.error, 4, RetryPolicy(isEnabled: true, mostRetries: 5), true),
        (.busy, 0, RetryPolicy(isEnabled: false), false),
        (.busy, 0, RetryPolicy(isEnabled: true, statuses: [.noAnswer]), false),
        (.noAnswer, 0, RetryPolicy(isEnabled: true, statuses: [.noAnswer]), true),
        (.busy, 0, nil, false),
        (.canceled, 0, RetryPolicy(isEnabled: true), false),
        (.stopped, 0, RetryPolicy(isEnabled: true), false),
        (.balanceLow, 0, RetryPolicy(isEnabled: true), false),
        (.completed, 0, RetryPolicy(isEnabled: true, retriesVoicemail: true), false),
    ]

    @Test("Bolna's own retry is expected where its policy promises one", arguments: retries)
    func retry(_ status: CallStatus, _ attempt: Int, _ policy: RetryPolicy?, _ expected: Bool) {
        let state = Scene.call(status, attempt: attempt, retryPolicy: policy)
        let open = Scene.opened(state).open
        #expect((open?.what == .retry) == expected)
        guard expected else { return }
        #expect(open?.due == Scene.after(120))
        let looks = Scene.looks(state, limit: 1_000)
        #expect(looks.seconds.prefix(5) == [120, 360, 840, 1_740, 2_640])
        #expect(looks.ledger.outcome == .attemptOver)
    }

    @Test("A wait that ended stays ended, whatever confirms the state")
    func staysEnded() {
        let sure = ScopeProfile(path: .healthy, statedArtefacts: [.recording: true])
        let retryable = Scene.call(.busy, retryPolicy: RetryPolicy(isEnabled: true))
        for (state, profile) in [
            (retryable, Self.profile), (Scene.talked, sure), (Scene.talked, Self.profile),
            (Scene.call(.queued), Self.profile), (Scene.call(.callDisconnected), Self.profile),
        ] {
            let ended = Scene.looks(state, profile, limit: 1_000).ledger
            #expect(ended.open == nil && ended.outcome != nil && ended.outcome != .settled)
            for event in [LedgerEvent.statement, .recompute, .listed(sentAt: Scene.after(90_000))] {
                #expect(Self.ledger(state, ended, event, at: 90_000, profile: profile) == ended)
            }
        }
    }

    @Test("A voicemail is tried again where the policy says so")
    func voicemail() {
        let policy = RetryPolicy(isEnabled: true, retriesVoicemail: true)
        let fields: [CallField: FieldValue] = [.answeredByVoicemail: .flag(true), .conversationDuration: .number(9)]
        #expect(Scene.opened(Scene.call(.completed, fields: fields, retryPolicy: policy)).open?.what == .retry)
        let other = RetryPolicy(isEnabled: true)
        #expect(Scene.opened(Scene.call(.completed, fields: fields, retryPolicy: other)).open?.what == .artefacts)
    }

    @Test("A read that fails puts the next one off and counts; a good one starts the count anew")
    func failures() {
        let state = Scene.call(.ringing)
        var ledger = Scene.opened(state)
        ledger = Self.ledger(state, ledger, .readFailed(retryAt: Scene.after(200), isNotFound: false), at: 90)
        #expect(ledger.failures == 1)
        #expect(ledger.open?.due == Scene.after(200))
        ledger = Self.ledger(state, ledger, .recompute, at: 100)
        #expect(ledger.open?.due == Scene.after(200))
        ledger = Self.ledger(state, ledger, .readFailed(retryAt: Scene.after(400), isNotFound: false), at: 210)
        #expect(ledger.failures == 2)
        let listed = Self.ledger(state, ledger, .listed(sentAt: Scene.after(400)), at: 401)
        #expect(listed.failures == 0)
        ledger = Self.ledger(state, ledger, .read(sentAt: Scene.after(400)), at: 401)
        #expect(ledger.failures == 0)
        #expect(ledger.open?.looks == 1)
        ledger = Self.ledger(state, ledger, .readFailed(retryAt: Scene.after(86_500), isNotFound: false), at: 86_401)
        #expect(ledger.outcome == .abandoned)
    }

    @Test("A failed last look for an artefact is made again; only a day of failures ends the wait")
    func failedLastLook() {
        let state = Scene.talked
        var ledger = Scene.opened(state)
        ledger = Self.ledger(state, ledger, .read(sentAt: Scene.after(180)), at: 181)
        ledger = Self.ledger(state, ledger, .readFailed(retryAt: Scene.after(1_860), isNotFound: false), at: 1_801)
        #expect(ledger.outcome == nil)
        #expect(ledger.open?.due == Scene.after(1_860))
        let read = Self.ledger(state, ledger, .read(sentAt: Scene.after(1_860)), at: 1_861)
        #expect(read.outcome == .notProvided)
        let ended = Self.ledger(state, ledger, .readFailed(retryAt: Scene.after(86_500), isNotFound: false), at: 86_401)
        #expect(ended.outcome == .notProvided)
        #expect(ended.open == nil)
    }

    @Test("Three 404 answers over ten minutes make a call unknown to Bolna; fewer, or faster ones, do not")
    func notFound() {
        let state = Scene.call(.ringing)
        var ledger = Scene.opened(state)
        for seconds in [100, 200, 300] as [Int64] {
            let retryAt = Scene.after(seconds + 100)
            ledger = Self.ledger(state, ledger, .readFailed(retryAt: retryAt, isNotFound: true), at: seconds)
        }
        #expect(ledger.notFound == 3)
        #expect(ledger.outcome == nil)
        let later = Self.ledger(state, ledger, .readFailed(retryAt: Scene.after(800), isNotFound: true), at: 700)
        #expect(later.outcome == .unknownToBolna)
        #expect(later.open == nil)
        let advanced = Self.ledger(Scene.call(.inProgress), later, .statement, at: 720)
        #expect(advanced.open != nil && advanced.outcome == nil && advanced.notFound == 0)
        let found = Self.ledger(state, later, .read(sentAt: Scene.after(720)), at: 720)
        #expect(found.outcome == nil && found.open != nil && found.notFound == 0)
    }

    @Test("Back-off has full jitter from one tick to five minutes")
    func backoff() {
        let settings = ExpectationSettings()
        let ceilings = (1...6).map { settings.backoff(failures: $0, unit: 1).components.seconds }
        #expect(ceilings == [60, 120, 240, 300, 300, 300])
        for failures in [Int.min, 0, 1, 5, .max] {
            #expect(settings.backoff(failures: failures, unit: 0) == .seconds(30))
            #expect(settings.backoff(failures: failures, unit: .nan) >= .seconds(30))
            #expect(settings.backoff(failures: failures, unit: 7) <= .seconds(300))
        }
        #expect(settings.backoff(failures: 1, unit: 0.5) == .seconds(45))
        var scaled = ExpectationSettings()
        scaled.scale = 0.001
        #expect(scaled.backoff(failures: 5, unit: 1) == .seconds(30))
    }
}

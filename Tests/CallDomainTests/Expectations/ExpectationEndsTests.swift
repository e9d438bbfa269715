import CallDomain
import Testing

@Suite("ExpectationCalculus: every status has a row, every row an end")
struct ExpectationEndsTests {
    /// Which statuses an agent sends.
    enum Subscription: CaseIterable, Sendable {
        case all
        case completedOnly
        case finalsOnly
        case noDialling
        case nothing

        var suppressed: Set<CallStatus> {
            switch self {
            case .all: []
            case .completedOnly: Set(CallStatus.known).subtracting([.completed])
            case .finalsOnly: Set(CallStatus.known.filter { !$0.isFinal })
            case .noDialling: [.initiated, .ringing]
            case .nothing: Set(CallStatus.known)
            }
        }
    }

    static let profiles = PathState.allCases.flatMap { path in
        Subscription.allCases.map { ScopeProfile(path: path, suppressedStatuses: $0.suppressed) }
    }

    static let retryable = RetryPolicy(isEnabled: true)

    /// Gives up after two hours instead of a day, so that the table is soon done.
    static var impatient: ExpectationCalculus {
        var settings = ExpectationSettings()
        settings.abandonAfter = .seconds(7_200)
        return ExpectationCalculus(settings: settings)
    }

    /// Every state a call can wait in, with the end of waiting.
    static let states: [(CallState, ExpectationLedger.Outcome)] =
        (CallStatus.known + [.unknown("wondering")]).map { status in
            (Scene.call(status), status.isFinal ? .settled : .abandoned)
        }
        + [CallStatus.busy, .noAnswer, .failed, .error].map { (Scene.call($0, retryPolicy: retryable), .attemptOver) }
        + [(Scene.talked, .notProvided), (Scene.whole, .settled)]

    @Test("A call that is never heard of again is given up by its row, in every state of its path", arguments: profiles)
    func ends(_ profile: ScopeProfile) {
        for (state, outcome) in Self.states {
            let (seconds, ledger) = Scene.looks(state, profile, limit: 2_000, calculus: Self.impatient)
            #expect(ledger.open == nil, "\(state.status.word)")
            #expect(ledger.outcome == outcome, "\(state.status.word)")
            #expect(seconds.isEmpty == (outcome == .settled), "\(state.status.word)")
            #expect(zip(seconds, seconds.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test("Where the next webhook is suppressed, a read is to bring it, and no read is called a missed webhook")
    func paths() throws {
        let next: [CallStatus: Set<CallStatus>] = [
            .queued: [.initiated], .prepared: [.initiated], .scheduled: [.initiated], .rescheduled: [.initiated],
            .initiated: [.ringing], .ringing: [.inProgress, .busy, .noAnswer], .inProgress: [.callDisconnected],
            .callDisconnected: [.completed],
        ]
        for subscription in Subscription.allCases {
            let profile = ScopeProfile(path: .healthy, suppressedStatuses: subscription.suppressed)
            for (status, followers) in next {
                let ledger = Scene.opened(Scene.call(status), profile)
                let isSilent = !followers.isDisjoint(with: subscription.suppressed)
                #expect(ledger.open?.path == (isSilent ? .poll : .webhook), "\(status.word), \(subscription)")
                if isSilent {
                    #expect(ledger.verdict(onReadSentAt: Scene.after(86_000), told: Scene.change) == .find)
                }
            }
        }
    }

    @Test("A call that Bolna does not know is unknown from every state, and lives again by any trusted word")
    func unknownToBolna() {
        for (state, outcome) in Self.states where outcome != .settled {
            var ledger = Scene.opened(state)
            for seconds in [100, 400, 701] as [Int64] {
                let retryAt = Scene.after(seconds + 60)
                ledger = Scene.calculus.ledger(
                    after: state, previous: ledger, profile: Self.profiles[0],
                    event: .readFailed(retryAt: retryAt, isNotFound: true), now: Scene.after(seconds))
            }
            #expect(ledger.outcome == .unknownToBolna)
            #expect(ledger.open == nil)
            for event in [LedgerEvent.statement, .read(sentAt: Scene.after(800)), .listed(sentAt: Scene.after(800))] {
                let alive = Scene.calculus.ledger(
                    after: state, previous: ledger, profile: Self.profiles[0], event: event, now: Scene.after(801))
                #expect(alive.outcome == nil, "\(state.status.word)")
                #expect(alive.open != nil && alive.notFound == 0)
            }
            let quiet = Scene.calculus.ledger(
                after: state, previous: ledger, profile: Self.profiles[0], event: .recompute, now: Scene.after(801))
            #expect(quiet == ledger)
        }
    }

    @Test("An unverified hint about a call that Bolna does not know earns one read; another 404 ends it")
    func hintOfLife() throws {
        let state = Scene.call(.ringing)
        var unknown = Scene.opened(state)
        unknown.open = nil
        unknown.outcome = .unknownToBolna
        func after(_ event: LedgerEvent, _ previous: ExpectationLedger, at seconds: Int64) -> ExpectationLedger {
            let hinted = Scene.call(.ringing, hintAt: Scene.after(1_000))
            return Scene.calculus.ledger(
                after: hinted, previous: previous, profile: ScopeProfile(path: .healthy), event: event,
                now: Scene.after(seconds))
        }
        let hinted = after(.hint, unknown, at: 1_000)
        #expect(hinted.open?.what == .verification)
        #expect(hinted.open?.due == Scene.after(1_060))
        #expect(hinted.outcome == .unknownToBolna)
        #expect(after(.hint, hinted, at: 1_030) == hinted)
        #expect(after(.recompute, hinted, at: 1_030) == hinted)
        let busy = after(.readFailed(retryAt: Scene.after(1_200), isNotFound: false), hinted, at: 1_061)
        #expect(busy.open?.due == Scene.after(1_200))
        let gone = after(.readFailed(retryAt: Scene.after(1_300), isNotFound: true), busy, at: 1_201)
        #expect(gone.open == nil && gone.outcome == .unknownToBolna)
        let found = after(.read(sentAt: Scene.after(1_200)), busy, at: 1_201)
        #expect(found.outcome == nil && found.open != nil)
    }

    @Test("The account's own deadlines stand in for the table's, and bound what is learned")
    func stated() {
        let learned = [6: LearnedDeadline(perMille: 990, within: .seconds(9_000), samples: 60)]
        let profile = ScopeProfile(
            path: .healthy, statedDeadlines: [.talking: .seconds(1_200), .ringing: .seconds(20)],
            learnedDeadlines: learned)
        #expect(Scene.opened(Scene.call(.ringing), profile).open?.due == Scene.after(20))
        #expect(Scene.opened(Scene.call(.inProgress), profile).open?.due == Scene.after(4_800))
        #expect(Scene.opened(Scene.call(.initiated), profile).open?.due == Scene.after(45))
    }
}

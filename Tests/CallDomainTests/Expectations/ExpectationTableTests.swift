import CallDomain
import Testing

@Suite("ExpectationCalculus: the table")
struct ExpectationTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var status: CallStatus
        var path: PathState
        var what: Expected?
        var why: ExpectationRule?
        var due: Int64 = 0
        var brings: CallDomain.Expectation.Path = .webhook
        var isProbe = false
        var endsAt: Int64 = 86_400
        var testDescription: String { "\(status.word), \(path.word)" }
    }

    static let healthy: [Row] = [
        Row(status: .scheduled, path: .healthy, what: .queuedOrInitiated, why: .scheduled, due: 900, endsAt: 87_300),
        Row(status: .rescheduled, path: .healthy, what: .queuedOrInitiated, why: .scheduled, due: 900, endsAt: 87_300),
        Row(status: .queued, path: .healthy, what: .initiated, why: .queued, due: 60, isProbe: true),
        Row(status: .prepared, path: .healthy, what: .initiated, why: .queued, due: 60, isProbe: true),
        Row(status: .initiated, path: .healthy, what: .ringing, why: .initiated, due: 45),
        Row(status: .ringing, path: .healthy, what: .answerOrFinal, why: .ringing, due: 75),
        Row(status: .inProgress, path: .healthy, what: .callDisconnected, why: .talking, due: 600, isProbe: true),
        Row(status: .callDisconnected, path: .healthy, what: .completed, why: .ended, due: 900),
        Row(status: .unknown("wondering"), path: .healthy, what: .anything, why: .unknown, due: 300),
    ]

    static let paced: [Row] = [PathState.unproven, .degraded].flatMap { path in
        [
            Row(
                status: .scheduled, path: path, what: .queuedOrInitiated, why: .scheduled, due: 900, brings: .poll,
                endsAt: 87_300),
            Row(
                status: .rescheduled, path: path, what: .queuedOrInitiated, why: .scheduled, due: 900, brings: .poll,
                endsAt: 87_300),
            Row(status: .queued, path: path, what: .initiated, why: .pace, due: 30, brings: .poll, isProbe: true),
            Row(status: .prepared, path: path, what: .initiated, why: .pace, due: 30, brings: .poll, isProbe: true),
            Row(status: .initiated, path: path, what: .ringing, why: .pace, due: 30, brings: .poll, isProbe: true),
            Row(status: .ringing, path: path, what: .answerOrFinal, why: .pace, due: 30, brings: .poll, isProbe: true),
            Row(
                status: .inProgress, path: path, what: .callDisconnected, why: .pace, due: 30, brings: .poll,
                isProbe: true),
            Row(
                status: .callDisconnected, path: path, what: .completed, why: .pace, due: 30, brings: .poll,
                isProbe: true),
            Row(
                status: .unknown("wondering"), path: path, what: .anything, why: .unknown, due: 300, brings: .poll),
        ]
    }

    static let finals: [Row] = PathState.allCases.flatMap { path in
        CallStatus.known.filter(\.isFinal).map { Row(status: $0, path: path, what: nil, why: nil) }
    }

    @Test(
        "Every status, known and unknown, has its row in every state of the path", arguments: healthy + paced + finals)
    func row(_ row: Row) throws {
        let ledger = Scene.opened(Scene.call(row.status), ScopeProfile(path: row.path))
        guard let what = row.what else {
            #expect(ledger.open == nil)
            #expect(ledger.outcome == .settled)
            return
        }
        let open = try #require(ledger.open)
        #expect(open.what == what)
        #expect(open.why == row.why)
        #expect(open.due == Scene.after(row.due))
        #expect(open.path == row.brings)
        #expect(open.isProbe == row.isProbe)
        #expect(open.endsAt == Scene.after(row.endsAt))
        #expect(open.since == Scene.start)
        #expect(ledger.outcome == nil)
        #expect(ledger.status == row.status)
    }

    @Test("The table covers every known status")
    func complete() {
        for path in PathState.allCases {
            let covered = (Self.healthy + Self.paced + Self.finals).filter { $0.path == path }.map(\.status)
            #expect(Set(covered).isSuperset(of: CallStatus.known))
            #expect(Set(covered).count == covered.count)
        }
    }

    @Test(
        "Every wait that is never answered ends in its named outcome",
        arguments: [
            (CallStatus.queued, PathState.healthy, ExpectationLedger.Outcome.abandoned),
            (.prepared, .healthy, .abandoned),
            (.scheduled, .healthy, .abandoned), (.rescheduled, .healthy, .abandoned),
            (.initiated, .healthy, .abandoned),
            (.ringing, .healthy, .abandoned), (.inProgress, .healthy, .abandoned),
            (.callDisconnected, .healthy, .abandoned), (.unknown("x"), .healthy, .abandoned),
            (.queued, .degraded, .abandoned), (.scheduled, .unproven, .abandoned), (.inProgress, .unproven, .abandoned),
            (.callDisconnected, .degraded, .abandoned), (.unknown("x"), .degraded, .abandoned),
        ])
    func ends(_ status: CallStatus, _ path: PathState, _ outcome: ExpectationLedger.Outcome) throws {
        let (seconds, ledger) = Scene.looks(Scene.call(status), ScopeProfile(path: path), limit: 10_000)
        #expect(ledger.open == nil)
        #expect(ledger.outcome == outcome)
        let last = try #require(seconds.last)
        #expect(last == (status.phase == .waiting && status != .queued && status != .prepared ? 87_300 : 86_400))
    }

    static let growth: [(CallStatus, PathState, [Int64])] = [
        (.queued, .healthy, [60, 180, 420, 900, 1_500, 2_100]),
        (.scheduled, .healthy, [900, 1_020, 1_140, 1_380, 1_860, 2_760, 3_660]),
        (
            .initiated, .healthy,
            [60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 360, 420, 540, 780, 1_260, 2_160, 3_060]
        ),
        (
            .ringing, .healthy,
            [90, 120, 150, 180, 210, 240, 270, 300, 330, 360, 390, 450, 570, 810, 1_290, 2_190, 3_090]
        ),
        (.inProgress, .healthy, [600, 1_200, 1_800, 2_400]),
        (.callDisconnected, .healthy, [900, 1_020, 1_260, 1_620, 2_100, 2_700, 3_420, 4_260, 5_160, 6_060]),
        (.unknown("x"), .healthy, [300, 900, 1_800, 2_700]),
        (.queued, .unproven, [30, 60, 90, 120]),
        (.initiated, .degraded, [30, 60, 90, 120]),
        (.scheduled, .degraded, [900, 930, 960]),
        (.inProgress, .degraded, [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 390, 450, 510]),
        (.callDisconnected, .unproven, [30, 90, 210, 390, 630, 930, 1_290]),
    ]

    @Test("The steps between looks grow as the table says, looked at by ticks", arguments: growth)
    func grows(_ status: CallStatus, _ path: PathState, _ expected: [Int64]) {
        let looks = Scene.looks(Scene.call(status), ScopeProfile(path: path), limit: expected.count)
        #expect(looks.seconds == expected)
    }

    @Test("The scale multiplies the table's durations, and not the tick")
    func scale() throws {
        var settings = ExpectationSettings()
        settings.scale = 0.1
        let calculus = ExpectationCalculus(settings: settings)
        for row in Self.healthy {
            let open = try #require(Scene.opened(Scene.call(row.status), calculus: calculus).open)
            #expect(open.due == Scene.start.advanced(by: .milliseconds(row.due * 100)))
            #expect(open.endsAt == Scene.start.advanced(by: .milliseconds(row.endsAt * 100)))
        }
        let paced = Scene.opened(Scene.call(.queued), ScopeProfile(path: .unproven), calculus: calculus)
        #expect(paced.open?.due == Scene.after(30))
    }

    static let suppressed: [(CallStatus, CallStatus)] = [
        (.queued, .initiated), (.prepared, .initiated), (.scheduled, .initiated), (.initiated, .ringing),
        (.ringing, .inProgress), (.ringing, .busy), (.ringing, .noAnswer), (.inProgress, .callDisconnected),
        (.callDisconnected, .completed), (.unknown("x"), .completed),
    ]

    @Test("Where the webhook for what is expected is suppressed, a read is to bring it", arguments: suppressed)
    func suppresses(_ status: CallStatus, _ silent: CallStatus) throws {
        let open = try #require(
            Scene.opened(Scene.call(status), ScopeProfile(path: .healthy, suppressedStatuses: [silent])).open)
        #expect(open.path == .poll)
        let other = ScopeProfile(path: .healthy, suppressedStatuses: [.balanceLow])
        if case .unknown = status { return }
        #expect(Scene.opened(Scene.call(status), other).open?.path == .webhook)
    }

    static let learned: [(CallStatus, Int64, Int64)] = [
        (.queued, 40, 50), (.queued, 56, 60), (.initiated, 60, 60), (.ringing, 10, 37), (.ringing, 1_000, 300),
        (.inProgress, 400, 500), (.inProgress, 500, 600), (.inProgress, 700, 700), (.inProgress, 90_000, 2_400),
        (.callDisconnected, 1, 450), (.callDisconnected, 5_000, 3_600),
    ]

    @Test(
        "A quarter more than was learned is waited up to the table's deadline, half and four times of which bound it",
        arguments: learned)
    func learns(_ status: CallStatus, _ seconds: Int64, _ expected: Int64) throws {
        let step = try #require(status.step)
        let within = LearnedDeadline(perMille: 990, within: .seconds(seconds), samples: 50)
        let deadlines = [step: within]
        let healthy = Scene.opened(
            Scene.call(status), ScopeProfile(path: .healthy, learnedDeadlines: deadlines))
        #expect(healthy.open?.due.duration(since: Scene.start).components.seconds == expected)
        #expect(healthy.open?.deadline == healthy.open?.due)
        #expect(healthy.open?.learned == within)
        let few = [step: LearnedDeadline(perMille: 990, within: .seconds(seconds), samples: 49)]
        let tooFew = Scene.opened(Scene.call(status), ScopeProfile(path: .healthy, learnedDeadlines: few))
        #expect(tooFew == Scene.opened(Scene.call(status)))
        let degraded = Scene.opened(
            Scene.call(status), ScopeProfile(path: .degraded, learnedDeadlines: deadlines))
        #expect(degraded.open?.due == Scene.after(30))
        #expect(degraded.open?.learned == nil)
    }
}

import CallDomain
import Testing

@Suite("ExpectationCalculus: scheduled calls and clocks")
struct ExpectationScheduleTests {
    static let profile = ScopeProfile(path: .healthy)

    static func scheduled(_ at: Timestamp?, rescheduled: Timestamp? = nil) -> CallState {
        var fields: [CallField: FieldValue] = [:]
        fields[.scheduledAt] = at.map(FieldValue.time)
        fields[.rescheduledAt] = rescheduled.map(FieldValue.time)
        return Scene.call(.scheduled, fields: fields)
    }

    @Test("A tick after the later of both times holds, and never less than two minutes after receipt")
    func later() {
        #expect(Scene.opened(Self.scheduled(Scene.after(3_600))).open?.due == Scene.after(3_630))
        #expect(
            Scene.opened(Self.scheduled(Scene.after(3_600), rescheduled: Scene.after(7_200))).open?.due
                == Scene.after(7_230))
        #expect(
            Scene.opened(Self.scheduled(Scene.after(7_200), rescheduled: Scene.after(3_600))).open?.due
                == Scene.after(7_230))
        #expect(Scene.opened(Self.scheduled(Scene.after(-50))).open?.due == Scene.after(120))
        #expect(Scene.opened(Self.scheduled(nil)).open?.due == Scene.after(900))
    }

    @Test("Absolute times are not scaled")
    func absolute() {
        var settings = ExpectationSettings()
        settings.scale = 0.01
        let calculus = ExpectationCalculus(settings: settings)
        let state = Self.scheduled(Scene.after(600))
        #expect(Scene.opened(state, calculus: calculus).open?.due == Scene.after(630))
    }

    @Test("A call scheduled far ahead is looked at once a day, then from its time on, and given up a day after")
    func farAhead() {
        let (looks, ledger) = Scene.looks(Self.scheduled(Scene.after(200_000)), limit: 1_000)
        #expect(looks.prefix(5) == [86_400, 172_800, 200_040, 200_160, 200_280])
        #expect(looks.last == 286_440)
        #expect(ledger.outcome == .abandoned)
    }

    @Test(
        "An absurd time is bounded: every call is looked at within a day and ends",
        arguments: [
            Timestamp.distantPast, Timestamp(seconds: 0), Timestamp(seconds: -62_135_596_800),
            Timestamp(seconds: 253_402_300_799), .distantFuture,
        ])
    func absurd(_ time: Timestamp) throws {
        let (looks, ledger) = Scene.looks(Self.scheduled(time), limit: 1_000)
        #expect(ledger.outcome == .abandoned)
        var last: Int64 = 0
        for look in looks {
            #expect(look - last <= 86_430)
            last = look
        }
        #expect(last <= 367 * 86_400 + 30)
    }

    @Test("A call that is scheduled anew is waited for anew, also after it was given up")
    func again() {
        let first = Self.scheduled(Scene.after(300))
        let ledger = Scene.opened(first)
        let moved = Scene.calculus.ledger(
            after: Self.scheduled(Scene.after(5_000)), previous: ledger, profile: Self.profile, event: .statement,
            now: Scene.after(100))
        #expect(moved.open?.due == Scene.after(5_030))
        let ended = Scene.looks(first, limit: 1_000).ledger
        #expect(ended.outcome == .abandoned)
        let revived = Scene.calculus.ledger(
            after: Self.scheduled(Scene.after(200_000)), previous: ended, profile: Self.profile, event: .statement,
            now: Scene.after(150_000))
        #expect(revived.open?.due == Scene.after(200_030))
        #expect(revived.outcome == nil)
    }

    @Test("A scheduled call without any time that was given up stays so, whatever hint comes later")
    func timeless() {
        let state = Scene.call(.scheduled)
        let ended = Scene.looks(state, limit: 1_000).ledger
        #expect(ended.outcome == .abandoned)
        let hinted = Scene.calculus.ledger(
            after: state, previous: ended, profile: Self.profile, event: .hint, now: Scene.after(500_000))
        #expect(hinted.outcome == .abandoned)
        #expect(hinted.open == nil)
    }

    @Test("A call that is scheduled days ahead is looked at each day, and late only after its time")
    func daysAhead() throws {
        let open = try #require(Scene.opened(Self.scheduled(Scene.after(300_000))).open)
        #expect(open.due == Scene.after(86_400))
        #expect(open.deadline == Scene.after(300_030))
        #expect(!open.isHastened)
        #expect(!open.isLate(at: Scene.after(300_029)))
        #expect(open.isLate(at: Scene.after(300_030)))
    }

    @Test("A clock that steps back an hour makes no call due at once, none due later than from now, and ends none")
    func back() throws {
        for status in CallStatus.known + [.unknown("x")] where !status.isFinal {
            for path in PathState.allCases {
                let profile = ScopeProfile(path: path)
                let state = Scene.call(status)
                let ledger = Scene.opened(state, profile)
                let now = Scene.after(-3_600)
                let fresh = Scene.calculus.ledger(
                    after: state, previous: ExpectationLedger(), profile: profile, event: .statement, now: now)
                for event in [LedgerEvent.statement, .recompute, .listed(sentAt: now)] {
                    let stepped = Scene.calculus.ledger(
                        after: state, previous: ledger, profile: profile, event: event, now: now)
                    #expect(stepped.open?.due == fresh.open?.due)
                    #expect(stepped.outcome == nil)
                }
            }
        }
    }

    @Test(
        "A clock that steps forward an hour and back costs one look, and the next comes no later than a step from now")
    func forth() throws {
        let state = Scene.call(.queued)
        let ledger = Scene.opened(state)
        let ahead = Scene.after(3_660)
        let looked = Scene.calculus.ledger(
            after: state, previous: ledger, profile: Self.profile, event: .read(sentAt: ahead), now: ahead)
        #expect(looked.open?.looks == 1)
        let back = Scene.after(90)
        let stepped = Scene.calculus.ledger(
            after: state, previous: looked, profile: Self.profile, event: .statement, now: back)
        let due = try #require(stepped.open?.due)
        #expect(due > back && due <= back.advanced(by: .seconds(120)))
        #expect(stepped.open?.since == Scene.start)
    }
}

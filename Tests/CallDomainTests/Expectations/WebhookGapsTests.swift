import CallDomain
import Testing

@Suite("WebhookGaps")
struct WebhookGapsTests {
    static let call = CallID(rawValue: "call-1")

    /// One thing that is told: by whom, which status, how many seconds after the start.
    struct Word: Sendable {
        var source: Source
        var status: CallStatus
        var at: Int64
        var attempt = 0
        var isCurrent = true
        /// When Bolna made the change, where the body says so.
        var madeAt: Int64?
        var era = 0

        static func webhook(_ status: CallStatus, at: Int64, behind: Bool = false, madeAt: Int64? = nil) -> Word {
            Word(source: .webhook, status: status, at: at, isCurrent: !behind, madeAt: madeAt)
        }

        static func poll(_ status: CallStatus, at: Int64) -> Word { Word(source: .poll, status: status, at: at) }
    }

    static func gaps(_ words: [Word], of call: CallID = call) -> [String] {
        var gaps = WebhookGaps()
        return words.compactMap { word in
            let told = WebhookGaps.Told(
                call: call, attempt: word.attempt, status: word.status, isCurrent: word.isCurrent, source: word.source,
                at: Scene.after(word.at), updatedAt: word.madeAt.map(Scene.after))
            return gaps.heard(told, era: word.era).map { "\($0.topic) \($0.length.components.seconds)" }
        }
    }

    static let stories: [(String, [Word], [String])] = [
        (
            "each webhook ends a gap and begins the next",
            [
                Word(source: .dial, status: .queued, at: 0), .webhook(.initiated, at: 3), .webhook(.ringing, at: 5),
                .webhook(.inProgress, at: 12), .webhook(.callDisconnected, at: 60), .webhook(.completed, at: 200),
            ], ["queued 3", "initiated 2", "ringing 7", "talking 48", "ended 140"]
        ),
        ("an attempt ends while it rings", [.webhook(.ringing, at: 0), .webhook(.busy, at: 24)], ["ringing 24"]),
        (
            "the webhook ends the gap, also after a poll told first",
            [.webhook(.ringing, at: 0), .poll(.inProgress, at: 90), .webhook(.inProgress, at: 100)], ["ringing 100"]
        ),
        (
            "a webhook that never comes is no sample",
            [.webhook(.ringing, at: 0), .poll(.inProgress, at: 90), .webhook(.callDisconnected, at: 300)], []
        ),
        (
            "a poll that was first does not begin a gap",
            [.poll(.inProgress, at: 0), .webhook(.callDisconnected, at: 50)], []
        ),
        (
            "repeats and look-alikes neither begin nor end anything",
            [
                .webhook(.inProgress, at: 0), .webhook(.inProgress, at: 20), .webhook(.inProgress, at: 40),
                .webhook(.callDisconnected, at: 60), .webhook(.callDisconnected, at: 61),
            ], ["talking 60"]
        ),
        (
            "an overtaken webhook spoils its own gap only",
            [
                .webhook(.ringing, at: 0), .webhook(.callDisconnected, at: 60),
                .webhook(.inProgress, at: 61, behind: true), .webhook(.completed, at: 100),
            ], ["ended 40"]
        ),
        (
            "a lost webhook makes no long gap of two short ones",
            [.webhook(.initiated, at: 0), .webhook(.inProgress, at: 30), .webhook(.callDisconnected, at: 90)],
            ["talking 60"]
        ),
        (
            "a delivery long after a read told the change is of another time",
            [.webhook(.ringing, at: 0), .poll(.busy, at: 90), .webhook(.busy, at: 90 + 901)], []
        ),
        (
            "a delivery within the patience after a read is slow, not of another time",
            [.webhook(.ringing, at: 0), .poll(.busy, at: 90), .webhook(.busy, at: 90 + 900)], ["ringing 990"]
        ),
        (
            "a delivery long after Bolna made the change is of another time, and begins nothing",
            [
                .webhook(.inProgress, at: 0, madeAt: 0), .webhook(.callDisconnected, at: 4_000, madeAt: 50),
                .webhook(.completed, at: 4_001, madeAt: 3_900),
            ], []
        ),
        (
            "a long talk is a long gap",
            [.webhook(.inProgress, at: 0, madeAt: 0), .webhook(.callDisconnected, at: 7_200, madeAt: 7_198)],
            ["talking 7200"]
        ),
        (
            "what is told of a call that is further begins nothing",
            [.webhook(.ringing, at: 0, behind: true), .webhook(.busy, at: 9, behind: true)], []
        ),
        (
            "the attempts of a call are apart",
            [
                .webhook(.ringing, at: 0), Word(source: .webhook, status: .ringing, at: 1_800, attempt: 1),
                .webhook(.busy, at: 1_801), Word(source: .webhook, status: .noAnswer, at: 1_830, attempt: 1),
            ], ["ringing 30"]
        ),
        (
            "a path that changed in between teaches nothing",
            [.webhook(.ringing, at: 0), Word(source: .webhook, status: .busy, at: 20, era: 1)], []
        ),
        ("a clock that was set back teaches nothing", [.webhook(.ringing, at: 0), .webhook(.busy, at: -5)], []),
        ("more than a day is no gap", [.webhook(.inProgress, at: 0), .webhook(.callDisconnected, at: 86_401)], []),
        (
            "scheduled calls wait for a time of their own",
            [.webhook(.scheduled, at: 0), .webhook(.initiated, at: 3_600)], []
        ),
        (
            "a queue begins after the schedule",
            [.webhook(.scheduled, at: 0), .webhook(.queued, at: 3_600), .webhook(.initiated, at: 3_610)],
            ["queued 10"]
        ),
        (
            "unknown statuses and imports are left out",
            [
                .webhook(.ringing, at: 0), .webhook(.unknown("odd"), at: 4),
                Word(source: .import, status: .busy, at: 5),
            ], []
        ),
    ]

    @Test("What is a gap, and what is none", arguments: stories)
    func story(_ name: String, _ words: [Word], _ expected: [String]) {
        #expect(Self.gaps(words) == expected, "\(name)")
    }

    @Test("A dead webhook path teaches nothing, however often its calls are read and re-delivered later")
    func deadPath() {
        var gaps = WebhookGaps()
        var samples = 0
        for number in 0..<500 {
            let call = CallID(rawValue: "call-\(number)")
            let begin = Int64(number) * 60
            let words: [Word] = [
                .webhook(.ringing, at: begin, madeAt: begin), .poll(.inProgress, at: begin + 90),
                .poll(.callDisconnected, at: begin + 200), .poll(.completed, at: begin + 900),
                .webhook(.inProgress, at: begin + 7_200, behind: true, madeAt: begin + 5),
                .webhook(.callDisconnected, at: begin + 7_201, behind: true, madeAt: begin + 100),
                .webhook(.completed, at: begin + 7_202, madeAt: begin + 400),
            ]
            for word in words {
                let told = WebhookGaps.Told(
                    call: call, attempt: 0, status: word.status, isCurrent: word.isCurrent, source: word.source,
                    at: Scene.after(word.at), updatedAt: word.madeAt.map(Scene.after))
                if gaps.heard(told, era: 0) != nil { samples += 1 }
            }
        }
        #expect(samples == 0)
    }

    @Test("A call that is forgotten has no gap under way")
    func forget() {
        var gaps = WebhookGaps()
        func told(_ status: CallStatus, at seconds: Int64) -> WebhookGaps.Told {
            WebhookGaps.Told(
                call: Self.call, attempt: 0, status: status, isCurrent: true, source: .webhook,
                at: Scene.after(seconds), updatedAt: nil)
        }
        #expect(gaps.heard(told(.ringing, at: 0), era: 0) == nil)
        gaps.forget(Self.call)
        #expect(gaps.heard(told(.busy, at: 10), era: 0) == nil)
    }

    @Test("The calls that are followed are bounded, and those heard of last are kept")
    func bounded() {
        var gaps = WebhookGaps()
        func told(_ number: Int, _ status: CallStatus, at seconds: Int64) -> WebhookGaps.Told {
            WebhookGaps.Told(
                call: CallID(rawValue: "call-\(number)"), attempt: 0, status: status, isCurrent: true,
                source: .webhook, at: Scene.after(seconds), updatedAt: nil)
        }
        let count = WebhookGaps.mostCalls * 2 + 1
        for number in 0..<count { _ = gaps.heard(told(number, .ringing, at: 0), era: 0) }
        #expect(gaps.heard(told(0, .busy, at: 10), era: 0) == nil)
        #expect(gaps.heard(told(count - 1, .busy, at: 10), era: 0)?.length == .seconds(10))
        #expect(gaps.heard(told(count - WebhookGaps.mostCalls, .busy, at: 10), era: 0)?.length == .seconds(10))
    }
}

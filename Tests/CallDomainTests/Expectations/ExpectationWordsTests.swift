import CallDomain
import Testing

@Suite("Expectations in words")
struct ExpectationWordsTests {
    /// 1 790 000 000 s after 1970 is 14:13:20 UTC.
    static func sentence(_ state: CallState, _ profile: ScopeProfile = ScopeProfile(path: .healthy)) -> String? {
        Scene.opened(state, profile).open?.sentence(status: state.status)
    }

    @Test("A learned deadline names its samples, and the bound where that holds instead")
    func learned() {
        func talking(_ seconds: Int64) -> String? {
            let learned = LearnedDeadline(perMille: 990, within: .seconds(seconds), samples: 312)
            return Self.sentence(
                Scene.call(.inProgress), ScopeProfile(path: .healthy, learnedDeadlines: [6: learned]))
        }
        #expect(
            talking(432)
                == "call-disconnected is expected by 14:22:20, since 99 % of 312 talks of this agent ended within "
                + "7 min 12 s, and slower ones are given 9 min.")
        #expect(
            talking(90_000)
                == "call-disconnected is expected by 14:53:20, since 99 % of 312 talks of this agent ended within "
                + "1 d 1 h, and no wait is longer than 40 min.")
        #expect(
            talking(60)
                == "call-disconnected is expected by 14:18:20, since 99 % of 312 talks of this agent ended within "
                + "1 min, and slower ones are given 5 min.")
        #expect(
            talking(900)
                == "call-disconnected is expected by 14:28:20, since 99 % of 312 talks of this agent ended within "
                + "15 min.")
        let ringing = LearnedDeadline(perMille: 995, within: .seconds(60), samples: 50)
        #expect(
            Self.sentence(Scene.call(.ringing), ScopeProfile(path: .healthy, learnedDeadlines: [4: ringing]))
                == "in-progress or final is expected by 14:14:35, since 99.5 % of 50 ringing calls of this agent were "
                + "answered or ended within 1 min, and slower ones are given 1 min 15 s.")
    }

    @Test("The table's deadlines, other paths and other reasons are told in plain words")
    func others() throws {
        #expect(
            Self.sentence(Scene.call(.ringing))
                == "in-progress or final is expected by 14:14:35, since ringing usually takes at most 1 min 15 s.")
        #expect(
            Self.sentence(Scene.call(.ringing), ScopeProfile(path: .healthy, suppressedStatuses: [.busy]))
                == "in-progress or final is expected by 14:14:35, since ringing usually takes at most 1 min 15 s. "
                + "This agent sends no webhook for it, so Bolna is asked at 14:14:35.")
        #expect(
            Self.sentence(Scene.call(.ringing), ScopeProfile(path: .degraded))
                == "in-progress or final is looked for at 14:13:50, since this agent's webhooks cannot be relied on "
                + "now.")
        #expect(
            Self.sentence(Scene.call(.ringing), ScopeProfile(path: .healthy, isWatched: true))
                == "in-progress or final is expected by 14:14:35, since ringing usually takes at most 1 min 15 s. "
                + "Bolna is asked at 14:13:57. The call has priority or is being looked at.")
        #expect(
            Scene.opened(nil).open?.sentence(status: nil)
                == "An unverified webhook claims a change: Bolna is asked at 14:13:20 whether it is true.")
        #expect(
            Scene.opened(Scene.call(.busy, retryPolicy: RetryPolicy(isEnabled: true))).open?.sentence(status: .busy)
                == "scheduled is expected by 14:15:20, since Bolna's retry policy promises another attempt, usually "
                + "told within 2 min.")
        let open = try #require(Scene.opened(Scene.talked).open)
        #expect(
            open.sentence(status: .completed)
                == "Recording, transcript, extraction or final cost may still come: Bolna is asked at 14:16:20.")
        #expect(open.outlook() == "No read was made for it yet; waiting ends 14:43:20.")
        #expect(open.outlook(clock: { "\($0.rawValue)" }).hasSuffix("waiting ends 1790001800000000."))
    }

    @Test("Every status, path and reason has a sentence that ends")
    func complete() {
        for status in CallStatus.known + [.unknown("odd")] {
            for path in PathState.allCases {
                guard let text = Self.sentence(Scene.call(status), ScopeProfile(path: path)) else { continue }
                #expect(text.hasSuffix("."))
                #expect(!text.contains("Optional") && !text.contains("  "))
            }
        }
        for outcome in ExpectationLedger.Outcome.allCases { #expect(outcome.sentence.hasSuffix(".")) }
    }

    @Test("An artefact is one line: how it stands, and what is known of the agent's calls")
    func artefacts() throws {
        let usual = ArtefactHistory(calls: 20, arrived: 20, within: .seconds(180), samples: 300)
        let profile = ScopeProfile(path: .healthy, artefacts: [.recording: usual])
        let state = Scene.completed(without: [.recordingURL, .totalCost])
        let ledger = Scene.opened(state, profile)
        func line(_ artefact: Artefact, _ ledger: ExpectationLedger) -> String? { ledger.artefacts?[artefact]?.line() }
        #expect(
            line(.recording, ledger)
                == "recording: expected 14:16:20 · 80 % come within 3 min (20 of the agent's last 20 calls have one)")
        #expect(line(.transcript, ledger) == "transcript: arrived 14:13:20")
        #expect(line(.finalCost, ledger) == "final cost: expected 14:16:20")
        #expect(line(.extraction, ledger) == "extraction: arrived 14:13:20")
        let ended = Scene.looks(state, profile, limit: 100).ledger
        #expect(
            line(.recording, ended)?.hasPrefix("recording: missing · given up 14:13:20 · looked for 9 times · 80 %")
                == true)
        #expect(line(.finalCost, ended) == "final cost: not provided · looked for 4 times")
        #expect(
            ArtefactHistory(calls: 20, arrived: 1, within: .zero, samples: 1).words
                == "80 % of them come with the final status (1 of the agent's last 20 calls has one)")
        #expect(ArtefactHistory(calls: 7, arrived: 0).words == "0 of the agent's last 7 calls have one")
    }

    @Test("Times of day are those of UTC, also before 1970")
    func clock() {
        #expect(Timestamp(seconds: 0).clockText == "00:00:00")
        #expect(Timestamp(seconds: -1).clockText == "23:59:59")
        #expect(Timestamp(seconds: 86_399).clockText == "23:59:59")
        #expect(Timestamp.distantPast.clockText.utf8.count == 8)
    }
}

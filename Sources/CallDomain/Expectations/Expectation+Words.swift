extension Expectation {
    /// What is expected, by when and why, as one sentence; for example: “call-disconnected is expected by 10:05:00,
    /// since 99 % of 312 talks of this agent ended within 7 min 10 s.”
    ///
    /// - Parameters:
    ///   - status: the status that expects it; nil while only hints are known.
    ///   - clock: how a time is written.
    package func sentence(status: CallStatus?, clock: (Timestamp) -> String = \.clockText) -> String {
        switch why {
        case .hint:
            "An unverified webhook claims a change: Bolna is asked \(lookText(clock)) whether it is true."
        case .contradiction:
            "Statements about this attempt contradict each other: Bolna is asked \(lookText(clock)) which one holds."
        case .pace:
            """
            \(what.word.sentenceStart) is looked for \(lookText(clock)), since this agent's webhooks cannot be relied on \
            now.
            """
        case .artefacts:
            "\(what.word.sentenceStart) may still come: Bolna is asked \(lookText(clock))."
        default:
            "\(what.word.sentenceStart) is expected by \(clock(deadline)), since \(reason(status)).\(pathText(clock))"
        }
    }

    /// How many reads were made, and how waiting ends, as one sentence.
    package func outlook(clock: (Timestamp) -> String = \.clockText) -> String {
        let made =
            switch looks {
            case 0: "No read was made for it yet"
            case 1: "One read was made for it"
            default: "\(looks) reads were made for it"
            }
        return "\(made); waiting ends \(clock(endsAt))."
    }

    private func lookText(_ clock: (Timestamp) -> String) -> String { "at \(clock(due))" }

    /// Where the deadline comes from.
    private func reason(_ status: CallStatus?) -> String {
        let wait = deadline.duration(since: since)
        let time = wait.words
        if let learned {
            let gaps = "\(learned.samples) \(Self.gapWords(status)) of this agent \(Self.endWords(status))"
            let rest =
                if wait < learned.within {
                    ", and no wait is longer than \(time)"
                } else {
                    wait > learned.within ? ", and slower ones are given \(time)" : ""
                }
            return "\(learned.shareText) of \(gaps) within \(learned.within.words)\(rest)"
        }
        return switch why {
        case .scheduled: "it is scheduled"
        case .unknown: "the status is not known to the gateway, which asks again after \(time)"
        case .retry: "Bolna's retry policy promises another attempt, usually told within \(time)"
        default: "\(status?.word ?? "the call") usually takes at most \(time)"
        }
    }

    private func pathText(_ clock: (Timestamp) -> String) -> String {
        let hurry = isHastened ? " The call has priority or is being looked at." : ""
        switch path {
        case .poll: return " This agent sends no webhook for it, so Bolna is asked \(lookText(clock)).\(hurry)"
        case .webhook where due != deadline || looks > 0: return " Bolna is asked \(lookText(clock)).\(hurry)"
        case .webhook: return hurry
        }
    }

    private static func gapWords(_ status: CallStatus?) -> String {
        switch status {
        case .queued, .prepared: "waits"
        case .initiated: "dialled calls"
        case .ringing: "ringing calls"
        case .inProgress: "talks"
        default: "ended calls"
        }
    }

    private static func endWords(_ status: CallStatus?) -> String {
        switch status {
        case .initiated: "rang"
        case .ringing: "were answered or ended"
        case .callDisconnected: "were completed"
        default: "ended"
        }
    }
}

extension LearnedDeadline {
    /// The share that the deadline covers: `99 %`.
    package var shareText: String { perMille.perMilleText }
}

extension ArtefactWait {
    /// How the artefact stands, in one line; for example: “recording: expected 10:05:00 · 80 % come within 3 min (20 of
    /// the agent's last 20 calls have one)”.
    package func line(clock: (Timestamp) -> String = \.clockText) -> String {
        let known = history.map { " · \($0.words)" } ?? ""
        switch state {
        case .expected:
            let time = due.map { " \(clock($0))" } ?? ""
            return "\(artefact.word): expected\(time)\(known)"
        case .arrived: return "\(artefact.word): arrived\(endedAt.map { " \(clock($0))" } ?? "")"
        case .notProvided:
            let looked = looks == 0 ? "" : " · looked for \(looks.timesText)"
            return "\(artefact.word): not provided\(looked)\(known)"
        case .missing:
            let time = endedAt.map { " · given up \(clock($0))" } ?? ""
            return "\(artefact.word): missing\(time) · looked for \(looks.timesText)\(known)"
        }
    }
}

extension ArtefactHistory {
    /// What is known of the agent's earlier calls: `80 % come within 3 min (18 of the agent's last 20 calls have one)`.
    package var words: String {
        let counted = "\(arrived) of the agent's last \(calls) calls \(arrived == 1 ? "has" : "have") one"
        guard arrived > 0, let within else { return counted }
        let share = Self.perMille.perMilleText + (arrived == calls ? "" : " of them")
        guard within > .seconds(1) else { return "\(share) come with the final status (\(counted))" }
        return "\(share) come within \(within.words) (\(counted))"
    }
}

extension ExpectationLedger.Outcome {
    /// How waiting ended, as one sentence.
    package var sentence: String {
        switch self {
        case .settled: "Nothing more is expected."
        case .abandoned: "Nothing was heard for a day: the call was given up."
        case .missing: "An artefact that was counted on did not come."
        case .notProvided: "An artefact was looked for and is taken not to be provided."
        case .attemptOver: "The retry that was announced did not come: the attempt is over."
        case .unknownToBolna: "Bolna does not know the call."
        case .disputed: "Bolna's statements contradict each other, and no read settled it."
        }
    }
}

extension Timestamp {
    /// The time of day in UTC: `10:05:00`.
    package var clockText: String {
        let seconds = (rawValue / 1_000_000 % 86_400 + 86_400) % 86_400
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}

extension Int {
    /// A share: `99 %`, `99.5 %`.
    fileprivate var perMilleText: String { self % 10 == 0 ? "\(self / 10) %" : "\(self / 10).\(self % 10) %" }

    fileprivate var timesText: String { self == 1 ? "once" : "\(self) times" }
}

extension String {
    /// With a capital where it is no word of Bolna's.
    fileprivate var sentenceStart: String { self == "any change" || hasPrefix("recording") ? capitalizedFirst : self }

    private var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

/// A change of status that is to come.
struct PlannedChange: Sendable {
    var status: ExecutionStatus
    /// Microseconds after the change before.
    var gap: Int64
}

/// What will happen in one attempt of a call, drawn before it happens.
struct AttemptScript: Sendable {
    var outcome: Outcome
    /// Changes after `queued` (outbound) or after the first status (inbound).
    var changes: [PlannedChange]
    /// Seconds of talk, as stated in bodies.
    var talk: Double
    var ringSeconds: Int64
    var hasLateRecording: Bool
    var transcript: String
    var summary: String
    var providerCallID: String
}

extension AttemptScript {
    /// Draws an attempt with the gaps of captured calls: initiated at once, ringing 2 s later, then an answer, a busy
    /// tone after some 20 s or silence for some 40 s; `completed` 4 s to 13.5 min after `call-disconnected`.
    init(options: WorldOptions, random: inout SeededGenerator) {
        outcome = options.outcomes.draw(&random)
        let conversation = Conversation(random: &random)
        transcript = conversation.transcript
        summary = conversation.summary
        providerCallID = random.identifier()
        talk = (random.number(in: options.talk) * 10).rounded() / 10
        let answerAfter = random.number(in: 2...9)
        ringSeconds = Int64(answerAfter)
        let isAnswered = outcome == .answered || outcome == .voicemail
        let isLate = random.happens(options.lateRecording)
        hasLateRecording = isLate && isAnswered
        var plan: [(ExecutionStatus, Double)] = [
            (.initiated, random.number(in: 0...2)), (.ringing, random.number(in: 1.6...2.4)),
        ]
        switch outcome {
        case .answered, .voicemail:
            if outcome == .voicemail { talk = (random.number(in: 8...25) * 10).rounded() / 10 }
            plan += [(.inProgress, answerAfter), (.callDisconnected, talk)]
            plan.append((.completed, Self.postProcessing(&random)))
            if hasLateRecording { plan.append((.completed, random.number(in: 60...600))) }
        case .silent:
            talk = 0
            plan += [(.callDisconnected, random.number(in: 1...5)), (.completed, Self.postProcessing(&random))]
        case .busy: plan.append((.busy, random.number(in: 14...24)))
        case .noAnswer: plan.append((.noAnswer, random.number(in: 30...50)))
        case .canceled: plan.append((.canceled, random.number(in: 3...20)))
        case .failed: plan = [plan[0], (.failed, random.number(in: 1...4))]
        case .error: plan = [(.error, random.number(in: 1...4))]
        case .balanceLow: plan = [(.balanceLow, random.number(in: 0.2...1))]
        }
        changes = plan.map { PlannedChange(status: $0.0, gap: options.span($0.1)) }
    }

    /// An attempt of a customer calling us, which starts at a status of its own.
    static func inbound(
        options: WorldOptions, random: inout SeededGenerator
    ) -> (first: ExecutionStatus, script: AttemptScript) {
        var answered = options
        answered.outcomes = .only(.answered)
        var script = AttemptScript(options: answered, random: &random)
        let skipped = [0, 1, 1, 2, 2, 2][random.integer(below: 6)]
        let first = script.changes[skipped].status
        script.changes.removeFirst(skipped + 1)
        return (first, script)
    }

    /// The sources disagree on this gap by two orders of magnitude, so all of their figures occur.
    private static func postProcessing(_ random: inout SeededGenerator) -> Double {
        switch random.fraction() {
        case ..<0.4: random.number(in: 4...10)
        case ..<0.85: random.number(in: 100...180)
        default: random.number(in: 600...810)
        }
    }
}

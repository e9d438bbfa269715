/// How one attempt of a call ends.
package enum Outcome: String, CaseIterable, Sendable {
    /// Somebody talked.
    case answered
    /// A machine took the call: still `completed`, with a flag.
    case voicemail
    /// Connected and hung up at once: `completed` without any talk.
    case silent
    /// The other side was busy.
    case busy
    /// Nobody answered.
    case noAnswer
    /// The call could not be connected.
    case failed
    /// Canceled while it rang.
    case canceled
    /// Bolna failed before dialling.
    case error
    /// The wallet was empty.
    case balanceLow
}

/// How often each outcome is drawn, in relation to the others.
package struct OutcomeWeights: Sendable {
    private var weights: [Outcome: Double]

    /// A mix in which most calls are answered and an empty wallet is rare. A guess: Bolna publishes no figures.
    package static let realistic = OutcomeWeights([
        .answered: 66, .voicemail: 6, .silent: 2, .busy: 8, .noAnswer: 11, .failed: 4, .canceled: 1.5, .error: 1,
        .balanceLow: 0.5,
    ])

    /// Only the outcomes named, each with its weight.
    package init(_ weights: [Outcome: Double]) {
        self.weights = weights.mapValues { max(0, $0) }
    }

    /// Every attempt ends the same way.
    package static func only(_ outcome: Outcome) -> OutcomeWeights {
        OutcomeWeights([outcome: 1])
    }

    func draw(_ random: inout SeededGenerator) -> Outcome {
        // Summed in one order, since the sum of fractions depends on it.
        var point = random.fraction() * Outcome.allCases.reduce(0) { $0 + weights[$1, default: 0] }
        for outcome in Outcome.allCases {
            guard let weight = weights[outcome] else { continue }
            point -= weight
            if point < 0 { return outcome }
        }
        return .answered
    }
}

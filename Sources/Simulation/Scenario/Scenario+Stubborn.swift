import BolnaModel

extension Scenario {
    /// A world that no webhook tells of, with a call that Bolna's API fails to show from its first moment on: it must not
    /// keep those that come after it from being found.
    package static func stubborn(seed: Seed) -> Scenario {
        var dice = Dice(seed: seed.rawValue, stream: "stubborn")
        var scenario = Scenario(seed: seed, scale: dice.pick([0.02, 0.05]), calls: dice.integer(in: 5...8))
        scenario.organizations[0].agents = 1
        scenario.organizations[0].generatedPerMinute = dice.pick([0.2, 0.5])
        scenario.organizations[0].autoRetry = .never
        scenario.rates[.webhookLost] = 1
        scenario.calmsAt = 0
        // Times at which the first, or the second, call has come, and has not been found yet.
        scenario.disturbances = stride(from: 5.0, to: 600, by: 5).map { Disturbance(at: $0, .fail(call: 0)) }
        return scenario
    }
}

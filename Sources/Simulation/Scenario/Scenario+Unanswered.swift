import BolnaModel

extension Scenario {
    /// A world in which clients place calls, and many of Bolna's answers to them are lost, as are many webhooks: which call
    /// came of which intent must be found out all the same.
    package static func unanswered(seed: Seed) -> Scenario {
        var dice = Dice(seed: seed.rawValue, stream: "unanswered")
        var scenario = Scenario(seed: seed, scale: dice.pick([0.02, 0.05]), calls: 2)
        scenario.organizations[0].maximumCalls = 10
        scenario.rates[.answerLost] = dice.pick([0.3, 0.6])
        scenario.rates[.serverError] = dice.pick([0, 0.3])
        scenario.rates[.webhookLost] = dice.pick([0, 0.5, 1])
        scenario.calmsAt = dice.number(in: 120...1_000)
        scenario.disturbances = (0..<dice.integer(in: 3...6)).map { _ in
            Disturbance(at: dice.number(in: 0...120), .dial(agent: dice.integer(below: 2)))
        }
        return scenario
    }
}

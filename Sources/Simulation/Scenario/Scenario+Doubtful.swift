import BolnaModel

extension Scenario {
    /// A world of many webhooks whose commits are often reported as failed although they reached the disk, while those
    /// who watch changes come back again and again, and read just then: they hear of such changes, too, once and in order.
    package static func doubtful(seed: Seed) -> Scenario {
        var dice = Dice(seed: seed.rawValue, stream: "doubtful")
        var scenario = Scenario(seed: seed, scale: dice.pick([0.02, 0.05]), calls: dice.integer(in: 18...24))
        scenario.organizations[0].generatedPerMinute = dice.pick([10, 60])
        scenario.organizations[0].scheduledCalls = .never
        scenario.organizations[0].rescheduledCalls = .never
        scenario.organizations[0].retryMinutes = [2, 3, 4]
        scenario.rates[.commitUnclear] = dice.number(in: 0.2...0.4)
        scenario.rates[.webhookDoubled] = dice.pick([0.2, 0.5])
        scenario.reconnectShare = dice.number(in: 0.3...0.6)
        scenario.calmsAt = 600
        scenario.explainsEvery = 8
        return scenario
    }
}

import BolnaModel

extension Scenario {
    /// A world with more calls than a list page has rows, of which few webhooks tell: due calls share list pages, and
    /// sweeps go on to further pages. The calls wait for a line for long, so that many are due in one status. Anything
    /// may go wrong besides.
    package static func busy(seed: Seed) -> Scenario {
        var dice = Dice(seed: seed.rawValue, stream: "busy")
        var scenario = Scenario(seed: seed, scale: 1, calls: dice.integer(in: 60...90))
        scenario.organizations[0].agents = 1
        scenario.organizations[0].generatedPerMinute = 60
        scenario.organizations[0].concurrency = dice.integer(in: 8...20)
        scenario.organizations[0].autoRetry = .never
        scenario.organizations[0].scheduledCalls = .never
        scenario.organizations[0].rescheduledCalls = .never
        scenario.calmsAt = 300
        scenario.drawTrouble(&dice)
        scenario.rates[.webhookLost] = dice.pick([0.5, 0.9, 1])
        scenario.explainsEvery = 1_000
        return scenario
    }
}

import BolnaModel

extension Scenario {
    /// A world that no webhook tells of, whose tokens Bolna refuses for a while: once it takes them again, all must be
    /// read as before.
    package static func refused(seed: Seed) -> Scenario {
        var dice = Dice(seed: seed.rawValue, stream: "refused")
        var scenario = Scenario(seed: seed, scale: dice.pick([0.01, 0.02, 0.05]), calls: dice.integer(in: 6...9))
        scenario.organizations[0].agents = dice.integer(in: 1...2)
        scenario.organizations[0].generatedPerMinute = 0.5
        scenario.rates[.webhookLost] = dice.pick([0.8, 1])
        scenario.calmsAt = 0
        scenario.disturbances = [
            Disturbance(at: dice.number(in: 0...300), .refusal(seconds: dice.number(in: 60...400)))
        ]
        return scenario
    }
}

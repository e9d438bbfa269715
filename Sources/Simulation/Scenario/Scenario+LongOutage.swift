import BolnaModel

extension Scenario {
    /// A gateway that cannot reach Bolna from its first moment on, and then is down for more than two days, while calls
    /// that it knows wait for a retry that is days away, and others were never heard of: those lie before the time that
    /// a first sweep and its overlap reach back to, a day each, and before the outage.
    package static func longOutage(seed: Seed) -> Scenario {
        var dice = Dice(seed: seed.rawValue, stream: "long outage")
        var scenario = Scenario(seed: seed, scale: dice.pick([0.01, 0.02]), calls: dice.integer(in: 10...14))
        scenario.organizations[0].agents = 1
        scenario.organizations[0].generatedPerMinute = 1
        scenario.organizations[0].autoRetry = Share(clamping: 1)
        scenario.organizations[0].retryMinutes = [4_000]
        scenario.organizations[0].outcomes = .only(.busy)
        scenario.organizations[0].scheduledCalls = .never
        scenario.organizations[0].rescheduledCalls = .never
        scenario.rates[.webhookLost] = dice.number(in: 0.6...0.75)
        // The first call's webhooks come: it is the open call from whose creation on everything is listed.
        scenario.without = Set((1...8).map { FaultPoint(.webhookLost, $0 * 32) })
        scenario.calmsAt = 0
        let hour = 3_600.0
        scenario.disturbances = [
            Disturbance(at: 0, .outage(seconds: hour)),
            Disturbance(at: hour - 60, .crash(down: 55 * hour)),
        ]
        scenario.horizon = 58 * hour
        return scenario
    }
}

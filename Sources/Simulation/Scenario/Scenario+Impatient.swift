import BolnaModel

extension Scenario {
    /// A world of long calls whose webhooks mostly come, and of persons who check each call again and again: what no
    /// webhook tells must show no later for that.
    package static func impatient(seed: Seed) -> Scenario {
        var dice = Dice(seed: seed.rawValue, stream: "impatient")
        let calls = dice.integer(in: 5...8)
        var scenario = Scenario(seed: seed, scale: dice.pick([0.02, 0.05]), calls: calls)
        scenario.organizations[0].agents = 1
        scenario.organizations[0].generatedPerMinute = 1
        scenario.organizations[0].talk = 250...550
        scenario.organizations[0].outcomes = .only(.answered)
        scenario.organizations[0].lateRecording = Share(clamping: dice.pick([0.2, 0.8]))
        scenario.organizations[0].scheduledCalls = .never
        scenario.organizations[0].rescheduledCalls = .never
        scenario.rates[.webhookLost] = dice.number(in: 0.2...0.35)
        scenario.calmsAt = 0
        let start = dice.number(in: 60...120)
        let step = dice.number(in: 40...150)
        scenario.disturbances = stride(from: start, to: 1_200, by: step).flatMap { time in
            (0..<calls).map { Disturbance(at: time, .check(call: $0)) }
        }
        return scenario
    }
}

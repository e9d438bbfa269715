import BolnaModel

/// Compares, in virtual time and over the same calls, what the gateway reads from Bolna and how late it shows changes
/// with the predecessor's schedule and with the best there can be.
package struct EconomyComparison: Sendable {
    /// How many calls there are.
    package var calls: Int
    /// From what they are made.
    package var seed: Seed

    /// The shares of webhooks that are lost.
    package static let losses = [0, 0.01, 0.1, 0.5, 1]
    /// Up to this loss the gateway reads at most ``mostOverOracle`` times what the oracle does.
    package static let mostLoss = 0.1
    /// See ``mostLoss``.
    package static let mostOverOracle = 1.5

    /// Compares over so many calls.
    package init(calls: Int, seed: Seed) {
        self.calls = calls
        self.seed = seed
    }

    /// One share of lost webhooks.
    package struct Row: Hashable, Sendable {
        /// The share.
        package var loss: Double
        /// How many calls there were.
        package var calls: Int
        /// How many changes, late recordings included.
        package var changes: Int
        /// How many of them no webhook told.
        package var untold: Int
        /// The gateway's figures.
        package var gateway: ScheduleFigures
        /// The predecessor's.
        package var predecessor: ScheduleFigures
        /// The best there can be.
        package var oracle: ScheduleFigures

        /// What is wrong with the gateway's reads; nil where it is as economical as it must be.
        package var complaint: String? {
            if untold == 0 {
                guard gateway.stateRequests > 0 else { return nil }
                return "all webhooks came, and \(gateway.stateRequests) requests were sent for the states of calls"
            }
            guard loss <= EconomyComparison.mostLoss else { return nil }
            let most = Double(oracle.reads) * EconomyComparison.mostOverOracle
            guard Double(gateway.stateRequests) > most else { return nil }
            return
                "\(gateway.stateRequests) requests for the states of calls, more than \(EconomyComparison.mostOverOracle) times the "
                + "\(oracle.reads) of the oracle"
        }
    }

    /// The scenario of a loss: nothing else goes wrong.
    package func scenario(loss: Double) -> Scenario {
        var scenario = Scenario(seed: seed, scale: 1, calls: calls)
        scenario.organizations[0].generatedPerMinute = Self.callsPerMinute
        scenario.organizations[0].maximumCalls = calls
        scenario.organizations[0].rescheduledCalls = .never
        scenario.organizations[0].faults.webhookLoss = Share(clamping: loss)
        scenario.hasRandomOrder = false
        scenario.explainsEvery = .max
        scenario.horizon = 2 * 86_400
        return scenario
    }

    /// How many calls are placed in a minute.
    private static let callsPerMinute = 4.0
    /// How long after the last change what is read still counts, in seconds.
    private static let patience = 3_600.0

    /// Runs one share of lost webhooks. Must not run on a thread of the global executor.
    package func run(loss: Double) throws -> Row {
        let scenario = scenario(loss: loss)
        return try MeteredWorld.run(scenario) { metered in
            metered.runUntilCalm()
            metered.advance(by: Self.patience)
            let histories = metered.histories
            let latency = scenario.latency.lowerBound + scenario.latency.upperBound
            let changes = histories.flatMap(\.changes)
            return Row(
                loss: loss, calls: histories.count, changes: changes.count,
                untold: changes.count { $0.toldAt == nil }, gateway: metered.figures,
                predecessor: PredecessorSchedule.run(histories, latency: latency, until: metered.seconds),
                oracle: OracleSchedule.run(histories, latency: latency))
        }
    }
}

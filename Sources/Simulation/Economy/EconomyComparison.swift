import BolnaModel

/// Compares, in virtual time and over the same calls, what the gateway reads from Bolna and how late it shows changes
/// with the predecessor's schedule and with the best there can be.
package struct EconomyComparison: Sendable {
    /// How many calls there are, in each run.
    package var calls: Int
    /// From what they are made: one run each.
    package var seeds: [Seed]
    /// Whether some recordings come minutes after `completed`, with a webhook of their own. The gateway looks for them
    /// once or twice although all webhooks come, which no oracle would; without them every request counts.
    package var hasLateRecordings: Bool

    /// The shares of webhooks that are lost.
    package static let losses = [0, 0.01, 0.1, 0.5, 1]
    /// Up to this loss the gateway reads at most ``mostOverOracle`` times what the oracle does.
    package static let mostLoss = 0.1
    /// See ``mostLoss``.
    package static let mostOverOracle = 1.5

    /// Compares over so many calls of each seed.
    package init(calls: Int, seeds: [Seed], hasLateRecordings: Bool = false) {
        self.calls = calls
        self.seeds = seeds
        self.hasLateRecordings = hasLateRecordings
    }

    /// One share of lost webhooks.
    package struct Row: Hashable, Sendable {
        /// The share.
        package var loss: Double
        /// Whether looks for late recordings are left out of what is asserted.
        package var hasLateRecordings: Bool
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

        /// The requests that are asserted.
        private var asserted: Int { hasLateRecordings ? gateway.stateRequests : gateway.requests }

        /// What is wrong with the gateway's reads; nil where it is as economical as it must be.
        package var complaint: String? {
            if untold == 0 {
                guard asserted > 0 else { return nil }
                return "all webhooks came, and \(asserted) requests were sent for calls"
            }
            guard loss <= EconomyComparison.mostLoss else { return nil }
            let most = EconomyComparison.mostOverOracle
            guard Double(asserted) > Double(oracle.reads) * most else { return nil }
            return "\(asserted) requests for calls, more than \(most) times the \(oracle.reads) of the oracle"
        }

        fileprivate static func + (left: Row, right: Row) -> Row {
            Row(
                loss: left.loss, hasLateRecordings: left.hasLateRecordings, calls: left.calls + right.calls,
                changes: left.changes + right.changes, untold: left.untold + right.untold,
                gateway: left.gateway + right.gateway, predecessor: left.predecessor + right.predecessor,
                oracle: left.oracle + right.oracle)
        }
    }

    /// The scenario of a loss: nothing else goes wrong.
    package func scenario(loss: Double, seed: Seed) -> Scenario {
        var scenario = Scenario(seed: seed, scale: 1, calls: calls)
        scenario.organizations[0].generatedPerMinute = Self.callsPerMinute
        scenario.organizations[0].maximumCalls = calls
        scenario.organizations[0].rescheduledCalls = .never
        if !hasLateRecordings { scenario.organizations[0].lateRecording = .never }
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

    /// Runs one share of lost webhooks, for all seeds; nil without any. Must not run on a thread of the global executor.
    package func run(loss: Double) throws -> Row? {
        let rows = try seeds.map { try run(loss: loss, seed: $0) }
        return rows.dropFirst().reduce(rows.first) { sum, row in sum.map { $0 + row } }
    }

    private func run(loss: Double, seed: Seed) throws -> Row {
        let scenario = scenario(loss: loss, seed: seed)
        return try MeteredWorld.run(scenario) { metered in
            metered.runUntilCalm()
            metered.advance(by: Self.patience)
            let histories = metered.histories
            let latency = scenario.latency.lowerBound + scenario.latency.upperBound
            let changes = histories.flatMap(\.changes)
            return Row(
                loss: loss, hasLateRecordings: hasLateRecordings, calls: histories.count, changes: changes.count,
                untold: changes.count { $0.toldAt == nil }, gateway: metered.figures,
                predecessor: PredecessorSchedule.run(histories, latency: latency, until: metered.seconds),
                oracle: OracleSchedule.run(histories, latency: latency))
        }
    }
}

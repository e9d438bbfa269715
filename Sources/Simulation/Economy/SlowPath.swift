import BolnaModel
package import CallDomain

/// Shows that a gateway that reads at the predecessor's pace, since webhooks stopped, ceases to do so when they come
/// again, however slow they have become: as long as each comes within the time a webhook may take.
package struct SlowPath: Sendable {
    /// From what it is made.
    package var seed: Seed

    /// Shows it for a seed.
    package init(seed: Seed) { self.seed = seed }

    /// One part of the run.
    package struct Part: Hashable, Sendable {
        /// What webhooks do in it.
        package var name: String
        /// When it begins, in seconds of Bolna's time.
        package var from: Double
        /// When it ends.
        package var to: Double
        /// How the agents' webhooks fare at its end.
        package var states: [PathState]
        /// How many requests for calls were sent in it.
        package var requests: Int
        /// How many changes there were in it.
        package var changes: Int
    }

    /// Webhooks come; then none does; then all do, minutes late. Must not run on a thread of the global executor.
    package func run() throws -> [Part] {
        var scenario = EconomyComparison(calls: 400, seeds: []).scenario(loss: 0, seed: seed)
        scenario.organizations[0].agents = 1
        scenario.organizations[0].scheduledCalls = .never
        scenario.organizations[0].autoRetry = .never
        scenario.organizations[0].faults.webhookLateness = Self.lateness
        // A webhook that comes late tells an old state, from which waiting begins anew: no bound on staleness holds.
        return try MeteredWorld.run(scenario, apartFrom: [.staleness]) { metered in
            var parts: [Part] = []
            func part(_ name: String, hours: Double, _ change: (inout Faults) -> Void) {
                metered.setFaults(change)
                let (from, requests) = (metered.seconds, metered.figures.requests)
                metered.advance(by: hours * 3_600)
                let changes = metered.histories.flatMap(\.changes).count { $0.at >= from }
                parts.append(
                    Part(
                        name: name, from: from, to: metered.seconds, states: metered.paths.last?.states ?? [],
                        requests: metered.figures.requests - requests, changes: changes))
            }
            part("webhooks come", hours: 0.25) { _ in }
            part("no webhook comes", hours: 0.75) { $0.webhookLoss = Share(clamping: 1) }
            part("webhooks come minutes late", hours: 0.5) {
                $0.webhookLoss = .never
                $0.webhookDelay = Share(clamping: 1)
            }
            part("webhooks still come minutes late", hours: 0.25) { _ in }
            return parts
        }
    }

    /// What is wrong with parts; empty where the pace was taken up and given up again.
    package static func complaints(about parts: [Part]) -> [String] {
        guard parts.count == 4 else { return ["the path was not followed to its end"] }
        var complaints: [String] = []
        if parts[1].states != [.degraded] { complaints.append("a path without webhooks is not taken for degraded") }
        if parts[2].states != [.healthy] || parts[3].states != [.healthy] {
            complaints.append("a path whose webhooks come slowly is not taken for healthy again")
        }
        return complaints
    }

    /// How late webhooks are in the end, in seconds.
    private static let lateness = 60.0...300
}

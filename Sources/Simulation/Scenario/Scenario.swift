package import BolnaModel

/// All that a run is made from: a value, so that a part can be taken out and the rest run again.
///
/// Durations are seconds of Bolna's time. ``scale`` multiplies them all, as `expectations.scale` does in the gateway,
/// so that a day of a call's life is minutes of virtual time.
package struct Scenario: Sendable {
    /// The seed from which all chance follows.
    package var seed: Seed
    /// How long a second of Bolna's is in virtual time.
    package var scale: Double
    /// The gateway's tick.
    package var tick: Double = 30
    /// What each of Bolna's organizations is like; webhook faults and faults of answers are not set here.
    package var organizations: [WorldOptions]
    /// The gateway's accounts.
    package var accounts: [Account]
    /// How often each fault happens.
    package var rates: [Fault: Double] = [:]
    /// When faults end, but for those of webhooks.
    package var calmsAt: Double = 3_600
    /// What happens once.
    package var disturbances: [Disturbance] = []
    /// The most entries that wait for the journal writer.
    package var mostEntries = 4_096
    /// The most entries of one transaction.
    package var batchEntries = 256
    /// Whether waiting tasks run in an order drawn from the seed; else in the order in which they became ready.
    package var hasRandomOrder = true
    /// Whether the run goes on until every wait has ended by itself: a day after the last change.
    package var runsToTheEnd = false
    /// Whether every call is read twice at the end, as law 3 asks for, and compared with Bolna's truth.
    package var checksAtEnd = true
    /// How often stored calls are compared with their journal: after every n-th commit. Always at crashes and the end.
    package var explainsEvery = 1
    /// The share of trusted webhooks that are also read from Bolna and compared.
    package var auditShare = 0.0
    /// How often those who watch changes come back when a webhook arrives, besides when a disturbance says so.
    package var reconnectShare = 0.0
    /// How many seconds a webhook may take to arrive, and an answer of the API.
    package var latency: ClosedRange<Double> = 0.02...0.3
    /// Faults that are taken out.
    package var without: Set<FaultPoint> = []
    /// When the run gives up waiting for Bolna's calls to end.
    package var horizon: Double = 6 * 3_600

    /// One account of the gateway.
    package struct Account: Hashable, Sendable {
        /// Its name.
        package var name: String
        /// Which of ``Scenario/organizations`` its token belongs to.
        package var organization: Int
        /// Whether the organization's webhooks go to it.
        package var hasWebhooks: Bool

        /// Whether its webhooks come through a relay that signs them; else they bring a token.
        package var isSigned = false
        /// Whether the gateway is told which statuses its agents do not send.
        package var knowsFilters = false

        /// Puts an account together.
        package init(name: String, organization: Int, hasWebhooks: Bool) {
            self.name = name
            self.organization = organization
            self.hasWebhooks = hasWebhooks
        }
    }

    /// One organization, one account, nothing that goes wrong.
    package init(seed: Seed, scale: Double = 0.02, calls: Int = 4) {
        self.seed = seed
        self.scale = scale
        var world = WorldOptions()
        world.generatedCalls = calls
        world.generatedPerMinute = 1
        world.maximumCalls = calls * 2
        organizations = [world]
        accounts = [Account(name: "default", organization: 0, hasWebhooks: true)]
    }

    /// So many seconds of Bolna's in virtual time.
    func span(_ seconds: Double) -> Duration { .microseconds(Int64((seconds * scale * 1_000_000).rounded())) }
}

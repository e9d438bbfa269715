package import CallDomain
package import Logging

/// What the services share: the store, Bolna, and where time, chance and ids come from.
package struct ServiceContext: Sendable {
    /// The accounts.
    package var accounts: AccountDirectory
    /// Bolna's API.
    package var api: any BolnaAPI
    /// Reads of the store.
    package var reader: StoreReader
    /// Writes to the store.
    package var writer: JournalWriter
    /// How webhooks fare.
    package var health: HealthBook
    /// What is learned of each agent.
    package var deadlines: DeadlineBook
    /// Which calls somebody is looking at.
    package var attention: AttentionBook
    /// What is counted for reports.
    package let tallies = TallyBook()
    /// What persons and programs did.
    package let trail = AuditTrail()
    /// What agents are called.
    package let agentNames = AgentNames()
    /// When keys and webhook secrets were last used.
    package var uses = UseBook()
    /// The numbers that stay forgotten.
    package var forgotten = ForgottenNumbers()
    /// The deliveries that wait to be audited.
    package var audits: AuditBook
    /// The gate of requests to Bolna.
    package var gate: RequestGate
    /// The metrics.
    package var metrics: GatewayMetrics
    /// The durations of expectations.
    package var settings: ExpectationSettings
    /// The wall clock.
    package var now: @Sendable () -> Timestamp
    /// SHA-256.
    package var digest: @Sendable ([UInt8]) -> ContentDigest
    /// Makes ids of 24 lower-case hex digits, each a new one: for calls, and for correlation keys.
    package var newID: @Sendable () -> String
    /// A number of the uniform distribution over 0..<1, for jitter.
    package var chance: @Sendable () -> Double
    /// Where lines go.
    package var logger: Logger
    /// Where tasks run that outlive who asked for them; nil for the global executor. A simulation gives its own.
    package var executor: (any TaskExecutor)?

    /// Puts a context together.
    package init(
        accounts: AccountDirectory, api: any BolnaAPI, reader: StoreReader, writer: JournalWriter, health: HealthBook,
        gate: RequestGate, metrics: GatewayMetrics, settings: ExpectationSettings,
        now: @escaping @Sendable () -> Timestamp,
        digest: @escaping @Sendable ([UInt8]) -> ContentDigest, newID: @escaping @Sendable () -> String,
        chance: @escaping @Sendable () -> Double, logger: Logger, executor: (any TaskExecutor)? = nil,
        deadlines: DeadlineBook? = nil, attention: AttentionBook = AttentionBook(),
        audits: AuditBook = AuditBook()
    ) {
        self.accounts = accounts
        self.api = api
        self.reader = reader
        self.writer = writer
        self.health = health
        self.deadlines = deadlines ?? DeadlineBook(settings: settings)
        self.attention = attention
        self.audits = audits
        self.gate = gate
        self.metrics = metrics
        self.settings = settings
        self.now = now
        self.digest = digest
        self.newID = newID
        self.chance = chance
        self.logger = logger
        self.executor = executor
    }
}

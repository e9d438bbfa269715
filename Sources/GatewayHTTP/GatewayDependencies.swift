package import CallDomain
package import GatewayService
package import Logging

/// What the routes work with.
package struct GatewayDependencies: Sendable {
    /// The accounts as they are served at this moment.
    package var live: LiveAccounts
    /// Changes accounts and keys; nil where they are fixed.
    package var keeper: AccountKeeper?
    /// Takes webhooks.
    package var intake: WebhookIntake
    /// Reads the store.
    package var reader: StoreReader
    /// Writes the store; readiness asks whether it can.
    package var writer: JournalWriter
    /// Asks Bolna about single calls.
    package var checks: CheckService
    /// Explains calls.
    package var explains: ExplainService
    /// Places calls.
    package var dials: DialService
    /// Somebody looks at a call: its reads come earlier for a while.
    package var onLook: @Sendable (CallRecord) async -> Void
    /// Replays and discards what is kept aside.
    package var quarantine: QuarantineService
    /// Takes persons' rulings.
    package var rulings: RulingService
    /// Deletes persons' data; nil where nothing can be deleted.
    package var persons: PersonService?
    /// Tells of changes.
    package var changes: ChangeFeed
    /// Remembers refused deliveries.
    package var refusals: RefusalLog
    /// Fetches recordings; nil where none can be.
    package var recordings: (any RecordingSource)?
    /// Reads and writes agents' webhook addresses at Bolna; nil where nobody can.
    package var agents: AgentDesk?
    /// What agents are called.
    package var agentNames = AgentNames()
    /// Notes what persons and programs did.
    package var trail = AuditTrail()
    /// How webhooks fare.
    package var health: HealthBook
    /// Paces requests to Bolna.
    package var gate: RequestGate
    /// The metrics that routes count in.
    package var metrics: GatewayMetrics
    /// The metrics as text.
    package var registry: PrometheusRegistry
    /// The time of records, which does not go back.
    package var now: @Sendable () -> Timestamp
    /// The wall clock, to which the times of signatures are compared.
    package var wall: @Sendable () -> Timestamp
    /// What waits: heartbeats of streams, the limit of readiness.
    package var clock: any Clock<Duration>
    /// Whether the gateway is on its way out.
    package var drain: DrainState
    /// What has been seen of webhooks' signatures.
    package var witness: WebhookWitness
    /// Tells whose tokens of an existing application are.
    package var tokens = TokenVerifier()
    /// Bounds how often anybody may ask.
    package var throttle = RequestThrottle()
    /// When keys and webhook secrets were last used.
    package var uses = UseBook()
    /// How many reports are computed at a time, for the API and the pages together.
    let reportTurns = ReportTurns()
    /// How the public listener fares.
    let listener = ListenerGauge()
    /// When the poller ticks next; nil while it does not run.
    package var nextTick: @Sendable () -> Timestamp? = { nil }
    /// Where Bolna reaches the gateway, and how a test is sent there; nil where that is not known.
    package var publicAddress: PublicAddress?
    /// Who signed in to the pages.
    package var sessions = SessionBook()
    /// The public listener's certificate; nil where there is no such listener.
    package var certificates: CertificateKeeper?
    /// Where lines go.
    package var logger: Logger

    /// The accounts.
    package var accounts: AccountDirectory { live.directory }

    /// Puts the dependencies together.
    package init(
        live: LiveAccounts, intake: WebhookIntake, reader: StoreReader, writer: JournalWriter, checks: CheckService,
        explains: ExplainService, dials: DialService,
        quarantine: QuarantineService, rulings: RulingService,
        changes: ChangeFeed, refusals: RefusalLog, health: HealthBook, gate: RequestGate, metrics: GatewayMetrics,
        registry: PrometheusRegistry, now: @escaping @Sendable () -> Timestamp,
        wall: (@Sendable () -> Timestamp)? = nil, clock: any Clock<Duration>,
        drain: DrainState = DrainState(), witness: WebhookWitness = WebhookWitness(),
        certificates: CertificateKeeper? = nil,
        onLook: @escaping @Sendable (CallRecord) async -> Void = { _ in }, logger: Logger
    ) {
        self.live = live
        self.intake = intake
        self.reader = reader
        self.writer = writer
        self.checks = checks
        self.explains = explains
        self.dials = dials
        self.onLook = onLook
        self.quarantine = quarantine
        self.rulings = rulings
        self.changes = changes
        self.refusals = refusals
        self.health = health
        self.gate = gate
        self.metrics = metrics
        self.registry = registry
        self.now = now
        self.wall = wall ?? now
        self.clock = clock
        self.drain = drain
        self.witness = witness
        self.certificates = certificates
        self.logger = logger
    }
}

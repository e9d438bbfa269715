import BolnaClient
import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import Logging
import SQLiteStore
import ServiceLifecycle
import WebhookTrust

/// The gateway's parts, wired: what the settings describe, with the real clock, chance, store and client.
struct GatewayAssembly {
    /// What it was made from.
    let settings: GatewaySettings
    /// What was minted or found at start.
    let firstStart: FirstStart
    /// The store.
    let store: SQLiteStore
    /// Bolna's API.
    let client: BolnaClient
    /// What the services share.
    let context: ServiceContext
    /// What the routes work with.
    let dependencies: GatewayDependencies
    /// The changes of calls.
    let changes: ChangeFeed
    /// The services that poll, sweep, dial and beat, in the order in which they depend on each other.
    let services: [any Service]

    /// The pieces of the account `default` that the settings describe.
    static let account = AccountID.default

    /// Wires everything; nothing runs or listens yet.
    init(settings: GatewaySettings, data: DataDirectory, firstStart: FirstStart, logger: Logger) throws {
        self.settings = settings
        self.firstStart = firstStart
        let clock = ContinuousClock()
        let policy = settings.policy
        store = try SQLiteStore(
            path: try Self.databasePath(settings: settings, data: data),
            reconciler: policy.reconciler, calculus: policy.calculus)
        let steady = SteadyClock(
            wall: RealWorld.now, clock: clock, notBefore: try store.lastHeartbeat(), logger: logger)
        let stored = try Self.storedAccounts(in: store, settings: settings, data: data)
        client = try Self.client(settings: settings, stored: stored.opened, now: steady.now)

        let registry = PrometheusRegistry()
        let metrics = GatewayMetrics(registry: registry)
        metrics.started(version: GatewayCommand.version)
        let reader = StoreReader(store: store)
        changes = ChangeFeed(reader: reader)
        let writer = JournalWriter(
            store: store, limits: settings.journal, changes: changes, metrics: metrics, logger: logger)
        let ofSettings = GatewayAccount(
            id: Self.account, hasToken: settings.bolnaToken != nil, trustPolicy: settings.trustPolicy,
            settings: settings.usualAgent, agents: settings.agentSettings, polls: settings.polls,
            retention: settings.retention)
        let accounts = AccountDirectory([ofSettings])
        let uses = UseBook(remembered: stored.uses)
        let live = LiveAccounts(
            directory: accounts,
            trusts: try TrustBook(
                [
                    Self.account: AccountTrust(
                        account: Self.account, secrets: try Self.secrets(firstStart),
                        sourceAddresses: try SourceAddresses(parsing: settings.sourceAddresses),
                        policy: settings.trustPolicy)
                ], tolerance: settings.webhookTolerance),
            keys: try KeyRing(
                fixed: [
                    // Managing accounts is all that it opens: what it mints for others is in their audit.
                    (
                        key: firstStart.adminKey,
                        principal: Principal(
                            account: Self.account, scopes: [.admin], actor: "admin.key", reachesAll: true)
                    ),
                    (
                        key: firstStart.apiKey,
                        principal: Principal(account: Self.account, scopes: Set(Scope.allCases), actor: "api.key")
                    ),
                ], mostPerMinute: settings.apiPerMinute, uses: uses))
        try live.replace(stored.opened, keys: stored.keys)
        let refusals = RefusalLog()
        let health = HealthBook(
            accounts: accounts, settings: settings.expectations, remembered: try store.pathHealth(),
            refusals: refusals, logger: logger)
        let gate = RequestGate(accounts: accounts, settings: settings.expectations)
        var context = ServiceContext(
            accounts: accounts, api: client, reader: reader, writer: writer, health: health, gate: gate,
            metrics: metrics,
            settings: settings.expectations, now: steady.now, digest: RealWorld.digest, newID: RealWorld.newID,
            chance: RealWorld.chance, logger: logger,
            deadlines: DeadlineBook(
                settings: settings.expectations, remembered: try store.learned(), now: steady.now()),
            audits: AuditBook(share: settings.auditShare, settings: settings.expectations))
        context.uses = uses
        context.forgotten = try NumbersKey.forgotten(store.forgottenNumbers(), data: data)
        self.context = context

        let poller = Poller(context: context, clock: clock)
        let sweeper = Sweeper(context: context, clock: clock)
        let dueTimes = DueTimeKeeper(context: context, clock: clock)
        let heartbeat = Heartbeat(
            context: context, clock: clock, onSetBack: dueTimes.wake, onOutage: sweeper.cover)
        let dials = DialService(context: context, clock: clock)
        let explains = ExplainService(context: context)
        let quarantine = QuarantineService(context: context, reconciler: policy.reconciler)
        let keeper = QuarantineKeeper(context: context, quarantine: quarantine, clock: clock)
        var dependencies = GatewayDependencies(
            live: live,
            intake: WebhookIntake(context: context, onHint: poller.wake),
            reader: reader, writer: writer, checks: CheckService(context: context), explains: explains,
            dials: dials,
            quarantine: quarantine, rulings: RulingService(context: context),
            changes: changes, refusals: refusals, health: health, gate: gate, metrics: metrics,
            registry: registry, now: steady.now, wall: RealWorld.now, clock: clock,
            witness: WebhookWitness(memory: settings.webhookTolerance * 2), onLook: context.look, logger: logger)
        dependencies.trail = context.trail
        dependencies.uses = context.uses
        let agents = AgentDesk(context: context)
        dependencies.agents = agents
        dependencies.keeper = AccountKeeper(
            context: context, live: live, sealer: stored.sealer, opened: stored.opened,
            follow: { [client, context] opened, renewed in
                client.use(Self.credentials(settings: settings, stored: opened))
                context.gate.update(accounts: context.accounts, renewed: renewed)
                agents.forget(renewed)
                poller.wake()
                keeper.wake()
            })
        dependencies.nextTick = { [weak poller] in poller?.nextTickAt }
        dependencies.publicAddress = try Self.publicAddress(settings)
        dependencies.recordings = try Self.recordings(settings: settings, client: client)
        dependencies.agentNames = context.agentNames
        dependencies.persons = PersonService(context: context, refusals: refusals)
        dependencies.throttle = RequestThrottle(
            wrongKeysPerMinute: settings.apiWrongKeysPerMinute, report: { metrics.throttled(by: $0) })
        dependencies.sessions = SessionBook(longestIdle: settings.sessionIdle, longestLife: settings.sessionLongest)
        self.dependencies = dependencies
        services = [
            writer, poller, sweeper, heartbeat, dueTimes, dials, Auditor(context: context, clock: clock),
            SelfCheck(context: context, explains: explains, clock: clock),
            keeper, RetentionKeeper(context: context, clock: clock), TextIndexer(context: context, clock: clock),
        ]
    }

    /// The database that `store.url` names.
    static func databasePath(settings: GatewaySettings, data: DataDirectory) throws(GatewayFailure) -> String {
        let url = settings.storeURL
        guard url.hasPrefix("sqlite:") else {
            throw GatewayFailure(
                .configuration, "store.url: expected sqlite: or sqlite:PATH; this build has no other store")
        }
        let path = String(url.dropFirst("sqlite:".count))
        return path.isEmpty ? data.database.path : path
    }

    /// What the store holds of accounts, opened.
    private struct StoredAccounts {
        var sealer: SecretSealer
        var opened: [OpenedAccount]
        var keys: [StoredAPIKey]
        var uses: CredentialUses
    }

    /// Opens the stored accounts with the sealing key. What shows later whether that is the right one is stored here: no
    /// other part of the gateway writes yet.
    private static func storedAccounts(
        in store: SQLiteStore, settings: GatewaySettings, data: DataDirectory
    ) throws -> StoredAccounts {
        let secrets = try store.secrets()
        let sealing = try SealingKeys(
            setting: settings.secretsKey, data: data, secrets: secrets, now: RealWorld.now())
        if let check = sealing.newCheck { _ = try store.apply([.account(.putSecret(check))]) }
        let opened = OpenedAccount.open(try store.accounts(), secrets: secrets, sealer: sealing.sealer)
        let keys = try store.keys()
        let keyUses = keys.compactMap { key in key.lastUsedAt.map { (key.id, $0) } }
        let uses = CredentialUses(
            keys: Dictionary(keyUses) { _, last in last }, secrets: try store.secretUses())
        return StoredAccounts(sealer: sealing.sealer, opened: opened, keys: keys, uses: uses)
    }

    private static func client(
        settings: GatewaySettings, stored: [OpenedAccount], now: @escaping @Sendable () -> Timestamp
    ) throws -> BolnaClient {
        let address = try BolnaBaseURL(validating: settings.bolnaBaseURL)
        return try BolnaClient(
            settings: BolnaClientSettings(baseURL: address, caFile: settings.bolnaCAFile),
            credentials: credentials(settings: settings, stored: stored), now: now)
    }

    /// The tokens of the account of the settings and of the stored ones.
    private static func credentials(settings: GatewaySettings, stored: [OpenedAccount]) -> BolnaCredentials {
        var tokens: [AccountID: BolnaToken] = [:]
        for one in stored where one.account.disabledAt == nil {
            tokens[one.account.id] = one.token.flatMap(BolnaToken.init)
        }
        tokens[account] = settings.bolnaToken.flatMap(BolnaToken.init)
        return BolnaCredentials(tokens)
    }

    private static func publicAddress(_ settings: GatewaySettings) throws -> PublicAddress? {
        guard let text = settings.publicURL else { return nil }
        let client = try PublicAddressClient(
            address: try BolnaBaseURL(validating: text), caFile: settings.publicCAFile)
        return PublicAddress(url: client.address.text) { path, fields, body in
            await client.post(path: path, fields: fields, body: body)
        }
    }

    private static func recordings(settings: GatewaySettings, client: BolnaClient) throws -> RecordingClient {
        let address = try BolnaBaseURL(validating: settings.bolnaBaseURL)
        return try RecordingClient(
            client: BolnaClientSettings(baseURL: address, caFile: settings.bolnaCAFile),
            settings: RecordingSettings(
                hosts: settings.recordingHosts, largest: settings.recordingLargest, longest: settings.recordingLongest)
        ) { client.token(of: $0) }
    }

    private static func secrets(_ firstStart: FirstStart) throws -> [WebhookSecret] {
        try firstStart.webhookSecrets.map { value in
            try WebhookSecret(label: try WebhookSecret.label(of: value), value: value)
        }
    }
}

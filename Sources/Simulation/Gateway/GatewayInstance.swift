import CallDomain
import Foundation
import GatewayService
import Logging
import SQLiteStore
import ServiceLifecycle
import Synchronization
import WebhookTrust

/// One life of the gateway, from its start to its death: the real services over the real store, on an executor that the
/// simulation drives.
final class GatewayInstance: Sendable {
    let number: Int
    let executor = DeterministicExecutor()
    let clock: VirtualClock
    let store: SQLiteStore
    let network: SimulatedNetwork
    let context: ServiceContext
    let changes: ChangeFeed
    let intake: WebhookIntake
    let checks: CheckService
    let dials: DialService
    let rulings: RulingService
    let refusals = RefusalLog()

    private let services: [any Service]
    private let verifier: WebhookVerifier
    private let trusts: [AccountID: AccountTrust]
    private let life = Mutex(Life())

    private struct Life {
        var tasks: [Task<Void, Never>] = []
        var running = 0
        var blocks: [Int: @Sendable () -> Void] = [:]
        var lastBlock = 0
        var isDead = false
    }

    /// Opens the store at a path and wires the services, as the program does; nothing runs yet.
    init(number: Int, path: String, world: SimulatedWorld, trusts: [AccountID: AccountTrust]) throws {
        self.number = number
        self.trusts = trusts
        let settings = world.settings
        let executor = executor
        let store = try SQLiteStore(
            path: path, reconciler: world.reconciler, calculus: ExpectationCalculus(settings: settings))
        self.store = store
        let start = BlockingWorkStart()
        let work = BlockingWork { body in start.run(body) }
        let clock = VirtualClock(at: world.now) { deadline, sleeper in world.plan(sleeper, at: deadline, of: number) }
        self.clock = clock
        let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        let steady = SteadyClock(
            wall: { world.wallClock }, clock: clock, notBefore: try store.lastHeartbeat(), logger: logger)
        network = SimulatedNetwork(world: world, gateway: number, now: steady.now)
        let metrics = GatewayMetrics(registry: PrometheusRegistry())
        let reader = StoreReader(store: store, work: work)
        changes = ChangeFeed(reader: reader)
        let limits = JournalLimits(
            mostEntries: world.scenario.mostEntries, batchEntries: world.scenario.batchEntries)
        let writer = JournalWriter(
            store: WatchedStore(store, world: world, gateway: number), limits: limits, changes: changes,
            metrics: metrics, logger: logger, work: work, clock: clock)
        let accounts = world.accounts
        let health = HealthBook(
            accounts: accounts, settings: settings, remembered: try store.pathHealth(), refusals: refusals,
            logger: logger)
        let dice = Mutex(Dice(seed: world.scenario.seed.rawValue, stream: "gateway", index: number))
        context = ServiceContext(
            accounts: accounts, api: network, reader: reader, writer: writer, health: health,
            gate: RequestGate(accounts: accounts, settings: settings), metrics: metrics, settings: settings,
            now: steady.now, digest: Self.digest, newID: { dice.withLock { $0.identifier() } },
            chance: { dice.withLock { $0.fraction() } }, logger: logger, executor: executor,
            deadlines: DeadlineBook(settings: settings, remembered: try store.learned(), now: steady.now()),
            audits: AuditBook(share: world.scenario.auditShare, settings: settings))
        let poller = Poller(context: context, clock: clock)
        let sweeper = Sweeper(context: context, clock: clock)
        let dueTimes = DueTimeKeeper(context: context, clock: clock)
        let heartbeat = Heartbeat(
            context: context, clock: clock, onSetBack: dueTimes.wake, onOutage: sweeper.cover)
        dials = DialService(context: context, clock: clock)
        checks = CheckService(context: context)
        rulings = RulingService(context: context)
        intake = WebhookIntake(context: context, onHint: poller.wake)
        services = [
            poller, sweeper, heartbeat, dueTimes, dials, Auditor(context: context, clock: clock),
            SelfCheck(context: context, explains: ExplainService(context: context), clock: clock),
            QuarantineKeeper(
                context: context,
                quarantine: QuarantineService(context: context, reconciler: world.reconciler), clock: clock),
        ]
        verifier = try WebhookVerifier()
        start.gateway = self
        start.world = world
    }

    /// Whether it was killed.
    var isDead: Bool { life.withLock { $0.isDead } }

    /// Starts the services.
    func start() {
        for service in services { spawn { try? await service.run() } }
    }

    /// Runs something within the gateway.
    func spawn(_ body: @escaping @Sendable () async -> Void) {
        life.withLock { $0.running += 1 }
        let task = Task(executorPreference: executor) {
            await body()
            self.life.withLock { $0.running -= 1 }
        }
        life.withLock { $0.tasks.append(task) }
    }

    /// Takes work that blocks; it is done when ``finish(_:)`` is called with its number, or at the end.
    func hold(_ body: @escaping @Sendable () -> Void) -> Int {
        life.withLock { life in
            life.lastBlock += 1
            life.blocks[life.lastBlock] = body
            return life.lastBlock
        }
    }

    /// Hands held work to the executor.
    func finish(_ block: Int) {
        guard let body = life.withLock({ $0.blocks.removeValue(forKey: block) }) else { return }
        executor.enqueue(block: body)
    }

    /// Does held work now, before anything that waits for the executor.
    func finishAtOnce(_ block: Int) { life.withLock { $0.blocks.removeValue(forKey: block) }?() }

    /// Kills it: from now on nothing it does reaches the world.
    func markDead() { life.withLock { $0.isDead = true } }

    /// Closes its file, with what was committed in it.
    func close() { try? store.close() }

    /// Lets the tasks of a dead gateway end, so that their memory is given back.
    func bury() {
        network.cut()
        for task in life.withLock({ $0.tasks }) { task.cancel() }
        changes.end()
        var patience = Self.mostWaits
        while patience > 0 {
            while executor.runOne(choosing: { _ in 0 }) {}
            for block in life.withLock({ Array($0.blocks.keys) }) { finish(block) }
            guard executor.waiting == 0 else { continue }
            if life.withLock({ $0.running }) == 0 { break }
            if !executor.waitForWork(.milliseconds(10)) { patience -= 1 }
        }
        life.withLock { $0.tasks = [] }
    }

    /// So many times ten milliseconds a dead gateway's tasks get to end.
    private static let mostWaits = 200

    static let digest: @Sendable ([UInt8]) -> ContentDigest = { bytes in
        do {
            return try ContentHash.sha256(bytes)
        } catch {
            preconditionFailure("libcrypto cannot compute SHA-256: \(error)")
        }
    }
}

extension GatewayInstance {
    /// What a webhook's sender shows.
    struct Letter: Sendable {
        var account: AccountID
        var token: String?
        var signature: String?
        var peer: String
        var body: [UInt8]
    }

    /// What a webhook's sender is answered, and what became of the webhook.
    struct Reply: Sendable {
        var status: Int
        var digest: ContentDigest
        var standing: Standing?
    }

    /// Takes a webhook as the listener's route does: the sender is judged over the bytes, and a 2xx follows the commit.
    func post(_ letter: Letter) async -> Reply {
        let receivedAt = context.now()
        let digest = Self.digest(letter.body)
        let credentials = DeliveryCredentials(
            signatureHeaders: letter.signature.map { [$0] } ?? [],
            authorizationHeader: letter.token.map { "Bearer \($0)" }, account: letter.account,
            peerAddress: letter.peer)
        let verdict = try? verifier.judge(
            credentials, body: letter.body, trust: trusts[letter.account], now: receivedAt)
        guard case .accepted(let trust, let standing, let agent, _) = verdict else {
            refusals.record(
                Refusal(
                    receivedAt: receivedAt, account: letter.account.rawValue, reason: "simulated", peer: letter.peer,
                    body: letter.body))
            return Reply(status: 401, digest: digest, standing: nil)
        }
        let outcome = await intake.receive(
            VerifiedDelivery(
                account: letter.account, agent: agent, trust: trust, standing: standing, receivedAt: receivedAt,
                body: letter.body, digest: digest))
        switch outcome {
        case .stored, .quarantined: return Reply(status: 200, digest: digest, standing: standing)
        case .busy: return Reply(status: 503, digest: digest, standing: standing)
        }
    }
}

/// Where the services' blocking work goes: to the gateway, which is not there yet when they are made.
private final class BlockingWorkStart: @unchecked Sendable {
    // Set once, before anything runs.
    weak var gateway: GatewayInstance?
    weak var world: SimulatedWorld?

    func run(_ body: @escaping @Sendable () -> Void) {
        guard let gateway, let world else { return body() }
        world.plan(block: gateway.hold(body), of: gateway)
    }
}

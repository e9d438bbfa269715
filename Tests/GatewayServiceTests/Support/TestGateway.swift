import BolnaWire
import CallDomain
import Foundation
import GRDB
import Logging
import SQLiteStore
import Synchronization

@testable import GatewayService

/// The services over a real store in a directory of its own, a fake Bolna, and time that a test moves.
final class TestGateway: Sendable {
    let clock = ManualClock()
    let bolna: FakeBolna
    let store: FaultyStore
    let registry = PrometheusRegistry()
    let feed: ChangeFeed
    let context: ServiceContext
    let log = LineLog()
    let refusals = RefusalLog()
    /// By how much the wall clock was set, beside the time that passes.
    let clockStep = ClockStep()
    private let directory: URL

    init(
        accounts: [GatewayAccount] = [GatewayAccount(id: .default, hasToken: true)],
        settings: ExpectationSettings = ExpectationSettings(), limits: JournalLimits = JournalLimits(),
        mostWaiting: Int = 1_024, auditShare: Double = 0
    ) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("gateway-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let sqlite = try SQLiteStore(
            path: directory.appendingPathComponent("gateway.sqlite").path,
            calculus: ExpectationCalculus(settings: settings))
        store = FaultyStore(sqlite)
        let clock = clock
        let clockStep = clockStep
        let now: @Sendable () -> Timestamp = { .start.advanced(by: clock.now.offset + clockStep.value) }
        bolna = FakeBolna(now: now)
        let log = log
        let logger = Logger(label: "test") { _ in log }
        let directory = AccountDirectory(accounts)
        let metrics = GatewayMetrics(registry: registry)
        let reader = StoreReader(store: store)
        feed = ChangeFeed(reader: reader, mostWaiting: mostWaiting)
        let ids = Mutex(0)
        context = ServiceContext(
            accounts: directory, api: bolna, reader: reader,
            writer: JournalWriter(store: store, limits: limits, changes: feed, metrics: metrics, logger: logger),
            health: HealthBook(accounts: directory, settings: settings, refusals: refusals, logger: logger),
            gate: RequestGate(accounts: directory, settings: settings), metrics: metrics, settings: settings, now: now,
            digest: { ContentDigest(of: $0) },
            newID: {
                let number = ids.withLock { number in
                    number += 1
                    return number
                }
                let digits = String(number, radix: 16)
                return String(repeating: "0", count: 24 - digits.count) + digits
            },
            chance: { 0.5 }, logger: logger, audits: AuditBook(share: auditShare, settings: settings))
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    var now: Timestamp { context.now() }

    /// A webhook with a good signature arrives now.
    @discardableResult
    func webhook(
        _ body: CallBody, account: AccountID = .default, agent: AgentID? = nil, intake: WebhookIntake? = nil
    ) async -> IntakeOutcome {
        await deliver(body.bytes, account: account, agent: agent, intake: intake)
    }

    @discardableResult
    func deliver(
        _ bytes: [UInt8], account: AccountID = .default, agent: AgentID? = nil, trust: Trust = .signed,
        standing: Standing = .applied, intake: WebhookIntake? = nil
    ) async -> IntakeOutcome {
        let intake = intake ?? WebhookIntake(context: context, onHint: {})
        return await intake.receive(
            VerifiedDelivery(
                account: account, agent: agent, trust: trust, standing: standing, receivedAt: now, body: bytes,
                digest: ContentDigest(of: bytes)))
    }

    /// So many calls of agents of their own are ringing from now on, all stored at once: `name-0`, `name-1` and so on.
    func fill(_ count: Int, _ name: String, account: AccountID = .default) throws {
        let entries = try (0..<count).map { number -> JournalEntry in
            let bytes = CallBody(id: "\(name)-\(number)", agent: "\(name)-\(number)", status: "ringing").bytes
            let key = ObservationKey(
                source: .webhook, trust: .signed, standing: .applied, digest: ContentDigest(of: bytes))
            return .observation(
                context.observation(
                    account: account, agent: nil, key: key, receivedAt: now, body: bytes,
                    statement: try BolnaDecoder.decodeExecution(bytes).statement))
        }
        _ = try store.apply(entries)
    }

    /// Runs SQL on the database's file from outside, as nobody but a test does.
    func damage(_ sql: String) throws {
        try DatabaseQueue(path: directory.appendingPathComponent("gateway.sqlite").path)
            .writeWithoutTransaction { db in try db.execute(sql: sql) }
    }

    func record(_ reference: String = "exec-1", account: AccountID = .default) throws -> CallRecord? {
        try store.call(account: account, reference: reference, withBody: false)
    }

    func status(_ reference: String = "exec-1", account: AccountID = .default) throws -> CallStatus? {
        try record(reference, account: account)?.state?.status
    }
}

/// By how much a wall clock was set.
final class ClockStep: Sendable {
    private let step = Mutex(Duration.zero)

    var value: Duration { step.withLock { $0 } }

    func set(by duration: Duration) { step.withLock { $0 += duration } }
}

/// Remembers lines with their metadata, as text.
struct LineLog: LogHandler {
    private final class Lines: Sendable {
        let lines = Mutex([String]())
    }

    private let shared = Lines()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    var lines: [String] { shared.lines.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let pairs = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted()
        shared.lines.withLock { $0.append("\(event.message) \(pairs.joined(separator: " "))") }
    }
}

extension ContentDigest {
    /// A digest that is good enough to tell the bodies of tests apart.
    init(of bytes: [UInt8]) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (14_695_981_039_346_656_037, 1, 2, 3)
        for byte in bytes {
            words.0 = (words.0 ^ UInt64(byte)) &* 1_099_511_628_211
            words.3 = words.2 &+ words.0.byteSwapped
            words.2 = words.1 ^ words.0
            words.1 = words.0 &* 31
        }
        self.init(words: words)
    }
}

import AsyncHTTPClient
import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import SQLiteStore
import ServiceLifecycle
import Synchronization
import WebhookTrust

/// Bolna as a table: the answer to each execution id.
final class StubBolna: BolnaAPI {
    let now: @Sendable () -> Timestamp
    private let answers = Mutex<[String: BolnaAnswer.Outcome]>([:])
    private let dialAnswer = Mutex<BolnaAnswer.Outcome>(.failed(TransportFailure(kind: .timeout, detail: "timed out")))

    private let others = Mutex<(@Sendable (BolnaRequest.Endpoint) -> BolnaAnswer.Outcome?)?>(nil)

    init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

    /// Answers what is asked about neither calls nor executions.
    func answerOthers(_ answer: @escaping @Sendable (BolnaRequest.Endpoint) -> BolnaAnswer.Outcome?) {
        others.withLock { $0 = answer }
    }

    func answer(_ execution: String, _ outcome: BolnaAnswer.Outcome) { answers.withLock { $0[execution] = outcome } }

    func answerDial(_ outcome: BolnaAnswer.Outcome) { dialAnswer.withLock { $0 = outcome } }

    func send(_ request: BolnaRequest) async -> BolnaAnswer {
        let outcome: BolnaAnswer.Outcome =
            switch request.endpoint {
            case .execution(let id):
                answers.withLock { $0[id.rawValue] } ?? .response(status: 404, retryAfter: nil, body: Array("{}".utf8))
            case .call: dialAnswer.withLock { $0 }
            default: others.withLock { $0 }?(request.endpoint) ?? .response(status: 500, retryAfter: nil, body: [])
            }
        return BolnaAnswer(sentAt: now(), receivedAt: now(), outcome: outcome)
    }
}

/// A wall clock that tests set.
final class WallClock: Sendable {
    private let time: Mutex<Timestamp>

    init(at start: Timestamp = Timestamp(seconds: 1_772_615_708)) { time = Mutex(start) }

    var now: Timestamp { time.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}

/// A whole gateway behind real TLS on a free port, over a real store in a folder of its own.
struct TestGateway: Sendable {
    static let secret = "whsec_a-secret-of-the-tests-that-is-long"
    static let allScopes = "key-all"

    let port: Int
    let operatorPort: Int
    let socket: String
    let wall: WallClock
    let bolna: StubBolna
    let store: SQLiteStore
    let changes: ChangeFeed
    let refusals: RefusalLog
    let live: LiveAccounts
    let witness: WebhookWitness
    let certificates: CertificateKeeper
    let registry: PrometheusRegistry
    /// What its routes work with.
    let dependencies: GatewayDependencies
    /// How its public listener is set.
    let configuration: GatewayServerConfiguration
    let client: HTTPClient
    /// Begins a graceful shutdown.
    let stop: @Sendable () async -> Void

    /// The keys of the tests: one with all scopes, one without `reveal`, one for each scope alone, one of another
    /// account, one that manages all accounts.
    static func keys(_ uses: UseBook) throws -> KeyRing {
        var keys: [(key: String, principal: Principal)] = [
            (allScopes, Principal(account: .default, scopes: Set(Scope.allCases), actor: "all")),
            (
                "key-masked",
                Principal(account: .default, scopes: Set(Scope.allCases).subtracting([.reveal]), actor: "masked")
            ),
            (
                "key-machine",
                Principal(account: .default, scopes: [.admin], actor: "machine", reachesAll: true)
            ),
            ("key-other", Principal(account: other, scopes: Set(Scope.allCases), actor: "other")),
        ]
        for scope in Scope.allCases {
            keys.append(
                ("key-\(scope.rawValue)", Principal(account: .default, scopes: [scope], actor: scope.rawValue)))
        }
        // The tests' clock stands still, so that a quota never comes back by itself.
        return try KeyRing(fixed: keys, mostPerMinute: StoredAPIKey.perMinuteRange.upperBound, uses: uses)
    }

    static let other = AccountID(rawValue: "other")

    /// Starts a gateway, set further where wished, runs the body, stops it gracefully.
    static func run(
        limits: ListenerLimits = ListenerLimits(), heartbeat: Duration = .seconds(15), mostStreams: Int = 1_000,
        hosts: Set<String> = [], trustedProxies: [String] = [], tls: TLSFiles? = nil,
        recordings: (any RecordingSource)? = nil, log: (any LogHandler)? = nil,
        set: (inout GatewayDependencies, inout GatewayServerConfiguration) throws -> Void = { _, _ in },
        journal: (SQLiteStore) -> any JournalStore = { $0 },
        _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder.make()
        defer { TemporaryFolder.remove(folder) }
        let wall = WallClock()
        let now: @Sendable () -> Timestamp = { wall.now }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        if let log { logger = Logger(label: "test") { _ in log } }
        let store = try SQLiteStore(path: folder + "/gateway.sqlite")
        let reader = StoreReader(store: store)
        let changes = ChangeFeed(reader: reader)
        let registry = PrometheusRegistry()
        let metrics = GatewayMetrics(registry: registry)
        let writer = JournalWriter(store: journal(store), changes: changes, metrics: metrics, logger: logger)
        let accounts = AccountDirectory([
            GatewayAccount(id: .default, hasToken: true), GatewayAccount(id: other, hasToken: false),
        ])
        let settings = ExpectationSettings()
        let health = HealthBook(accounts: accounts, settings: settings, logger: logger)
        let bolna = StubBolna(now: now)
        let gate = RequestGate(accounts: accounts, settings: settings)
        let ids = Mutex(0)
        var context = ServiceContext(
            accounts: accounts, api: bolna, reader: reader, writer: writer, health: health, gate: gate,
            metrics: metrics, settings: settings, now: now,
            digest: { bytes in
                (try? ContentHash.sha256(bytes)) ?? ContentDigest(words: (0, 0, 0, 0))
            },
            newID: {
                let id = ids.withLock { id -> Int in
                    id += 1
                    return id
                }
                return "call" + String(repeating: "0", count: 20 - String(id).count) + String(id)
            }, chance: { 0.5 }, logger: logger)
        let code = try HMACSHA256(key: Self.secret)
        context.forgotten = ForgottenNumbers { text in
            (try? code.code(for: Array(text.utf8))).flatMap { ContentDigest(bytes: $0) }
        }
        let refusals = RefusalLog()
        let secret = try WebhookSecret(label: "test", value: Self.secret)
        let pair = try TestCertificate.pair()
        let certificates = try CertificateKeeper(
            files: tls ?? TLSFiles(certificate: pair.certificate, privateKey: pair.privateKey),
            interval: .seconds(3_600), now: { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) },
            clock: ContinuousClock(), metrics: metrics, logger: logger)
        let witness = WebhookWitness()
        var dependencies = GatewayDependencies(
            live: LiveAccounts(
                directory: accounts,
                trusts: try TrustBook([.default: AccountTrust(account: .default, secrets: [secret])]),
                keys: try keys(context.uses)),
            intake: WebhookIntake(context: context, onHint: {}), reader: reader,
            writer: writer, checks: CheckService(context: context), explains: ExplainService(context: context),
            dials: DialService(context: context, clock: ContinuousClock()),
            quarantine: QuarantineService(context: context, reconciler: Reconciler()),
            rulings: RulingService(context: context), changes: changes, refusals: refusals,
            health: health, gate: gate, metrics: metrics, registry: registry, now: now,
            clock: ContinuousClock(), witness: witness, certificates: certificates, logger: logger)
        dependencies.trail = context.trail
        dependencies.uses = context.uses
        let agents = AgentDesk(context: context)
        let follow: @Sendable ([OpenedAccount], Set<AccountID>) -> Void = { _, renewed in
            gate.update(accounts: accounts, renewed: renewed)
            agents.forget(renewed)
        }
        dependencies.keeper = AccountKeeper(
            context: context, live: dependencies.live, sealer: SecretSealer(key: try SealingKey.mint()), opened: [],
            follow: follow)
        dependencies.recordings = recordings
        dependencies.agents = agents
        dependencies.agentNames = context.agentNames
        let live = dependencies.live
        dependencies.persons = PersonService(context: context, refusals: refusals)
        dependencies.throttle = RequestThrottle(
            wrongKeysPerMinute: 1_000_000, report: { metrics.throttled(by: $0) })
        var stream = StreamSettings()
        stream.heartbeat = heartbeat
        stream.mostStreams = mostStreams
        var configuration = GatewayServerConfiguration(
            host: "127.0.0.1", port: 0, hosts: hosts, trustedProxies: try SourceAddresses(parsing: trustedProxies),
            limits: limits, stream: stream)
        try set(&dependencies, &configuration)

        let ports = AsyncStream.makeStream(of: (String, Int).self)
        let socket = folder + "/gateway.sock"
        let group = ServiceGroup(
            services: [
                writer,
                OperatorServer(host: "127.0.0.1", port: 0, dependencies: dependencies) { _, port in
                    ports.continuation.yield(("operator", port))
                },
                ControlServer(path: socket, dependencies: dependencies) { ports.continuation.yield(("control", 0)) },
                GatewayServer(
                    configuration: configuration, certificates: certificates, dependencies: dependencies
                ) { _, port in
                    ports.continuation.yield(("gateway", port))
                },
            ], logger: logger)
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var bound: [String: Int] = [:]
            for await (name, port) in ports.stream {
                bound[name] = port
                if bound.count == 3 { break }
            }
            let gateway = TestGateway(
                port: bound["gateway"] ?? 0, operatorPort: bound["operator"] ?? 0, socket: socket, wall: wall,
                bolna: bolna, store: store, changes: changes, refusals: refusals, live: live, witness: witness,
                certificates: certificates, registry: registry, dependencies: dependencies,
                configuration: configuration, client: client,
                stop: { await group.triggerGracefulShutdown() })
            let result: Result<Void, any Error>
            do { result = .success(try await body(gateway)) } catch { result = .failure(error) }
            try? await client.shutdown()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try store.close()
            try result.get()
        }
    }

    /// Lets the account's webhooks come with these secrets from now on.
    func trust(_ secrets: [String]) throws {
        let secrets = try secrets.map { try WebhookSecret(label: "new", value: $0) }
        try live.trusts.replace([.default: AccountTrust(account: .default, secrets: secrets)])
    }

    // MARK: Requests

    struct Answer: Sendable {
        var status: UInt
        var headers: [String: String]
        var text: String
        var version: String
    }

    /// Sends a request and collects the answer.
    func send(
        _ method: String, _ path: String, key: String? = nil, headers: [String: String] = [:], body: [UInt8]? = nil,
        port: Int? = nil, scheme: String = "https"
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "\(scheme)://127.0.0.1:\(port ?? self.port)\(path)")
        request.method = .init(rawValue: method)
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(body) }
        let response = try await client.execute(request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 8 << 20)
        var fields: [String: String] = [:]
        for (name, value) in response.headers { fields[name.lowercased()] = value }
        return Answer(
            status: response.status.code, headers: fields, text: String(buffer: bytes),
            version: response.version.description)
    }

    /// Posts a webhook, signed unless another signature is given.
    func post(
        _ json: String, to path: String = "/webhooks/bolna/default", signature: String? = nil
    ) async throws -> Answer {
        let body = Array(json.utf8)
        let signed = try signature ?? Self.signature(of: body, at: wall.now)
        return try await send(
            "POST", path, headers: ["Bolna-Signature": signed, "Content-Type": "application/json"], body: body)
    }

    /// `t=…,v1=…` under the tests' secret.
    static func signature(of body: [UInt8], at time: Timestamp) throws -> String {
        let seconds = time.rawValue / 1_000_000
        let code = try HMACSHA256(key: Self.secret).code(prefix: Array("\(seconds).".utf8), for: body)
        return "t=\(seconds),v1=\(Hex.encode(code))"
    }

    /// The body of a webhook.
    static func execution(_ id: String, _ status: String, minute: Int = 0) -> String {
        let minute = minute < 10 ? "0\(minute)" : "\(minute)"
        return """
            {"id":"\(id)","agent_id":"agent-1","status":"\(status)","created_at":"2026-03-04T09:00:00Z",\
            "updated_at":"2026-03-04T09:\(minute):08.112Z","conversation_duration":42.5,"transcript":"user: hello",\
            "telephony_data":{"to_number":"+14155550100","from_number":"+14155550111",\
            "call_type":"outbound","recording_url":"https://example.com/r.mp3"},\
            "context_details":{"recipient_data":{"leadId":"lead-7","callerName":"Asha","projectName":"North"}}}
            """
    }
}

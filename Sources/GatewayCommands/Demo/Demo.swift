import BolnaModel
import BolnaSimulator
import CallDomain
import Foundation
import GatewayService
import Logging
import ServiceLifecycle
import WebhookTrust

/// One run of the demo: simulator, gateway, and the person who places calls.
struct Demo {
    let options: DemoCommand
    let data: DataDirectory
    let show: DemoShow

    /// How long to wait, once the last call is placed, for every call to reach its true end; as the world's time.
    static let patience: Duration = .seconds(3 * 3_600)
    /// The least wait in real time, whatever the speed.
    static let leastPatience: Duration = .seconds(60)
    /// Between two calls, as the world's time.
    static let pause: Duration = .seconds(20)
    /// Every so many calls, one comes in.
    static let inboundEvery = 4

    /// Runs until a signal, or until all calls are done where that was asked for; nil where a signal ended it before.
    func run() async throws -> DemoOutcome? {
        var logger = Logger(label: "gateway") { LineLogHandler(label: $0, level: .warning, writesJSON: false) }
        logger.logLevel = .warning
        let simulator = try SimulatorServer(configuration: simulatorConfiguration(), logger: logger)
        let simulation = ServiceGroup(services: [simulator], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulation.run() }
            let assembly = try await assembly(simulator: simulator, logger: logger)
            let director = DemoDirector(
                demo: self, simulator: simulator, assembly: assembly, clock: ContinuousClock())
            let runner = GatewayRunner(assembly: assembly, data: data, logger: logger)
            try await runner.run(extra: [director]) { addresses in director.start(at: addresses) }
            await simulation.triggerGracefulShutdown()
            try await group.waitForAll()
            return director.outcome
        }
    }

    private func simulatorConfiguration() throws -> SimulatorConfiguration {
        var configuration = SimulatorConfiguration()
        configuration.seed = options.seed
        configuration.world.speed = options.speed
        // A call that is moved to the next day would keep the demo from its end.
        configuration.world.rescheduledCalls = .never
        configuration.world.faults.webhookLoss = options.webhookLoss
        configuration.world.faults.webhookDuplicate = options.webhookDuplicate
        configuration.world.faults.webhookReorder = options.webhookReorder
        configuration.world.faults.webhookDelay = options.webhookDelay
        configuration.world.faults.tooManyRequests = options.rateLimited
        configuration.world.lateRecording = options.lateRecordings
        let firstStart = try FirstStart(
            webhookSecrets: [], apiKey: nil, adminKey: nil, certificate: data.certificate, privateKey: data.privateKey,
            data: data,
            now: .now)
        guard let secret = firstStart.webhookSecrets.first else { return configuration }
        let token = try WebhookToken.mint(
            secret: WebhookSecret(label: "demo", value: secret), account: GatewayAssembly.account, agent: nil)
        configuration.webhookHeaders = [.init(name: "Authorization", value: "Bearer \(token)")]
        configuration.webhookCertificateAuthorities = try String(contentsOf: firstStart.certificate, encoding: .utf8)
        return configuration
    }

    private func assembly(simulator: SimulatorServer, logger: Logger) async throws -> GatewayAssembly {
        let port = try await simulator.port()
        let authorities = data.url.appending(path: "simulator-ca.pem")
        try data.write(simulator.caPEM, to: authorities)
        var settings = GatewaySettings()
        settings.listenHost = "127.0.0.1"
        settings.listenPort = options.port
        settings.operatorPort = 0
        settings.tlsCertificate = data.certificate.path
        settings.tlsPrivateKey = data.privateKey.path
        settings.bolnaBaseURL = "https://localhost:\(port)"
        settings.bolnaCAFile = authorities.path
        settings.bolnaToken = "bn-simulator"
        settings.expectations.scale = 1 / options.speed
        settings.expectations.tick = settings.expectations.tick.scaled(by: 1 / options.speed)
        return try GatewayAssembly.open(settings: settings, data: data, logger: logger)
    }
}

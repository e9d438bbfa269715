package import BolnaModel
import FoundationEssentials
import Hummingbird
import HummingbirdHTTP2
package import Logging
import ServiceLifecycle
import Synchronization

/// A stand-in for Bolna: its API over HTTPS (HTTP/1.1 and HTTP/2), and its webhook sender.
///
/// Beside the API, the paths under `/_simulator` tell what is really so: `GET /_simulator/log` (JSON lines),
/// `GET /_simulator/truth` (sums, and every call), `POST /_simulator/faults` (an object of shares, see
/// `Faults.update(json:)`), `POST /_simulator/inbound` (a customer calls now).
package final class SimulatorServer: Service {
    /// The certificate authority, as PEM, that a client of this simulator has to trust.
    package let caPEM: String
    private let configuration: SimulatorConfiguration
    private let certificates: SimulatorCertificates
    private let driver: WorldDriver
    private let sender: WebhookSender
    private let clock: any Clock<Duration>
    private let boundPort = BoundPort()
    private let logger: Logger

    /// Makes the world and the certificates; nothing listens or happens before `run()`.
    package init(
        configuration: SimulatorConfiguration, logger: Logger,
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Moment = Moment.wallClock
    ) throws {
        let start = now()
        let certificates = try SimulatorCertificates(
            validFrom: Date(timeIntervalSince1970: Double(start.microseconds) / 1_000_000))
        let reporter = Reporter()
        let sender = try WebhookSender(configuration: configuration, logger: logger, report: reporter.report)
        let world = BolnaWorld(seed: configuration.seed, options: configuration.world, start: start)
        let driver = WorldDriver(world: world, now: now, clock: clock, deliver: sender.enqueue)
        reporter.connect(driver)
        caPEM = certificates.authorityPEM
        self.configuration = configuration
        self.certificates = certificates
        self.sender = sender
        self.driver = driver
        self.clock = clock
        self.logger = logger
    }

    /// Serves, sends and lets time pass until cancelled or shut down.
    package func run() async throws {
        try await resolvingPort { try await application { _ in }.run() }
    }

    /// Does the same until SIGTERM or SIGINT, and hands the port over once it listens.
    package func runUntilSignalled(onReady: @escaping @Sendable (Int) -> Void) async throws {
        try await resolvingPort { try await application(onReady: onReady).runService() }
    }

    private func application(
        onReady: @escaping @Sendable (Int) -> Void
    ) throws -> Application<CallbackResponder<BasicRequestContext>> {
        let responder = SimulatorResponder(driver: driver, clock: clock)
        return Application(
            responder: CallbackResponder(callback: responder.respond),
            server: try .http2Upgrade(tlsConfiguration: certificates.tlsConfiguration),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil),
            services: [sender, driver],
            onServerRunning: { [driver, boundPort] channel in
                let port = channel.localAddress?.port ?? 0
                driver.withWorld { world, _ in
                    world.publicBaseURL = "https://localhost:\(port)"
                    // The same server under another name: to a client another host.
                    world.signedBaseURL = "https://127.0.0.1:\(port)"
                }
                boundPort.resolve(.success(port))
                onReady(port)
            },
            logger: logger)
    }

    /// Whoever waits for the port learns also that it will never be there.
    private func resolvingPort(_ body: () async throws -> Void) async throws {
        do {
            try await body()
            boundPort.resolve(.failure(CancellationError()))
        } catch {
            boundPort.resolve(.failure(error))
            throw error
        }
    }

    /// The port it listens on, as soon as it does; throws when it never will.
    package func port() async throws -> Int {
        try await boundPort.value
    }

    /// The ids of the agents.
    package var agentIDs: [String] { driver.withWorld { world, _ in world.agentIDs } }

    /// What happened up to now.
    package func log() -> WorldLog { driver.withWorld { world, _ in world.log } }

    /// The truth about every call.
    package func truth() -> [CallTruth] { driver.withWorld { world, _ in world.truth } }

    /// How many calls had a status that a full read showed while no delivered webhook has told it.
    package func healedCalls() -> Int { driver.withWorld { world, _ in world.healedCalls } }

    /// Changes what goes wrong from now on.
    package func setFaults(_ faults: Faults) { driver.withWorld { world, _ in world.faults = faults } }

    /// Changes where the webhooks of one agent, or of all, go from now on; nil: nowhere.
    package func setWebhookURL(_ url: String?, agent: String? = nil) {
        driver.withWorld { world, _ in world.setWebhookURL(url, agent: agent) }
    }

    /// A customer calls an agent's number, or one drawn. Nil when the world is full.
    @discardableResult
    package func addInboundCall(agent: String? = nil) -> String? {
        driver.withWorld { world, moment in world.addInboundCall(agent: agent, at: moment) }
    }
}

extension Moment {
    /// What the machine's clock says.
    @Sendable package static func wallClock() -> Moment {
        Moment(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }
}

/// Takes the sender's reports to the driver, which is made after the sender.
private final class Reporter: Sendable {
    private let driver = Mutex<WorldDriver?>(nil)

    func connect(_ driver: WorldDriver) {
        self.driver.withLock { $0 = driver }
    }

    @Sendable func report(_ delivery: WebhookDelivery, statusCode: Int?) {
        driver.withLock { $0 }?.withWorld { world, moment in
            world.report(delivery, statusCode: statusCode, at: moment)
        }
    }
}

/// A port that becomes known later.
private final class BoundPort: Sendable {
    private struct State {
        var result: Result<Int, any Error>?
        var waiting: [CheckedContinuation<Int, any Error>] = []
    }

    private let state = Mutex(State())

    /// The first result stands.
    func resolve(_ result: Result<Int, any Error>) {
        let waiting = state.withLock { state in
            if state.result == nil { state.result = result }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: result) }
    }

    var value: Int {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state in
                    if state.result == nil { state.waiting.append(continuation) }
                    return state.result
                }
                if let result { continuation.resume(with: result) }
            }
        }
    }
}

import BolnaClient
import CallDomain
import Foundation
import GatewayHTTP
import Logging
import SQLiteStore
import ServiceLifecycle
import Synchronization
import UnixSignals
import WebhookTrust

/// Runs an assembled gateway: its services and its three listeners, until a signal or a failure ends them.
struct GatewayRunner {
    /// The longest a graceful stop may take before the rest is cancelled, where requests may go on for `drain`.
    static func longestStop(drain: Duration) -> Duration { drain + timeAfterDrain }

    /// What the ends of connections and the services behind the listeners may take beside requests.
    static let timeAfterDrain: Duration = .seconds(5)

    /// Where a running gateway can be reached.
    struct Addresses: Sendable {
        /// The public listener.
        var gateway: URL
        /// The operator listener.
        var `operator`: URL
    }

    let assembly: GatewayAssembly
    let data: DataDirectory
    let logger: Logger

    /// Runs until SIGTERM, SIGINT, `extra` ends, or a failure; `onReady` is called once both listeners accept.
    func run(
        extra: [any Service] = [], onReady: @escaping @Sendable (Addresses) -> Void
    ) async throws {
        let settings = assembly.settings
        let certificates = try certificateKeeper()
        var dependencies = assembly.dependencies
        dependencies.certificates = certificates
        let tokenKeys = try await assembly.tokenKeys(logger: logger)
        dependencies.tokens = assembly.tokenVerifier(keys: tokenKeys, logger: logger)
        let ready = ReadyWatch(onReady: onReady)
        let gatewayServer = GatewayServer(
            configuration: GatewayServerConfiguration(
                host: settings.listenHost, port: settings.listenPort, hosts: Set(settings.listenHosts),
                trustedProxies: try SourceAddresses(parsing: settings.trustedProxies),
                limits: settings.limits, webhookBodyLimit: settings.webhookBodyLimit,
                apiBodyLimit: settings.apiBodyLimit, origins: Set(settings.apiOrigins)),
            certificates: certificates, dependencies: dependencies,
            onReady: { host, port in ready.gateway(host: host, port: port) })
        let operatorServer = OperatorServer(
            host: settings.operatorHost, port: settings.operatorPort, limits: settings.limits,
            dependencies: dependencies,
            onReady: { host, port in ready.operatorListener(host: host, port: port) })
        let controlServer = ControlServer(
            path: data.controlSocket.path, account: GatewayAssembly.account, limits: settings.limits,
            apiBodyLimit: settings.apiBodyLimit, dependencies: dependencies)

        // Stopping goes from the last to the first: listeners, then what polls and dials, the journal writer at the end.
        let services: [any Service] =
            assembly.services + (tokenKeys.map { [$0] } ?? []) + [
                certificates,
                HangupService {
                    certificates.reload()
                    await tokenKeys?.reload()
                }, operatorServer, controlServer, gatewayServer,
            ] + extra
        var configuration = ServiceGroupConfiguration(
            services: services.map {
                .init(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.longestStop(drain: settings.limits.drain)
        let outcome: Result<Void, any Error>
        do {
            try await ServiceGroup(configuration: configuration).run()
            outcome = .success(())
        } catch let failure as GatewayFailure {
            outcome = .failure(failure)
        } catch {
            let addresses =
                "\(settings.listenHost):\(settings.listenPort) or \(settings.operatorHost):\(settings.operatorPort)"
            outcome = .failure(
                GatewayFailure(.unavailable, "a part of the gateway failed: \(error). Is \(addresses) taken?"))
        }
        await assembly.client.shutdown()
        try assembly.store.close()
        try outcome.get()
    }

    private func certificateKeeper() throws(GatewayFailure) -> CertificateKeeper {
        do {
            return try CertificateKeeper(
                files: assembly.tlsFiles, interval: assembly.settings.tlsReloadInterval, now: RealWorld.now,
                clock: ContinuousClock(), metrics: assembly.dependencies.metrics, logger: logger)
        } catch {
            throw GatewayFailure(.configuration, "\(error)")
        }
    }
}

extension GatewayAssembly {
    /// The files of the public listener's TLS.
    var tlsFiles: TLSFiles {
        TLSFiles(
            certificate: firstStart.certificate.path, privateKey: firstStart.privateKey.path,
            clientAuthorities: settings.tlsClientCA, clientCertificates: settings.tlsClientCertificates,
            minimumVersion: settings.tlsMinimumVersion)
    }
}

/// Waits until both listeners are bound, then tells once.
private final class ReadyWatch: Sendable {
    private let bound = Mutex<(gateway: URL?, operator: URL?)>((nil, nil))
    private let onReady: @Sendable (GatewayRunner.Addresses) -> Void

    init(onReady: @escaping @Sendable (GatewayRunner.Addresses) -> Void) { self.onReady = onReady }

    func gateway(host: String, port: Int) {
        tell { $0.gateway = Self.url("https", host, port) }
    }

    func operatorListener(host: String, port: Int) {
        tell { $0.operator = Self.url("http", host, port) }
    }

    private func tell(_ change: (inout (gateway: URL?, operator: URL?)) -> Void) {
        let addresses = bound.withLock { bound in
            change(&bound)
            return bound
        }
        guard let gateway = addresses.gateway, let operatorListener = addresses.operator else { return }
        onReady(GatewayRunner.Addresses(gateway: gateway, operator: operatorListener))
    }

    private static func url(_ scheme: String, _ host: String, _ port: Int) -> URL? {
        URL(string: "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)")
    }
}

import CallDomain
import HummingbirdCore
import NIOCore
import ServiceLifecycle

/// The listener for operators' machines: `/livez`, `/readyz`, `/metrics`; plain HTTP, on loopback unless told otherwise.
package final class OperatorServer: Service, Sendable {
    private let host: String
    private let port: Int
    private let limits: ListenerLimits
    private let dependencies: GatewayDependencies
    private let onReady: @Sendable (String, Int) async -> Void

    /// Serves when run; `onReady` is told host and bound port once connections are accepted.
    package init(
        host: String, port: Int, limits: ListenerLimits = ListenerLimits(), dependencies: GatewayDependencies,
        onReady: @escaping @Sendable (String, Int) async -> Void = { _, _ in }
    ) {
        self.host = host
        self.port = port
        self.limits = limits
        self.dependencies = dependencies
        self.onReady = onReady
    }

    /// Serves until a graceful shutdown.
    package func run() async throws {
        let responder = GatewayResponder(
            table: RouteTable(OperatorRoutes(dependencies: dependencies).routes),
            authenticator: .nobody, isSecure: false, now: dependencies.now, logger: dependencies.logger)
        let listener = Listener(
            address: .hostname(host, port: port), tls: nil, limits: limits, metrics: dependencies.metrics,
            clock: dependencies.clock, logger: dependencies.logger)
        try await listener.run(responder: responder) { [onReady, host, port] channel in
            await onReady(host, channel.localAddress?.port ?? port)
        }
    }
}

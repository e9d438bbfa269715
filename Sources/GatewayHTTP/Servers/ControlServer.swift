package import CallDomain
import Foundation
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The API on a Unix socket that only its owner can open: whoever connects is an administrator of every account.
package final class ControlServer: Service, Sendable {
    private let path: String
    private let account: AccountID
    private let limits: ListenerLimits
    private let dependencies: GatewayDependencies
    private let apiBodyLimit: Int
    private let onReady: @Sendable () async -> Void

    /// The socket's mode.
    package static let mode = 0o600

    /// Serves at a path when run; `onReady` is called once connections are accepted.
    package init(
        path: String, account: AccountID = .default, limits: ListenerLimits = ListenerLimits(),
        apiBodyLimit: Int = 64 * 1024, dependencies: GatewayDependencies,
        onReady: @escaping @Sendable () async -> Void = {}
    ) {
        self.path = path
        self.account = account
        self.limits = limits
        self.apiBodyLimit = apiBodyLimit
        self.dependencies = dependencies
        self.onReady = onReady
    }

    /// Serves until a graceful shutdown, then removes the socket.
    package func run() async throws {
        let principal = Principal(
            account: account, scopes: Set(Scope.allCases), actor: "socket", credential: .socket, reachesAll: true)
        let responder = GatewayResponder(
            table: .api(
                dependencies: dependencies, apiBodyLimit: apiBodyLimit, webhookBodyLimit: limits.bodyBytes,
                stream: StreamSettings(), isLocal: true),
            authenticator: .everybody(principal, dependencies.live), isSecure: false, now: dependencies.now,
            logger: dependencies.logger)
        let listener = Listener(
            address: .unixDomainSocket(path: path), tls: nil, limits: limits, metrics: dependencies.metrics,
            clock: dependencies.clock, logger: dependencies.logger)
        // Until the mode is set, the process's mask holds: it leaves others no right to write, which connecting takes.
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await listener.run(responder: responder) { [onReady, path, logger = dependencies.logger] channel in
            do {
                try FileManager.default.setAttributes([.posixPermissions: Self.mode], ofItemAtPath: path)
                await onReady()
            } catch {
                logger.critical("The control socket's mode could not be set; it is closed.")
                channel.close(promise: nil)
            }
        }
    }
}

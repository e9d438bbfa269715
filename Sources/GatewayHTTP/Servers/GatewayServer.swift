import CallDomain
import HummingbirdCore
import NIOCore
import ServiceLifecycle
package import WebhookTrust

/// Settings of the public listener.
package struct GatewayServerConfiguration: Sendable {
    /// The address to listen on.
    package var host: String
    /// The port; 0 takes any that is free.
    package var port: Int
    /// The host names that are answered for; empty: all. Requests to others are answered 421.
    package var hosts: Set<String>
    /// The proxies that may state the client's address.
    package var trustedProxies: SourceAddresses
    /// The limits.
    package var limits: ListenerLimits
    /// `webhook.bodyLimit`: the largest webhook in bytes.
    package var webhookBodyLimit: Int
    /// The largest body of an API request in bytes.
    package var apiBodyLimit: Int
    /// How streams of events are kept alive.
    package var stream: StreamSettings
    /// The other sites whose pages may use the API with their users' cookies, such as `https://app.example.com`.
    package var origins: Set<String>

    /// Puts a configuration together.
    package init(
        host: String, port: Int, hosts: Set<String> = [],
        trustedProxies: SourceAddresses = SourceAddresses(blocks: []), limits: ListenerLimits = ListenerLimits(),
        webhookBodyLimit: Int = 1024 * 1024, apiBodyLimit: Int = 64 * 1024, stream: StreamSettings = StreamSettings(),
        origins: Set<String> = []
    ) {
        self.host = host
        self.port = port
        self.hosts = hosts
        self.trustedProxies = trustedProxies
        self.limits = limits
        self.webhookBodyLimit = webhookBodyLimit
        self.apiBodyLimit = apiBodyLimit
        self.stream = stream
        self.origins = Set(origins.map { $0.lowercased() })
    }
}

/// The public listener: webhooks, the predecessor's API, `/api/v1` and the pages, over TLS.
package final class GatewayServer: Service, Sendable {
    private let configuration: GatewayServerConfiguration
    private let certificates: CertificateKeeper
    private let dependencies: GatewayDependencies
    private let onReady: @Sendable (String, Int) async -> Void

    /// Serves when run; `onReady` is told host and bound port once connections are accepted.
    package init(
        configuration: GatewayServerConfiguration, certificates: CertificateKeeper,
        dependencies: GatewayDependencies, onReady: @escaping @Sendable (String, Int) async -> Void = { _, _ in }
    ) {
        self.configuration = configuration
        self.certificates = certificates
        self.dependencies = dependencies
        self.onReady = onReady
    }

    /// Serves until a graceful shutdown, which ends streams and lets requests finish within ``ListenerLimits/drain``.
    package func run() async throws {
        var limits = configuration.limits
        limits.bodyBytes = max(configuration.webhookBodyLimit, configuration.apiBodyLimit)
        let responder = GatewayResponder(
            table: Self.table(configuration, dependencies), authenticator: .credentials(credentials), isSecure: true,
            visitors: VisitorRules(hosts: configuration.hosts, trustedProxies: configuration.trustedProxies),
            sharing: OriginSharing(origins: configuration.origins), now: dependencies.now, logger: dependencies.logger)
        let listener = Listener(
            address: .hostname(configuration.host, port: configuration.port),
            tls: { [certificates] in certificates.context }, limits: limits, proxies: configuration.trustedProxies,
            metrics: dependencies.metrics, gauge: dependencies.listener, isDirect: true, clock: dependencies.clock,
            logger: dependencies.logger)
        let (host, port) = (configuration.host, configuration.port)
        try await withGracefulShutdownHandler {
            try await listener.run(responder: responder) { [onReady] channel in
                await onReady(host, channel.localAddress?.port ?? port)
            }
        } onGracefulShutdown: { [dependencies] in
            dependencies.drain.begin()
        }
    }

    /// All that is served here.
    static func table(
        _ configuration: GatewayServerConfiguration, _ dependencies: GatewayDependencies
    ) -> RouteTable {
        let api = RouteTable.api(
            dependencies: dependencies, apiBodyLimit: configuration.apiBodyLimit,
            webhookBodyLimit: configuration.webhookBodyLimit, stream: configuration.stream)
        return RouteTable(api.routes + PageRoutes(dependencies: dependencies).routes)
    }

    private var credentials: CredentialCheck {
        CredentialCheck(
            live: dependencies.live, tokens: dependencies.tokens, throttle: dependencies.throttle,
            session: { [sessions = dependencies.sessions] id, now, isUse in
                try sessions.match(of: id, at: now, isUse: isUse)
            },
            origins: configuration.origins, logger: dependencies.logger)
    }
}

extension RouteTable {
    /// All routes of the gateway but those for operators' machines; `isLocal` is the control socket, whose principals
    /// reach all accounts. Webhooks come first: they are asked for most.
    static func api(
        dependencies: GatewayDependencies, apiBodyLimit: Int, webhookBodyLimit: Int, stream: StreamSettings,
        isLocal: Bool = false
    ) -> RouteTable {
        let groups: [[Route]] = [
            WebhookRoutes(dependencies: dependencies, bodyLimit: webhookBodyLimit).routes,
            PredecessorRoutes(dependencies: dependencies, bodyLimit: apiBodyLimit).routes,
            CallRoutes(dependencies: dependencies, bodyLimit: apiBodyLimit).routes,
            RecordingRoutes(dependencies: dependencies).routes,
            AgentRoutes(dependencies: dependencies, bodyLimit: apiBodyLimit).routes,
            RefusalRoutes(dependencies: dependencies).routes,
            ChangeRoutes(dependencies: dependencies, settings: stream).routes,
            RulingRoutes(dependencies: dependencies, bodyLimit: apiBodyLimit).routes,
            PersonRoutes(dependencies: dependencies, bodyLimit: apiBodyLimit).routes,
            AuditRoutes(dependencies: dependencies).routes,
            QuarantineRoutes(dependencies: dependencies, bodyLimit: apiBodyLimit).routes,
            ReportRoutes(dependencies: dependencies).routes,
            OperationRoutes(dependencies: dependencies).routes,
            AccountRoutes.routes(dependencies: dependencies, bodyLimit: apiBodyLimit, isLocal: isLocal),
            KeyRoutes.routes(dependencies: dependencies, bodyLimit: apiBodyLimit),
        ]
        return RouteTable(groups.flatMap(\.self))
    }
}

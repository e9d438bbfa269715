import GatewayService
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import WebhookTrust

/// Accepts connections at an address until a graceful shutdown, and lets their requests finish for a bounded time.
struct Listener: Sendable {
    let address: BindAddress
    /// The TLS of a connection that is accepted now; nil: none.
    let tls: (@Sendable () -> NIOSSLContext)?
    let limits: ListenerLimits
    /// The proxies whose connections are not counted by address.
    var proxies = SourceAddresses(blocks: [])
    let metrics: GatewayMetrics
    /// Where it says how it fares.
    var gauge = ListenerGauge()
    /// Whether requests of direct routes are answered on the event loops; in tasks otherwise.
    var isDirect = false
    let clock: any Clock<Duration>
    let logger: Logger

    /// Connections that wait to be accepted.
    static let backlog = 1_024

    /// Serves until the shutdown; `onBound` is called with the channel that accepts.
    func run(
        responder: GatewayResponder, onBound: @escaping @Sendable (any Channel) async -> Void
    ) async throws {
        let census = ConnectionCensus(limits: limits, proxies: proxies)
        gauge.follow(census)
        defer { gauge.follow(nil) }
        let channel = GatewayChannel(
            tls: tls, limits: limits, census: census,
            report: { [metrics, gauge] limit in
                metrics.limited(by: limit)
                gauge.met(limit)
            },
            direct: isDirect ? responder : nil
        ) { request, writer, channel in
            try await responder.respond(to: request, writer: writer, channel: channel)
        }
        let server = channel.server(
            configuration: ServerConfiguration(address: address, backlog: Self.backlog),
            onServerRunning: { [logger] channel in
                try? await channel.eventLoop.submit {
                    try channel.pipeline.syncOperations.addHandler(AcceptErrorHandler(logger: logger), position: .first)
                }.get()
                await onBound(channel)
            }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask {
                try await gracefulShutdown()
                try await clock.sleep(for: limits.drain)
            }
            // Whichever ends first: the server has served its last request, or their time is up.
            try await group.next()
            group.cancelAll()
        }
    }
}

/// Keeps an error of one accepted connection, such as too many open files, from ending the accept loop, and says it.
final class AcceptErrorHandler: ChannelInboundHandler {
    typealias InboundIn = Any

    /// The time in which one line is written, however many connections cannot be accepted.
    static let timePerLine: TimeAmount = .minutes(1)

    private let logger: Logger
    private var silentUntil: NIODeadline?

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // NIO's handler behind this one then waits before the next connection; of other errors it would end the loop.
        if error is IOError { context.fireErrorCaught(error) }
        let now = context.eventLoop.now
        if let silentUntil, now < silentUntil { return }
        silentUntil = now + Self.timePerLine
        logger.warning(
            "A connection could not be accepted; further ones are not told of for a while.",
            metadata: ["error": "\(error)"])
    }
}

import GatewayService
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOSSL

/// The child channel of every listener: TLS where there is any, HTTP/1.1 or HTTP/2 by ALPN, and the limits, which stand
/// before whatever handles requests.
struct GatewayChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let connection: Connection
    }

    typealias Negotiation = EventLoopFuture<
        NIONegotiatedHTTPVersion<EventLoopFuture<HTTP1Channel.Value>, HTTP2Connections.Streams>
    >

    enum Connection: Sendable {
        /// Not admitted, or gone before it was set up.
        case refused
        case plain(EventLoopFuture<HTTP1Channel.Value>)
        case negotiating(Negotiation)
    }

    /// The TLS of a connection that is accepted now; nil: the listener speaks none.
    private let tls: (@Sendable () -> NIOSSLContext)?
    private let limits: ListenerLimits
    private let census: ConnectionCensus
    private let http1: HTTP1Connections
    private let http2: HTTP2Connections
    private let report: LimitReport

    /// Where `direct` is given, it answers the requests of its direct routes without tasks.
    init(
        tls: (@Sendable () -> NIOSSLContext)?, limits: ListenerLimits, census: ConnectionCensus,
        report: @escaping LimitReport, direct: GatewayResponder? = nil,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        self.tls = tls
        self.limits = limits
        self.census = census
        self.report = report
        let room = BodyRoom(limits: limits)
        http1 = HTTP1Connections(
            limits: limits, room: room, isSecure: tls != nil, direct: direct,
            handler: HTTP1Channel(responder: responder),
            report: report)
        http2 = HTTP2Connections(
            limits: limits, room: room, direct: direct, handler: HTTP1Channel(responder: responder), report: report)
    }

    /// Never fails: a failed setup would end the server's accept loop.
    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let address = channel.remoteAddress?.ipAddress ?? "local"
        do {
            let source = try census.admit(address)
            channel.closeFuture.whenComplete { [census] _ in census.leave(source) }
        } catch {
            report(error == .tooMany ? .connections : .connectionsPerAddress)
            return refuse(channel)
        }
        return connect(channel, logger: logger).map { Value(channel: channel, connection: $0) }
            .flatMapError { _ in refuse(channel) }
    }

    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            await serve(value, logger: logger)
        } onCancel: {
            // The time to drain is over. Whoever waits for a channel to be closed cannot be cancelled, and a client that takes
            // nothing keeps its streams from being closed.
            ConnectionWatch.closeNow(value.channel)
        }
    }

    private func serve(_ value: Value, logger: Logger) async {
        switch value.connection {
        case .refused: return
        case .plain(let connection): await http1.handle(connection, logger: logger)
        case .negotiating(let version):
            do {
                switch try await version.get() {
                case .http1_1(let connection): await http1.handle(connection, logger: logger)
                case .http2(let streams):
                    await http2.handle(streams, logger: logger)
                    // The streams are gone, and a client that does not answer the GOAWAY would keep the connection.
                    value.channel.close(promise: nil)
                }
            } catch {
                logger.debug("connection ended before a protocol was agreed on")
            }
        }
    }

    private func connect(_ channel: any Channel, logger: Logger) -> EventLoopFuture<Connection> {
        do {
            try channel.pipeline.syncOperations.addHandler(SocketStall(limits: limits, report: report))
            if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls())) }
            try channel.pipeline.syncOperations.addHandler(ConnectionWatch(limits: limits, report: report))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        guard tls != nil else { return http1.setup(channel, logger: logger).map { .plain($0) } }
        return channel.configureHTTP2AsyncSecureUpgrade { channel in
            http1.setup(channel, logger: logger)
        } http2ConnectionInitializer: { channel in
            do {
                try channel.pipeline.syncOperations.handler(type: ConnectionWatch.self).becameMultiplexed()
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
            return http2.setup(channel)
        }
        .map { .negotiating($0) }
    }

    private func refuse(_ channel: any Channel) -> EventLoopFuture<Value> {
        channel.close(promise: nil)
        return channel.eventLoop.makeSucceededFuture(Value(channel: channel, connection: .refused))
    }
}

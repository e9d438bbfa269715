import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// HTTP/1.1 with the listener's limits.
///
/// It puts together what Hummingbird's own channel does, and leaves to that channel what is handled in tasks: only once a
/// request comes that is none of a direct route.
struct HTTP1Connections: Sendable {
    let limits: ListenerLimits
    let room: BodyRoom
    let isSecure: Bool
    /// Answers the requests of direct routes; nil: they are handled like all others.
    let direct: GatewayResponder?
    /// Handles the other requests of a connection.
    let handler: HTTP1Channel
    let report: LimitReport

    /// Makes a connection speak HTTP/1.1; the inner future is ``DirectHandler``'s.
    func setup(_ channel: any Channel, logger: Logger) -> EventLoopFuture<EventLoopFuture<HTTP1Channel.Value>> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let lane = PlainLane()
            if direct != nil { try pipeline.addHandler(lane) }
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoderLimits)
            try pipeline.addHandler(HTTP1Codec())
            let requestGuard = RequestGuard(
                limits: limits, room: room, isStream: false, isSecure: isSecure, report: report)
            try pipeline.addHandler(requestGuard)
            return try DirectHandler.add(
                to: channel, responder: direct, isStream: false, lane: lane, requestGuard: requestGuard
            ) { channel in
                try channel.pipeline.syncOperations.addHandler(
                    HTTPConnectionStateHandler(idleTimeout: nil, logger: logger))
                return try HTTP1Channel.Value(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            }
        }
    }

    /// Handles the other requests of a connection until it ends.
    func handle(_ others: EventLoopFuture<HTTP1Channel.Value>, logger: Logger) async {
        guard let others = try? await others.get() else { return }
        await handler.handle(value: others, logger: logger)
    }

    /// The decoder's own limits are the last resort: what is over a limit, but within these, the guard tells apart.
    private var decoderLimits: NIOHTTPDecoderLimitConfiguration {
        var configuration = NIOHTTPDecoderLimitConfiguration()
        configuration.maxHeaderFieldSize = 2 * max(limits.headerFieldBytes, limits.targetBytes)
        configuration.maxHeaderListSize = 2 * (limits.headerBytes + limits.targetBytes)
        configuration.maxHeaderFieldCount = 2 * limits.headerFields
        return configuration
    }
}

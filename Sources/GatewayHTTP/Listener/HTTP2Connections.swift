import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypesHTTP2

/// HTTP/2 with the listener's limits on streams, header blocks and frames, which Hummingbird's own channel leaves at the
/// codec's defaults.
struct HTTP2Connections: Sendable {
    typealias Streams = NIOHTTP2Handler.AsyncStreamMultiplexer<EventLoopFuture<HTTP1Channel.Value>>

    /// The bytes that HPACK counts for each field beside name and value (RFC 7541, section 4.1).
    static let fieldOverhead = 32

    let limits: ListenerLimits
    let room: BodyRoom
    /// Answers the requests of direct routes; nil: they are handled like all others.
    let direct: GatewayResponder?
    /// Handles each other stream: one is like an HTTP/1 connection with one request.
    let handler: HTTP1Channel
    let report: LimitReport

    /// Makes a connection speak HTTP/2.
    func setup(_ channel: any Channel) -> EventLoopFuture<Streams> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            // Without a grace of its own: streams that go on after the last request of a connection are not to be cut, and
            // for the end of the gateway the listener keeps the time.
            let manager = NIOHTTP2ServerConnectionManagementHandler(
                eventLoop: channel.eventLoop,
                configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil))
            let errors = HTTP2ErrorHandler(report: report)
            let streams: Streams = try pipeline.configureAsyncHTTP2Pipeline(
                mode: .server, streamDelegate: manager.http2StreamDelegate, frameDelegate: errors,
                configuration: NIOHTTP2Handler.Configuration(connection: connection, stream: stream)
            ) { setupStream($0) }
            try pipeline.addHandlers([manager, errors])
            return streams
        }
    }

    /// Handles the connection's streams until it ends.
    func handle(_ streams: Streams, logger: Logger) async {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                for try await stream in streams.inbound {
                    group.addTask {
                        guard let stream = try? await stream.get() else { return }
                        await handler.handle(value: stream, logger: logger)
                    }
                }
            }
        } catch {
            logger.debug("An HTTP/2 connection ended.", metadata: ["error.type": "\(type(of: error))"])
        }
    }

    private func setupStream(_ channel: any Channel) -> EventLoopFuture<EventLoopFuture<HTTP1Channel.Value>> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            if let socket = try channel.parent?.pipeline.syncOperations.handler(type: SocketStall.self) {
                try pipeline.addHandler(WindowStall(limits: limits, socket: socket, report: report))
            }
            try pipeline.addHandler(AnswerEnd())
            try pipeline.addHandler(HTTP2FramePayloadToHTTPServerCodec())
            try pipeline.addHandler(
                RequestGuard(limits: limits, room: room, isStream: true, isSecure: true, report: report))
            // Without Hummingbird's handler of the connection's end: it would close an answered stream, with what the codec
            // holds back of the answer.
            return try DirectHandler.add(to: channel, responder: direct, isStream: true) { channel in
                try HTTP1Channel.Value(wrappingChannelSynchronously: channel)
            }
        }
    }

    private var connection: NIOHTTP2Handler.ConnectionConfiguration {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        // Beyond it the whole connection ends, so a little more is let through here: the guard answers that with 431.
        let headerList = 2 * (limits.headerBytes + limits.targetBytes + limits.headerFields * Self.fieldOverhead)
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.streams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: headerList),
        ]
        connection.maximumSequentialContinuationFrames = limits.continuationFrames
        connection.controlFrameRateLimit.maximumCount = limits.controlFrames
        connection.controlFrameRateLimit.windowLength = TimeAmount(limits.frameWindow)
        connection.maximumConnectionGlitches = limits.streamResets
        return connection
    }

    private var stream: NIOHTTP2Handler.StreamConfiguration {
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.streamResetFrameRateLimit.maximumCount = limits.streamResets
        stream.streamResetFrameRateLimit.windowLength = TimeAmount(limits.frameWindow)
        stream.streamErrorRateLimit.maximumCount = limits.streamResets
        stream.streamErrorRateLimit.windowLength = TimeAmount(limits.frameWindow)
        return stream
    }
}

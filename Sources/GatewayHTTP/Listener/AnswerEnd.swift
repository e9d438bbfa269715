import NIOCore
import NIOHPACK
import NIOHTTP2

/// Ends an HTTP/2 answer of known length with its last bytes, rather than with an empty frame behind them.
///
/// Some clients are done with a stream once they have as many bytes as they were told of, and reset it where it has not
/// ended by then. Each such reset counts as one of ``ListenerLimits/streamResets``: whoever asks quickly would be cut off.
final class AnswerEnd: ChannelOutboundHandler {
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// The bytes of the body that are still to come; nil where nobody said.
    private var remaining: Int?
    /// The last bytes, which wait for the end that comes behind them.
    private var held: (payload: HTTP2Frame.FramePayload.Data, promise: EventLoopPromise<Void>?)?

    private static let contentLength = "content-length"

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .headers(let headers):
            remaining = headers.headers.first(name: Self.contentLength).flatMap { Int($0) }
        case .data(let payload):
            if payload.endStream, payload.data.readableBytes == 0, held != nil {
                return release(context: context, endsStream: true, promise: promise)
            }
            if let left = remaining { remaining = left - payload.data.readableBytes }
            if remaining == 0, !payload.endStream, payload.data.readableBytes > 0 {
                release(context: context)
                held = (payload, promise)
                return
            }
        default: break
        }
        release(context: context)
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if held != nil {
            release(context: context)
            context.flush()
        }
        context.close(mode: mode, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        held?.promise?.fail(ChannelError.ioOnClosedChannel)
        held = nil
    }

    /// Writes what is held, with the end of the stream where that has come.
    private func release(
        context: ChannelHandlerContext, endsStream: Bool = false, promise: EventLoopPromise<Void>? = nil
    ) {
        guard var (payload, earlier) = held else { return }
        held = nil
        payload.endStream = endsStream
        if let promise, let earlier { promise.futureResult.cascade(to: earlier) }
        earlier = promise ?? earlier
        context.write(wrapOutboundOut(.data(payload)), promise: earlier)
    }
}

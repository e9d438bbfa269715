import GatewayService
import NIOCore
import NIOHTTP2

/// Ends an HTTP/2 stream whose client opens no window for its answer for too long.
///
/// It stands next to the codec, which holds bodies back until there is a window for them. That the socket takes nothing is
/// for ``SocketStall`` to judge: an answer that only waits for the socket, or behind others, has not stalled.
final class WindowStall: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let longest: Duration
    private let socket: SocketStall
    private let report: LimitReport
    private var writes: UnsentWrites?

    init(limits: ListenerLimits, socket: SocketStall, report: @escaping LimitReport) {
        longest = limits.writeStall
        self.socket = socket
        self.report = report
    }

    func handlerAdded(context: ChannelHandlerContext) {
        writes = UnsentWrites(longest: longest, on: context.eventLoop) { [self] in judge(context: context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        writes?.stop()
        writes = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let writes, case .data(var last) = unwrapOutboundIn(data), case .byteBuffer(var rest) = last.data else {
            return context.write(data, promise: promise)
        }
        while let part = UnsentWrites.part(of: &rest) {
            let payload = HTTP2Frame.FramePayload.Data(data: .byteBuffer(part))
            context.write(wrapOutboundOut(.data(payload)), promise: writes.follow(nil))
        }
        last.data = .byteBuffer(rest)
        context.write(wrapOutboundOut(.data(last)), promise: writes.follow(promise))
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        writes?.check()
    }

    /// Ends the stream where nothing of it leaves the codec even once the socket has taken all that there is.
    private func judge(context: ChannelHandlerContext) {
        guard let seen = writes?.ended else { return }
        socket.whenCaughtUp { [self] isSent in
            guard let writes else { return }
            guard isSent, !writes.isEmpty, writes.ended == seen else { return writes.check() }
            writes.stop()
            self.writes = nil
            report(.writeStall)
            context.close(promise: nil)
        }
    }
}

import GatewayService
import NIOCore

/// Closes a connection whose client takes nothing of what is sent to it for too long.
///
/// It stands next to the socket, below TLS and HTTP/2, which both write at once what is to be sent, and hear of it once all
/// is: here bytes are written in parts, each of which shows when the system has taken it. It closes the socket itself: what
/// a protocol would still say could not be sent, either.
final class SocketStall: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private let longest: Duration
    private let report: LimitReport
    private var writes: UnsentWrites?
    private var eventLoop: (any EventLoop)?

    init(limits: ListenerLimits, report: @escaping LimitReport) {
        longest = limits.writeStall
        self.report = report
    }

    /// Calls once the socket has taken all that was written so far, or cannot any more.
    func whenSent(_ then: @escaping (_ isSent: Bool) -> Void) {
        guard let writes else { return then(false) }
        writes.whenSent(then)
    }

    /// Calls once the socket has also taken what HTTP/2 held back because the socket was full.
    func whenCaughtUp(_ then: @escaping (_ isSent: Bool) -> Void) {
        whenSent { [self] isSent in
            guard isSent, let eventLoop else { return then(false) }
            // Not at once: the codec hears afterwards that there is room, and writes all that it may.
            eventLoop.assumeIsolatedUnsafeUnchecked().execute { self.whenSent(then) }
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        eventLoop = context.eventLoop
        writes = UnsentWrites(longest: longest, on: context.eventLoop) { [report] in
            report(.writeStall)
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        writes?.stop()
        writes = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let writes else { return context.write(data, promise: promise) }
        guard case .byteBuffer(var rest) = unwrapOutboundIn(data) else {
            return context.write(data, promise: writes.follow(promise))
        }
        while let part = UnsentWrites.part(of: &rest) {
            context.write(wrapOutboundOut(.byteBuffer(part)), promise: writes.follow(nil))
        }
        context.write(wrapOutboundOut(.byteBuffer(rest)), promise: writes.follow(promise))
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        writes?.check()
    }
}

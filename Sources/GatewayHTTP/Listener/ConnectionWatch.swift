import GatewayService
import NIOCore

/// When a connection must next show a request: decided from what happened, in values.
struct ConnectionDeadlines: Equatable {
    /// What to do with the connection's one timer.
    enum Action: Equatable {
        case keep
        case start(Duration)
        case stop
    }

    /// Whether requests are streams of their own, as in HTTP/2: then bytes between them need not be a request.
    var isMultiplexed = false
    /// Requests whose answer has not ended.
    private(set) var openRequests = 0
    /// Requests since the connection was accepted.
    private(set) var requests = 0
    private var isIdle = false
    /// Whether the timer runs for the want of a request, rather than for one that does not end.
    var isAwaitingFirstByte: Bool { isIdle }
    private let timeToHeaders: Duration
    private let idle: Duration

    init(limits: ListenerLimits) {
        timeToHeaders = limits.timeToHeaders
        idle = limits.idle
    }

    /// The connection was accepted.
    func accepted() -> Action { .start(timeToHeaders) }

    /// Bytes came; on an idle HTTP/1 connection they begin a request.
    mutating func received() -> Action {
        guard isIdle, !isMultiplexed else { return .keep }
        isIdle = false
        return .start(timeToHeaders)
    }

    /// A header block is complete.
    mutating func requestBegan() -> Action {
        openRequests += 1
        requests += 1
        isIdle = false
        return .stop
    }

    /// A request was answered, or is gone.
    mutating func requestEnded() -> Action {
        openRequests -= 1
        guard openRequests == 0 else { return .keep }
        isIdle = true
        return .start(idle)
    }
}

/// Closes a connection that is too slow with its handshake or header block, or idle for too long.
///
/// It stands before the HTTP decoder; the guards of the connection's requests tell it when they begin and end, on the
/// same event loop. Whoever closes the connection closes it once what was written before is sent: TLS would wait for that no
/// longer than ``TLSSettings/shutdownTimeout``. ``SocketStall`` bounds it.
final class ConnectionWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var deadlines: ConnectionDeadlines
    private var timer: (at: NIODeadline, scheduled: Scheduled<Void>)?
    /// When the connection is to be closed, and whether because of a request that does not end.
    private var end: (at: NIODeadline, isLate: Bool)?
    private var context: ChannelHandlerContext?
    private var isClosed = false
    /// Somebody closes the connection; nothing that comes is listened to any more.
    private var isClosing = false
    /// The bytes that came since.
    private var dropped = 0
    private var socket: SocketStall?
    /// The client closed its side.
    private var hasLeft = false
    private let requestsPerConnection: Int
    private let streams: Int
    private let report: LimitReport

    /// So many bytes that nobody listens to are read: a client that is in the middle of a sentence still sees what it was
    /// answered, and one that talks without end has to wait, which costs nothing.
    static let mostDropped = 1 << 20

    init(limits: ListenerLimits, report: @escaping LimitReport) {
        deadlines = ConnectionDeadlines(limits: limits)
        requestsPerConnection = limits.requestsPerConnection
        streams = limits.streams
        self.report = report
    }

    /// HTTP/2 was agreed on.
    func becameMultiplexed() { deadlines.isMultiplexed = true }

    /// A header block is complete. Returns whether it is the last one that the connection takes; over HTTP/2 the client is
    /// told by itself.
    func requestBegan() -> Bool {
        perform(deadlines.requestBegan())
        guard deadlines.requests >= requestsPerConnection else { return false }
        if deadlines.isMultiplexed, deadlines.requests - requestsPerConnection == streams + 1, let context {
            // It was told to go, and what was on its way then has come.
            report(.requests)
            let channel = context.channel
            context.eventLoop.execute { channel.close(promise: nil) }
        }
        if deadlines.isMultiplexed, deadlines.requests == requestsPerConnection, let context {
            // Not at once: the codec may be in the middle of telling about streams, and would be entered again.
            let pipeline = context.pipeline
            context.eventLoop.execute { pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        }
        return true
    }

    /// A request was answered, or is gone.
    func requestEnded() {
        perform(deadlines.requestEnded())
        closeAfterLeaving()
    }

    /// Whether the next request is not the last one that the connection takes.
    var takesMoreThanOne: Bool { deadlines.requests + 1 < requestsPerConnection }

    /// Sends an answer that is written already, the only one that is open, and takes its request for answered once the
    /// socket has it.
    func answer(_ bytes: ByteBuffer) {
        guard let context else { return requestEnded() }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        guard let socket else { return requestEnded() }
        socket.whenSent { [self] _ in requestEnded() }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        socket = try? context.pipeline.syncOperations.handler(type: SocketStall.self)
        perform(deadlines.accepted())
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stop()
        self.context = nil
        socket = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        stop()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else {
            dropped += unwrapInboundIn(data).readableBytes
            return
        }
        perform(deadlines.received())
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        if dropped < Self.mostDropped { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        // Before a protocol is agreed on, nobody behind this handler hears that the server stops.
        if event is ChannelShouldQuiesceEvent, deadlines.openRequests == 0, !deadlines.isMultiplexed {
            context.close(promise: nil)
        }
        if event as? ChannelEvent == .inputClosed, deadlines.isMultiplexed {
            hasLeft = true
            closeAfterLeaving()
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, let socket else { return context.close(mode: mode, promise: promise) }
        isClosing = true
        // What was never flushed would be waited for without end.
        context.flush()
        socket.whenSent { _ in context.close(promise: promise) }
    }

    /// Closes a connection without waiting for what is still to be sent. It may be called anywhere.
    static func closeNow(_ channel: any Channel) {
        channel.eventLoop.execute {
            let watch = try? channel.pipeline.syncOperations.handler(type: ConnectionWatch.self)
            watch?.context?.close(promise: nil)
        }
    }

    /// The channel lets clients close their side alone, and the HTTP/2 codec takes no notice of it: the connection would
    /// stay until it has been idle for long, and a client that waits for the end of TLS would wait.
    private func closeAfterLeaving() {
        guard hasLeft, deadlines.openRequests == 0, let context else { return }
        // Not at once: the end of the last answer is still to be written.
        let channel = context.channel
        context.eventLoop.execute { channel.close(promise: nil) }
    }

    private func perform(_ action: ConnectionDeadlines.Action) {
        switch action {
        case .keep: return
        case .stop: end = nil
        case .start(let time):
            guard let context, !isClosed else { return }
            let end = context.eventLoop.now + TimeAmount(time)
            self.end = (end, !deadlines.isAwaitingFirstByte)
            wake(at: end)
        }
    }

    /// Sees to it that the timer rings by then. One that rings earlier is left alone, for it looks what is due: to set a timer
    /// for each request took longer than to read the request's head.
    private func wake(at time: NIODeadline) {
        guard let context else { return }
        if let timer {
            guard time < timer.at else { return }
            timer.scheduled.cancel()
        }
        let scheduled = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(deadline: time) { [self] in
            timer = nil
            guard let end, let context = self.context else { return }
            guard end.at <= context.eventLoop.now else { return wake(at: end.at) }
            self.end = nil
            report(end.isLate ? .timeToHeaders : .idle)
            context.channel.close(promise: nil)
        }
        timer = (time, scheduled)
    }

    private func stop() {
        end = nil
        timer?.scheduled.cancel()
        timer = nil
    }
}

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
    private var isIdle = false
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
/// same event loop.
final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var deadlines: ConnectionDeadlines
    private var timer: Scheduled<Void>?
    private var context: ChannelHandlerContext?
    private var isClosed = false

    init(limits: ListenerLimits) { deadlines = ConnectionDeadlines(limits: limits) }

    /// HTTP/2 was agreed on.
    func becameMultiplexed() { deadlines.isMultiplexed = true }

    /// A header block is complete.
    func requestBegan() { perform(deadlines.requestBegan()) }

    /// A request was answered, or is gone.
    func requestEnded() { perform(deadlines.requestEnded()) }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        perform(deadlines.accepted())
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        perform(.stop)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        perform(.stop)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        perform(deadlines.received())
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        // Before a protocol is agreed on, nobody behind this handler hears that the server stops.
        if event is ChannelShouldQuiesceEvent, deadlines.openRequests == 0, !deadlines.isMultiplexed {
            context.close(promise: nil)
        }
    }

    private func perform(_ action: ConnectionDeadlines.Action) {
        switch action {
        case .keep: return
        case .stop:
            timer?.cancel()
            timer = nil
        case .start(let time):
            timer?.cancel()
            guard let context, !isClosed else { return }
            let channel = context.channel
            timer = context.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
        }
    }
}

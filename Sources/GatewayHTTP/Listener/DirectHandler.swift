import GatewayService
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Answers the requests of direct routes on the connection's own event loop, and lets all others through.
///
/// It stands behind the ``RequestGuard``, so what it gets is within the limits, and before whatever handles the other
/// requests in tasks, which is made only once there is such a request. Answers leave in the order of their requests: while
/// one of its own is worked on, what comes on the connection waits here, and a request of its own waits until those before
/// it, which were let through, are answered. How many may wait is for the guard to bound.
final class DirectHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What handles all other requests.
    typealias Others = HTTP1Channel.Value

    /// The parts of requests that wait here before nothing more is read.
    static let mostWaiting = 10

    private enum Own {
        case none
        /// Its body is being received.
        case receiving(DirectTask)
        /// All of it is there, and its answer is awaited.
        case working(DirectTask)
        /// It was answered before it had ended; the rest is dropped.
        case dropping
    }

    private enum Item {
        case part(HTTPRequestPart)
        case error(any Error)
    }

    private let responder: GatewayResponder?
    private let isStream: Bool
    private let others: (Result<any Channel, any Error>) throws -> Void
    private var hasOthers = false
    private var place: AnswerPlace?
    private var peer = ""
    private var context: ChannelHandlerContext?
    /// The guard before it, where requests may come by a way that passes it by.
    private var requestGuard: RequestGuard?

    private var own = Own.none
    /// The body of its own request, beside it, so that no part copies those before it.
    private var body: WholeBody?
    /// Requests that were let through and are not answered yet.
    private var passed = 0
    private var waiting: CircularBuffer<Item> = []
    /// What is said of the whole connection while requests are not answered yet.
    private var events: [Any] = []
    private var isReadWanted = false

    /// Adds one to a connection or stream. The future has what handles all other requests once the first of them comes,
    /// and fails where none came before the connection ended.
    static func add(
        to channel: any Channel, responder: GatewayResponder?, isStream: Bool, lane: PlainLane? = nil,
        requestGuard: RequestGuard? = nil, makeOthers: @escaping (any Channel) throws -> Others
    ) throws -> EventLoopFuture<Others> {
        let others = channel.eventLoop.makePromise(of: Others.self)
        do {
            let handler = DirectHandler(responder: responder, isStream: isStream) { channel in
                do { others.succeed(try makeOthers(channel.get())) } catch {
                    others.fail(error)
                    throw error
                }
            }
            handler.requestGuard = requestGuard
            lane?.handler = handler
            try channel.pipeline.syncOperations.addHandler(handler)
        } catch {
            others.fail(error)
            throw error
        }
        return others.futureResult
    }

    /// `others` is called once: it adds to the channel what handles all other requests, behind this handler; or hears that the
    /// channel ended before there was any.
    init(
        responder: GatewayResponder?, isStream: Bool, others: @escaping (Result<any Channel, any Error>) throws -> Void
    ) {
        self.responder = responder
        self.isStream = isStream
        self.others = others
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard responder != nil else { return }
        place = EventLoopPlaces.shared.place(of: context.eventLoop)
        peer = context.channel.remoteAddress?.ipAddress ?? "local"
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
        requestGuard = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receive(.part(unwrapInboundIn(data)), context: context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { receive(.error(error), context: context) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        events.append(event)
        tellEvents(context: context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        context.fireChannelWritabilityChanged()
        if context.channel.isWritable, !waiting.isEmpty { goOn(context: context) }
    }

    func read(context: ChannelHandlerContext) {
        isReadWanted = waiting.count >= Self.mostWaiting
        if !isReadWanted { context.read() }
    }

    /// Takes a plain request that came by a way of its own, where nothing is before it; false where it has to come by the
    /// way of all others.
    func take(_ plain: PlainRequest, in bytes: ByteBuffer) -> Bool {
        guard case .none = own, waiting.isEmpty, passed == 0, let context, context.channel.isWritable,
            let requestGuard, let task = responder?.begin(plain, in: bytes, peer: peer),
            requestGuard.begin(plain)
        else { return false }
        work(on: task, context: context) { responder, place, answer in
            responder.finish(task, at: place, then: answer)
        }
        return true
    }

    private func receive(_ item: Item, context: ChannelHandlerContext) {
        guard waiting.isEmpty, take(item, context: context) else { return waiting.append(item) }
    }

    /// Takes what comes next; false where it has to wait.
    private func take(_ item: Item, context: ChannelHandlerContext) -> Bool {
        switch (own, item) {
        case (.working, _): return false
        case (.none, .part(.head(let head))):
            guard let begun = responder?.begin(head, peer: peer) else {
                pass(head, context: context)
                return true
            }
            guard passed == 0, isStream || context.channel.isWritable else { return false }
            own = .receiving(begun.task)
            body = begun.body
        case (.none, .part(let part)): context.fireChannelRead(wrapInboundOut(part))
        case (.none, .error(let error)): tell(error, context: context)
        case (.receiving(let task), .part(.body(let bytes))):
            do { try body?.add(bytes) } catch { refuse(task, error, context: context) }
        case (.receiving(let task), .part(.end)): finish(task, context: context)
        case (.receiving(let task), .error(let error)): refuse(task, error, context: context)
        case (.dropping, .part(.end)): own = .none
        case (.dropping, .error(let error)): tell(error, context: context)
        case (.receiving, .part(.head)), (.dropping, .part): break
        }
        return true
    }

    /// Lets a request through.
    private func pass(_ head: HTTPRequest, context: ChannelHandlerContext) {
        passed += 1
        if !hasOthers {
            hasOthers = true
            do { try others(.success(context.channel)) } catch { return context.close(promise: nil) }
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    /// Goes on with what waits, as far as it goes.
    private func goOn(context: ChannelHandlerContext) {
        var hasTaken = false
        while let next = waiting.popFirst() {
            guard take(next, context: context) else {
                waiting.prepend(next)
                break
            }
            hasTaken = true
        }
        if hasTaken, hasOthers { context.fireChannelReadComplete() }
        if isReadWanted, waiting.count < Self.mostWaiting {
            isReadWanted = false
            context.read()
        }
        tellEvents(context: context)
    }

    /// Tells of the end of the client's side, or of the gateway: once the requests before it are answered, for whoever hears
    /// of it closes the connection.
    private func tellEvents(context: ChannelHandlerContext) {
        guard case .none = own, waiting.isEmpty, !events.isEmpty else { return }
        let told = events
        events = []
        for event in told {
            if hasOthers || isStream {
                context.fireUserInboundEventTriggered(event)
            } else if event is ChannelShouldQuiesceEvent || event as? ChannelEvent == .inputClosed {
                context.close(promise: nil)
            }
        }
    }

    /// Tells of an error between requests, after which nobody listens to the connection any more.
    private func tell(_ error: any Error, context: ChannelHandlerContext) {
        if hasOthers { context.fireErrorCaught(error) } else { context.close(promise: nil) }
    }

    private func end() {
        own = .none
        body = nil
        waiting.removeAll()
        events = []
        guard !hasOthers else { return }
        hasOthers = true
        try? others(.failure(ChannelError.ioOnClosedChannel))
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // Only what was let through is answered by this way.
        let isEnd = if case .end = unwrapOutboundIn(data) { true } else { false }
        context.write(data, promise: promise)
        guard isEnd, passed > 0 else { return }
        passed -= 1
        if passed == 0 { goOn(context: context) }
    }

    private func finish(_ task: DirectTask, context: ChannelHandlerContext) {
        guard let body else { return }
        self.body = nil
        work(on: task, context: context) { responder, place, answer in
            responder.finish(task, body: body, at: place, then: answer)
        }
    }

    private func work(
        on task: DirectTask, context: ChannelHandlerContext,
        _ start: (GatewayResponder, AnswerPlace, @escaping @Sendable (DirectAnswer) -> Void) -> Void
    ) {
        guard let responder, let place else { return }
        own = .working(task)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        start(responder, place) { answer in
            let handler = bound.value
            guard case .working(let task) = handler.own, let context = handler.context else { return }
            handler.own = .none
            handler.send(answer, to: task, context: context)
            handler.goOn(context: context)
        }
    }

    private func refuse(_ task: DirectTask, _ error: any Error, context: ChannelHandlerContext) {
        own = .dropping
        body = nil
        guard let responder else { return }
        send(responder.refusal(of: task, error), to: task, context: context)
    }

    private func send(_ answer: DirectAnswer, to task: DirectTask, context: ChannelHandlerContext) {
        guard let responder else { return }
        if let requestGuard, let bytes = responder.bytes(of: answer, to: task, allocator: context.channel.allocator),
            requestGuard.answer(bytes)
        {
            return
        }
        let answer = responder.complete(answer, to: task)
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: answer.body))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        context.flush()
        // The client closes its side in turn; the connection's watch bounds how long that may take.
        if task.isLast, !isStream { context.close(mode: .output, promise: nil) }
    }
}

/// The places of event loops.
private final class EventLoopPlaces: Sendable {
    static let shared = EventLoopPlaces()

    private let places = Mutex<[ObjectIdentifier: AnswerPlace]>([:])

    func place(of eventLoop: any EventLoop) -> AnswerPlace {
        places.withLock { places in
            if let known = places[ObjectIdentifier(eventLoop)] { return known }
            let place = AnswerPlace { eventLoop.execute($0) }
            places[ObjectIdentifier(eventLoop)] = place
            return place
        }
    }
}

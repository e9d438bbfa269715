import GatewayService
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Why the guard ended a request's body; the handler that reads the body gets it as an error.
enum RequestBodyError: Error, Equatable {
    /// Larger than ``ListenerLimits/bodyBytes``.
    case tooLarge
    /// One byte more than ``ListenerLimits/bodyBytesInAll`` of all requests.
    case noRoom
    /// Slower than ``ListenerLimits/bodyBytesPerSecond``, or not done within ``ListenerLimits/timeToBody``.
    case tooSlow
}

/// Holds each request of a connection (or the one of an HTTP/2 stream) to the listener's limits.
///
/// It stands between the HTTP codec and whatever handles requests. What it refuses by its head, the handler never sees.
/// What it ends in the body, the handler gets as a ``RequestBodyError`` and answers itself. Either way, and whenever an
/// error is answered before the request has ended, the connection (or stream) is closed after the answer.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ListenerLimits
    private let room: BodyRoom
    private let isStream: Bool
    private let isSecure: Bool
    private var watch: ConnectionWatch?

    /// Requests whose head was let through or refused, and whose answer has not ended.
    private var openRequests = 0
    /// The room that their bodies take, the first request's first.
    private var bodyBytes: [Int] = []
    /// The body that is being received.
    private var body: BodyProgress?
    /// Nothing further is let through; the connection closes when its answer and the rest of its request are done.
    private var isDiscarding = false
    private var closesAfterAnswer = false
    /// A refusal that is answered once the requests before it are.
    private var refusal: HeadRefusal?
    /// The request that is being received is the last one that the connection takes.
    private var isLast = false
    /// The last answer was sent.
    private var isAnswered = false
    /// The client said that the request which is being received is its last one.
    private var isLeaving = false
    /// That request was received.
    private var hasLeft = false
    private var bodyTimer: Scheduled<Void>?

    private let report: LimitReport

    private static let upgrade = HTTPField.Name("Upgrade")

    init(limits: ListenerLimits, room: BodyRoom, isStream: Bool, isSecure: Bool, report: @escaping LimitReport) {
        self.limits = limits
        self.room = room
        self.isStream = isStream
        self.isSecure = isSecure
        self.report = report
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let connection = isStream ? context.channel.parent : context.channel
        watch = try? connection?.pipeline.syncOperations.handler(type: ConnectionWatch.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasLeft else { return }
        let part = unwrapInboundIn(data)
        switch part {
        case .head(var head):
            guard !isDiscarding else { return }
            if !isStream, Self.endsConnection(head) {
                isLeaving = true
                // As whoever closes after the answer knows the word.
                head.headerFields[.connection] = "close"
            }
            begin()
            // The decoder reads nothing after a request that asks to change the protocol, which is never done.
            if !isStream, Self.upgrade.map({ head.headerFields.contains($0) }) ?? false { isLast = true }
            if !isStream, openRequests > limits.pipelinedRequests {
                refuse(.pipelinedTooDeep, context: context)
            } else if let refusal = HeadRefusal(head: head, isStream: isStream, limits: limits) {
                refuse(refusal, context: context)
            } else {
                context.fireChannelRead(wrapInboundOut(.head(head)))
            }
        case .body(let bytes):
            body?.received += bytes.readableBytes
            guard !isDiscarding else { return }
            if let received = body?.received, received > limits.bodyBytes {
                fail(.tooLarge, context: context)
            } else if !hold(bytes.readableBytes) {
                fail(.noRoom, context: context)
            } else {
                context.fireChannelRead(data)
            }
        case .end:
            body = nil
            bodyTimer?.cancel()
            bodyTimer = nil
            hasLeft = isLeaving
            if !isDiscarding {
                context.fireChannelRead(data)
                isDiscarding = isLast
            } else {
                closeWhenDone(context: context)
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if body != nil, bodyTimer == nil, !isDiscarding { watchBody(context: context) }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The decoder errs again with each further byte; whoever handles the request has heard of the first. It also errs
        // over what comes after a client's last request.
        guard !isDiscarding, !hasLeft else { return }
        guard let error = error as? HTTPParserError, body == nil else {
            isDiscarding = true
            if error is HTTPParserError { report(.malformed) }
            return context.fireErrorCaught(error)
        }
        begin()
        refuse(error == .headerOverflow ? .headersTooLarge : .malformed, context: context)
    }

    /// Takes room for a part of the newest request's body.
    private func hold(_ bytes: Int) -> Bool {
        guard let newest = bodyBytes.indices.last else { return true }
        guard room.take(bytes) else { return false }
        bodyBytes[newest] += bytes
        return true
    }

    /// Gives back the room of the oldest request's body.
    private func letGo() {
        guard !bodyBytes.isEmpty else { return }
        room.giveBack(bodyBytes.removeFirst())
    }

    /// Whether a client wants the connection to end with this request: nothing after it may be looked at, and the answer
    /// says so, too (RFC 9112, section 9.6).
    private static func endsConnection(_ head: HTTPRequest) -> Bool {
        head.headerFields[values: .connection].contains { value in
            value.split(separator: ",").contains { $0.filter { $0 != " " && $0 != "\t" }.lowercased() == "close" }
        }
    }

    /// A header block is complete, or cannot be.
    private func begin() {
        openRequests += 1
        bodyBytes.append(0)
        isLast = watch?.requestBegan() ?? false
        if isStream { isLast = false }
        body = BodyProgress(startedAt: .now())
    }

    /// Checks the body's time and rate each second while it is being received.
    private func watchBody(context: ChannelHandlerContext) {
        let wait = min(TimeAmount(limits.timeToBody), .seconds(1))
        bodyTimer = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: wait) { [self] in
            bodyTimer = nil
            guard let body, !isDiscarding else { return }
            if body.isTooSlow(at: .now(), limits: limits) {
                fail(.tooSlow, context: context)
            } else {
                watchBody(context: context)
            }
        }
    }

    /// Ends the body of a request that was let through.
    private func fail(_ error: RequestBodyError, context: ChannelHandlerContext) {
        isDiscarding = true
        report(error.limit)
        guard openRequests > 0 else { return context.close(promise: nil) }
        context.fireErrorCaught(error)
    }

    // MARK: Requests that are read without a decoder

    /// A request came by another way than this handler's, all of it; false where it has to come by this one, because of
    /// what it meets here.
    func begin(_ plain: PlainRequest) -> Bool {
        guard !isStream, openRequests == 0, body == nil, !isDiscarding, !hasLeft, plain.isWithin(limits), let watch,
            watch.takesMoreThanOne, room.take(plain.bodyBytes)
        else { return false }
        openRequests = 1
        bodyBytes.append(plain.bodyBytes)
        isLast = watch.requestBegan()
        return true
    }

    /// Sends the answer to such a request by a way that passes this handler by; false, with nothing done, where it has to
    /// be written here, because of what came since.
    func answer(_ bytes: ByteBuffer) -> Bool {
        guard openRequests == 1, body == nil, !isDiscarding, !isLast, !isLeaving, !closesAfterAnswer, let watch else {
            return false
        }
        openRequests = 0
        letGo()
        watch.answer(bytes)
        return true
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.kind != .informational:
            let closes = closesEarly(head)
            if closes {
                closesAfterAnswer = true
                isDiscarding = true
            }
            if !isStream, closes || (isLeaving && openRequests == 1) { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .head, .body: context.write(data, promise: promise)
        case .end: end(data, context: context, promise: promise)
        }
    }

    /// Whether an answer ends the connection: that to the last request, an error before the request has ended, or anything
    /// after the guard has stopped to let it through. Answers to requests before the last one never do.
    private func closesEarly(_ head: HTTPResponse) -> Bool {
        openRequests == 1 && (isDiscarding || isLast || (body != nil && head.status.code >= 400))
    }

    private func refuse(_ refusal: HeadRefusal, context: ChannelHandlerContext) {
        isDiscarding = true
        closesAfterAnswer = true
        guard openRequests == 1 else {
            self.refusal = refusal
            return
        }
        report(refusal.limit)
        let problem = refusal.problem
        var head = problem.head(isSecure: isSecure)
        if !isStream { head.headerFields[.connection] = "close" }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: problem.body))), promise: nil)
        end(wrapOutboundOut(.end(nil)), context: context, promise: nil)
        context.flush()
    }

    /// Writes the end of an answer, and closes once it is sent where it is to be the last. Until then the request goes on: a
    /// connection is not idle while its client still reads.
    private func end(_ data: NIOAny, context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        openRequests -= 1
        letGo()
        let closes = closesAfterAnswer && openRequests == 0
        let sent = promise ?? context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { [self, watch] _ in
            watch?.requestEnded()
            guard closes else { return }
            isAnswered = true
            closeWhenDone(context: context)
        }
        context.write(data, promise: sent)
        if let refusal, openRequests == 1 {
            self.refusal = nil
            refuse(refusal, context: context)
        }
    }

    /// Closes after the last answer. Closing while the client still sends would reset the connection, and it might never
    /// see the answer: the rest of its request is awaited for a while.
    private func closeWhenDone(context: ChannelHandlerContext) {
        guard isAnswered else { return }
        guard body != nil else { return context.close(promise: nil) }
        let channel = context.channel
        bodyTimer?.cancel()
        bodyTimer = context.eventLoop.scheduleTask(in: TimeAmount(limits.linger)) { channel.close(promise: nil) }
    }

    private func end() {
        bodyTimer?.cancel()
        bodyTimer = nil
        while openRequests > 0 {
            openRequests -= 1
            letGo()
            watch?.requestEnded()
        }
        watch = nil
    }
}

extension RequestBodyError {
    /// What is counted.
    fileprivate var limit: ListenerLimit {
        switch self {
        case .tooLarge: .body
        case .noRoom: .bodiesInAll
        case .tooSlow: .bodyTime
        }
    }
}

/// How far a body has come.
struct BodyProgress: Equatable {
    /// When the head was complete.
    var startedAt: NIODeadline
    /// Bytes so far.
    var received = 0

    init(startedAt: NIODeadline) { self.startedAt = startedAt }

    /// Whether the body has used up its time, or its grace and its rate.
    func isTooSlow(at now: NIODeadline, limits: ListenerLimits) -> Bool {
        let elapsed = now - startedAt
        if elapsed >= TimeAmount(limits.timeToBody) { return true }
        let beyond = elapsed - TimeAmount(limits.bodyGrace)
        guard beyond > .zero else { return false }
        return Double(received) < Double(beyond.nanoseconds) / 1e9 * Double(limits.bodyBytesPerSecond)
    }
}

import CallDomain
import GatewayService
import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Synchronization
import Testing

@testable import GatewayHTTP

/// One handler on a channel without a socket; its route's answers are given by the test.
private struct Stage {
    let channel = EmbeddedChannel()
    let book: Asked
    let log = Log()

    init(isStream: Bool = false, bodyLimit: Int = 8) throws {
        let asked = Asked()
        self.book = asked
        let table = RouteTable([
            Route(
                .post, "/direct",
                .direct(bodyLimit: bodyLimit) { request, _, answer in asked.append(request, answer) }),
            Route(.get, "/other", .open { _ in .object { _ in } }),
        ])
        let responder = GatewayResponder(
            table: table, authenticator: .nobody, isSecure: true, now: { Timestamp(seconds: 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let log = self.log
        let handler = DirectHandler(responder: responder, isStream: isStream) { others in
            if case .success = others { log.count += 1 }
        }
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "other")).wait()
    }

    final class Log { var count = 0 }

    final class Asked: Sendable {
        private let all = Mutex<[(body: [UInt8], answer: @Sendable (DirectRequest.Outcome) -> Void)]>([])

        func append(_ request: DirectRequest, _ answer: @escaping @Sendable (DirectRequest.Outcome) -> Void) {
            all.withLock { $0.append((request.body, answer)) }
        }

        var bodies: [String] { all.withLock { $0.map { String(decoding: $0.body, as: UTF8.self) } } }

        func answer(_ index: Int, _ status: HTTPResponse.Status = .ok) {
            let answer = all.withLock { $0[index].answer }
            answer(.success(DirectAnswer(status: status, headers: [:], body: Array("{}".utf8))))
        }
    }

    func post(_ parts: String..., fields: HTTPFields = HTTPFields()) throws {
        try channel.writeInbound(HTTPRequestPart.head(head(.post, "/direct", fields)))
        for part in parts { try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: part))) }
        try channel.writeInbound(HTTPRequestPart.end(nil))
    }

    func get() throws {
        try channel.writeInbound(HTTPRequestPart.head(head(.get, "/other", HTTPFields())))
        try channel.writeInbound(HTTPRequestPart.end(nil))
    }

    /// What was let through so far, one letter a part.
    func passed() throws -> String {
        var text = ""
        while let part = try channel.readInbound(as: HTTPRequestPart.self) {
            switch part {
            case .head: text += "h"
            case .body: text += "b"
            case .end: text += "e"
            }
        }
        return text
    }

    /// The statuses of the answers that ended so far.
    func answers() throws -> [Int] {
        var statuses: [Int] = []
        while let part = try channel.readOutbound(as: HTTPResponsePart.self) {
            if case .head(let head) = part { statuses.append(head.status.code) }
        }
        return statuses
    }

    /// Answers a request that was let through, as a task would.
    func answerPassed() throws {
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .accepted)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
    }

    private func head(_ method: HTTPRequest.Method, _ path: String, _ fields: HTTPFields) -> HTTPRequest {
        HTTPRequest(method: method, scheme: "https", authority: "localhost", path: path, headerFields: fields)
    }
}

@Suite("DirectHandler")
struct DirectHandlerTests {
    @Test("Requests of one connection are worked on and answered one after the other")
    func order() throws {
        let stage = try Stage()
        try stage.post("1")
        try stage.post("2")
        try stage.get()
        try stage.post("3")
        #expect(stage.book.bodies == ["1"])
        #expect(try stage.passed() == "")
        stage.book.answer(0)
        #expect(try stage.answers() == [200])
        #expect(stage.book.bodies == ["1", "2"])
        #expect(try stage.passed() == "")
        stage.book.answer(1)
        #expect(try stage.passed() == "he")
        #expect(stage.book.bodies == ["1", "2"], "the third does not overtake what was let through")
        try stage.answerPassed()
        #expect(stage.book.bodies == ["1", "2", "3"])
        stage.book.answer(2, .created)
        #expect(try stage.answers() == [200, 202, 201])
        #expect(stage.log.count == 1)
        #expect(try stage.channel.finish().isClean)
    }

    @Test("A body that comes in parts is put together, up to its limit and no further")
    func parts() throws {
        let stage = try Stage(bodyLimit: 4)
        try stage.post("a", "b", "", "cd")
        stage.book.answer(0)
        try stage.post("a", "b", "c", "d", "e")
        try stage.post("f")
        #expect(stage.book.bodies == ["abcd", "f"])
        stage.book.answer(1)
        #expect(try stage.answers() == [200, 413, 200])
        #expect(try stage.channel.finish().isClean)
    }

    @Test("What handles other requests is made for the first of them only")
    func lazy() throws {
        let stage = try Stage()
        try stage.post("1")
        stage.book.answer(0)
        #expect(stage.log.count == 0)
        try stage.get()
        try stage.answerPassed()
        try stage.get()
        try stage.answerPassed()
        #expect(stage.log.count == 1)
        #expect(try stage.passed() == "hehe")
    }

    @Test("A body that grows too large is answered at once, and the rest of it is dropped")
    func tooLarge() throws {
        let stage = try Stage()
        try stage.post("123456789")
        #expect(try stage.answers() == [413])
        #expect(stage.book.bodies.isEmpty)
        try stage.post("12345678")
        #expect(stage.book.bodies == ["12345678"])
    }

    @Test("What the head has refused goes the way of tasks")
    func refusedByHead() throws {
        let stage = try Stage()
        try stage.post("123456789", fields: [.contentLength: "9"])
        #expect(try stage.passed() == "hbe")
        #expect(try stage.answers() == [])
    }

    @Test("An error in the body is answered; one behind a request is told of after its answer")
    func errors() throws {
        let stage = try Stage()
        try stage.post("1")
        stage.channel.pipeline.fireErrorCaught(ChannelError.inputClosed)
        stage.book.answer(0)
        #expect(try stage.answers() == [200])
        #expect(!stage.channel.isActive, "nobody else listens to the connection")
        let other = try Stage()
        try other.channel.writeInbound(
            HTTPRequestPart.head(
                HTTPRequest(method: .post, scheme: "https", authority: "localhost", path: "/direct")))
        other.channel.pipeline.fireErrorCaught(RequestBodyError.tooSlow)
        #expect(try other.answers() == [408])
    }

    @Test("The end of the gateway waits for the answer", arguments: [true, false])
    func quiesce(others: Bool) throws {
        let stage = try Stage()
        if others {
            try stage.get()
            try stage.answerPassed()
        }
        let heard = Heard()
        try stage.channel.pipeline.syncOperations.addHandler(heard)
        try stage.post("1")
        stage.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(heard.events == 0 && stage.channel.isActive)
        stage.book.answer(0)
        #expect(heard.events == (others ? 1 : 0))
        #expect(stage.channel.isActive == others, "where nobody else is there to close it, it closes")
        #expect(try stage.answers().last == 200)
    }

    @Test("A client that is gone hears nothing, and what is said to it does no harm")
    func gone() throws {
        let stage = try Stage()
        try stage.post("1")
        try stage.post("2")
        #expect(try stage.channel.finish().isClean)
        stage.book.answer(0)
        #expect(stage.book.bodies == ["1"])
        #expect(try stage.answers() == [])
    }

    @Test("While enough waits, nothing more is read")
    func reads() throws {
        let reads = Heard()
        let stage = try Stage()
        try stage.channel.pipeline.syncOperations.addHandler(reads, position: .first)
        for number in 1...5 { try stage.post("\(number)") }
        let before = reads.reads
        stage.channel.pipeline.read()
        #expect(reads.reads == before)
        stage.book.answer(0)
        #expect(reads.reads == before + 1)
    }

    @Test("A request waits while the client does not take the answers to those before it")
    func unread() throws {
        let stage = try Stage()
        stage.channel.isWritable = false
        try stage.post("1")
        try stage.post("2")
        #expect(stage.book.bodies == [], "an answer to either could only be kept")
        stage.channel.isWritable = true
        stage.channel.pipeline.fireChannelWritabilityChanged()
        #expect(stage.book.bodies == ["1"])
        stage.channel.isWritable = false
        stage.book.answer(0)
        #expect(stage.book.bodies == ["1"])
        stage.channel.isWritable = true
        stage.channel.pipeline.fireChannelWritabilityChanged()
        #expect(stage.book.bodies == ["1", "2"])
        stage.book.answer(1)
        #expect(try stage.answers() == [200, 200])
    }

    @Test("After a client's last request the gateway's side is closed, of a connection alone")
    func last() throws {
        let heard = Heard()
        let stage = try Stage()
        try stage.channel.pipeline.syncOperations.addHandler(heard, position: .first)
        try stage.post("1", fields: [.connection: "close"])
        stage.book.answer(0)
        #expect(heard.closes == [.output])
        let stream = try Stage(isStream: true)
        let other = Heard()
        try stream.channel.pipeline.syncOperations.addHandler(other, position: .first)
        try stream.post("1", fields: [.connection: "close"])
        stream.book.answer(0)
        #expect(other.closes.isEmpty)
    }
}

/// Counts what passes.
private final class Heard: ChannelDuplexHandler {
    typealias InboundIn = Any
    typealias OutboundIn = Any

    var events = 0
    var reads = 0
    var closes: [CloseMode] = []

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        events += 1
        context.fireUserInboundEventTriggered(event)
    }

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        closes.append(mode)
        if mode == .all { context.close(mode: mode, promise: promise) } else { promise?.succeed() }
    }
}

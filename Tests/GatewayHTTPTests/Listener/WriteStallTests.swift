import GatewayService
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Synchronization
import Testing

@testable import GatewayHTTP

@Suite("Answers that are read slowly")
struct WriteStallTests {
    /// A socket whose client takes one write of which somebody wants to hear at a time.
    private final class SlowSocket: ChannelOutboundHandler {
        typealias OutboundIn = HTTPResponsePart

        private(set) var waiting: [EventLoopPromise<Void>?] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            waiting.append(promise)
        }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            let left = waiting
            waiting = []
            for write in left { write?.fail(ChannelError.ioOnClosedChannel) }
            context.close(mode: mode, promise: promise)
        }

        func take() {
            waiting.removeFirst(waiting.prefix { $0 == nil }.count)
            if !waiting.isEmpty { waiting.removeFirst()?.succeed() }
        }
    }

    private final class Reports: Sendable {
        let all = Mutex<[ListenerLimit]>([])
    }

    private let limits = ListenerLimits()
    private let reports = Reports()

    /// A connection on which a request waits for its answer.
    private func connection(_ socket: SlowSocket) throws -> EmbeddedChannel {
        let report: LimitReport = { [reports] limit in reports.all.withLock { $0.append(limit) } }
        let channel = EmbeddedChannel(handlers: [
            socket, ConnectionWatch(limits: limits, report: report),
            RequestGuard(
                limits: limits, room: BodyRoom(limits: limits), isStream: false, isSecure: true, report: report),
        ])
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "client")).wait()
        let head = HTTPRequest(method: .get, scheme: "https", authority: "localhost", path: "/")
        channel.pipeline.fireChannelRead(HTTPRequestPart.head(head))
        channel.pipeline.fireChannelRead(HTTPRequestPart.end(nil))
        return channel
    }

    private func answer(_ bytes: Int, on channel: EmbeddedChannel) {
        channel.write(HTTPResponsePart.head(HTTPResponse(status: .ok)), promise: nil)
        channel.write(HTTPResponsePart.body(ByteBuffer(repeating: 0x20, count: bytes)), promise: nil)
        channel.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
    }

    private func advance(_ channel: EmbeddedChannel, by duration: Duration) {
        channel.embeddedEventLoop.advanceTime(by: TimeAmount(duration))
    }

    @Test("A large answer that is read slowly but steadily is read to its end; before it the connection is not idle")
    func steady() throws {
        let socket = SlowSocket()
        let channel = try connection(socket)
        answer(1 << 20, on: channel)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(socket.waiting.count == 2 + (1 << 20) / WriteStall.partBytes)
        while socket.waiting.count > 2 {
            advance(channel, by: limits.writeStall - .seconds(1))
            socket.take()
        }
        #expect(channel.isActive)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        advance(channel, by: limits.writeStall - .seconds(1))
        socket.take()
        advance(channel, by: limits.idle - .seconds(1))
        #expect(channel.isActive)
        advance(channel, by: .seconds(1))
        #expect(!channel.isActive)
        #expect(reports.all.withLock { $0 } == [.idle])
    }

    @Test("An answer of which nothing is taken closes the connection, be it large or small", arguments: [100, 1 << 20])
    func stalled(bytes: Int) throws {
        let socket = SlowSocket()
        let channel = try connection(socket)
        answer(bytes, on: channel)
        advance(channel, by: limits.writeStall - .seconds(1))
        #expect(channel.isActive)
        advance(channel, by: .seconds(1))
        #expect(!channel.isActive)
        #expect(reports.all.withLock { $0 } == [.writeStall])
    }
}

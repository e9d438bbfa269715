import GatewayService
import NIOCore
import NIOEmbedded
import NIOHTTP2
import Synchronization
import Testing

@testable import GatewayHTTP

@Suite("HTTP/2 answers for which there is no window")
struct WindowStallTests {
    /// A codec that lets go of one frame at a time.
    private final class SlowCodec: ChannelOutboundHandler {
        typealias OutboundIn = HTTP2Frame.FramePayload

        private(set) var waiting: [EventLoopPromise<Void>?] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            waiting.append(promise)
        }

        func take() { if !waiting.isEmpty { waiting.removeFirst()?.succeed() } }
    }

    private final class Reports: Sendable {
        let all = Mutex<[ListenerLimit]>([])
    }

    private let limits = ListenerLimits()
    private let reports = Reports()
    private let socket = SlowSocket()
    private let codec = SlowCodec()
    private let connection: EmbeddedChannel
    private let stream: EmbeddedChannel

    init() throws {
        let report: LimitReport = { [reports] limit in reports.all.withLock { $0.append(limit) } }
        let stall = SocketStall(limits: limits, report: report)
        connection = EmbeddedChannel(handlers: [socket, stall])
        stream = EmbeddedChannel(handlers: [codec, WindowStall(limits: limits, socket: stall, report: report)])
        let address = try SocketAddress(unixDomainSocketPath: "client")
        try connection.connect(to: address).wait()
        try stream.connect(to: address).wait()
        socket.isSlow = true
        let body = HTTP2Frame.FramePayload.Data(data: .byteBuffer(ByteBuffer(repeating: 0, count: 100_000)))
        stream.writeAndFlush(HTTP2Frame.FramePayload.data(body), promise: nil)
    }

    private var met: [ListenerLimit] { reports.all.withLock { $0 } }

    private func advance(by duration: Duration) { stream.embeddedEventLoop.advanceTime(by: TimeAmount(duration)) }

    @Test("A stream of which nothing may be sent is ended")
    func stalled() {
        advance(by: limits.writeStall - .seconds(1))
        #expect(stream.isActive)
        advance(by: .seconds(1))
        connection.embeddedEventLoop.run()
        #expect(!stream.isActive && connection.isActive)
        #expect(met == [.writeStall])
    }

    @Test("One whose window opens slowly but steadily goes on to its end")
    func steady() {
        #expect(codec.waiting.count == 7)
        while !codec.waiting.isEmpty {
            advance(by: limits.writeStall - .seconds(1))
            codec.take()
        }
        advance(by: limits.writeStall * 2)
        connection.embeddedEventLoop.run()
        #expect(stream.isActive)
        #expect(met == [])
    }

    @Test("What waits for the socket has not stalled, until the socket took all before it", arguments: [false, true])
    func congested(goesOn: Bool) {
        connection.writeAndFlush(ByteBuffer(string: "of another stream"), promise: nil)
        advance(by: limits.writeStall)
        #expect(stream.isActive)
        if goesOn { codec.take() }
        socket.take()
        connection.embeddedEventLoop.run()
        #expect(stream.isActive == goesOn)
        #expect(met == (goesOn ? [] : [.writeStall]))
        advance(by: limits.writeStall)
        connection.embeddedEventLoop.run()
        #expect(!stream.isActive)
        #expect(met == [.writeStall])
    }

    @Test("Where the connection goes, its streams have not stalled")
    func gone() throws {
        connection.writeAndFlush(ByteBuffer(string: "of another stream"), promise: nil)
        advance(by: limits.writeStall)
        try connection.close().wait()
        connection.embeddedEventLoop.run()
        #expect(met == [])
    }
}

import GatewayService
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOSSL
import Synchronization

@testable import GatewayHTTP

/// A socket that hands on what is written to it, or once it is slow takes one write at a time.
final class SlowSocket: ChannelOutboundHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = ByteBuffer

    var isSlow = false
    private(set) var waiting: [EventLoopPromise<Void>?] = []
    /// How often it was asked to read.
    private(set) var reads = 0

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isSlow {
            waiting.append(promise)
        } else if case .byteBuffer(let bytes) = unwrapOutboundIn(data) {
            context.write(wrapOutboundOut(bytes), promise: promise)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        let left = waiting
        waiting = []
        for write in left { write?.fail(ChannelError.ioOnClosedChannel) }
        context.close(mode: mode, promise: promise)
    }

    /// Takes the first write of which somebody wants to hear, and those before it.
    func take() {
        waiting.removeFirst(waiting.prefix { $0 == nil }.count)
        if !waiting.isEmpty { waiting.removeFirst()?.succeed() }
    }
}

/// An HTTP/1 connection as the listener sets it up, behind a slow socket and under a clock that tests set.
final class SlowConnection {
    let socket = SlowSocket()
    let channel: EmbeddedChannel
    let limits = ListenerLimits()
    private let client: EmbeddedChannel?
    private let reports = Reports()

    private final class Reports: Sendable {
        let all = Mutex<[ListenerLimit]>([])
    }

    /// The limits that the client met.
    var met: [ListenerLimit] { reports.all.withLock { $0 } }

    /// Connects, over TLS or without, sends a request, and takes nothing at once from then on.
    init(isSecure: Bool) throws {
        let report: LimitReport = { [reports] limit in reports.all.withLock { $0.append(limit) } }
        channel = EmbeddedChannel(handlers: [socket, SocketStall(limits: limits, report: report)])
        let pipeline = channel.pipeline.syncOperations
        if isSecure {
            let pair = try TestCertificate.pair()
            let material = try TLSMaterial(files: TLSFiles(certificate: pair.certificate, privateKey: pair.privateKey))
            try pipeline.addHandler(NIOSSLServerHandler(context: material.context))
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            let context = try NIOSSLContext(configuration: configuration)
            client = EmbeddedChannel(handler: try NIOSSLClientHandler(context: context, serverHostname: nil))
        } else {
            client = nil
        }
        try pipeline.addHandlers([
            ConnectionWatch(limits: limits, report: report), HTTPResponseEncoder(),
            ByteToMessageHandler(HTTPRequestDecoder()), HTTP1ToHTTPServerCodec(secure: isSecure),
            RequestGuard(
                limits: limits, room: BodyRoom(limits: limits), isStream: false, isSecure: isSecure, report: report),
        ])
        let address = try SocketAddress(unixDomainSocketPath: "other")
        try channel.connect(to: address).wait()
        try client?.connect(to: address).wait()
        try exchange()
        try send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        socket.isSlow = true
    }

    /// Sends what a client says.
    func send(_ text: String) throws {
        guard let client else {
            try channel.writeInbound(ByteBuffer(string: text))
            return
        }
        try client.writeOutbound(ByteBuffer(string: text))
        try exchange()
    }

    /// Answers with a body of so many bytes.
    func answer(_ bytes: Int) {
        channel.write(HTTPResponsePart.head(HTTPResponse(status: .ok)), promise: nil)
        channel.write(HTTPResponsePart.body(ByteBuffer(repeating: 0x20, count: bytes)), promise: nil)
        channel.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
    }

    /// Lets time pass.
    func advance(by duration: Duration) { channel.embeddedEventLoop.advanceTime(by: TimeAmount(duration)) }

    /// Takes all that waits, one write after the other, each as late as a client may be.
    func takeSlowly(leaving left: Int = 0) {
        while socket.waiting.count > left {
            advance(by: limits.writeStall - .seconds(1))
            socket.take()
        }
    }

    private func exchange() throws {
        guard let client else { return }
        var isDone = false
        while !isDone {
            isDone = true
            while let bytes = try client.readOutbound(as: ByteBuffer.self) {
                isDone = false
                try channel.writeInbound(bytes)
            }
            while let bytes = try channel.readOutbound(as: ByteBuffer.self) {
                isDone = false
                try client.writeInbound(bytes)
            }
        }
    }
}

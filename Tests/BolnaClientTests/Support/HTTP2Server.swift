import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTPS server that speaks HTTP/2 only and holds every request until it is told to answer.
final class HTTP2Server: Sendable {
    let port: Int
    private let channel: any Channel
    private let record: Record
    private let requests: AsyncStream<String>

    /// What the connections have in common.
    final class Record: Sendable {
        struct State {
            var connections = 0
            var held: [String: any Channel] = [:]
        }
        let state = Mutex(State())
        let requests: AsyncStream<String>.Continuation

        init(requests: AsyncStream<String>.Continuation) { self.requests = requests }
    }

    private init(channel: any Channel, port: Int, record: Record, requests: AsyncStream<String>) {
        self.channel = channel
        self.port = port
        self.record = record
        self.requests = requests
    }

    static func with(tls: TLSConfiguration, _ body: (HTTP2Server) async throws -> Void) async throws {
        var tls = tls
        tls.applicationProtocols = ["h2"]
        let context = try NIOSSLContext(configuration: tls)
        let (requests, continuation) = AsyncStream.makeStream(of: String.self)
        let record = Record(requests: continuation)
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                record.state.withLock { $0.connections += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                }.flatMap {
                    channel.configureHTTP2Pipeline(mode: .server) { stream in
                        stream.eventLoop.makeCompletedFuture {
                            try stream.pipeline.syncOperations.addHandlers([
                                HTTP2FramePayloadToHTTP1ServerCodec(), HoldingHandler(record: record),
                            ])
                        }
                    }.map { _ in }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        let server = HTTP2Server(channel: channel, port: port, record: record, requests: requests)
        do {
            try await body(server)
            try await channel.close()
        } catch {
            try? await channel.close()
            throw error
        }
    }

    var connections: Int { record.state.withLock { $0.connections } }

    /// The address of the next request that comes.
    func nextRequest() async -> String? {
        for await request in requests { return request }
        return nil
    }

    /// Answers every request that is held with its own address.
    func releaseHeld() {
        let held = record.state.withLock { state in
            defer { state.held = [:] }
            return state.held
        }
        for (address, stream) in held {
            let head = HTTPResponseHead(version: .http2, status: .ok, headers: ["retry-after": "9"])
            stream.write(HTTPServerResponsePart.head(head), promise: nil)
            stream.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: address))), promise: nil)
            stream.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        }
    }
}

private final class HoldingHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let record: HTTP2Server.Record
    private var address = ""

    init(record: HTTP2Server.Record) { self.record = record }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            address = head.uri
        case .body:
            break
        case .end:
            let channel = context.channel
            record.state.withLock { $0.held[address] = channel }
            record.requests.yield(address)
        }
    }
}

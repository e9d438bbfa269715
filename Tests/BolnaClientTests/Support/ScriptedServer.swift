import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A request as it came over the wire.
struct ReceivedRequest: Hashable, Sendable {
    /// Such as `GET /user/me HTTP/1.1`.
    var line: String
    /// Names in lower case.
    var headers: [String: String]
    var body: String
}

/// What the server does with a request.
enum Reply: Sendable {
    /// Sends these bytes.
    case bytes(String)
    /// Sends these bytes and closes.
    case bytesThenClose(String)
    /// Sends these bytes and resets the connection.
    case bytesThenReset(String)
    /// Sends these bytes, then one more byte every 20 ms.
    case drip(String)
    /// Sends these bytes, then the second ones as often as they are taken.
    case flood(String, String)
    /// Does nothing until ``ScriptedServer/releaseHeld(_:)``.
    case hold

    /// A whole answer that keeps the connection.
    static func answer(_ status: String, headers: String = "", body: String = "") -> Reply {
        .bytes("HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}

/// An HTTPS server that answers with whatever bytes a test wants, also wrong ones.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (ReceivedRequest) -> Reply

    let port: Int
    /// The requests in the order they came.
    let requests: AsyncStream<ReceivedRequest>
    /// One element for each connection that ended.
    let closes: AsyncStream<Void>
    private let channel: any Channel
    private let record: Record

    /// What the connections have in common.
    final class Record: Sendable {
        struct State {
            var connections = 0
            var lines: [String] = []
            var held: [any Channel] = []
        }
        let state = Mutex(State())
        let requests: AsyncStream<ReceivedRequest>.Continuation
        let closes: AsyncStream<Void>.Continuation
        let script: Script

        init(
            requests: AsyncStream<ReceivedRequest>.Continuation, closes: AsyncStream<Void>.Continuation,
            script: @escaping Script
        ) {
            self.requests = requests
            self.closes = closes
            self.script = script
        }
    }

    private init(
        channel: any Channel, port: Int, record: Record, requests: AsyncStream<ReceivedRequest>,
        closes: AsyncStream<Void>
    ) {
        self.channel = channel
        self.port = port
        self.record = record
        self.requests = requests
        self.closes = closes
    }

    /// Without a TLS configuration the server speaks in the clear.
    static func with<Result: Sendable>(
        tls: TLSConfiguration?, script: @escaping Script, _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let server = try await start(tls: tls, script: script)
        do {
            let result = try await body(server)
            try await server.channel.close()
            return result
        } catch {
            try? await server.channel.close()
            throw error
        }
    }

    private static func start(tls: TLSConfiguration?, script: @escaping Script) async throws -> ScriptedServer {
        let (requests, requestsContinuation) = AsyncStream.makeStream(of: ReceivedRequest.self)
        let (closes, closesContinuation) = AsyncStream.makeStream(of: Void.self)
        let record = Record(requests: requestsContinuation, closes: closesContinuation, script: script)
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(record: record))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return ScriptedServer(channel: channel, port: port, record: record, requests: requests, closes: closes)
    }

    /// The next request that comes.
    func nextRequest() async -> ReceivedRequest? {
        for await request in requests { return request }
        return nil
    }

    /// Returns when a connection has ended.
    func nextClose() async {
        for await _ in closes { return }
    }

    var connections: Int { record.state.withLock { $0.connections } }

    /// The first lines of all requests so far.
    var lines: [String] { record.state.withLock { $0.lines } }

    /// Answers every request that is held.
    func releaseHeld(_ reply: String) {
        let held = record.state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for channel in held { channel.writeAndFlush(ByteBuffer(string: reply), promise: nil) }
    }
}

/// Collects one request at a time and does what the script says.
private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let record: ScriptedServer.Record
    private var received = ""

    init(record: ScriptedServer.Record) { self.record = record }

    func channelActive(context: ChannelHandlerContext) {
        record.state.withLock { $0.connections += 1 }
    }

    func channelInactive(context: ChannelHandlerContext) {
        record.closes.yield()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard let end = received.range(of: "\r\n\r\n") else { return }
        let lines = received[..<end.lowerBound].components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        let body = String(received[end.upperBound...])
        guard body.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 else { return }
        received = ""
        let request = ReceivedRequest(line: lines.first ?? "", headers: headers, body: body)
        let channel = context.channel
        let reply = record.script(request)
        record.state.withLock { state in
            state.lines.append(request.line)
            if case .hold = reply { state.held.append(channel) }
        }
        record.requests.yield(request)
        perform(reply, on: channel)
    }

    private func perform(_ reply: Reply, on channel: any Channel) {
        switch reply {
        case .bytes(let text):
            channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
        case .bytesThenClose(let text):
            channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in channel.close(promise: nil) }
        case .bytesThenReset(let text):
            channel.writeAndFlush(ByteBuffer(string: text)).flatMap {
                (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    ?? channel.eventLoop.makeSucceededVoidFuture()
            }.whenComplete { _ in
                // From below TLS, which would say goodbye first.
                let transport = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
                transport?.close(promise: nil)
            }
        case .drip(let text):
            channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
            channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { task in
                guard channel.isActive else { return task.cancel() }
                channel.writeAndFlush(ByteBuffer(string: "x"), promise: nil)
            }
        case .flood(let text, let more):
            channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
            Self.flood(ByteBuffer(string: more), on: channel)
        case .hold:
            break
        }
    }

    private static func flood(_ buffer: ByteBuffer, on channel: any Channel) {
        channel.writeAndFlush(buffer).whenSuccess { flood(buffer, on: channel) }
    }
}

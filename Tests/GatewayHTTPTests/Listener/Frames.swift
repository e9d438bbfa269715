import NIOCore
import NIOPosix
import NIOSSL

/// HTTP/2 frames as bytes, for sequences that no client library would send (RFC 9113, section 4.1).
struct Frame: Equatable {
    enum Kind: UInt8 {
        case data, headers, priority, reset, settings, push, ping, goAway, window, continuation
    }

    var kind: UInt8
    var flags: UInt8
    var stream: UInt32
    var payload: [UInt8]

    init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
        self.kind = kind.rawValue
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    static let endStream: UInt8 = 1
    static let endHeaders: UInt8 = 4
    static let protocolError: UInt32 = 0x01
    static let refusedStream: UInt32 = 0x07
    static let enhanceYourCalm: UInt32 = 0x0B

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Frame(.settings).bytes

    /// The error of a GOAWAY or RST_STREAM.
    var errorCode: UInt32? {
        let code = kind == Kind.goAway.rawValue ? payload.dropFirst(4) : payload[...]
        guard [Kind.goAway.rawValue, Kind.reset.rawValue].contains(kind), code.count >= 4 else { return nil }
        return code.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    var bytes: [UInt8] {
        let length = UInt32(payload.count)
        return [UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), kind, flags]
            + Self.bigEndian(stream) + payload
    }

    /// A request for a path that is not there, whole unless told otherwise.
    static func request(
        stream: UInt32, method: UInt8 = 0x82, flags: UInt8 = endStream | endHeaders, fields: [UInt8] = []
    ) -> Frame {
        Frame(.headers, flags: flags, stream: stream, [method, 0x87, 0x84] + field(name: [0x01], "localhost") + fields)
    }

    /// A request for a path with a key, whole.
    static func get(_ path: String, key: String, stream: UInt32) -> Frame {
        Frame(
            .headers, flags: endStream | endHeaders, stream: stream,
            [0x82, 0x87] + field(name: [0x04], path) + field(name: [0x01], "localhost")
                + field("authorization", "Bearer \(key)"))
    }

    /// Says how many bytes of each answer the client takes before it gives more room.
    static func initialWindow(_ bytes: UInt32) -> Frame { Frame(.settings, [0, 4] + bigEndian(bytes)) }

    /// Gives room for more bytes, of all answers together unless a stream is named.
    static func window(stream: UInt32 = 0, _ bytes: UInt32) -> Frame {
        Frame(.window, stream: stream, bigEndian(bytes))
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(number >> (24 - 8 * UInt32($0)) & 0xFF) }
    }

    /// The beginning of a webhook, which is not answered before its body has ended.
    static func openWebhook(stream: UInt32) -> Frame {
        let path = field(name: [0x04], "/webhooks/bolna")
        return Frame(
            .headers, flags: endHeaders, stream: stream, [post, 0x87] + path + field(name: [0x01], "localhost"))
    }

    /// The body of a webhook, which ends it.
    static func webhookBody(stream: UInt32) -> Frame {
        Frame(.data, flags: endStream, stream: stream, Array("{}".utf8))
    }

    /// Whether this is the head of an answer on a stream.
    func isAnswer(on stream: UInt32) -> Bool { kind == Kind.headers.rawValue && self.stream == stream }

    /// POST, of the static table (RFC 7541, appendix A).
    static let post: UInt8 = 0x83

    /// A field that is not added to the table; the name is an index, or 0 and a text.
    static func field(name: [UInt8], _ value: String) -> [UInt8] { name + text(value) }

    static func field(_ name: String, _ value: String) -> [UInt8] { field(name: [0x00] + text(name), value) }

    private static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var length: [UInt8] = [127]
        var rest = bytes.count - 127
        while rest >= 128 {
            length.append(UInt8(rest % 128) | 0x80)
            rest /= 128
        }
        return length + [UInt8(rest)] + bytes
    }

    /// The whole frames at the beginning of what was received.
    static func parse(_ bytes: [UInt8]) -> [Frame] {
        var frames: [Frame] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard rest.count >= 9 + length else { break }
            var frame = Frame(.data, flags: head[4], Array(rest.dropFirst(9).prefix(length)))
            frame.kind = head[3]
            frame.stream = head[5...8].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
            frames.append(frame)
            rest = rest.dropFirst(9 + length)
        }
        return frames
    }
}

/// An HTTP/2 connection that sends frames as they are.
enum RawStreams {
    /// What is sent next once certain frames have come; nil until then.
    typealias Step = @Sendable (_ received: [Frame]) -> [Frame]?

    /// Sends the preface and frames, then takes the steps one after the other, and returns all frames that come until the
    /// server closes, or `isEnough`. Once the first bytes come something else is done.
    static func exchange(
        port: Int, _ frames: [Frame], steps: [Step] = [],
        until isEnough: @escaping @Sendable ([Frame]) -> Bool = { _ in false },
        onAnswer: @Sendable () async -> Void = {}
    ) async throws -> [Frame] {
        let channel = try await connect(port: port)
        return try await channel.executeThenClose { inbound, outbound in
            var received: [UInt8] = []
            var steps = steps[...]
            do {
                try await outbound.write(ByteBuffer(bytes: Frame.preface + frames.flatMap(\.bytes)))
                for try await part in inbound {
                    if received.isEmpty { await onAnswer() }
                    received += Array(buffer: part)
                    let come = Frame.parse(received)
                    while let next = steps.first?(come) {
                        try await outbound.write(ByteBuffer(bytes: next.flatMap(\.bytes)))
                        steps = steps.dropFirst()
                    }
                    if isEnough(come) { break }
                }
            } catch is NIOSSLError {
                // The server closed without a word of TLS.
            } catch is IOError {
                // The server closed while bytes of ours were on their way.
            }
            return Frame.parse(received)
        }
    }

    /// Sends the preface and frames, closes its own side once there is an answer, and returns all frames that come until
    /// the server closes the other side.
    static func leave(port: Int, _ frames: [Frame]) async throws -> [Frame] {
        let channel = try await connect(port: port)
        return try await channel.executeThenClose { inbound, outbound in
            var received: [UInt8] = []
            try await outbound.write(ByteBuffer(bytes: Frame.preface + frames.flatMap(\.bytes)))
            for try await part in inbound {
                if received.isEmpty { outbound.finish() }
                received += Array(buffer: part)
            }
            return Frame.parse(received)
        }
    }

    /// Sends the preface and frames, takes nothing of what comes, and returns once the server has closed.
    static func takeNothing(port: Int, _ frames: [Frame]) async throws {
        let context = try tls()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
                    try pipeline.addHandler(ReadBlocker(), position: .first)
                    return channel
                }
            }
        try await channel.writeAndFlush(ByteBuffer(bytes: Frame.preface + frames.flatMap(\.bytes)))
        // Only who writes hears that the other side is gone; of these frames the server counts none.
        let further = ByteBuffer(bytes: Frame.window(1).bytes)
        do {
            while true { try await channel.writeAndFlush(further) }
        } catch {
            try? await channel.close()
        }
    }

    private static func tls() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.applicationProtocols = ["h2"]
        return try NIOSSLContext(configuration: configuration)
    }

    private static func connect(port: Int) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let context = try tls()
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: nil))
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
    }
}

import NIOCore
import NIOPosix
import NIOSSL

/// A connection that sends bytes as they are, for requests no client library would send.
enum RawConnection {
    /// What NIOSSL says of a server that closed without a word of TLS, after or during the handshake.
    private static let closures: [NIOSSLError] = [
        .uncleanShutdown, .handshakeFailed(.sslError([.eofDuringHandshake])),
    ]

    /// Connects with TLS, sends each text, and returns all that comes until the server closes. Once the first answer comes
    /// something else is done, and further texts are sent.
    static func exchange(
        port: Int, _ texts: [String], then further: [String] = [],
        configure: (inout TLSConfiguration) -> Void = { _ in }, onAnswer: @Sendable () async -> Void = {}
    ) async throws -> String {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configure(&configuration)
        let context = try NIOSSLContext(configuration: configuration)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: nil))
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var received = ""
            do {
                for text in texts { try await outbound.write(ByteBuffer(string: text)) }
                for try await part in inbound {
                    let isFirst = received.isEmpty
                    received += String(buffer: part)
                    guard isFirst else { continue }
                    await onAnswer()
                    for text in further { try await outbound.write(ByteBuffer(string: text)) }
                }
            } catch let error as NIOSSLError where closures.contains(error) {
                return received
            } catch is NIOSSLError where !received.isEmpty {
                return received
            } catch is IOError {
                // The server closed while bytes of ours were on their way.
                return received
            }
            return received
        }
    }
}

extension RawConnection {
    /// Connects with TLS and sends a text again and again without ever reading; returns once the server has closed.
    static func sendWithoutReading(port: Int, _ text: String) async throws -> Bool {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        let context = try NIOSSLContext(configuration: configuration)
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
        let bytes = ByteBuffer(string: text)
        do {
            while true { try await channel.writeAndFlush(bytes) }
        } catch {
            try? await channel.close()
            return true
        }
    }
}

/// Reads what the handshake takes, and nothing after the first write of its user.
final class ReadBlocker: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private var reads = 0

    func read(context: ChannelHandlerContext) {
        reads += 1
        if reads <= 4 { context.read() }
    }
}

extension RawConnection {
    /// A connection that is kept open, handshake done, until something is sent.
    struct Held: Sendable {
        private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

        init(port: Int) async throws {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            let context = try NIOSSLContext(configuration: configuration)
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: nil))
                        return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
        }

        /// Sends a text and returns all that comes until the server closes.
        func send(_ text: String) async throws -> String {
            try await channel.executeThenClose { inbound, outbound in
                var received = ""
                try await outbound.write(ByteBuffer(string: text))
                for try await part in inbound { received += String(buffer: part) }
                return received
            }
        }
    }
}

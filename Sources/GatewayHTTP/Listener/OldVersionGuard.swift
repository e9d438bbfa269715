import NIOCore
import NIOHTTP1

/// Refuses a transfer coding in HTTP/1.0, which knows none: a proxy of that age would take the body for the next request
/// (RFC 9112, section 6.1). Whatever comes after the decoder no longer knows the version.
final class OldVersionGuard: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private var isRefusing = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), head.version == .http1_0,
            head.headers.contains(name: "Transfer-Encoding")
        {
            isRefusing = true
            context.fireErrorCaught(HTTPParserError.unexpectedContentLength)
        }
        if !isRefusing { context.fireChannelRead(data) }
    }

    /// Puts it behind a connection's decoder.
    static func add(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        try pipeline.addHandler(OldVersionGuard(), position: .after(decoder))
    }
}

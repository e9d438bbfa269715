import NIOCore

/// Leads a plain request that came whole, and alone, past the HTTP decoder to the ``DirectHandler``; all else goes to the
/// decoder.
///
/// It stands before the decoder and follows where messages end, as far as it can: only between two of them may one pass the
/// decoder by. Once it has seen anything but plain requests, the rest of the connection goes to the decoder.
final class PlainLane: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Who takes plain requests.
    weak var handler: DirectHandler?

    /// The bytes of a body that the decoder is still to get until it is between two messages; nil where nobody knows.
    private var owed: Int? = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let owed else { return context.fireChannelRead(data) }
        let bytes = unwrapInboundIn(data)
        guard owed == 0 else {
            self.owed = owed >= bytes.readableBytes ? owed - bytes.readableBytes : nil
            return context.fireChannelRead(data)
        }
        guard let plain = PlainRequest(bytes) else {
            self.owed = nil
            return context.fireChannelRead(data)
        }
        let missing = plain.headBytes + plain.bodyBytes - bytes.readableBytes
        if missing == 0, handler?.take(plain, in: bytes) ?? false { return }
        self.owed = missing >= 0 ? missing : nil
        context.fireChannelRead(data)
    }

    func handlerRemoved(context: ChannelHandlerContext) { handler = nil }
}

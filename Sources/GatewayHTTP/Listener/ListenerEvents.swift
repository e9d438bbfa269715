import GatewayService
import NIOCore
import NIOHTTP2

/// Hears that a client met a limit.
typealias LimitReport = @Sendable (ListenerLimit) -> Void

/// Ends an HTTP/2 connection whose codec gave up on the client, once the codec's GOAWAY is on its way.
///
/// Each stream's error comes by here as well, by the stream's own channel; only the connection's end it.
final class HTTP2ErrorHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    private let report: LimitReport

    init(report: @escaping LimitReport) { self.report = report }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is any NIOHTTP2Error { report(Self.limit(of: error)) }
        context.close(promise: nil)
    }

    /// The limit that an error of the codec stands for.
    static func limit(of error: any Error) -> ListenerLimit {
        switch error {
        case is NIOHTTP2Errors.ExcessiveRSTFrames, is NIOHTTP2Errors.ExcessiveStreamErrors: .streamResets
        case is NIOHTTP2Errors.ExcessiveControlFrames, is NIOHTTP2Errors.ExcessiveEmptyDataFrames: .controlFrames
        case is NIOHTTP2Errors.ExcessiveContinuationFrames: .continuationFrames
        case is NIOHTTP2Errors.ExcessivelyLargeHeaderBlock: .headers
        default: .malformed
        }
    }
}

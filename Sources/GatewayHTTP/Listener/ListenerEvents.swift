import GatewayService
import NIOCore
import NIOHTTP2

/// Hears that a client met a limit.
typealias LimitReport = @Sendable (ListenerLimit) -> Void

/// Ends an HTTP/2 connection whose codec gave up on the client, once the codec's GOAWAY is on its way.
///
/// The codec tells of the error of one stream by the same way, after it has reset that stream; the others go on. The types
/// of both overlap, but only over an error of the connection does it write a GOAWAY that has a code.
final class HTTP2ErrorHandler: ChannelInboundHandler, NIOHTTP2FrameDelegate {
    typealias InboundIn = HTTP2Frame

    private let report: LimitReport
    private var hasGivenUp = false

    init(report: @escaping LimitReport) { self.report = report }

    func wroteFrame(_ frame: HTTP2Frame) {
        if case .goAway(_, let code, _) = frame.payload, code != .noError { hasGivenUp = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let error = (error as? NIOHTTP2Errors.StreamError)?.baseError ?? error
        if let limit = Self.limit(of: error) { report(limit) }
        if hasGivenUp || Self.endsSilently(error) { context.close(promise: nil) }
    }

    /// Whether an error ends the connection although the codec can write no GOAWAY over it: one of the connection below, or
    /// of the codec's own state.
    private static func endsSilently(_ error: any Error) -> Bool {
        switch error {
        case is NIOHTTP2Errors.RaisedGoawayLastStreamID, is NIOHTTP2Errors.IOOnClosedConnection,
            is NIOHTTP2Errors.UnableToSerializeFrame:
            true
        default: !(error is any NIOHTTP2Error)
        }
    }

    /// The limit that an error of the codec stands for; nil for one of the connection below, and for a stream that was
    /// opened while the client could not know yet that it is told to go.
    static func limit(of error: any Error) -> ListenerLimit? {
        switch error {
        case is NIOHTTP2Errors.CreatedStreamAfterGoaway: nil
        case is NIOHTTP2Errors.ExcessiveRSTFrames, is NIOHTTP2Errors.ExcessiveStreamErrors,
            is NIOHTTP2Errors.ExcessiveNumberOfGlitches:
            .streamResets
        case is NIOHTTP2Errors.MaxStreamsViolation: .streams
        case is NIOHTTP2Errors.ExcessiveControlFrames, is NIOHTTP2Errors.ExcessiveEmptyDataFrames: .controlFrames
        case is NIOHTTP2Errors.ExcessiveContinuationFrames: .continuationFrames
        case is NIOHTTP2Errors.ExcessivelyLargeHeaderBlock: .headers
        case is any NIOHTTP2Error: .malformed
        default: nil
        }
    }
}

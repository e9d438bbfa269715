import NIOCore
import NIOEmbedded
import Testing

@testable import GatewayHTTP

@Suite("Connections that cannot be accepted")
struct AcceptErrorTests {
    /// What stands behind, as NIO's handler that waits does.
    private final class Waiter: ChannelInboundHandler {
        typealias InboundIn = Any

        private(set) var errors = 0

        func errorCaught(context: ChannelHandlerContext, error: any Error) { errors += 1 }
    }

    @Test("They make the listener wait, and are told of in one line a minute")
    func waits() {
        let lines = CapturedLines()
        let waiter = Waiter()
        let channel = EmbeddedChannel(handlers: [AcceptErrorHandler(logger: lines.logger), waiter])
        for _ in 1...100 { channel.pipeline.fireErrorCaught(IOError(errnoCode: 24, reason: "accept")) }
        #expect(waiter.errors == 100)
        #expect(lines.all.count == 1)
        channel.embeddedEventLoop.advanceTime(by: AcceptErrorHandler.timePerLine)
        channel.pipeline.fireErrorCaught(IOError(errnoCode: 24, reason: "accept"))
        #expect(lines.all.count == 2)
    }

    @Test("An error of another kind is told of, and ends nothing")
    func other() {
        let lines = CapturedLines()
        let waiter = Waiter()
        let channel = EmbeddedChannel(handlers: [AcceptErrorHandler(logger: lines.logger), waiter])
        channel.pipeline.fireErrorCaught(ChannelError.inputClosed)
        #expect(waiter.errors == 0)
        #expect(lines.all.count == 1)
    }
}

import GatewayService
import NIOCore

/// Closes a channel whose client takes nothing of its answers for too long.
///
/// It counts what is sent, rather than that the channel takes further bytes: a large body is written at once, and a client
/// that reads it slowly but steadily leaves the channel full until almost all of it is sent.
final class WriteStall {
    /// The parts, in bytes, in which a body is written, each of which shows when it is sent.
    static let partBytes = 16 * 1024

    private let longest: TimeAmount
    private let report: LimitReport
    private var timer: Scheduled<Void>?
    private var unsentEnds = 0
    private var hasStopped = false

    init(longest: Duration, report: @escaping LimitReport) {
        self.longest = TimeAmount(longest)
        self.report = report
    }

    /// Writes all parts of a body but the last, which it returns.
    func writeParts(
        of bytes: ByteBuffer, channel: any Channel, write: (ByteBuffer, EventLoopPromise<Void>) -> Void
    ) -> ByteBuffer {
        var rest = bytes
        while rest.readableBytes > Self.partBytes, let part = rest.readSlice(length: Self.partBytes) {
            let sent = channel.eventLoop.makePromise(of: Void.self)
            sent.futureResult.assumeIsolated().whenSuccess { [self] in restart(channel) }
            write(part, sent)
        }
        return rest
    }

    /// The end of an answer is about to be written.
    func beganEnd() { unsentEnds += 1 }

    /// The end of an answer is sent, or cannot be any more.
    func sentEnd(_ channel: any Channel) {
        unsentEnds -= 1
        restart(channel)
    }

    /// The channel takes further bytes again, or none any more.
    func writabilityChanged(_ channel: any Channel) {
        restart(channel)
        check(channel)
    }

    /// Starts the time where something waits to be sent, ends it where nothing does.
    func check(_ channel: any Channel) {
        guard !hasStopped, unsentEnds > 0 || !channel.isWritable else {
            timer?.cancel()
            timer = nil
            return
        }
        guard timer == nil else { return }
        timer = channel.eventLoop.scheduleTask(in: longest) { [report] in
            report(.writeStall)
            channel.close(promise: nil)
        }
    }

    /// The channel is gone.
    func stop() {
        hasStopped = true
        timer?.cancel()
        timer = nil
    }

    /// Something was sent.
    private func restart(_ channel: any Channel) {
        guard let running = timer else { return }
        running.cancel()
        timer = nil
        check(channel)
    }
}

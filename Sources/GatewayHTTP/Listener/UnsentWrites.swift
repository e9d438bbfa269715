import NIOCore

/// Follows writes until they are sent, and tells where nothing of those that wait is sent for too long.
///
/// It counts what is sent, rather than that the channel takes further bytes: a large body is written at once, and a client
/// that reads it slowly but steadily leaves the channel full until almost all of it is sent. To be used on one event loop.
final class UnsentWrites {
    /// The largest part, in bytes, that is to be one write: a part shows that it is sent once all of it is.
    static let partBytes = 16 * 1024

    /// Writes so far that were sent, or cannot be any more. They end in the order in which they began.
    private(set) var ended = 0
    private var began = 0
    private let longest: TimeAmount
    private let eventLoop: any EventLoop
    private let onStall: () -> Void
    private var timer: Scheduled<Void>?
    /// Who waits for the end of so many writes.
    private var waiting: CircularBuffer<(writes: Int, then: (_ isSent: Bool) -> Void)> = []

    /// Calls `onStall` where nothing is sent for `longest`.
    init(longest: Duration, on eventLoop: any EventLoop, onStall: @escaping () -> Void) {
        self.longest = TimeAmount(longest)
        self.eventLoop = eventLoop
        self.onStall = onStall
    }

    /// Takes the next part of a body while more than that is left.
    static func part(of bytes: inout ByteBuffer) -> ByteBuffer? {
        bytes.readableBytes > partBytes ? bytes.readSlice(length: partBytes) : nil
    }

    /// Whether everything is sent.
    var isEmpty: Bool { began == ended }

    /// Follows a write, which is then to be made with the promise that is returned.
    func follow(_ promise: EventLoopPromise<Void>?) -> EventLoopPromise<Void> {
        let sent = promise ?? eventLoop.makePromise(of: Void.self)
        began += 1
        sent.futureResult.assumeIsolated().whenComplete { [self] result in end(result) }
        return sent
    }

    /// Starts the time where something waits to be sent and it does not run yet.
    func check() {
        guard !isEmpty, timer == nil else { return }
        timer = eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: longest) { [self] in
            timer = nil
            onStall()
        }
    }

    /// Calls once all writes so far are sent, which may be now, or cannot be any more.
    func whenSent(_ then: @escaping (_ isSent: Bool) -> Void) {
        guard !isEmpty else { return then(true) }
        waiting.append((began, then))
    }

    /// The channel is gone.
    func stop() {
        timer?.cancel()
        timer = nil
    }

    private func end(_ result: Result<Void, any Error>) {
        ended += 1
        if timer != nil {
            stop()
            check()
        }
        let isSent = if case .success = result { true } else { false }
        while let next = waiting.first, next.writes <= ended {
            waiting.removeFirst()
            next.then(isSent)
        }
    }
}

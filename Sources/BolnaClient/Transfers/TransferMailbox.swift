import CallDomain
import Synchronization

/// What callers and the thread of the transfers know in common: the requests that wait, the ones to cancel, and whether
/// to go on. Continuations are never resumed under its lock.
final class TransferMailbox: Sendable {
    /// Names one request among those of a client.
    typealias TransferID = UInt64

    /// A request and the caller that waits for its answer.
    struct Job: Sendable {
        let id: TransferID
        let exchange: Exchange
        let continuation: CheckedContinuation<BolnaAnswer, Never>
    }

    /// What the thread is to do next.
    struct Orders {
        var start: [Job] = []
        var cancel: [TransferID] = []
        /// Why the thread is to answer everything, and to end; nil while it is to go on.
        var closed: TransportFailure?
    }

    private struct State {
        var lastID: TransferID = 0
        var waiting: [Job] = []
        var cancelled: [TransferID] = []
        /// Why nothing more is taken; nil while requests are.
        var closed: TransportFailure?
        /// Nil once the thread has ended.
        var multi: MultiHandle?
        var stopped: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let mostWaiting: Int

    init(multi: MultiHandle, mostWaiting: Int) {
        state = Mutex(State(multi: multi))
        self.mostWaiting = mostWaiting
    }

    /// The handle the thread works with; nil once it has ended.
    var multi: MultiHandle? { state.withLock { $0.multi } }

    func newID() -> TransferID {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    /// Takes a request, or says why not; the caller then answers it.
    func post(_ job: Job) -> TransportFailure? {
        state.withLock { state in
            if let closed = state.closed { return closed }
            guard state.waiting.count < mostWaiting else {
                return TransportFailure(
                    kind: .connect, detail: "\(mostWaiting) requests are waiting already; nothing was sent")
            }
            state.waiting.append(job)
            state.multi?.wakeUp()
            return nil
        }
    }

    /// Gives back a request that still waited, for the caller to answer; else the thread is told, and it answers.
    func cancel(_ id: TransferID) -> Job? {
        state.withLock { state in
            if let index = state.waiting.firstIndex(where: { $0.id == id }) { return state.waiting.remove(at: index) }
            guard let multi = state.multi else { return nil }
            state.cancelled.append(id)
            multi.wakeUp()
            return nil
        }
    }

    /// Closes the mailbox and tells the thread to end.
    func requestStop() {
        state.withLock { state in
            state.closed = state.closed ?? TransportFailure(kind: .cancelled, detail: "the client was stopped")
            state.multi?.wakeUp()
        }
    }

    /// Tells the thread to end, and returns when it did.
    func stop() async {
        requestStop()
        await withCheckedContinuation { continuation in
            let isRunning = state.withLock { state in
                guard state.multi != nil else { return false }
                state.stopped.append(continuation)
                return true
            }
            if !isRunning { continuation.resume() }
        }
    }

    /// For the thread: what to do next, starting at most `room` requests.
    func take(room: Int) -> Orders {
        state.withLock { state in
            var orders = Orders(cancel: state.cancelled, closed: state.closed)
            state.cancelled = []
            let count = orders.closed != nil ? state.waiting.count : min(room, state.waiting.count)
            orders.start = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            return orders
        }
    }

    /// For the thread: nothing more is taken, since libcurl failed as a whole.
    func close(_ failure: TransportFailure) {
        state.withLock { $0.closed = $0.closed ?? failure }
    }

    /// For the thread, as the last thing it does: lets go of the multi handle, which closes the connections.
    func ended() {
        let (multi, stopped) = state.withLock { state in
            defer {
                state.multi = nil
                state.stopped = []
                state.cancelled = []
            }
            return (state.multi, state.stopped)
        }
        _ = consume multi
        for continuation in stopped { continuation.resume() }
    }
}

import CallDomain
import Dispatch
import Synchronization

/// Hands chunks from the thread of a transfer to the one reader of its body, and holds the thread up while
/// ``RecordingBody/mostChunks`` wait. Continuations are never resumed under its lock.
final class RecordingPipe: Sendable {
    /// The transfer broke before its end.
    struct Broken: Error, Hashable {
        /// Why.
        var failure: TransportFailure
    }

    private struct State {
        var chunks: [[UInt8]] = []
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        /// How the transfer ended; nil while it goes on.
        var ending: Result<Void, Broken>?
        /// Whether nobody reads any more.
        var isCancelled = false
        /// Whether the thread waits for room.
        var isFull = false
    }

    private let state = Mutex(State())
    private let room = DispatchSemaphore(value: 0)

    /// Whether nobody reads any more.
    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// For the thread: hands a chunk on, waiting while there is no room, at most this long. False where nobody reads, or too
    /// slowly.
    func write(_ chunk: [UInt8], patience: Duration) -> Bool {
        let deadline = DispatchTime.now() + .milliseconds(patience.wholeMilliseconds)
        while true {
            var reader: CheckedContinuation<[UInt8]?, any Error>?
            let isDone: Bool? = state.withLock { state in
                guard !state.isCancelled else { return false }
                if let waiting = state.reader {
                    state.reader = nil
                    reader = waiting
                    return true
                }
                guard state.chunks.count < RecordingBody.mostChunks else {
                    state.isFull = true
                    return nil
                }
                state.chunks.append(chunk)
                return true
            }
            reader?.resume(returning: chunk)
            if let isDone { return isDone }
            guard room.wait(timeout: deadline) == .success else { return false }
        }
    }

    /// For the thread, as the last thing: nothing more comes.
    func finish(_ failure: TransportFailure? = nil) {
        let ending: Result<Void, Broken> = failure.map { .failure(Broken(failure: $0)) } ?? .success(())
        let reader = state.withLock { state in
            state.ending = ending
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(with: ending.map { nil }.mapError { $0 as any Error })
    }

    /// For the reader: the next chunk, nil after the last. Throws where the transfer broke, and where it was given up.
    func read() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<[UInt8]?, any Error>? = state.withLock { state in
                    if !state.chunks.isEmpty {
                        let chunk = state.chunks.removeFirst()
                        if state.isFull {
                            state.isFull = false
                            room.signal()
                        }
                        return .success(chunk)
                    }
                    if let ending = state.ending { return ending.map { nil }.mapError { $0 as any Error } }
                    guard !state.isCancelled, state.reader == nil else { return .failure(CancellationError()) }
                    state.reader = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Nobody reads any more: the transfer is to end.
    func cancel() {
        let reader = state.withLock { state in
            state.isCancelled = true
            state.isFull = false
            state.chunks = []
            defer { state.reader = nil }
            return state.reader
        }
        room.signal()
        reader?.resume(throwing: CancellationError())
    }
}

/// Ends a transfer when the last reference to it goes.
final class RecordingHold: Sendable {
    private let pipe: RecordingPipe

    init(_ pipe: RecordingPipe) { self.pipe = pipe }

    deinit { pipe.cancel() }

    func read() async throws -> [UInt8]? { try await pipe.read() }
}

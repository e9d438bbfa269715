package import CallDomain
import Synchronization

/// Reads from the store on threads that may block, so that no task's thread ever waits for a disk.
package final class StoreReader: Sendable {
    private let store: any CallStore
    private let threads: Int
    private let blocking: BlockingWork
    private let state = Mutex(State())

    /// The most reads that wait for a thread; further ones fail as busy.
    package static let mostWaiting = 512

    private struct State: Sendable {
        var running = 0
        var waiting: [@Sendable () -> Void] = []
    }

    /// Reads with at most this many threads at once.
    package init(
        store: any CallStore, threads: Int = 4, work: BlockingWork = .concurrent("gateway.store.reader")
    ) {
        self.store = store
        self.blocking = work
        self.threads = max(threads, 1)
    }

    /// A number that is another one once anything of an account's calls has changed; blocks nothing.
    package func edition(of account: AccountID) -> UInt64 { store.edition(of: account) }

    /// Runs a read on a thread of its own and returns its value.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any CallStore) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let job: @Sendable () -> Void = { [store] in
                do throws(StoreError) {
                    continuation.resume(returning: .success(try body(store)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if !enqueue(job) {
                continuation.resume(
                    returning: .failure(StoreError(kind: .busy, message: "too many reads wait for the store")))
            }
        }
        return try result.get()
    }

    /// Starts the job, or lets it wait; false where no more may wait.
    private func enqueue(_ job: @escaping @Sendable () -> Void) -> Bool {
        enum Admission { case start, wait, refuse }
        let admission: Admission = state.withLock { state in
            if state.running < threads {
                state.running += 1
                return .start
            }
            guard state.waiting.count < Self.mostWaiting else { return .refuse }
            state.waiting.append(job)
            return .wait
        }
        if admission == .start { blocking.run { self.work(first: job) } }
        return admission != .refuse
    }

    /// Runs jobs on this thread until none waits.
    private func work(first: @Sendable () -> Void) {
        first()
        while let job = takeWaiting() { job() }
    }

    private func takeWaiting() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}

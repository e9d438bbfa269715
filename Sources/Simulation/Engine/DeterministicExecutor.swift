import Dispatch
import Synchronization

/// Runs the tasks of one simulated gateway on the thread that drives the simulation, one job at a time, in an order that
/// the driver chooses. Nothing runs until the driver says so.
final class DeterministicExecutor: TaskExecutor {
    private let state = Mutex(State())

    private struct State {
        var queue: [Work] = []
        var waiter: DispatchSemaphore?
    }

    private enum Work {
        case job(UnownedJob)
        case block(@Sendable () -> Void)
    }

    /// Takes a job of a task.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        append(.job(job))
    }

    /// Takes work that a service wants done on a thread that may block.
    func enqueue(block: @escaping @Sendable () -> Void) {
        append(.block(block))
    }

    private func append(_ work: Work) {
        let waiter = state.withLock { state in
            state.queue.append(work)
            return state.waiter
        }
        waiter?.signal()
    }

    /// How much work waits.
    var waiting: Int { state.withLock { $0.queue.count } }

    /// Does the work that the caller chooses from so many; false where none waits.
    func runOne(choosing choose: (Int) -> Int) -> Bool {
        let work = state.withLock { state in
            state.queue.isEmpty ? nil : state.queue.remove(at: state.queue.count == 1 ? 0 : choose(state.queue.count))
        }
        switch work {
        case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
        case .block(let block): block()
        case nil: return false
        }
        return true
    }

    /// Waits until work arrives that another thread hands in; false where none came in time. Only the ends of abandoned
    /// tasks need it: cancelling a wait of ServiceLifecycle takes a detour over the global executor.
    func waitForWork(_ patience: DispatchTimeInterval) -> Bool {
        let waiter = DispatchSemaphore(value: 0)
        let isWaiting = state.withLock { state in
            state.waiter = state.queue.isEmpty ? waiter : nil
            return state.queue.isEmpty
        }
        guard isWaiting else { return true }
        defer { state.withLock { $0.waiter = nil } }
        return waiter.wait(timeout: .now() + patience) == .success
    }
}

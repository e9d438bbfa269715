import Dispatch

/// Where work that blocks is run: on threads of its own, so that no task's thread ever waits for a disk. A simulation
/// says itself when which work is done.
package struct BlockingWork: Sendable {
    private let start: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// Work that is started by a function of the caller's, which must run each body once.
    package init(start: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) { self.start = start }

    /// One body at a time, in order, on a thread of a queue with this label.
    package static func serial(_ label: String) -> BlockingWork {
        let queue = DispatchQueue(label: label)
        return BlockingWork { body in queue.async(execute: body) }
    }

    /// Bodies at once, on threads of a queue with this label.
    package static func concurrent(_ label: String) -> BlockingWork {
        let queue = DispatchQueue(label: label, attributes: .concurrent)
        return BlockingWork { body in queue.async(execute: body) }
    }

    /// Starts a body and returns without waiting for it.
    func run(_ body: @escaping @Sendable () -> Void) { start(body) }
}

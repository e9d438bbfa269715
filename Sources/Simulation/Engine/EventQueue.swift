/// What is to happen at points of virtual time: by time, then by the order in which it was planned.
struct EventQueue {
    private struct Entry {
        var at: Duration
        var order: UInt64
        var action: () -> Void

        func precedes(_ other: Entry) -> Bool { (at, order) < (other.at, other.order) }
    }

    private var heap: [Entry] = []
    private var planned: UInt64 = 0

    /// When something happens next; nil when nothing will.
    var nextTime: Duration? { heap.first?.at }

    /// Plans an action.
    mutating func plan(at time: Duration, _ action: @escaping () -> Void) {
        planned += 1
        heap.append(Entry(at: time, order: planned, action: action))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest action; nil when there is none.
    mutating func pop() -> (at: Duration, action: () -> Void)? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].precedes(heap[least]) { least = child }
            }
            if least == parent { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return (first.at, first.action)
    }
}

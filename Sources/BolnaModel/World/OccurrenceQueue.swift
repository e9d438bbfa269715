/// Something that is to happen at a time of its own.
enum Occurrence: Sendable {
    /// The next of the world's own outbound calls.
    case generatedCall
    /// The next customer calling.
    case inboundCall
    /// The next change of a call, if its plan is still that one.
    case step(call: Int, plan: Int)
    case deliver(WebhookDelivery)
    /// A webhook held back for reordering goes out, although nothing came to overtake it.
    case release(call: Int, delivery: Int)
}

/// Occurrences by time, then by the order in which they were scheduled: a binary heap.
struct OccurrenceQueue: Sendable {
    private struct Entry: Sendable {
        var at: Moment
        var order: UInt64
        var occurrence: Occurrence

        func precedes(_ other: Entry) -> Bool {
            (at, order) < (other.at, other.order)
        }
    }

    private var heap: [Entry] = []
    private var scheduled: UInt64 = 0

    var nextTime: Moment? { heap.first?.at }

    mutating func schedule(_ occurrence: Occurrence, at moment: Moment) {
        scheduled += 1
        heap.append(Entry(at: moment, order: scheduled, occurrence: occurrence))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest occurrence that is not after `limit`.
    mutating func pop(until limit: Moment) -> (at: Moment, occurrence: Occurrence)? {
        guard let first = heap.first, first.at <= limit else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { heap[$0].precedes(heap[$1]) }), heap[least].precedes(heap[parent])
            else { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return (first.at, first.occurrence)
    }
}

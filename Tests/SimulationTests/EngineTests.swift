import Synchronization
import Testing

@testable import Simulation

@Suite struct EngineTests {
    @Test("Events happen by time, then in the order in which they were planned")
    func eventOrder() {
        var queue = EventQueue()
        var happened: [Int] = []
        for (number, time) in [30, 10, 20, 10, 5].enumerated() {
            queue.plan(at: .seconds(time)) { happened.append(number) }
        }
        while let event = queue.pop() { event.action() }
        #expect(happened == [4, 1, 3, 2, 0])
        #expect(queue.nextTime == nil)
    }

    @Test("Nothing of a task runs before the driver says so, and its children run there too")
    func executorWaits() {
        let executor = DeterministicExecutor()
        let reached = Notes<String>()
        Task(executorPreference: executor) {
            reached.add("start")
            await withTaskGroup(of: Void.self) { group in
                group.addTask { reached.add("child") }
            }
            reached.add("end")
        }
        #expect(reached.all.isEmpty)
        while executor.runOne(choosing: { _ in 0 }) {}
        #expect(reached.all == ["start", "child", "end"])
    }

    @Test("A sleeper is woken by its event, and a cancelled one ends at once")
    func clockWakes() {
        let executor = DeterministicExecutor()
        let asked = Notes<(Duration, Int)>()
        let clock = VirtualClock { deadline, sleeper in asked.add((deadline, sleeper)) }
        let ended = Notes<String>()
        func sleep(_ name: String) -> Task<Void, Never> {
            Task(executorPreference: executor) {
                do {
                    try await clock.sleep(for: .seconds(5))
                    ended.add("\(name) woke")
                } catch {
                    ended.add("\(name) was cancelled")
                }
            }
        }
        _ = sleep("first")
        let second = sleep("second")
        while executor.runOne(choosing: { _ in 0 }) {}
        #expect(asked.all.map(\.0) == [.seconds(5), .seconds(5)])
        clock.advance(to: .seconds(5))
        clock.wake(asked.all[0].1)
        second.cancel()
        while executor.runOne(choosing: { _ in 0 }) {}
        #expect(ended.all.sorted() == ["first woke", "second was cancelled"])
    }
}

/// What tasks write down, in order.
private final class Notes<Note: Sendable>: Sendable {
    private let notes = Mutex<[Note]>([])

    func add(_ note: Note) { notes.withLock { $0.append(note) } }

    var all: [Note] { notes.withLock { $0 } }
}

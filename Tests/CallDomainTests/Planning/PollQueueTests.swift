import CallDomain
import Testing

@Suite("PollQueue")
struct PollQueueTests {
    private typealias Table = PollPlannerTests

    @Test(
        "Queues that are kept give the reads that would be planned anew each time",
        arguments: 1...30 as ClosedRange<UInt64>)
    func differential(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var left = (0..<400).map { number in
            Table.due(
                "\(number)", account: "\(random.next() % 3)",
                agent: random.next() % 2 == 0 ? "agent \(random.next() % 4)" : nil,
                what: random.next() % 6 == 0 ? .verification : .answerOrFinal, due: Double(random.next() % 50))
        }
        let groups = Dictionary(grouping: left, by: \.account)
        var queues = groups.mapValues { PollQueue(due: $0) }
        var keeping = PollPlanner()
        var anew = PollPlanner()
        var second = 0.0
        var reads = 0
        while second < 55 {
            let now = Table.after(second)
            let inFlight = Int(random.next() % 32)
            var ready = queues.filter { $0.value.isReady(at: now) }
            let kept = keeping.plan(&ready, inFlight: inFlight, now: now)
            queues.merge(ready) { $1 }
            let planned = anew.plan(due: left, inFlight: inFlight, now: now)
            #expect(kept == planned, "at \(second)")
            let done = Set(planned.flatMap(\.calls).map(\.call))
            left.removeAll { done.contains($0.call) }
            reads += planned.count
            second += Double(random.next() % 1_000) / 1_000
        }
        #expect(reads > 100)
    }

    @Test("What was refused is asked for again when its budget has room, and not at each answer before")
    func rests() {
        var planner = PollPlanner()
        #expect(Table.drain(&planner, .other) == 90)
        let before = planner.waits
        let account = AccountID(rawValue: "a")
        var queue = PollQueue(due: (0..<2_000).map { Table.due("\($0)") })
        var asked = 0
        for answer in 0..<50 {
            let now = Table.after(Double(answer) / 1_000)
            guard queue.isReady(at: now) else { continue }
            var queues = [account: queue]
            #expect(planner.plan(&queues, inFlight: 0, now: now).isEmpty)
            queue = queues[account] ?? queue
            asked += 1
        }
        #expect(asked == 1)
        #expect(planner.waits - before == 1)
        #expect(queue.isReady(at: Table.after(0.13)))
        #expect(queue.isReady(at: Table.after(-9_000)), "the clock was set back")
    }

    @Test("A queue without reads is never ready")
    func empty() {
        #expect(!PollQueue(due: []).isReady(at: Table.start))
    }
}

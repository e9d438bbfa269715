import BolnaModel
import Testing

@testable import Simulation

@Suite struct ScheduleTests {
    private static func history(_ changes: (at: Double, status: ExecutionStatus, toldAt: Double?)...) -> CallHistory {
        CallHistory(
            id: "call", agent: "agent",
            changes: changes.map { .init(at: $0.at, status: $0.status, attempt: 0, toldAt: $0.toldAt) })
    }

    @Test("The oracle reads once for each change that no webhook told")
    func oracle() {
        let history = Self.history((1, .queued, 1.5), (10, .ringing, nil), (20, .completed, nil))
        let figures = OracleSchedule.run([history], latency: 0.5)
        #expect(figures.reads == 2)
        #expect(figures.staleness == Staleness([0.5, 0.5, 0.5], never: 0))
    }

    @Test("The predecessor reads every call that it holds for unfinished each 30 s, also where webhooks came")
    func predecessor() {
        let history = Self.history(
            (1, .queued, 1.1), (5, .inProgress, 5.1), (80, .callDisconnected, 80.1), (95, .completed, 95.1))
        let figures = PredecessorSchedule.run([history], latency: 1, until: 300)
        #expect(figures.reads == 2)
        #expect(figures.staleness.never == 0)
    }

    @Test("The predecessor never reads to its end a call it saw as disconnected")
    func predecessorStrands() {
        let history = Self.history((1, .inProgress, nil), (50, .callDisconnected, nil), (70, .completed, nil))
        let figures = PredecessorSchedule.run([history], latency: 1, until: 3_000)
        #expect(figures.reads == 2)
        #expect(figures.staleness == Staleness([0, 11], never: 1))
    }

    @Test("What comes late and is behind changes nothing, and shows nothing")
    func behind() {
        let history = Self.history((1, .queued, 1.5), (2, .ringing, 30), (3, .inProgress, 4))
        var belief = Belief(history)
        for change in history.changes.sorted(by: { $0.toldAt ?? 0 < $1.toldAt ?? 0 }) {
            belief.learn(change, at: change.toldAt ?? 0)
        }
        #expect(belief.status == .inProgress)
        #expect(belief.seconds.sorted() == [0.5, 1, 2])
        #expect(belief.unshown() == 0)
    }

    @Test("A quantile is the least time within which so many showed; nil where they never did")
    func quantiles() {
        let staleness = Staleness([4, 1, 3, 2], never: 1)
        #expect(staleness.quantile(0.5) == 3)
        #expect(staleness.quantile(0.8) == 4)
        #expect(staleness.quantile(0.99) == nil)
        #expect(Staleness([], never: 0).quantile(0.5) == nil)
    }
}

import Testing

@testable import BolnaModel

@Suite("Determinism")
struct DeterminismTests {
    // Comparisons are made outside of the expectations, which would print both worlds.
    private func run(seed: UInt64, step: Double) -> (events: [WorldEvent], answers: [APIResponse], log: [UInt8]) {
        var options = Scenario.busy(calls: 60)
        options.faults.webhookLoss = 0.1
        options.faults.webhookDelay = 0.1
        options.faults.webhookDuplicate = 0.1
        options.faults.webhookReorder = 0.1
        options.faults.serverErrors = 0.1
        options.faults.tooManyRequests = 0.1
        options.faults.slowAnswers = 0.1
        options.faults.cutAnswers = 0.1
        var world = Scenario.world(options, seed: seed)
        var events: [WorldEvent] = []
        var answers: [APIResponse] = []
        for minute in stride(from: 0.0, through: 1800, by: 60) {
            for second in stride(from: minute, to: minute + 60, by: step) {
                events += world.advance(to: Scenario.start.after(seconds: second))
            }
            let moment = Scenario.start.after(seconds: minute + 60)
            for agent in world.agentIDs {
                answers.append(world.handle(request: Scenario.get("/v2/agent/\(agent)/executions"), at: moment))
            }
            for call in world.truth.prefix(5) {
                answers.append(world.handle(request: Scenario.get("/executions/\(call.id)"), at: moment))
            }
        }
        events += world.advance(to: world.now)
        return (events, answers, world.log.jsonLines)
    }

    @Test("The same seed and the same requests give the same events, the same bytes and the same log")
    func sameSeed() {
        let first = run(seed: 5, step: 60)
        let second = run(seed: 5, step: 60)
        let isEqual = (first.events == second.events, first.answers == second.answers, first.log == second.log)
        #expect(isEqual == (true, true, true))
        #expect(first.events.count > 300)
    }

    @Test("It does not matter in how many steps time passes")
    func steps() {
        let coarse = run(seed: 5, step: 60)
        let fine = run(seed: 5, step: 0.7)
        let isEqual = (coarse.events == fine.events, coarse.answers == fine.answers)
        #expect(isEqual == (true, true))
    }

    @Test("Another seed gives another world")
    func otherSeed() {
        let isEqual = run(seed: 5, step: 60).events == run(seed: 6, step: 60).events
        #expect(!isEqual)
    }

    @Test("Time does not go back")
    func backwards() {
        var world = Scenario.world(Scenario.quiet())
        _ = Scenario.place(&world)
        _ = world.advance(to: Scenario.start.after(hours: 1))
        let events = world.advance(to: Scenario.start)
        #expect(events.isEmpty)
        #expect(world.now == Scenario.start.after(hours: 1))
    }

    @Test("The next event time is when something happens, and none is left in the end")
    func nextEventTime() throws {
        var world = Scenario.world(Scenario.quiet())
        #expect(world.nextEventTime == nil)
        _ = Scenario.place(&world)
        var turns = 0
        while let next = world.nextEventTime, turns < 100 {
            let events = world.advance(to: next)
            #expect(!events.isEmpty || world.nextEventTime != next)
            turns += 1
        }
        #expect(world.truth.allSatisfy { $0.isSettled })
    }
}

import Testing

@testable import BolnaModel

@Suite("WorldLog")
struct WorldLogTests {
    @Test("Its sums are those of the events")
    func sums() {
        var options = Scenario.busy(calls: 200)
        options.statusFilter = [.completed]
        options.faults.webhookLoss = 0.2
        options.faults.webhookDuplicate = 0.2
        var world = Scenario.world(options)
        let events = world.advance(to: Scenario.start.after(hours: 2))
        let counts = world.log.counts
        #expect(counts.changes == events.changes.count)
        #expect(counts.sent == events.deliveries.count)
        #expect(counts.lost == events.withheld.count { $0.reason == .lost })
        #expect(counts.withheld == events.withheld.count { $0.reason != .lost })
        #expect(counts.duplicated == events.deliveries.count { $0.fault == .duplicate })
        #expect(counts.changes > 500 && counts.lost > 0 && counts.duplicated > 0 && counts.withheld > 0)
        let lines = world.log.jsonLines.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == world.log.entries.count)
        #expect(lines.allSatisfy { JSONValue(bytes: Array($0))?["event"] != nil })
    }

    @Test("It holds a bounded number of entries and counts on")
    func bounded() {
        var options = Scenario.busy(calls: 200)
        options.logCapacity = 100
        var world = Scenario.world(options)
        _ = world.advance(to: Scenario.start.after(hours: 1))
        #expect(world.log.entries.count <= 100)
        #expect(world.log.dropped + world.log.entries.count >= world.log.counts.changes + world.log.counts.sent)
    }

    @Test("A call is healed while a full read showed what no delivered webhook has told")
    func healed() throws {
        var world = Scenario.world(Scenario.quiet())
        let id = try #require(Scenario.place(&world))
        let deliveries = world.advance(to: Scenario.start.after(hours: 1)).deliveries
        #expect(world.healedCalls == 0)
        let list = Scenario.get("/v2/agent/\(world.agentIDs[0])/executions")
        _ = world.handle(request: list, at: world.now)
        #expect(world.healedCalls == 0)
        world.faults.cutAnswers = .always
        _ = world.handle(request: Scenario.get("/executions/\(id)"), at: world.now)
        #expect(world.healedCalls == 0)
        world.faults = Faults()
        _ = world.handle(request: Scenario.get("/executions/\(id)"), at: world.now)
        #expect(world.healedCalls == 1)
        #expect(world.log.counts.reads == 2)
        let last = try #require(deliveries.last)
        world.report(last, statusCode: 500, at: world.now)
        #expect(world.healedCalls == 1)
        world.report(last, statusCode: 204, at: world.now)
        #expect(world.healedCalls == 0)
    }

    @Test("The truth as JSON sums up and lists every call")
    func truth() throws {
        var world = Scenario.world(Scenario.busy(calls: 30))
        _ = world.advance(to: Scenario.start.after(hours: 1))
        let json = try #require(JSONValue(bytes: world.truthJSON))
        #expect(json["calls"]?.array?.count == world.truth.count)
        #expect(json["summary"]?["counts"]?["changes"] == .integer(Int64(world.log.counts.changes)))
    }

    @Test("A full world refuses further calls")
    func full() {
        var options = Scenario.busy(calls: 100)
        options.maximumCalls = 10
        var world = Scenario.world(options)
        _ = world.advance(to: Scenario.start.after(hours: 72))
        #expect(world.truth.count == 10)
        let now = world.now
        let placed = Scenario.place(&world, at: now)
        let inbound = world.addInboundCall(at: now)
        #expect(placed == nil && inbound == nil)
        #expect(world.nextEventTime == nil)
    }
}

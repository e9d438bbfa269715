import Testing

@testable import BolnaModel

@Suite("Webhooks")
struct WebhookTests {
    private func events(
        seed: UInt64 = 3, calls: Int = 250, _ change: (inout WorldOptions) -> Void
    ) -> (world: BolnaWorld, events: [WorldEvent]) {
        var options = Scenario.busy(calls: calls)
        options.inboundPerMinute = 0
        change(&options)
        var world = Scenario.world(options, seed: seed)
        let events = world.advance(to: Scenario.start.after(hours: 72))
        return (world, events)
    }

    @Test("Without faults every change is told once, in order, with a body that says the same")
    func faithful() throws {
        let (_, events) = events(calls: 100) { _ in }
        var told: [String: [StatusChange]] = [:]
        for delivery in events.deliveries {
            let body = try #require(JSONValue(bytes: delivery.body))
            #expect(body["id"]?.string == delivery.call)
            #expect(body["status"]?.string == delivery.status.rawValue)
            #expect(body["smart_status"] == body["status"])
            #expect(body["agent_id"]?.string == delivery.agentID)
            #expect(body["retry_count"] == .integer(Int64(delivery.attempt)))
            let at = try #require(body["updated_at"]?.string.flatMap { Moment(text: $0) })
            told[delivery.call, default: []].append(
                StatusChange(call: delivery.call, status: delivery.status, attempt: delivery.attempt, at: at))
        }
        #expect(told == Dictionary(grouping: events.changes, by: \.call))
    }

    @Test("Faults come at their rates")
    func rates() {
        func share(_ count: Int, of total: Int) -> Double { Double(count) / Double(max(total, 1)) }
        let lossy = events { $0.faults.webhookLoss = 0.3 }
        #expect(abs(share(lossy.world.log.counts.lost, of: lossy.world.log.counts.changes) - 0.3) < 0.04)
        let late = events { $0.faults.webhookDelay = 0.2 }
        #expect(abs(share(late.world.log.counts.delayed, of: late.world.log.counts.changes) - 0.2) < 0.04)
        let doubled = events { $0.faults.webhookDuplicate = 0.2 }
        #expect(abs(share(doubled.world.log.counts.duplicated, of: doubled.world.log.counts.changes) - 0.2) < 0.04)
        let reordered = events { $0.faults.webhookReorder = 0.1 }
        #expect(abs(share(reordered.world.log.counts.reordered, of: reordered.world.log.counts.changes) - 0.1) < 0.04)
    }

    @Test("When all are lost none is sent")
    func totalLoss() {
        let (world, events) = events(calls: 50) { $0.faults.webhookLoss = .always }
        #expect(events.deliveries.isEmpty)
        #expect(events.withheld.count == events.changes.count)
        #expect(world.log.counts.lost == events.changes.count)
    }

    @Test("Whatever the faults, nothing but lost webhooks is missing, and copies are equal to the first")
    func completeness() {
        let (_, events) = events {
            $0.faults.webhookLoss = 0.1
            $0.faults.webhookDelay = 0.3
            $0.faults.webhookDuplicate = 0.3
            $0.faults.webhookReorder = 0.3
        }
        let distinct = Dictionary(grouping: events.deliveries, by: \.body)
        #expect(distinct.count + events.withheld.count == events.changes.count)
        for copies in distinct.values { #expect(copies.count <= 2) }
        #expect(Set(events.deliveries.map(\.number)).count == events.deliveries.count)
    }

    @Test("A reordered webhook comes after its successor")
    func reordering() throws {
        var world = Scenario.world(Scenario.quiet())
        world.faults.webhookReorder = .always
        let id = try #require(Scenario.place(&world))
        world.faults.webhookReorder = .never
        let deliveries = world.advance(to: Scenario.start.after(seconds: 3)).deliveries.filter { $0.call == id }
        #expect(deliveries.prefix(2).map(\.status) == [.initiated, .queued])
        #expect(deliveries.first { $0.status == .queued }?.fault == .reordered)
    }

    @Test("A reordered webhook without a successor is sent in the end")
    func heldBack() throws {
        var options = Scenario.quiet()
        options.outcomes = .only(.balanceLow)
        options.faults.webhookReorder = .always
        var world = Scenario.world(options)
        _ = try #require(Scenario.place(&world))
        let statuses = world.advance(to: Scenario.start.after(hours: 1)).deliveries.map(\.status)
        #expect(Set(statuses) == [.queued, .balanceLow])
    }

    @Test("The last agent sends only the statuses it is set to")
    func filter() {
        let (world, events) = events(calls: 200) { $0.statusFilter = [.completed] }
        let filtered = events.deliveries.filter { $0.agentID == world.agentIDs[2] }
        #expect(!filtered.isEmpty && filtered.allSatisfy { $0.status == .completed })
        #expect(events.withheld.allSatisfy { $0.reason == .filtered })
        #expect(events.deliveries.contains { $0.status == .ringing })
    }

    @Test("Agents without an address send nothing; a patched one sends there")
    func address() throws {
        var options = Scenario.quiet()
        options.webhookURL = nil
        var world = Scenario.world(options)
        _ = Scenario.place(&world)
        let first = world.advance(to: Scenario.start.after(seconds: 1.9))
        #expect(first.deliveries.isEmpty && first.withheld.allSatisfy { $0.reason == .withoutAddress })
        let patch = APIRequest(
            method: "PATCH", target: "/v2/agent/\(world.agentIDs[0])", authorization: Scenario.key,
            body: Array(#"{"agent_config":{"webhook_url":"https://new.example/hook"}}"#.utf8))
        let answer = world.handle(request: patch, at: world.now)
        #expect(JSONValue(bytes: answer.body)?["state"] == "updated")
        let later = world.advance(to: Scenario.start.after(hours: 1)).deliveries
        #expect(!later.isEmpty && later.allSatisfy { $0.url == "https://new.example/hook" })
    }

    @Test("Some inbound calls are first heard of when they are completed")
    func unannounced() {
        var world = Scenario.world(Scenario.quiet())
        for _ in 0..<100 { _ = world.addInboundCall(at: Scenario.start) }
        let events = world.advance(to: Scenario.start.after(hours: 1))
        let silent = Set(events.withheld.filter { $0.reason == .unannounced }.map(\.change.call))
        #expect(!silent.isEmpty && silent.count < 50)
        for call in silent {
            #expect(events.deliveries.filter { $0.call == call }.map(\.status) == [.completed])
        }
    }

    @Test("A failed webhook is sent again as often as the option says", arguments: [0, 2])
    func retries(retries: Int) throws {
        var options = Scenario.quiet()
        options.webhookRetries = retries
        options.outcomes = .only(.balanceLow)
        options.announcesPlacing = false
        var world = Scenario.world(options)
        _ = try #require(Scenario.place(&world))
        var sent = 0
        while let next = world.nextEventTime, sent < 10 {
            for delivery in world.advance(to: next).deliveries {
                #expect(delivery.retries == sent)
                sent += 1
                world.report(delivery, statusCode: 503, at: world.now)
            }
        }
        #expect(sent == 1 + retries)
        #expect(world.log.counts.undelivered == 1 + retries)
    }
}

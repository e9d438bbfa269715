import Testing

@testable import BolnaModel

@Suite("Life cycles")
struct LifeCycleTests {
    /// What may follow what, written down from Bolna's status pages and captures, not from the model.
    private static let followers: [String: Set<String>] = [
        "scheduled": ["queued", "stopped"], "rescheduled": ["queued", "stopped"],
        "queued": ["initiated", "error", "balance-low", "stopped"], "initiated": ["ringing", "failed"],
        "ringing": ["in-progress", "call-disconnected", "busy", "no-answer", "canceled"],
        "in-progress": ["call-disconnected"], "call-disconnected": ["completed"],
        "completed": ["completed", "scheduled"], "busy": ["scheduled"], "no-answer": ["scheduled"],
        "failed": ["scheduled"], "error": [], "canceled": [], "stopped": [], "balance-low": [],
    ]

    @Test("Every call goes only through legal sequences, and ends", arguments: [1, 99] as [UInt64])
    func sequences(seed: UInt64) throws {
        var options = Scenario.busy(calls: 380)
        options.inboundPerMinute = 0
        var world = Scenario.world(options, seed: seed)
        for _ in 0..<20 { _ = world.addInboundCall(at: Scenario.start) }
        _ = world.advance(to: Scenario.start.after(hours: 72))
        let truth = world.truth
        #expect(truth.count == 400)
        for call in truth {
            #expect(call.isSettled && call.planned.isEmpty, "\(call.id) still \(call.status)")
            for (earlier, later) in zip(call.changes, call.changes.dropFirst()) {
                let allowed = try #require(Self.followers[earlier.status.rawValue])
                #expect(allowed.contains(later.status.rawValue), "\(earlier.status) to \(later.status)")
                #expect(earlier.at < later.at)
                #expect(later.attempt == earlier.attempt + (later.status == .scheduled ? 1 : 0))
            }
        }
        #expect(Set(truth.map(\.status)).isSuperset(of: [.completed, .busy, .noAnswer, .failed]))
        #expect(truth.contains { $0.attempt > 0 })
        #expect(truth.contains { $0.isVoicemail })
        #expect(truth.contains { $0.changes.first?.status == .rescheduled })
        #expect(truth.contains { $0.changes.first?.status == .scheduled })
    }

    @Test("Inbound calls start in any of several statuses, without a queue")
    func inbound() {
        var world = Scenario.world(Scenario.quiet())
        for _ in 0..<60 { _ = world.addInboundCall(at: Scenario.start) }
        let firsts = Set(world.truth.compactMap { $0.changes.first?.status })
        #expect(firsts == [.initiated, .ringing, .inProgress])
    }

    @Test("Gaps are those of captures, divided by the speed", arguments: [1.0, 60.0])
    func gaps(speed: Double) throws {
        var options = Scenario.quiet()
        options.speed = speed
        var world = Scenario.world(options)
        for _ in 0..<100 { _ = Scenario.place(&world) }
        _ = world.advance(to: Scenario.start.after(hours: 1))
        func seconds(_ call: CallTruth, _ from: ExecutionStatus, _ to: ExecutionStatus) throws -> Double {
            let start = try #require(call.changes.first { $0.status == from })
            let end = try #require(call.changes.first { $0.status == to })
            return Double(end.at - start.at) / 1_000_000 * speed
        }
        for call in world.truth {
            try #expect((0...2.001).contains(seconds(call, .queued, .initiated)))
            try #expect((1.5...2.5).contains(seconds(call, .initiated, .ringing)))
            try #expect((19.9...120.1).contains(seconds(call, .inProgress, .callDisconnected)))
            try #expect((3.9...811).contains(seconds(call, .callDisconnected, .completed)))
            #expect((20...120).contains(call.duration))
        }
    }

    @Test("A late recording comes with a second completed, and costs more")
    func lateRecording() throws {
        var options = Scenario.quiet()
        options.lateRecording = .always
        var world = Scenario.world(options)
        let id = try #require(Scenario.place(&world))
        let bodies = world.advance(to: Scenario.start.after(hours: 1)).deliveries
            .filter { $0.status == .completed }.compactMap { JSONValue(bytes: $0.body) }
        try #require(bodies.count == 2)
        #expect(bodies[0]["telephony_data"]?["recording_url"] == "")
        #expect(bodies[0]["extracted_data"] == .null)
        let url = bodies[1]["telephony_data"]?["recording_url"]?.string
        #expect(url == "https://api.bolna.ai/recordings/call/\(id)")
        let costs = bodies.compactMap { $0["total_cost"]?.double }
        #expect(costs.count == 2 && costs[0] < costs[1])
        #expect(world.truth(ofCall: id)?.recordingURL == url)
        #expect(world.truth(ofCall: id)?.cost == costs[1])
    }

    @Test("Auto-retry goes back to scheduled with its count and history, at most as often as asked")
    func autoRetry() throws {
        var options = Scenario.quiet()
        options.outcomes = .only(.busy)
        var world = Scenario.world(options)
        let retry = #","retry_config":{"enabled":true,"max_retries":2,"retry_intervals_minutes":[30,60]}"#
        let id = try #require(Scenario.place(&world, more: retry))
        let deliveries = world.advance(to: Scenario.start.after(hours: 10)).deliveries
        let attempt = ["queued", "initiated", "ringing", "busy"]
        #expect(deliveries.map(\.status.rawValue) == attempt + ["scheduled"] + attempt + ["scheduled"] + attempt)
        let scheduled = try #require(deliveries.first { $0.status == .scheduled })
        let body = try #require(JSONValue(bytes: scheduled.body))
        #expect(body["retry_count"] == 1)
        let history = try #require(body["retry_history"]?.array)
        #expect(history.count == 1 && history[0]["attempt"] == 1 && history[0]["status"] == "busy")
        let truth = try #require(world.truth(ofCall: id))
        let due = try #require(body["scheduled_at"]?.string.flatMap { Moment(text: $0) })
        let queued = try #require(truth.changes.first { $0.status == .queued && $0.attempt == 1 })
        #expect(abs(queued.at - due) < 1_000_000)
        #expect(truth.attempt == 2 && truth.isSettled)
    }

    @Test("Beyond the concurrency limit calls stay queued until a line is free, first come first served")
    func concurrency() {
        var options = Scenario.quiet()
        options.concurrency = 3
        var world = Scenario.world(options)
        var ids: [String] = []
        for index in 0..<12 {
            if let id = Scenario.place(&world, at: Scenario.start + Int64(index * 3_000_000)) { ids.append(id) }
        }
        var onLine: Set<String> = []
        var dialled: [String] = []
        for change in world.advance(to: Scenario.start.after(hours: 2)).changes {
            if change.status == .initiated {
                onLine.insert(change.call)
                dialled.append(change.call)
            }
            if change.status == .callDisconnected { onLine.remove(change.call) }
            #expect(onLine.count <= 3)
        }
        #expect(dialled == ids)
        #expect(world.truth.allSatisfy { $0.isSettled })
    }

    @Test("A world with every fault lives the same calls as one without, however often it is asked")
    func faultsLeaveCallsAlone() {
        var faulty = Scenario.busy()
        faulty.faults.webhookLoss = 0.5
        faulty.faults.webhookReorder = 0.5
        faulty.faults.serverErrors = 0.5
        var disturbed = Scenario.world(faulty)
        for minute in 0..<60 {
            let moment = Scenario.start.after(seconds: Double(minute) * 60)
            _ = disturbed.advance(to: moment)
            if let call = disturbed.truth.first {
                _ = disturbed.handle(request: Scenario.get("/executions/\(call.id)"), at: moment)
            }
        }
        var calm = Scenario.world(Scenario.busy())
        _ = calm.advance(to: disturbed.now)
        #expect(calm.truth.map(\.changes) == disturbed.truth.map(\.changes))
    }
}

import CallDomain
import Testing

/// A path over virtual time: a call changes each minute, a read tells it after some seconds, its webhook comes when it
/// comes.
private struct Traffic {
    var health = PathHealth()
    var minute: Int64 = 0
    var transitions: [PathTransition] = []
    private var webhooks: [(at: Timestamp, call: CallID)] = []

    private static let position = Position(attempt: 0, step: 4)

    /// Lets so many minutes pass in which webhooks take this long; nil is for ever.
    mutating func pass(minutes: Int64, webhooksTake delay: Duration?, readsTake readDelay: Duration = .seconds(40)) {
        for _ in 0..<minutes {
            let start = Timestamp(seconds: minute * 60)
            let call = CallID(rawValue: "\(minute)")
            minute += 1
            if let delay { webhooks.append((start.advanced(by: delay), call)) }
            deliver(until: start.advanced(by: readDelay))
            note(health.changeTold(call: call, position: Self.position, by: .poll, at: start.advanced(by: readDelay)))
            let end = Timestamp(seconds: minute * 60)
            deliver(until: end)
            note(health.advance(to: end))
        }
    }

    private mutating func deliver(until time: Timestamp) {
        for webhook in webhooks where webhook.at <= time {
            note(health.webhookArrived(call: webhook.call, position: Self.position, at: webhook.at))
        }
        webhooks.removeAll { $0.at <= time }
    }

    private mutating func note(_ transition: PathTransition?) {
        if let transition { transitions.append(transition) }
    }
}

@Suite("PathHealth: recovery")
struct PathRecoveryTests {
    private func degraded() -> Traffic {
        var traffic = Traffic()
        _ = traffic.health.webhookArrived(call: CallID(rawValue: "first"), position: nil, at: Timestamp(seconds: 0))
        traffic.pass(minutes: 60, webhooksTake: nil)
        return traffic
    }

    @Test("A path whose webhooks stop is degraded within the hour")
    func degrades() {
        let traffic = degraded()
        #expect(traffic.health.state == .degraded)
        #expect(traffic.transitions.map(\.to) == [.degraded])
        #expect(traffic.transitions.first?.missed.count == 20)
    }

    @Test(
        "Degraded is left again when webhooks merely become slow, although a read tells every change first",
        arguments: [60, 300, 14 * 60] as [Int64])
    func slow(seconds: Int64) {
        var traffic = degraded()
        traffic.pass(minutes: 60, webhooksTake: .seconds(seconds))
        #expect(traffic.health.state == .healthy)
        traffic.pass(minutes: 600, webhooksTake: .seconds(seconds))
        #expect(traffic.transitions.map(\.to) == [.degraded, .healthy], "and is not entered again")
    }

    @Test("Webhooks that come after more than 15 minutes leave it degraded, and tell that they are slow")
    func tooSlow() throws {
        var traffic = degraded()
        traffic.pass(minutes: 120, webhooksTake: .seconds(20 * 60))
        #expect(traffic.health.state == .degraded)
        #expect(traffic.health.recent(at: Timestamp(seconds: traffic.minute * 60)).late > 50)

        var late = Traffic()
        _ = late.health.webhookArrived(call: CallID(rawValue: "first"), position: nil, at: Timestamp(seconds: 0))
        late.pass(minutes: 60, webhooksTake: .seconds(17 * 60))
        let transition = try #require(late.transitions.first)
        #expect(transition.late * 2 >= transition.missed.count)
    }

    @Test("A dead path does not teach that it is well: what never comes is never counted as come")
    func dead() {
        var traffic = degraded()
        traffic.pass(minutes: 600, webhooksTake: nil)
        #expect(traffic.health.state == .degraded)
        #expect(traffic.health.recent(at: Timestamp(seconds: traffic.minute * 60)).arrived == 0)
    }
}

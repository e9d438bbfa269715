import CallDomain
import Testing

@Suite("PathHealth")
struct PathHealthTests {
    static let start = Timestamp(seconds: 1_790_000_000)

    static func after(_ seconds: Int64) -> Timestamp { start.advanced(by: .seconds(seconds)) }
    static func call(_ number: Int) -> CallID { CallID(rawValue: "call-\(number)") }
    static let ringing = Position(attempt: 0, step: 4)

    /// A path that has had its first webhook.
    static var healthy: PathHealth {
        var health = PathHealth()
        health.webhookArrived(call: call(-1), position: nil, at: start)
        return health
    }

    /// A path that has become degraded by twenty changes that only reads told; and the second at which it did.
    static var degraded: PathHealth {
        var health = healthy
        for number in 0..<20 { health.changeTold(call: call(number), position: ringing, by: .poll, at: start) }
        advance(&health, from: 0, through: 930)
        return health
    }

    @discardableResult
    static func advance(_ health: inout PathHealth, from: Int64, through end: Int64) -> [PathTransition] {
        stride(from: from, through: end, by: 30).compactMap { health.advance(to: after($0)) }
    }

    @Test("It is unproven until the first webhook ever: that none comes is told once, and does not count against it")
    func unproven() {
        var health = PathHealth()
        for number in 0..<50 {
            health.changeTold(call: Self.call(number), position: Self.ringing, by: .poll, at: Self.start)
        }
        let told = Self.advance(&health, from: 0, through: 7_200)
        #expect(told.map(\.from) == [.unproven] && told.map(\.to) == [.unproven])
        #expect(told.map(\.at) == [Self.after(930)])
        #expect(health.state == .unproven)
        #expect(PathHealth(record: health.record)?.state == .unproven)
        let transition = health.webhookArrived(call: Self.call(1), position: nil, at: Self.after(7_201))
        #expect(transition?.from == .unproven && transition?.to == .healthy)
        #expect(health.state == .healthy)
        #expect(Self.advance(&health, from: 7_230, through: 10_000).isEmpty)
        #expect(health.share == nil)
    }

    @Test("Where nothing is told that a webhook is to be expected of, no silence is told either")
    func nothingExpected() {
        var health = PathHealth()
        health.changeTold(call: Self.call(1), position: Position(attempt: 0, step: 0), by: .poll, at: Self.start)
        health.changeTold(call: Self.call(2), position: Position(attempt: 0, step: 5), by: .poll, at: Self.start)
        #expect(Self.advance(&health, from: 0, through: 7_200).isEmpty)
    }

    @Test(
        "At any volume the share is what it is: arrivals do not count while misses cannot wait", arguments: [1, 4, 9])
    func volume(arriving: Int) {
        var health = Self.healthy
        var number = 0
        var arrived = 0
        var missed = 0
        for second in Int64(0)..<4_000 {
            // Ten changes a second, so that far more wait than can.
            for _ in 0..<10 {
                number += 1
                let isArriving = number % 10 < arriving
                if isArriving {
                    health.webhookArrived(call: Self.call(number), position: Self.ringing, at: Self.after(second))
                }
                health.changeTold(
                    call: Self.call(number), position: Self.ringing, by: isArriving ? .webhook : .poll,
                    at: Self.after(second))
            }
            health.advance(to: Self.after(second))
            let recent = health.recent(at: Self.after(second))
            (arrived, missed) = (recent.arrived, recent.missed.count)
            if health.state == .degraded { break }
        }
        if arriving < 5 {
            #expect(health.state == .degraded, "a path that loses most is not called healthy, however much comes")
        } else {
            #expect(health.state == .healthy, "\(arrived) arrived, \(missed) missed")
        }
    }

    @Test("Twenty changes without their webhooks degrade it once the last had its time; nineteen do not")
    func degrades() {
        for (count, expected) in [(19, PathState.healthy), (20, .degraded)] {
            var health = Self.healthy
            for number in 0..<count {
                health.changeTold(call: Self.call(number), position: Self.ringing, by: .poll, at: Self.start)
            }
            #expect(Self.advance(&health, from: 0, through: 900).isEmpty)
            let transitions = Self.advance(&health, from: 930, through: 960)
            #expect(health.state == expected)
            guard expected == .degraded else { continue }
            #expect(transitions.count == 1)
            #expect(transitions.first?.arrived == 0 && transitions.first?.changes == 20)
            #expect(transitions.first?.at == Self.after(930))
        }
    }

    @Test("Half of the webhooks in time is enough; less is not", arguments: [(20, false), (19, true)])
    func half(_ arrived: Int, _ degrades: Bool) {
        var health = Self.healthy
        for number in 0..<40 {
            health.changeTold(call: Self.call(number), position: Self.ringing, by: .poll, at: Self.start)
        }
        for number in 0..<arrived {
            health.webhookArrived(call: Self.call(number), position: Self.ringing, at: Self.after(60))
        }
        Self.advance(&health, from: 60, through: 960)
        #expect((health.state == .degraded) == degrades)
    }

    @Test("A webhook that comes after a read told the change counts, whoever was first; one that is late does not")
    func late() {
        var health = Self.healthy
        health.changeTold(call: Self.call(0), position: Self.ringing, by: .check, at: Self.start)
        health.webhookArrived(call: Self.call(0), position: Self.ringing, at: Self.after(900))
        #expect(health.share == 1)
        health.changeTold(call: Self.call(1), position: Self.ringing, by: .sweep, at: Self.start)
        health.webhookArrived(call: Self.call(1), position: Self.ringing, at: Self.after(901))
        #expect(health.share == 0.5)
        health.changeTold(call: Self.call(2), position: Self.ringing, by: .webhook, at: Self.after(902))
        #expect(health.share == 2.0 / 3)
        health.changeTold(call: Self.call(3), position: Self.ringing, by: .poll, at: Self.start)
        let talking = Position(attempt: 0, step: 6)
        health.webhookArrived(call: Self.call(3), position: talking, at: Self.after(10))
        #expect(health.share == 2.0 / 3, "the webhook of another position is not the awaited one")
    }

    @Test("Waiting statuses, dial answers, imports and rulings do not count")
    func uncounted() {
        let waiting = Position(attempt: 0, step: 0)
        for source in Source.allCases { #expect(!PathHealth.isCounted(waiting, by: source)) }
        let counted = Source.allCases.filter { PathHealth.isCounted(Self.ringing, by: $0) }
        #expect(counted == [.webhook, .poll, .check, .sweep])
        var health = Self.healthy
        for source in Source.allCases {
            health.changeTold(call: Self.call(0), position: waiting, by: source, at: Self.start)
        }
        health.changeTold(call: Self.call(0), position: Self.ringing, by: .dial, at: Self.start)
        Self.advance(&health, from: 0, through: 960)
        #expect(health.share == nil)
    }

    @Test("It is healthy again after ten in time without one missing, and the old misses do not lead back")
    func heals() {
        var health = Self.degraded
        #expect(health.state == .degraded)
        var transitions: [PathTransition] = []
        func told(_ number: Int, _ second: Int64) {
            transitions += [
                health.changeTold(
                    call: Self.call(number), position: Self.ringing, by: .webhook, at: Self.after(second))
            ].compactMap(\.self)
        }
        for number in 100..<109 { told(number, 1_000) }
        #expect(transitions.isEmpty)
        health.changeTold(call: Self.call(200), position: Self.ringing, by: .poll, at: Self.after(1_000))
        #expect(Self.advance(&health, from: 960, through: 1_920).isEmpty)
        for number in 110..<119 { told(number, 1_930) }
        #expect(transitions.isEmpty, "nine in time, one missing among the last ten")
        told(119, 1_930)
        #expect(transitions.map(\.to) == [.healthy])
        #expect(transitions.first?.arrived == 10)
        for number in 300..<319 {
            health.changeTold(call: Self.call(number), position: Self.ringing, by: .poll, at: Self.after(1_940))
        }
        #expect(Self.advance(&health, from: 1_950, through: 3_000).isEmpty)
        #expect(health.state == .healthy)
    }

    @Test("Changes older than an hour do not degrade")
    func oldChanges() {
        var health = Self.healthy
        for number in 0..<19 {
            health.changeTold(call: Self.call(number), position: Self.ringing, by: .poll, at: Self.start)
        }
        Self.advance(&health, from: 0, through: 5_000)
        health.changeTold(call: Self.call(20), position: Self.ringing, by: .poll, at: Self.after(5_000))
        #expect(Self.advance(&health, from: 5_010, through: 6_000).isEmpty)
    }

    @Test("The scale shortens the times")
    func scale() {
        var health = PathHealth(scale: 0.01)
        health.webhookArrived(call: Self.call(0), position: nil, at: Self.start)
        for number in 0..<20 {
            health.changeTold(call: Self.call(number), position: Self.ringing, by: .poll, at: Self.start)
        }
        var transitions: [PathTransition] = []
        for second in Int64(0)...10 {
            if let transition = health.advance(to: Self.after(second)) { transitions.append(transition) }
        }
        #expect(transitions.map(\.at) == [Self.after(10)])
    }

    @Test("After an outage or a jump of the clock nothing is held against the path")
    func outage() {
        for jump in [Int64(3_600), 86_400] {
            var health = Self.healthy
            health.advance(to: Self.start)
            for number in 0..<30 {
                health.changeTold(call: Self.call(number), position: Self.ringing, by: .poll, at: Self.start)
            }
            #expect(health.advance(to: Self.after(jump)) == nil)
            #expect(Self.advance(&health, from: jump, through: jump + 1_800).isEmpty)
            #expect(health.state == .healthy && health.share == nil)
        }
    }

    @Test("A clock that steps back an hour only starts the wait anew")
    func back() {
        var health = Self.healthy
        health.advance(to: Self.start)
        for number in 0..<20 {
            health.changeTold(call: Self.call(number), position: Self.ringing, by: .poll, at: Self.start)
        }
        #expect(Self.advance(&health, from: -3_600, through: -2_700).isEmpty)
        #expect(Self.advance(&health, from: -2_690, through: -2_670).map(\.to) == [.degraded])
    }

    @Test("What waits and what is counted is bounded")
    func bounded() {
        var health = Self.healthy
        for number in 0..<2_000 {
            health.changeTold(call: Self.call(number), position: Self.ringing, by: .poll, at: Self.start)
        }
        for number in 0..<2_000 {
            health.webhookArrived(call: Self.call(number), position: Self.ringing, at: Self.after(1))
        }
        #expect(health.share == 1)
        for number in 0..<2_000 {
            health.changeTold(call: Self.call(number), position: Self.ringing, by: .webhook, at: Self.after(2))
        }
        #expect(health.record.count < 16 + 10 * PathHealth.mostResults)
    }

    @Test("The record brings back the state and the figures")
    func record() throws {
        var partly = Self.degraded
        for number in 0..<9 {
            partly.changeTold(call: Self.call(number), position: Self.ringing, by: .webhook, at: Self.after(940))
        }
        for health in [PathHealth(), Self.healthy, Self.degraded, partly] {
            let restored = try #require(PathHealth(record: health.record))
            #expect(restored.state == health.state)
            #expect(restored.record == health.record)
            #expect(restored.share == health.share)
        }
        var restored = try #require(PathHealth(record: partly.record))
        let last = restored.changeTold(call: Self.call(9), position: Self.ringing, by: .webhook, at: Self.after(950))
        #expect(last?.to == .healthy)
    }

    @Test("The record of earlier versions, without the time of the last webhook, is taken up; this one's has it")
    func earlierRecord() throws {
        let fresh = PathHealth().record
        let earlier = try #require(PathHealth(record: [1] + fresh.dropFirst().dropLast()))
        #expect(earlier.state == .unproven && earlier.heardAt == nil)
        let healthy = Self.healthy
        #expect(healthy.heardAt != nil)
        #expect(PathHealth(record: healthy.record)?.heardAt == healthy.heardAt)
    }

    @Test("Cut, extended or foreign bytes are no record, and no flipped bit traps")
    func corrupted() {
        var health = Self.healthy
        for number in 0..<3 {
            health.changeTold(call: Self.call(number), position: Self.ringing, by: .webhook, at: Self.after(1))
        }
        let record = health.record
        for length in 0..<record.count { #expect(PathHealth(record: Array(record.prefix(length))) == nil) }
        #expect(PathHealth(record: record + [0]) == nil)
        #expect(PathHealth(record: [0xFF] + record.dropFirst()) == nil)
        #expect(PathHealth(record: [record[0], 9] + record.dropFirst(2)) == nil)
        for index in record.indices {
            for bit in 0..<8 {
                var flipped = record
                flipped[index] ^= 1 << bit
                if let other = PathHealth(record: flipped) { #expect(other != health) }
            }
        }
    }
}

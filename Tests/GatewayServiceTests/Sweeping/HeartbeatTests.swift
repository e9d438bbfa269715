import CallDomain
import Synchronization
import Testing

@testable import GatewayService

@Suite struct HeartbeatMachineTests {
    /// A beat stored at second 0, and what one at another time by two clocks ends.
    @Test(
        "An outage is a gap in the time that passes; a wall clock that was set is none",
        arguments: [
            (wall: 10.0, uptime: 10.0, outage: nil as ClosedRange<Double>?), (30, 30, nil), (600, 600, 0...600),
            (3_610, 10, nil), (-3_590, 10, nil), (30 * 86_400, 10, nil), (4_210, 610, 3_600...4_210),
            (-2_990, 610, -3_600 ... -2_990), (-590, 10, nil),
        ])
    func gaps(wall: Double, uptime: Double, outage: ClosedRange<Double>?) {
        var machine = HeartbeatMachine(lastBeat: nil)
        machine.stored(at: .at(0), uptime: .zero)
        let found = machine.outage(endingAt: .at(wall), uptime: .seconds(uptime))
        #expect(found == outage.map { .at($0.lowerBound)..<(.at($0.upperBound)) })
    }

    @Test("Over a restart only the wall clock can tell: ahead is taken for an outage, back is none")
    func restart() {
        let machine = HeartbeatMachine(lastBeat: .at(0))
        #expect(machine.outage(endingAt: .at(600), uptime: .zero) == .at(0)..<(.at(600)))
        #expect(machine.outage(endingAt: .at(-600), uptime: .zero) == nil)
        #expect(HeartbeatMachine(lastBeat: nil).outage(endingAt: .at(600), uptime: .zero) == nil)
    }
}

@Suite struct HeartbeatTests {
    private func outages(_ gateway: TestGateway) throws -> [Incident] {
        try gateway.store.incidents(account: .default, from: .at(-1e6), to: .at(1e9)).filter { $0.kind == .outage }
    }

    @Test("A beat before the last one tells that records have gone back in time, once")
    func setBack() async throws {
        let gateway = try TestGateway()
        let told = Mutex(0)
        let heartbeat = Heartbeat(
            context: gateway.context, clock: gateway.clock, onSetBack: { told.withLock { $0 += 1 } },
            onOutage: { _ in })
        await heartbeat.beat()
        gateway.clock.advance(by: .seconds(10))
        gateway.clockStep.set(by: .seconds(-10_800))
        await heartbeat.beat()
        gateway.clock.advance(by: .seconds(10))
        await heartbeat.beat()
        #expect(told.withLock { $0 } == 1)
    }

    @Test("An outage is an incident, written once with its beginning and end, and swept exactly")
    func outage() async throws {
        let gateway = try TestGateway()
        let told = Mutex([Range<Timestamp>]())
        let heartbeat = Heartbeat(context: gateway.context, clock: gateway.clock) { outage in
            told.withLock { $0.append(outage) }
        }
        await heartbeat.beat()
        gateway.clock.advance(by: .seconds(10))
        await heartbeat.beat()
        gateway.clock.advance(by: .seconds(600))
        for _ in 0..<3 {
            await heartbeat.beat()
            gateway.clock.advance(by: .seconds(10))
        }
        let found = try outages(gateway)
        #expect(found.map { $0.from } == [.at(10)])
        #expect(found.map { $0.to } == [.at(610)])
        #expect(told.withLock { $0 } == [.at(10)..<(.at(610))])
    }

    @Test("The outage before a restart is found by the stored beat")
    func restart() async throws {
        let gateway = try TestGateway()
        let first = Heartbeat(context: gateway.context, clock: gateway.clock) { _ in }
        await first.beat()
        gateway.clock.advance(by: .seconds(5_000))
        gateway.store.startsAgain()
        let told = Mutex([Range<Timestamp>]())
        let second = Heartbeat(context: gateway.context, clock: gateway.clock) { outage in
            told.withLock { $0.append(outage) }
        }
        await second.resume()
        await second.beat()
        #expect(told.withLock { $0 } == [.at(0)..<(.at(5_000))])
        #expect(try outages(gateway).count == 1)
    }

    @Test("A clock that is set, forwards or backwards, is no outage", arguments: [3_600, -3_600, 86_400 * 30])
    func clockStep(seconds: Int) async throws {
        let gateway = try TestGateway()
        let heartbeat = Heartbeat(context: gateway.context, clock: gateway.clock) { _ in
            Issue.record("an outage was told")
        }
        await heartbeat.beat()
        gateway.clockStep.set(by: .seconds(seconds))
        for _ in 0..<5 {
            gateway.clock.advance(by: .seconds(10))
            await heartbeat.beat()
        }
        #expect(try outages(gateway).isEmpty)
    }

    @Test("What was counted is written once, also where the store's figures cannot be read after the beat")
    func figuresFail() async throws {
        let gateway = try TestGateway()
        let heartbeat = Heartbeat(context: gateway.context, clock: gateway.clock) { _ in }
        gateway.context.tallies.count(Tally(account: .default, kind: .status, name: "odd", count: 1))
        gateway.store.failFacts(StoreError(kind: .busy, message: "busy"))
        await heartbeat.beat()
        gateway.store.failFacts(nil)
        gateway.clock.advance(by: .seconds(10))
        await heartbeat.beat(isLast: true)
        let report = try gateway.store.report(ReportQuery(account: .default, from: .at(-10), to: .at(1_000)))
        #expect(report.names.map(\.count) == [1])
    }

    @Test("While nothing could be stored the gateway was out: told once, when it can be stored again")
    func diskFull() async throws {
        let gateway = try TestGateway()
        let told = Mutex([Range<Timestamp>]())
        let heartbeat = Heartbeat(context: gateway.context, clock: gateway.clock) { outage in
            told.withLock { $0.append(outage) }
        }
        await heartbeat.beat()
        gateway.store.fail(StoreError(kind: .full, message: "the disk is full"))
        for _ in 0..<30 {
            gateway.clock.advance(by: .seconds(10))
            await heartbeat.beat()
        }
        gateway.store.fail(nil)
        gateway.clock.advance(by: .seconds(10))
        await heartbeat.beat()
        #expect(told.withLock { $0 } == [.at(0)..<(.at(310))])
        #expect(try outages(gateway).count == 1)
    }
}

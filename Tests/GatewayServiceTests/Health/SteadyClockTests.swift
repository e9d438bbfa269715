import CallDomain
import Testing

@testable import GatewayService

@Suite struct SteadyClockTests {
    @Test("Records go on without going back when the clock is set back, and each step is told once")
    func setBack() throws {
        let gateway = try TestGateway()
        let steady = SteadyClock(
            wall: gateway.context.now, clock: gateway.clock, notBefore: nil, logger: gateway.context.logger)
        gateway.clockStep.set(by: .seconds(3_600))
        let ahead = steady.now()
        gateway.clockStep.set(by: .seconds(-3_600))
        gateway.clock.advance(by: .seconds(10))
        #expect(steady.now() == ahead.advanced(by: .seconds(5)))
        gateway.clock.advance(by: .seconds(7_200))
        #expect(steady.now() == gateway.now)
        #expect(gateway.log.lines.count { $0.contains("clock.step_seconds=-3600") } == 1)
        #expect(gateway.log.lines.count { $0.contains("clock was set") } == 1)
    }

    @Test("A webhook received after a clock was set back from an hour ahead beats what was read while it was ahead")
    func webhookWins() async throws {
        let gateway = try TestGateway()
        gateway.clockStep.set(by: .seconds(3_600))
        let steady = SteadyClock(
            wall: gateway.context.now, clock: gateway.clock, notBefore: nil, logger: gateway.context.logger)
        func incoming(_ status: CallStatus, _ source: Source, updated: Timestamp) -> JournalEntry {
            let at = steady.now()
            let body = "\(status) \(source) \(updated.rawValue)"
            let statement = Statement(
                executionID: ExecutionID(rawValue: "exec-1"), status: status, updatedAt: updated)
            let key = ObservationKey(
                source: source, trust: source == .poll ? .authoritative : .signed, standing: .applied,
                digest: ContentDigest(of: Array(body.utf8)))
            return .observation(
                IncomingObservation(
                    account: .default, key: key, receivedAt: at, sentAt: source == .poll ? at : nil,
                    body: Array(body.utf8), statement: statement, profile: ScopeProfile(path: .healthy),
                    proposedCallID: CallID(rawValue: "call")))
        }
        _ = try await gateway.context.submit([incoming(.failed, .poll, updated: .at(5))])
        gateway.clock.advance(by: .seconds(90))
        _ = try await gateway.context.submit([incoming(.failed, .poll, updated: .at(5))])
        gateway.clockStep.set(by: .seconds(-3_600))
        gateway.clock.advance(by: .seconds(30))
        _ = try await gateway.context.submit([incoming(.completed, .webhook, updated: .at(100))])
        #expect(try gateway.status() == .completed)
    }
}

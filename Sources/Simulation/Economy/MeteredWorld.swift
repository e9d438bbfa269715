import BolnaModel
import CallDomain
import Foundation
import GatewayService

/// A simulated world with a meter: it is run step by step, and asked for figures.
///
/// Its calls are placed through the gateway, which so knows each of them from the answer to its dial on.
final class MeteredWorld {
    private let world: SimulatedWorld
    private let meter = EconomyMeter()
    private var announced = 0

    private init(_ world: SimulatedWorld) {
        self.world = world
        world.meter = meter
    }

    /// Makes a world, lets a body run it, and tidies up; throws where a law did not hold, apart from these. Must not run
    /// on a thread of the global executor.
    static func run<Value>(
        _ scenario: Scenario, apartFrom exceptions: Set<Law> = [], _ body: (MeteredWorld) throws -> Value
    ) throws -> Value {
        let directory = SimulationRun.temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let world = try SimulatedWorld(scenario: scenario, directory: directory, keepsTrace: false)
        let metered = MeteredWorld(world)
        world.boot()
        defer { world.end() }
        let value = try body(metered)
        let violations = world.watch.violations.filter { !exceptions.contains($0.law) }
        guard violations.isEmpty else { throw BrokenLaw(violations: violations) }
        return value
    }

    /// Now, in seconds of Bolna's time from the start.
    var seconds: Double { world.seconds }

    /// Runs until nothing more will happen at Bolna, and every change has shown or should have.
    func runUntilCalm() {
        let horizon = world.scenario.span(world.scenario.horizon)
        while world.models.contains(where: { $0.nextEventTime != nil }), world.step(until: horizon) { observe() }
        while let limit = world.watch.staleness.latestLimit(calmSince: 0), seconds < limit, world.now < horizon,
            world.step(until: horizon)
        { observe() }
    }

    /// Runs for so many seconds of Bolna's time.
    func advance(by seconds: Double) {
        let limit = world.now + world.scenario.span(seconds)
        while world.now < limit, world.step(until: limit) { observe() }
    }

    /// Changes what goes wrong with webhooks from now on.
    func setFaults(_ change: (inout Faults) -> Void) {
        for index in world.models.indices { change(&world.models[index].faults) }
    }

    /// What happened to the calls.
    var histories: [CallHistory] {
        world.models.flatMap(\.truth).map { truth in
            meter.history(of: truth, from: SimulatedWorld.start, scale: world.scenario.scale)
        }
    }

    /// The answer to the dial of a call, as the service that dials stores it.
    private static func announce(_ id: String, agent: String, to gateway: GatewayInstance) async {
        let context = gateway.context
        guard let account = context.accounts.all.first?.id else { return }
        let body = Array(#"{"message":"done","status":"queued","execution_id":"\(id)"}"#.utf8)
        var statement = Statement(executionID: ExecutionID(rawValue: id), status: .queued)
        statement.fields[.agentID] = .text(agent)
        let key = ObservationKey(
            source: .dial, trust: .authoritative, standing: .applied, digest: context.digest(body))
        let observation = context.observation(
            account: account, agent: AgentID(rawValue: agent), key: key, receivedAt: context.now(), body: body,
            statement: statement)
        _ = try? await context.submit([.observation(observation)])
    }

    /// What the gateway read so far, and how late it showed changes.
    var figures: ScheduleFigures {
        let byCall = Dictionary(histories.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return ScheduleFigures(
            reads: meter.reads.count,
            artefactLooks: meter.reads.count { byCall[$0.call]?.isLookForArtefact(at: $0.at) == true },
            pages: meter.pollPages, sweepPages: meter.sweepPages,
            staleness: Staleness(
                world.watch.staleness.samples.map(\.seconds), never: world.watch.staleness.unshown))
    }

    /// How the agents' webhooks fared.
    var paths: [PathNote] { meter.paths }

    /// Tells the gateway of calls that were placed in the last step, and notes how webhooks fare.
    private func observe() {
        guard let gateway = world.gateway else { return }
        while announced < world.calls.count {
            let id = world.calls[announced].id
            announced += 1
            guard let agent = world.models.lazy.compactMap({ $0.truth(ofCall: id) }).first?.agentID else { continue }
            world.plan(after: world.scenario.span(world.scenario.latency.upperBound)) {
                gateway.spawn { await Self.announce(id, agent: agent, to: gateway) }
            }
        }
        meter.note(gateway.context.health.states.map(\.state), at: seconds)
    }
}

/// A law did not hold in a world that is only measured.
struct BrokenLaw: Error, CustomStringConvertible {
    var violations: [Violation]

    var description: String { violations.map(\.description).joined(separator: "; ") }
}

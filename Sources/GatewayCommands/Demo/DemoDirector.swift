import BolnaModel
import BolnaSimulator
import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import ServiceLifecycle
import Synchronization

/// Places the demo's calls through the gateway, lets some come in, shows what the gateway believes of them, and, where it
/// was asked for, ends the demo once that is the truth.
final class DemoDirector: Service, Sendable {
    private let demo: Demo
    private let simulator: SimulatorServer
    private let assembly: GatewayAssembly
    private let clock: ContinuousClock
    private let started: AsyncStream<GatewayRunner.Addresses>
    private let start: AsyncStream<GatewayRunner.Addresses>.Continuation
    private let result = Mutex<DemoOutcome?>(nil)

    /// How often belief is compared with the truth.
    private static let comparisonInterval: Duration = .milliseconds(250)
    /// How often a call is placed that is refused with 429, or not sent since others were.
    private static let mostAttempts = 200
    /// How often figures are compared once every call has reached its end.
    private static let mostComparisons = 40

    init(demo: Demo, simulator: SimulatorServer, assembly: GatewayAssembly, clock: ContinuousClock) {
        self.demo = demo
        self.simulator = simulator
        self.assembly = assembly
        self.clock = clock
        (started, start) = AsyncStream.makeStream(of: GatewayRunner.Addresses.self)
    }

    /// What the run came to; nil until all calls were compared with the truth.
    var outcome: DemoOutcome? { result.withLock { $0 } }

    /// The gateway accepts: calls may begin.
    func start(at addresses: GatewayRunner.Addresses) { start.yield(addresses) }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await self.direct()
            } catch is CancellationError {}
        }
    }

    private func direct() async throws {
        for await addresses in started {
            demo.show.begin(at: addresses, data: demo.data, options: demo.options)
            let port = addresses.gateway.port ?? 0
            simulator.setWebhookURL("https://localhost:\(port)/webhooks/bolna/default")
            return try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await self.showChanges()
                    return false
                }
                group.addTask {
                    try await self.placeCalls()
                    try await self.awaitTruth()
                    return true
                }
                for try await isDone in group where isDone && demo.options.exitWhenDone { break }
                group.cancelAll()
            }
        }
    }

    private func placeCalls() async throws {
        let agents = simulator.agentIDs
        let pause = Demo.pause.scaled(by: 1 / demo.options.speed)
        for number in 0..<demo.options.calls {
            if number % Demo.inboundEvery == Demo.inboundEvery - 1 {
                simulator.addInboundCall()
            } else {
                try await place(number: number, agent: agents[number % agents.count])
            }
            try await clock.sleep(for: pause)
        }
    }

    /// Places a call; one that was refused, or not sent, for there being too many requests is placed anew.
    private func place(number: Int, agent: String) async throws {
        for attempt in 1...Self.mostAttempts {
            let key = "demo-\(number)-\(attempt)"
            let request = DialRequest(
                agent: AgentID(rawValue: agent), recipient: "+9100000\(10_000 + number)",
                callerName: "Lead \(number + 1)", projectName: "Demo", idempotencyKey: key,
                fingerprint: RealWorld.digest(Array(key.utf8)))
            switch await assembly.dependencies.dials.dial(account: GatewayAssembly.account, request: request) {
            case .placed, .pending, .repeated: return
            case .refused(status: 429, _) where attempt < Self.mostAttempts, .busy where attempt < Self.mostAttempts:
                try await clock.sleep(for: Self.comparisonInterval)
            case .refused(let status, let message):
                throw GatewayFailure(.unavailable, "the simulated Bolna refused a call with \(status): \(message)")
            case .keyReused, .noToken: throw GatewayFailure(.negative, "the demo's own call was not understood")
            case .invalid(let reason): throw GatewayFailure(.negative, reason)
            case .busy: throw GatewayFailure(.unavailable, "the gateway is too busy to place a call")
            }
        }
    }

    private func showChanges() async throws {
        for await event in try await assembly.changes.subscribe(account: GatewayAssembly.account, after: nil) {
            guard case .change(let change) = event else { continue }
            demo.show.changed(change, calls: try await newestCalls())
        }
    }

    private func newestCalls() async throws -> [CallRecord] {
        guard demo.show.isLive else { return [] }
        return try await assembly.context.reader.read { store throws(StoreError) in
            try store.calls(account: GatewayAssembly.account, query: CallQuery(), after: nil, limit: DemoShow.mostRows)
                .calls
        }
    }

    private func awaitTruth() async throws {
        let patience = max(Demo.patience.scaled(by: 1 / demo.options.speed), Demo.leastPatience)
        let deadline = clock.now.advanced(by: patience)
        var settled = 0
        while true {
            let outcome = try await compare()
            // Answers that the simulator has just sent are on their way; what differs for good differs again.
            if outcome.isTrue { settled += 1 }
            if outcome.isTrue && (outcome.differingFigures.isEmpty || settled >= Self.mostComparisons)
                || clock.now >= deadline
            {
                result.withLock { $0 = outcome }
                if !demo.options.exitWhenDone { demo.show.finished(outcome) }
                return
            }
            try await clock.sleep(for: Self.comparisonInterval)
        }
    }

    private func compare() async throws -> DemoOutcome {
        // What was counted of requests is not in the journal before it is written down.
        await assembly.context.writeTallies()
        let query = ReportQuery(
            account: GatewayAssembly.account, from: .init(seconds: 0), to: RealWorld.now().advanced(by: .seconds(3_600))
        )
        let (calls, report, missed, healed) = try await assembly.context.reader.read { store throws(StoreError) in
            (
                try store.calls(
                    account: GatewayAssembly.account, query: CallQuery(), offset: 0, limit: 1_000, withBodies: false
                ).calls,
                try store.report(query),
                try store.reportItems(
                    query, figure: FigureID(.missedWebhooks), after: nil, limit: ReportPage.mostItems
                ).items,
                try store.reportItems(
                    query, figure: FigureID(.healed), after: nil, limit: ReportPage.mostItems
                ).items.compactMap(\.execution?.rawValue)
            )
        }
        return DemoOutcome(
            truth: simulator.truth(), log: simulator.log(), speed: demo.options.speed, calls: calls, report: report,
            missed: missed, healed: healed, expected: demo.options.calls)
    }
}

import Foundation
import Testing

@Suite("gateway demo", .serialized) struct DemoTests {
    /// What `gateway demo --exit-when-done --output json` prints at its end.
    private struct Outcome: Decodable {
        var calls: Int
        var callsEqualToTruth: Int
        var callsHealedByGateway: [String]
        var callsHealedBySimulator: [String]
        var webhooksDropped: Int
        var pollReads: Int
        var figures: [Figure]

        struct Figure: Decodable {
            var name: String
            var gateway: Int
            var simulator: Int
        }
    }

    private func demo(_ arguments: String...) async throws -> Outcome {
        let folder = try TemporaryFolder()
        let process = try GatewayProcess(
            ["demo", "--calls", "8", "--seed", "7", "--speed", "60", "--exit-when-done", "--output", "json"]
                + arguments,
            in: folder.url)
        let end = await process.end()
        #expect(end.code == 0, "\(end.errors.suffix(2_000))")
        guard let line = end.output.split(separator: "\n").last else { throw EndToEndFailure("no outcome was printed") }
        return try JSONDecoder().decode(Outcome.self, from: Data(line.utf8))
    }

    @Test("With all webhooks, every call reaches its true end and the poller reads nothing")
    func allWebhooks() async throws {
        let outcome = try await demo()
        #expect(outcome.calls >= 8)
        #expect(outcome.callsEqualToTruth == outcome.calls)
        #expect(outcome.webhooksDropped == 0)
        #expect(outcome.pollReads == 0)
        #expect(outcome.callsHealedByGateway == outcome.callsHealedBySimulator)
    }

    @Test("With a third of the webhooks lost, every figure of the report is what the simulator's own log says")
    func someLost() async throws {
        let outcome = try await demo("--webhook-loss", "30%", "--webhook-duplicate", "40%", "--rate-limited", "20%")
        #expect(outcome.callsEqualToTruth == outcome.calls)
        #expect(outcome.webhooksDropped > 0)
        #expect(outcome.callsHealedByGateway == outcome.callsHealedBySimulator)
        #expect(outcome.figures.count >= 6)
        for figure in outcome.figures { #expect(figure.gateway == figure.simulator, "\(figure.name)") }
        #expect(outcome.figures.allSatisfy { $0.simulator > 0 }, "nothing is compared that did not happen")
    }

    @Test("With every webhook lost, polling alone brings every call to its true end")
    func allLost() async throws {
        let outcome = try await demo("--webhook-loss", "100%")
        #expect(outcome.callsEqualToTruth == outcome.calls)
        #expect(outcome.webhooksDropped > 0)
        #expect(outcome.callsHealedByGateway.count == outcome.calls)
    }
}

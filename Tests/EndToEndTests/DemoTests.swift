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

    @Test("With a third of the webhooks lost, every call reaches its true end and the healed calls are counted exactly")
    func someLost() async throws {
        let outcome = try await demo("--webhook-loss", "30%")
        #expect(outcome.callsEqualToTruth == outcome.calls)
        #expect(outcome.webhooksDropped > 0)
        #expect(outcome.callsHealedByGateway == outcome.callsHealedBySimulator)
    }

    @Test("With every webhook lost, polling alone brings every call to its true end")
    func allLost() async throws {
        let outcome = try await demo("--webhook-loss", "100%")
        #expect(outcome.callsEqualToTruth == outcome.calls)
        #expect(outcome.webhooksDropped > 0)
        #expect(outcome.callsHealedByGateway.count == outcome.calls)
    }
}

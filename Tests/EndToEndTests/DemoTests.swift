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
        var logOfHealedCalls: [CallLog]

        struct CallLog: Decodable {
            var call: String
            var told: [Telling]
            var lost: [String]

            struct Telling: Decodable {
                var by: String
                var status: String
                var attempt: Int
            }
        }

        struct Figure: Decodable {
            var name: String
            var gateway: Int
            var simulator: Int
        }
    }

    private func demo(_ arguments: String..., in folder: TemporaryFolder? = nil) async throws -> Outcome {
        let folder = try folder ?? TemporaryFolder()
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
        #expect(outcome.figures.count >= 10)
        for figure in outcome.figures { #expect(figure.gateway == figure.simulator, "\(figure.name)") }
        #expect(outcome.figures.allSatisfy { $0.simulator > 0 }, "nothing is compared that did not happen")
    }

    /// A step of an explanation's evidence.
    private struct Explanation: Decodable {
        var steps: [Step]

        struct Step: Decodable {
            var source: String
            var status: String?
            var count: Int
        }
    }

    @Test("A healed call's explanation has the evidence of the simulator's log: sources, statuses, order, no lost one")
    func explained() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await demo("--webhook-loss", "30%", "--data-directory", "data", in: folder)
        #expect(!outcome.logOfHealedCalls.isEmpty)
        for log in outcome.logOfHealedCalls {
            let end = await (try GatewayProcess(["explain", log.call, "--output", "json"], in: folder.url)).end()
            let steps = try JSONDecoder().decode(Explanation.self, from: Data(end.output.utf8)).steps
            func counts(of sources: Set<String>) -> [String: Int] {
                steps.filter { sources.contains($0.source) }
                    .reduce(into: [:]) { $0[$1.status ?? "", default: 0] += $1.count }
            }
            func told(by: String) -> [String: Int] {
                log.told.filter { $0.by == by }.reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
            }
            #expect(counts(of: ["webhook"]) == told(by: "webhook"))
            #expect(counts(of: ["poll", "check", "sweep"]) == told(by: "read"))
            let order = log.told.filter { $0.by == "webhook" }.map(\.status)
            #expect(steps.filter { $0.source == "webhook" }.compactMap(\.status) == order)
            let healed = log.lost.filter { told(by: "webhook")[$0] == nil && told(by: "read")[$0] != nil }
            for status in healed {
                #expect(!steps.contains { $0.source == "webhook" && $0.status == status }, "its webhook was lost")
                #expect(steps.contains { $0.source != "webhook" && $0.status == status }, "a read told it")
            }
        }
        #expect(outcome.logOfHealedCalls.contains { !$0.lost.isEmpty })
    }

    @Test("With every webhook lost, polling alone brings every call to its true end")
    func allLost() async throws {
        let outcome = try await demo("--webhook-loss", "100%")
        #expect(outcome.callsEqualToTruth == outcome.calls)
        #expect(outcome.webhooksDropped > 0)
        #expect(outcome.callsHealedByGateway.count == outcome.calls)
    }
}

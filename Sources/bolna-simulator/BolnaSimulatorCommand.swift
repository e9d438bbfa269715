import ArgumentParser
import BolnaModel
import BolnaSimulator
import Foundation
import Logging

@main struct BolnaSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bolna-simulator",
        abstract: "Stands in for Bolna: its API over HTTPS, and its webhook sender.",
        discussion: """
            Everything follows from the seed, apart from the times at which requests arrive. Shares are written \
            30% or 0.3. GET /_simulator/truth and /_simulator/log tell what is really so.
            """)

    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port to listen on; 0 takes a free one.") var port = 8444
    @Option(help: "What everything follows from.") var seed: UInt64 = 1
    @Option(help: "How many times faster than in reality calls live.") var speed = 1.0
    @Option(help: "How many agents there are.") var agents = 2
    @Option(help: "How many outbound calls the simulator places on its own.") var calls = 0
    @Option(help: "How many of them it places per minute of the model.") var callsPerMinute = 30.0
    @Option(help: "How many customers call per minute of the model.") var inboundPerMinute = 0.0
    @Option(help: "How many outbound calls may be on the line at once; without it, any number.") var concurrency: Int?
    @Option(help: "The API key that is accepted.") var token = "bn-simulator"
    @Option(help: "Write the certificate authority (PEM) that clients have to trust to this file.")
    var certificateOut: String?

    @Flag(help: "Recordings are behind a redirect to a signed link on 127.0.0.1, which is another host than localhost.")
    var redirectRecordings = false

    @Option(help: "Where the agents' webhooks go; without it, nowhere until an agent is patched.")
    var webhookURL: String?
    @Option(name: .customLong("webhook-header"), help: "A header of every webhook, as 'Name: value'. Repeatable.")
    var webhookHeaders: [SimulatorConfiguration.WebhookHeader] = []
    @Option(
        name: .customLong("webhook-ca"), help: "Certificates (PEM file) that the webhooks' receiver is verified by.")
    var webhookCA: String?
    @Option(help: "Webhooks that get lost.") var webhookLoss = Share.never
    @Option(help: "Webhooks that come late.") var webhookDelay = Share.never
    @Option(help: "Webhooks that are sent twice.") var webhookDuplicate = Share.never
    @Option(help: "Webhooks that change places with the next one of their call.") var webhookReorder = Share.never
    @Option(help: "How often a failed webhook is sent again.") var webhookRetries = 0
    @Option(help: "The only statuses, separated by commas, that the last agent sends webhooks for.")
    var statusFilter: StatusList?

    @Option(name: .customLong("rate-429"), help: "API requests answered 429 although the limit is not reached.")
    var rate429 = Share.never
    @Option(name: .customLong("rate-5xx"), help: "API requests answered with a 5xx.") var rate5xx = Share.never
    @Option(help: "API answers that come slowly.") var slow = Share.never
    @Option(help: "API answers that break off.") var cut = Share.never

    mutating func validate() throws {
        guard speed.isFinite, speed > 0 else { throw ValidationError("--speed must be greater than 0.") }
        guard agents > 0, agents <= 1000 else { throw ValidationError("--agents must be from 1 to 1000.") }
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535.") }
    }

    func run() async throws {
        let logger = Logger(label: "bolna-simulator", factory: { StreamLogHandler.standardError(label: $0) })
        let server = try SimulatorServer(configuration: try simulatorConfiguration(), logger: logger)
        if let certificateOut { try TextFile.write(server.caPEM, to: certificateOut) }
        try await server.runUntilSignalled { port in
            let line = "ready https://localhost:\(port) agents \(server.agentIDs.joined(separator: ","))\n"
            // Not printed, since that stays in a buffer where the output is a file or a pipe.
            FileHandle.standardOutput.write(Data(line.utf8))
        }
    }

    private func simulatorConfiguration() throws -> SimulatorConfiguration {
        var world = WorldOptions()
        world.speed = speed
        world.tokens = [token]
        world.redirectsRecordings = redirectRecordings
        world.agents = agents
        world.generatedCalls = calls
        world.generatedPerMinute = callsPerMinute
        world.inboundPerMinute = inboundPerMinute
        world.concurrency = concurrency
        world.webhookURL = webhookURL
        world.webhookRetries = webhookRetries
        world.statusFilter = statusFilter?.statuses
        world.faults.webhookLoss = webhookLoss
        world.faults.webhookDelay = webhookDelay
        world.faults.webhookDuplicate = webhookDuplicate
        world.faults.webhookReorder = webhookReorder
        world.faults.tooManyRequests = rate429
        world.faults.serverErrors = rate5xx
        world.faults.slowAnswers = slow
        world.faults.cutAnswers = cut
        var configuration = SimulatorConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.seed = seed
        configuration.world = world
        configuration.webhookHeaders = webhookHeaders
        configuration.webhookCertificateAuthorities = try webhookCA.map(TextFile.read)
        return configuration
    }
}

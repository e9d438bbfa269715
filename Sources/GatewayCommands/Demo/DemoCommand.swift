import ArgumentParser
import BolnaModel
import Foundation
import Logging

/// `gateway demo`: the gateway beside a simulated Bolna, both on loopback, with calls that show as they progress.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Runs the gateway beside a simulated Bolna and shows calls as they progress.",
        discussion: """
            Real TLS, real webhooks, real polling, all on loopback, with a fresh data directory. Its calls are dialled \
            through the gateway; every fourth comes in unannounced. Ctrl-C ends it.
            """)

    @Option(help: "How many calls there are.")
    var calls = 12
    @Option(help: "How many times faster than in reality everything goes.")
    var speed = 30.0
    @Option(help: "What chance follows from.")
    var seed: UInt64 = 1
    @Option(help: "The share of webhooks that are lost, such as 30%.", transform: share)
    var webhookLoss: Share = .never
    @Option(help: "The share of webhooks that come twice.", transform: share)
    var webhookDuplicate: Share = .never
    @Option(help: "The share of webhooks that come out of order.", transform: share)
    var webhookReorder: Share = .never
    @Option(help: "The share of webhooks that come late.", transform: share)
    var webhookDelay: Share = .never
    @Option(
        help: "The share of answered calls whose recording comes minutes after the call is completed.", transform: share
    )
    var lateRecordings: Share = .never
    @Option(help: "The share of API requests that are answered 429.", transform: share)
    var rateLimited: Share = .never
    @Option(help: "The port of the gateway; 0 lets the system choose.")
    var port = 0
    @Option(help: "Where to keep the data; a temporary folder, removed at the end, unless told otherwise.")
    var dataDirectory: String?
    @Flag(help: "End, with a summary, when every call has reached its true end; exit code 1 if one does not.")
    var exitWhenDone = false
    @Option(help: "How the summary is printed: table or json.")
    var output = OutputFormat.table

    func validate() throws {
        guard (1...1_000).contains(calls) else { throw ValidationError("--calls: expected 1 to 1000") }
        guard speed.isFinite, (1...200).contains(speed) else {
            throw ValidationError("--speed: expected 1 to 200; beyond it real networks are too slow for the deadlines")
        }
        guard (0...65_535).contains(port) else { throw ValidationError("--port: expected 0 to 65535") }
    }

    func run() async throws {
        let folder = dataDirectory.map { URL(filePath: $0) } ?? Self.temporaryFolder()
        defer { if dataDirectory == nil { try? FileManager.default.removeItem(at: folder) } }
        let show = DemoShow(isLive: output == .table && isatty(STDOUT_FILENO) != 0, isQuiet: output == .json)
        let outcome = try await Demo(options: self, data: try DataDirectory(path: folder.path), show: show).run()
        guard let outcome else { return }
        // Without --exit-when-done the table stood there already when the last call was done.
        if output == .json {
            StandardOutput.write(outcome.json)
        } else if exitWhenDone {
            StandardOutput.write(outcome.table)
        }
        guard outcome.isTrue else {
            throw GatewayFailure(
                .negative, "not every call reached its true end: \(outcome.shortcoming)")
        }
        guard outcome.differingFigures.isEmpty else {
            throw GatewayFailure(
                .negative,
                "the report's figures are not the simulator's: \(outcome.differingFigures.joined(separator: ", "))")
        }
    }

    private static func temporaryFolder() -> URL {
        FileManager.default.temporaryDirectory.appending(path: "gateway-demo-\(UUID().uuidString.prefix(8))")
    }

    private static func share(_ text: String) throws -> Share {
        guard let share = Share(text: text) else {
            throw ValidationError("expected a share such as 30% or 0.3")
        }
        return share
    }
}

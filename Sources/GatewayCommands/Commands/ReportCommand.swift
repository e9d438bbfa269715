import ArgumentParser
import BolnaClient
import BolnaWire
import CallDomain
import Foundation
import SQLiteStore

/// `gateway report`: what came by webhook, what by poll, what was overdue, doubled, refused, quarantined.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Prints the reconciliation report of a window of time.",
        discussion: "Goes through a running gateway; where none runs, it reads the database without touching it.")

    @OptionGroup var settingsOptions: SettingsOptions
    @Option(help: "The window's length up to now, such as 1h, 24h or 7d.")
    var last = "24h"
    @Option(help: "table or json.")
    var output = OutputFormat.table

    func run() async throws {
        guard let length = Self.duration(last), length > .zero else {
            throw ValidationError("--last: expected a number and one of s, m, h, d, such as 24h")
        }
        let settings = try settingsOptions.load()
        let data = try DataDirectory(path: settings.dataDirectory)
        let now = RealWorld.now()
        let from = now.advanced(by: .zero - length)
        let path = "/api/v1/reports/reconciliation?from=\(from.iso8601())&to=\(now.iso8601())"
        if let answer = try await RunningGateway(data: data).send(path: path) {
            guard answer.status == 200 else { throw RunningGateway.failure(answer) }
            return try printAnswer(answer.body)
        }
        let database = try GatewayAssembly.databasePath(settings: settings, data: data)
        guard FileManager.default.fileExists(atPath: database) else {
            throw GatewayFailure(.negative, "there is no database yet: start gateway serve once")
        }
        let store: SQLiteStore
        let report: ReconciliationReport
        do {
            store = try SQLiteStore(readingAt: database)
            report = try store.report(account: GatewayAssembly.account, from: from, to: now, now: now)
        } catch {
            throw GatewayFailure(.unavailable, error.message)
        }
        let figures = report.figures.map { ReportDocument.Figure(id: $0.id.rawValue, value: $0.value) }
        show(ReportDocument(from: from.iso8601(), to: now.iso8601(), figures: figures, refusedDeliveries: nil))
    }

    private func printAnswer(_ body: [UInt8]) throws {
        if output == .json { return StandardOutput.write(String(decoding: body, as: UTF8.self)) }
        show(try JSONDecoder().decode(ReportDocument.self, from: Data(body)))
    }

    private func show(_ report: ReportDocument) {
        switch output {
        case .json: StandardOutput.write(report.json)
        case .table: StandardOutput.write(report.table)
        }
    }

    /// A number with one of `s`, `m`, `h`, `d`.
    static func duration(_ text: String) -> Duration? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count > 0,
            count <= 100_000_000
        else { return nil }
        return .seconds(count * unit)
    }
}

/// The report as it is printed.
struct ReportDocument: Decodable {
    struct Figure: Decodable {
        var id: String
        var value: Int
    }

    var from: String
    var to: String
    var figures: [Figure]
    var refusedDeliveries: Int?

    /// One line per figure, in words.
    var table: String {
        let rows = figures.map { figure in
            (FigureID(rawValue: figure.id)?.title ?? figure.id, String(figure.value))
        }
        let refused = refusedDeliveries.map { [("Refused deliveries since start", String($0))] } ?? []
        let width = (rows + refused).map(\.0.count).max() ?? 0
        let lines = (rows + refused).map { title, value in
            title.padding(toLength: width + 2, withPad: " ", startingAt: 0) + value
        }
        return (["Reconciliation \(from) to \(to)", ""] + lines).joined(separator: "\n")
    }

    /// One object.
    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("from")
            writer.value(from)
            writer.key("to")
            writer.value(to)
            writer.key("figures")
            writer.array { writer in
                for figure in figures {
                    writer.object { writer in
                        writer.key("id")
                        writer.value(figure.id)
                        writer.key("value")
                        writer.value(figure.value)
                    }
                }
            }
        }
        return writer.text
    }
}

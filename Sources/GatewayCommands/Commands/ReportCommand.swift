import ArgumentParser
import CallDomain
import Foundation
import GatewayHTTP
import SQLiteStore

/// `gateway report`: what came by webhook, what by poll, what was missed, overdue, doubled, quarantined; and what the
/// report could not see.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Prints the reconciliation report of a window of time, or what one of its figures counts.",
        discussion: """
            Reads the database without touching it, beside a running gateway too. A time is ISO 8601, a date, now, today, \
            yesterday, or a span before now such as -24h; days are those of UTC. A window holds its beginning and not its \
            end. The same window as of the same position prints the same bytes.
            """)

    @OptionGroup var settingsOptions: SettingsOptions
    @Option(parsing: .unconditional, help: "The window's beginning; 24 hours before its end unless told otherwise.")
    var from: String?
    @Option(parsing: .unconditional, help: "The window's end; now unless told otherwise.")
    var to: String?
    @OptionGroup var accountOption: AccountOption
    @Option(help: "Bolna's id of an agent; all agents unless told otherwise.")
    var agent: String?
    @Option(parsing: .unconditional, help: "The journal position to report as of; the newest unless told otherwise.")
    var asOf: String?
    @Option(help: "List what this figure counts; a report names the ids.")
    var figure: String?
    @Option(help: "\(ReportFormat.words).")
    var output = ReportFormat.table

    func run() async throws {
        let query = try query(now: RealWorld.now())
        let listed = try figure.map { text in
            guard let id = FigureID(rawValue: text) else {
                throw ValidationError("--figure: there is no figure \(text); gateway report --output csv names them")
            }
            guard agent == nil || id.isToldByAgent else {
                throw ValidationError("--figure: \(text) is counted by account, not by agent: leave out --agent")
            }
            return id
        }
        let settings = try settingsOptions.load()
        let data = try DataDirectory(path: settings.dataDirectory)
        let database = try GatewayAssembly.databasePath(settings: settings, data: data)
        guard FileManager.default.fileExists(atPath: database) else {
            throw GatewayFailure(.negative, "there is no database yet: start gateway serve once")
        }
        do throws(StoreError) {
            let store = try SQLiteStore(readingAt: database)
            if let listed {
                try Self.write(listed, query, of: store, as: output)
            } else {
                StandardOutput.write(exactly: output.write(try store.report(query), isLinked: false))
            }
        } catch {
            throw GatewayFailure(error.kind == .outOfReach ? .negative : .unavailable, error.message)
        }
    }

    private func query(now: Timestamp) throws -> ReportQuery {
        let account = try accountOption.id()
        do throws(ReportQueryProblem) {
            return try ReportQuery(account: account, from: from, to: to, agent: agent, asOf: asOf, now: now)
        } catch {
            let options = ["from", "to", "as-of"]
            let isAboutOption = options.contains { error.description.hasPrefix("\($0) ") }
            throw ValidationError(isAboutOption ? "--\(error)" : "\(error)")
        }
    }

    /// Writes all that a figure counts, page by page of one state of the journal, so that no more than a page is held.
    private static func write(
        _ figure: FigureID, _ query: ReportQuery, of store: SQLiteStore, as output: ReportFormat
    ) throws(StoreError) {
        var page = try store.reportItems(query, figure: figure, after: nil, limit: ReportPage.mostItems)
        let list = FigureList(query: query, figure: figure, position: page.position, items: [], next: nil)
        let isEmpty = page.items.isEmpty
        StandardOutput.write(exactly: output.head(of: list) + output.rows(page.items, isFirst: true))
        while let next = page.next, !StandardOutput.hasFailed {
            page = try store.reportItems(query, figure: figure, after: next, limit: ReportPage.mostItems)
            StandardOutput.write(exactly: output.rows(page.items, isFirst: false))
        }
        StandardOutput.write(exactly: output.tail(of: list, isEmpty: isEmpty))
    }
}

extension ReportFormat: ExpressibleByArgument {}

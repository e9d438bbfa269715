import ArgumentParser
import BolnaClient
import CallDomain
import Foundation
import SQLiteStore

/// `gateway audit`: who revealed, exported, replayed, deleted and changed what.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Prints who revealed, exported, replayed, deleted and changed what, newest first.",
        discussion: "Reads the database, also beside a running gateway, which writes the last seconds down first.")

    @OptionGroup var settingsOptions: SettingsOptions
    @OptionGroup var account: AccountOption
    @Option(help: "The most records that are printed, up to 10000.")
    var limit = 100
    @Option(help: "table, json (one object a line) or csv.")
    var output = Format.table

    /// How the records are printed.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        /// For people.
        case table
        /// For programs.
        case json
        /// For spreadsheets.
        case csv
    }

    /// The most records that are printed.
    private static let most = 10_000

    func validate() throws {
        guard (1...Self.most).contains(limit) else { throw ValidationError("--limit: expected 1 to \(Self.most)") }
    }

    func run() async throws {
        let settings = try settingsOptions.load()
        let data = try DataDirectory(path: settings.dataDirectory)
        let account = try self.account.id()
        // A running gateway writes down what it has noted before it answers.
        _ = try await RunningGateway(data: data).send(path: "/api/v1/audit?limit=1", account: account)
        let store = try StoredGateway.open(settings: settings, data: data)
        defer { try? store.close() }
        if output == .csv { StandardOutput.write(exactly: AuditLine.csvHeader) }
        var left = limit
        var before: Int64?
        repeat {
            let page = try store.auditTrail(account: account, before: before, limit: min(left, AuditPage.mostRecords))
            for (_, record) in page.records { StandardOutput.write(exactly: AuditLine(record).text(as: output)) }
            left -= page.records.count
            before = page.records.isEmpty ? nil : page.next
        } while before != nil && left > 0
    }
}

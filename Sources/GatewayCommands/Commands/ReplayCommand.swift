import ArgumentParser
import CallDomain
import Foundation
import SQLiteStore

/// `gateway replay`: what other rules would make of the calls that are in the journal.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Re-runs the journal under other rules and prints what would differ. Changes nothing.",
        discussion: """
            The policy file holds the sections webhook.trust, reopen and expectations of gateway.yaml; what it does not \
            name stays as it is set now. Reads the database without touching it, also beside a running gateway. Reads \
            are simulated from the journal's times as on a healthy webhook path: what Bolna never told, no simulated \
            read learns. Outages, budgets, pages of listings, learned deadlines and what was learned of artefacts are \
            left out; what the settings state of agents counts. Deliveries that were refused are not in the journal: \
            a policy that would take them cannot be judged by it.
            """)

    @OptionGroup var settingsOptions: SettingsOptions
    @Option(help: "The file with the other rules.")
    var policy: String
    @Option(
        parsing: .unconditional,
        help: """
            Only calls first heard of at this time or later: ISO 8601, a date, now, today, yesterday, or a span before \
            now such as -7d; a week before the end unless told otherwise.
            """)
    var from: String?
    @Option(
        parsing: .unconditional,
        help: "Only calls first heard of before this time, and reads up to it; now unless told otherwise.")
    var to: String?
    @OptionGroup var accountOption: AccountOption
    @Option(help: "table, json or csv.")
    var output = RowFormat.table

    /// The calls that are held in memory at once.
    private static let pageSize = 16
    /// Progress is told each time so many calls were re-run.
    private static let progressStep = 1_000

    func run() async throws {
        let now = RealWorld.now()
        let to = try Self.time(to, "--to", now: now) ?? now
        let from = try Self.time(from, "--from", now: now) ?? to.advanced(by: .seconds(-7 * 86_400))
        guard from < to else { throw ValidationError("--from must be earlier than --to") }
        let account = try accountOption.id()
        let settings = try settingsOptions.load()
        _ = try given(over: settings)
        let store = try StoredGateway.open(settings: settings, data: try DataDirectory(path: settings.dataDirectory))
        let ofAccount = try Self.settings(settings, of: account, in: store)
        let comparison = PolicyComparison(
            present: ofAccount.policy, given: try given(over: ofAccount).policy, end: to)
        var printer = ReplayPrinter(output: output)
        var totals = PolicyTotals()
        var cursor: Int64?
        StandardOutput.write(lines: printer.beginning)
        repeat {
            let page = try Self.page(of: store, account: account, from: from, to: to, after: cursor)
            for call in page.calls {
                let result = comparison.compare(call)
                totals.add(result)
                StandardOutput.write(lines: printer.lines(for: result))
                if totals.calls % Self.progressStep == 0 {
                    StandardError.write("\(totals.calls) calls re-run, \(totals.changedCalls) differ so far")
                }
            }
            cursor = page.next
        } while cursor != nil
        StandardOutput.write(lines: printer.end(totals))
        if output == .csv { StandardError.write(totals.sentence) }
    }

    /// Settings with the file's rules in place.
    private func given(over settings: GatewaySettings) throws(GatewayFailure) -> GatewaySettings {
        let given = PolicyFile(path: policy, over: settings)
        guard given.mistakes.isEmpty else {
            let sentences = given.mistakes.joined(separator: "\n  ")
            throw GatewayFailure(.configuration, "the policy cannot be used:\n  \(sentences)")
        }
        return given.settings
    }

    /// The settings as they hold for an account: those of a stored one say what its own senders may do, and what is
    /// known of its agents.
    static func settings(
        _ settings: GatewaySettings, of account: AccountID, in store: SQLiteStore
    ) throws(GatewayFailure) -> GatewaySettings {
        guard account != GatewayAssembly.account else { return settings }
        do {
            if let stored = try store.accounts().first(where: { $0.id == account }) {
                return settings.describing(stored)
            }
        } catch {
            throw GatewayFailure(.unavailable, error.message)
        }
        throw GatewayFailure(.negative, "there is no account \(account.rawValue)")
    }

    private static func page(
        of store: SQLiteStore, account: AccountID, from: Timestamp, to: Timestamp, after: Int64?
    ) throws(GatewayFailure) -> (calls: [ReplayedCall], next: Int64?) {
        do {
            return try store.journals(account: account, from: from, to: to, after: after, limit: pageSize)
        } catch {
            throw GatewayFailure(.unavailable, error.message)
        }
    }

    private static func time(_ text: String?, _ name: String, now: Timestamp) throws -> Timestamp? {
        guard let text else { return nil }
        guard let time = Timestamp(reportTime: text, now: now) else {
            throw ValidationError(
                "\(name): expected a time such as 2026-03-04T09:15:08Z, 2026-03-04, -24h, -7d, today, yesterday or now")
        }
        return time
    }
}

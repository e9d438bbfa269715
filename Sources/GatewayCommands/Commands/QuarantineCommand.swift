import ArgumentParser
import CallDomain
import Foundation

/// `gateway quarantine`: what is kept aside because it could not be used, and what can be done about it.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Lists, replays and discards deliveries that are kept aside because they could not be used.",
        discussion: """
            No open entry is ever dropped: it stays until it is replayed or discarded, or until a read of its call from \
            Bolna, or a newer version of this program, makes an end of it. Settled entries keep their reason, and their \
            bytes for 92 days within a bound; workflow and batch webhooks are settled as they come.
            """,
        subcommands: [List.self, Show.self, Replay.self, Discard.self], defaultSubcommand: List.self)

    /// Which entries are meant.
    struct Filter: ParsableArguments {
        @Option(help: "Only those kept for this reason, such as agent-mismatch.")
        var reason: String?
        @Option(help: "Only those addressed to this agent, by Bolna's id.")
        var agent: String?
        @Option(help: "Only those about this call, by Bolna's id.")
        var execution: String?
        @Option(help: "Only those received at this time or later (ISO 8601).")
        var from: String?
        @Option(help: "Only those received before this time (ISO 8601).")
        var to: String?

        /// What was given, by the names of the API.
        var words: [(name: String, value: String)] {
            [("reason", reason), ("agent", agent), ("execution", execution), ("from", from), ("to", to)]
                .compactMap { name, value in value.map { (name, $0) } }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Counts the entries by reason and lists the newest ones.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var accountOption: AccountOption
        @OptionGroup var filter: Filter
        @Option(help: "open, settled or all.")
        var state = "open"
        @Option(help: "The most entries that are listed, up to 200.")
        var limit = 50
        @Option(help: "Where an earlier list ended: its nextCursor.")
        var cursor: String?
        @Option(help: "table, json or csv.")
        var output = RowFormat.table

        func run() async throws {
            let desk = try QuarantineDesk(settingsOptions.load(), account: accountOption.id())
            let body = try await desk.list(
                filter.words + [("state", state), ("limit", String(limit))] + (cursor.map { [("cursor", $0)] } ?? []))
            if output == .json { return StandardOutput.write(String(decoding: body, as: UTF8.self)) }
            let list = try JSONDecoder().decode(QuarantineList.self, from: Data(body))
            guard output == .csv else { return StandardOutput.write(list.table) }
            StandardOutput.write(exactly: list.csv)
            if let cursor = list.nextCursor { StandardError.write("There are more: go on with --cursor \(cursor)") }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints one entry with its bytes, why it is kept and what to do about it.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var accountOption: AccountOption
        @Argument(help: "The number of the entry.")
        var id: Int64
        @Option(help: "table or json.")
        var output = OutputFormat.table

        func run() async throws {
            let body = try await QuarantineDesk(settingsOptions.load(), account: accountOption.id()).entry(id)
            if output == .json { return StandardOutput.write(String(decoding: body, as: UTF8.self)) }
            StandardOutput.write(try JSONDecoder().decode(QuarantineEntry.self, from: Data(body)).text)
        }
    }

    /// What replaying and discarding have in common.
    struct Selection: ParsableArguments {
        @OptionGroup var filter: Filter
        @Argument(help: "The numbers of entries; without any, those that the options name.")
        var ids: [Int64] = []
        @Flag(help: "All open entries, where no other option names any.")
        var all = false
        @Flag(help: "Tell what would be done; change nothing.")
        var dryRun = false
        @Option(help: "table, json or csv; json is one object a page.")
        var output = RowFormat.table

        func validate() throws {
            guard ids.count <= QuarantineBounds.mostPerRequest else {
                throw ValidationError("at most \(QuarantineBounds.mostPerRequest) numbers; use --reason and the like")
            }
            let ways = [!ids.isEmpty, !filter.words.isEmpty, all].count { $0 }
            guard ways == 1 else {
                throw ValidationError("name entries by their numbers, or by options such as --reason, or give --all")
            }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads entries again and stores what can be used now.",
            discussion: """
                A statement counts with the time, source and trust of its receipt, and never twice. What still cannot be \
                used stays. May be stopped at any time: each page is stored as a whole, and nothing is done twice.
                """)
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var accountOption: AccountOption
        @OptionGroup var selection: Selection
        @Flag(help: "Accept that an entry names another agent than its address or token: you vouch for it.")
        var acceptAgents = false

        func run() async throws {
            try await QuarantineDesk(settingsOptions.load(), account: accountOption.id())
                .run(selection, action: "replay", members: acceptAgents ? [("acceptAgents", true)] : [])
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends entries without using them; they are kept as discarded.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var accountOption: AccountOption
        @OptionGroup var selection: Selection
        @Flag(help: "Do not ask before all open entries are discarded.")
        var yes = false

        func run() async throws {
            if selection.all, !selection.dryRun, !yes { try Self.confirm() }
            try await QuarantineDesk(settingsOptions.load(), account: accountOption.id()).run(
                selection, action: "discard", members: [])
        }

        /// Asks the person at the terminal; without one, the flag must say it.
        private static func confirm() throws {
            guard isatty(STDIN_FILENO) != 0 else {
                throw ValidationError("--all discards every open entry: add --yes, or look first with --dry-run")
            }
            StandardError.write("This ends every open entry without using it. Go on? Type yes:")
            guard readLine() == "yes" else { throw GatewayFailure(.negative, "nothing was discarded") }
        }
    }
}

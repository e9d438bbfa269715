import ArgumentParser
import CallDomain
import Foundation

/// `gateway account`: the companies that one gateway serves.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Adds, shows and changes accounts: one Bolna organization each, nothing crosses between them.",
        discussion: """
            The account default is described by the settings; all others are data. A change holds at once, without a \
            restart. Goes through a running gateway; where none runs, it works on the database itself.
            """,
        subcommands: [
            List.self, Show.self, Add.self, Change.self, Agent.self, Disable.self, Enable.self,
            AccountSecretCommand.self,
        ], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists all accounts.")
        @OptionGroup var settingsOptions: SettingsOptions
        @Option(help: "table or json.")
        var output = OutputFormat.table

        func run() async throws {
            let body = try await GatewayDesk(settingsOptions.load()).ask("/api/v1/accounts")
            try AccountPrintout.write(body, as: output) { (page: AccountPrintout.Page) in page.table }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Prints one account.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var name: AccountArgument
        @Option(help: "table or json.")
        var output = OutputFormat.table

        func run() async throws {
            let body = try await GatewayDesk(settingsOptions.load()).ask("/api/v1/account", account: try name.id())
            try AccountPrintout.write(body, as: output) { (account: AccountPrintout) in account.text }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds an account.",
            discussion: """
                Its webhooks are then taken at /webhooks/bolna/NAME once it has a secret (gateway account secret add), \
                and its API opens with its keys (gateway key mint --account).
                """)
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var name: AccountArgument
        @OptionGroup var options: AccountOptions
        @Option(help: "table or json.")
        var output = OutputFormat.table

        func run() async throws {
            let id = try name.id()
            let wish = try options.wish(id: id)
            let body = try await GatewayDesk(settingsOptions.load()).ask("/api/v1/accounts", body: wish)
            try AccountPrintout.write(body, as: output) { (account: AccountPrintout) in account.text }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Changes an account: what is named is changed, all else stays.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var name: AccountArgument
        @OptionGroup var options: AccountOptions
        @Option(help: "table or json.")
        var output = OutputFormat.table

        func run() async throws {
            let id = try name.id()
            let wish = try options.wish(id: nil)
            let body = try await GatewayDesk(settingsOptions.load()).ask("/api/v1/account", body: wish, account: id)
            try AccountPrintout.write(body, as: output) { (account: AccountPrintout) in account.text }
        }
    }

    struct Agent: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what is known of one agent of an account; without options it is forgotten.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var name: AccountArgument
        @Argument(help: "Bolna's id of the agent.")
        var agent: String
        @OptionGroup var options: AgentOptions

        func run() async throws {
            let wish = try options.wish(agent: agent)
            let body = try await GatewayDesk(settingsOptions.load())
                .ask("/api/v1/account", body: wish, account: try name.id())
            try AccountPrintout.write(body, as: .table) { (account: AccountPrintout) in account.text }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes an account out of service at once: its webhooks are refused, its keys open nothing.",
            discussion: "What is stored of it stays. A delivery that was accepted before is still stored.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var name: AccountArgument

        func run() async throws { try await AccountCommand.serve(name, "disable", settingsOptions) }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Takes a disabled account into service again.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var name: AccountArgument

        func run() async throws { try await AccountCommand.serve(name, "enable", settingsOptions) }
    }

    private static func serve(_ name: AccountArgument, _ action: String, _ options: SettingsOptions) async throws {
        let segment = try GatewayDesk.segment(try name.id().rawValue)
        let body = try await GatewayDesk(options.load()).ask("/api/v1/accounts/\(segment)/\(action)", body: [])
        try AccountPrintout.write(body, as: .table) { (account: AccountPrintout) in account.text }
    }
}

/// The account that a command names.
struct AccountArgument: ParsableArguments {
    @Argument(help: "The account's name: 1 to 64 of a-z, 0-9, - and _; it stands in webhook addresses.")
    var name: String

    /// The name, as far as it can be told from nonsense.
    func id() throws -> AccountID {
        guard let id = AccountID(validating: name) else {
            throw ValidationError("expected an account's name: 1 to 64 of a-z, 0-9, - and _")
        }
        return id
    }
}

import ArgumentParser
import BolnaWire
import CallDomain
import Foundation

/// `gateway account secret`: an account's webhook secrets.
struct AccountSecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Adds, lists and retires an account's webhook secrets.",
        discussion: """
            To change one without refusing a webhook: add the new one, enter the addresses or tokens that gateway \
            webhook-url prints at Bolna, wait until the old one's last use lies far enough back, retire it.
            """,
        subcommands: [List.self, Add.self, Retire.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the secrets by their labels, with their last uses.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var name: AccountArgument
        @Option(help: "table or json.")
        var output = OutputFormat.table

        func run() async throws {
            let body = try await GatewayDesk(settingsOptions.load()).ask("/api/v1/account", account: try name.id())
            try AccountPrintout.write(body, as: output) { (account: AccountPrintout) in account.secretTable }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a secret; the gateway makes one, and prints it this one time, unless one is given.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var name: AccountArgument
        @Argument(help: "Its label; unless told otherwise one that is told from the secret.")
        var label: String?
        @Option(help: "A file with the secret.")
        var file: String?

        private struct Answer: Decodable {
            var label: String
            var secret: String?
        }

        func run() async throws {
            let value = try file.map { try AccountOptions.secret(in: $0, "--file") }
            var json = JSONWriter()
            json.object { json in
                if let label { json.member("label", label) }
                if let value { json.member("value", value) }
            }
            let body = try await GatewayDesk(settingsOptions.load())
                .ask("/api/v1/account/secrets", body: json.bytes, account: try name.id())
            let answer = try JSONDecoder().decode(Answer.self, from: Data(body))
            StandardError.write("The secret \(answer.label) is active.")
            if let secret = answer.secret { StandardOutput.write(secret) }
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a secret out of use at once; what is signed with it is refused.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var name: AccountArgument
        @Argument(help: "Its label.")
        var label: String

        func run() async throws {
            let path = "/api/v1/account/secrets/\(try GatewayDesk.segment(label))/retire"
            let body = try await GatewayDesk(settingsOptions.load()).ask(path, body: [], account: try name.id())
            try AccountPrintout.write(body, as: .table) { (account: AccountPrintout) in account.secretTable }
        }
    }
}

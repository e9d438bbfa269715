import ArgumentParser
import BolnaWire
import CallDomain
import Foundation

/// `gateway key`: the API keys of an account.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Mints, lists and revokes API keys.",
        discussion: """
            A key is printed once, when it is minted; only its digest is kept. The key of the settings (api.key) is not \
            listed. Goes through a running gateway; where none runs, it works on the database itself.
            """,
        subcommands: [List.self, Mint.self, Revoke.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the keys of an account.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var accountOption: AccountOption
        @Option(help: "table or json.")
        var output = OutputFormat.table

        func run() async throws {
            let body = try await GatewayDesk(settingsOptions.load()).ask(
                "/api/v1/keys", account: try accountOption.id())
            try AccountPrintout.write(body, as: output) { (page: KeyPrintout.Page) in page.table }
        }
    }

    struct Mint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Mints a key and prints it, this one time.",
            discussion: """
                Scopes: read calls, numbers masked; check asks Bolna about a call; dial places calls; operate reports, \
                quarantine and health; admin accounts and keys; reveal full numbers, transcripts, recordings, raw bodies.
                """)
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var accountOption: AccountOption
        @Option(help: "What people call it.")
        var label = ""
        @Option(help: "What it may do: some of \(ScopeText.all), separated by commas.")
        var scopes = ScopeText.text([.read])
        @Option(help: "After what time it opens nothing any more, such as 90d; never unless told otherwise.")
        var expires: String?
        @Option(help: "The most requests it may make in a minute.")
        var perMinute = StoredAPIKey.usualPerMinute

        private struct Answer: Decodable {
            var key: String
            var id: String
        }

        func run() async throws {
            guard let scopes = ScopeText.scopes(scopes) else {
                throw ValidationError("--scopes: expected some of \(ScopeText.all), separated by commas")
            }
            let lifetime = try expires.map { text in
                guard let lifetime = SettingText.duration(text) else {
                    throw ValidationError("--expires: expected a duration such as 90d")
                }
                return lifetime
            }
            var json = JSONWriter()
            json.object { json in
                json.member("label", label)
                json.key("scopes")
                json.array { json in
                    for scope in Scope.allCases where scopes.contains(scope) { json.value(scope.rawValue) }
                }
                json.member("expiresInSeconds", lifetime?.components.seconds)
                json.member("perMinute", perMinute)
            }
            let body = try await GatewayDesk(settingsOptions.load())
                .ask("/api/v1/keys", body: json.bytes, account: try accountOption.id())
            let answer = try JSONDecoder().decode(Answer.self, from: Data(body))
            StandardError.write("The key \(answer.id) is shown this once:")
            StandardOutput.write(answer.key)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a key back at once; what it holds open, such as streams of changes, ends.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var accountOption: AccountOption
        @Argument(help: "The key's name, as gateway key list prints it.")
        var id: String

        func run() async throws {
            let path = "/api/v1/keys/\(try GatewayDesk.segment(id))/revoke"
            _ = try await GatewayDesk(settingsOptions.load()).ask(path, body: [], account: try accountOption.id())
            StandardError.write("The key \(id) opens nothing any more.")
        }
    }
}

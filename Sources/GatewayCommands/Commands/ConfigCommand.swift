import ArgumentParser

/// `gateway config`: what is set, where it came from, what is wrong with it.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Shows and checks the settings.", subcommands: [Show.self, Check.self],
        defaultSubcommand: Show.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints every setting, its value and where it came from; secrets are masked.")
        @OptionGroup var settingsOptions: SettingsOptions
        @Option(help: "table or json.")
        var output = OutputFormat.table

        func run() async throws { StandardOutput.write(try settingsOptions.describe(output)) }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reports every mistake in the settings at once; exit code 78 where there is one.")
        @OptionGroup var settingsOptions: SettingsOptions

        func run() async throws {
            _ = try settingsOptions.load()
            StandardOutput.write("The settings are in order.")
        }
    }
}

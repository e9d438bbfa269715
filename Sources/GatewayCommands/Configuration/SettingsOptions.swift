import ArgumentParser
import BolnaWire
import Foundation

/// The options that every command takes to find its settings.
struct SettingsOptions: ParsableArguments {
    @Option(help: "The configuration file; config/gateway.yaml, where it is there, unless told otherwise.")
    var config: String?
    @Option(name: .customLong("set"), help: "A setting as key=value, such as listen.port=9443; may be repeated.")
    var assignments: [String] = []
    @Option(help: "The folder for the database and what is made at first start (data.directory).")
    var dataDirectory: String?

    /// The settings; every mistake in them is told at once.
    func load() throws(GatewayFailure) -> GatewaySettings {
        let outcome = try read()
        for warning in outcome.warnings { StandardError.write("gateway: warning: \(warning)") }
        guard outcome.mistakes.isEmpty else {
            let sentences = outcome.mistakes.joined(separator: "\n  ")
            throw GatewayFailure(.configuration, "the settings cannot be used:\n  \(sentences)")
        }
        return outcome.settings
    }

    /// Every setting with its value and where it came from; secrets are masked.
    func describe(_ format: OutputFormat) throws(GatewayFailure) -> String {
        let rows = try read().rows
        switch format {
        case .table:
            let nameWidth = rows.map(\.key.count).max() ?? 0
            let valueWidth = rows.map(\.value.count).max() ?? 0
            return rows.map { row in
                row.key.padding(toLength: nameWidth + 2, withPad: " ", startingAt: 0)
                    + row.value.padding(toLength: valueWidth + 2, withPad: " ", startingAt: 0) + row.origin
            }.joined(separator: "\n")
        case .json:
            var writer = JSONWriter()
            writer.array { writer in
                for row in rows {
                    writer.object { writer in
                        for (name, value) in [("key", row.key), ("value", row.value), ("origin", row.origin)] {
                            writer.key(name)
                            writer.value(value)
                        }
                    }
                }
            }
            return writer.text
        }
    }

    private func read() throws(GatewayFailure) -> SettingsLoader.Outcome {
        var flags: [(key: String, value: String)] = []
        for assignment in assignments {
            guard let equals = assignment.firstIndex(of: "=") else {
                throw GatewayFailure(.configuration, "--set: expected key=value, such as listen.port=9443")
            }
            flags.append((String(assignment[..<equals]), String(assignment[assignment.index(after: equals)...])))
        }
        if let dataDirectory { flags.append(("data.directory", dataDirectory)) }
        return SettingsLoader(environment: ProcessInfo.processInfo.environment, file: config, flags: flags).load()
    }
}

/// The same without `--set`, for a command that has an option of that name itself.
struct SettingsPlaceOptions: ParsableArguments {
    @Option(help: "The configuration file; config/gateway.yaml, where it is there, unless told otherwise.")
    var config: String?
    @Option(help: "The folder for the database and what is made at first start (data.directory).")
    var dataDirectory: String?

    /// The settings; every mistake in them is told at once.
    func load() throws(GatewayFailure) -> GatewaySettings {
        var options = SettingsOptions()
        options.config = config
        options.assignments = []
        options.dataDirectory = dataDirectory
        return try options.load()
    }
}

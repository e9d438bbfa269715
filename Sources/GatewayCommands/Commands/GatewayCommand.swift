package import ArgumentParser
import Foundation

/// The program `gateway`: receives Bolna's webhooks, polls what is overdue, serves call history.
package struct GatewayCommand: AsyncParsableCommand {
    /// The version that is printed and exported as a metric.
    package static let version = "0.1.0"

    /// What `--help` says.
    package static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Receives Bolna's webhooks, polls the calls whose webhooks are overdue, serves call history.",
        discussion: """
            Exit codes: 0 done, 1 a negative answer, 64 a wrong command line, 69 something needed is unavailable, \
            78 a wrong configuration.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, DemoCommand.self, CheckCommand.self, ReportCommand.self, WebhookURLCommand.self,
            ExplainCommand.self, ConfigCommand.self, DoctorCommand.self, QuarantineCommand.self,
            ReplayCommand.self, RulingCommand.self, RefusalCommand.self, SimulateCommand.self,
            AccountCommand.self, KeyCommand.self, RekeyCommand.self, ForgetCommand.self, AuditCommand.self,
        ]
    )

    /// Takes no arguments of its own.
    package init() {}

    /// Runs the program and ends the process with a documented exit code. A failure of ours is one sentence on standard
    /// error; a wrong command line is explained by the parser.
    package static func runToExit() async -> Never {
        // What is made, the control socket included, is its owner's alone from its first moment on.
        umask(0o077)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            guard !StandardOutput.hasFailed else {
                throw GatewayFailure(.unavailable, "the result could not be written to standard output")
            }
            exit(withError: nil)
        } catch let failure as GatewayFailure {
            StandardError.write("gateway: \(failure)")
            exit(withError: ExitCode(failure.code.rawValue))
        } catch {
            exit(withError: error)
        }
    }
}

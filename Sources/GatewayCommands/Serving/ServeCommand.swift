import ArgumentParser
import CallDomain
import Foundation
import GatewayHTTP
import Logging
import SQLiteStore

/// `gateway serve`: the gateway itself.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Receives webhooks, polls what is overdue, serves call history.",
        discussion: """
            Prints one line, `ready` with the addresses of both listeners, once it accepts. SIGTERM and SIGINT finish \
            what is in flight, within limits.drain and \(GatewayRunner.timeAfterDrain.components.seconds) seconds.
            """)

    @OptionGroup var settingsOptions: SettingsOptions

    func run() async throws {
        let settings = try settingsOptions.load()
        let logger = LineLogHandler.logger(settings: settings)
        OpenFiles.raise(for: settings.limits.connections, logger: logger)
        let data = try DataDirectory(path: settings.dataDirectory)
        let assembly = try GatewayAssembly.open(settings: settings, data: data, logger: logger)
        assembly.sayWhatMatters(to: logger)
        let runner = GatewayRunner(assembly: assembly, data: data, logger: logger)
        try await runner.run { addresses in
            StandardOutput.write("ready \(addresses.gateway) operator \(addresses.operator)")
        }
    }
}

extension GatewayAssembly {
    /// Does what a first start has to, and wires everything; failures become sentences with an exit code.
    static func open(
        settings: GatewaySettings, data: DataDirectory, logger: Logger
    ) throws(GatewayFailure) -> GatewayAssembly {
        let firstStart = try FirstStart(
            webhookSecrets: settings.webhookSecrets, apiKey: settings.apiKey, adminKey: settings.adminKey,
            certificate: URL(filePath: settings.tlsCertificate), privateKey: URL(filePath: settings.tlsPrivateKey),
            data: data, now: .now)
        do {
            return try GatewayAssembly(settings: settings, data: data, firstStart: firstStart, logger: logger)
        } catch let failure as GatewayFailure {
            throw failure
        } catch let error as StoreError {
            throw GatewayFailure(.unavailable, error.message)
        } catch {
            throw GatewayFailure(.configuration, "\(error)")
        }
    }

    /// What a person who starts the gateway has to know: a new API key, a certificate nobody trusts, a short secret.
    func sayWhatMatters(to logger: Logger) {
        if firstStart.isAPIKeyNew {
            StandardError.write("API key, shown this once and kept in the data directory: \(firstStart.apiKey)")
        }
        if firstStart.isSelfSigned {
            logger.warning(
                "The certificate is self-signed for localhost: Bolna will not post to it. See certs/README.md.")
        }
        for (number, secret) in firstStart.webhookSecrets.enumerated() where secret.utf8.count < 16 {
            logger.warning(
                "webhook.secret is short enough to be guessed: use at least 32 random characters.",
                metadata: ["secret": "\(number + 1)"])
        }
    }
}

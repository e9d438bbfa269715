import ArgumentParser
import BolnaClient
import BolnaWire
import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import SQLiteStore
import ServiceLifecycle

/// `gateway check`: asks Bolna about one call now.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Asks Bolna about one call now and prints what is believed of it then.",
        discussion: "Goes through a running gateway; where none runs, it takes the database itself.")

    @OptionGroup var settingsOptions: SettingsOptions
    @OptionGroup var accountOption: AccountOption
    @Argument(help: "The gateway's id of the call, or Bolna's.")
    var id: String

    func run() async throws {
        let account = try accountOption.id()
        let settings = try settingsOptions.load()
        let data = try DataDirectory(path: settings.dataDirectory)
        guard let segment = id.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-", "_", "."]))
        else {
            throw GatewayFailure(.negative, "the id cannot be part of an address")
        }
        if let answer = try await RunningGateway(data: data).send(
            path: "/api/v1/calls/\(segment)/check", body: [], account: account)
        {
            guard answer.status == 200 else { throw RunningGateway.failure(answer) }
            return StandardOutput.write(String(decoding: answer.body, as: UTF8.self))
        }
        // Only a start of `serve` may mint an API key: it is shown that one time.
        let database = try GatewayAssembly.databasePath(settings: settings, data: data)
        guard FileManager.default.fileExists(atPath: database) else {
            throw GatewayFailure(.negative, "there is no database yet: start gateway serve once")
        }
        try await checkAlone(settings: settings, data: data, account: account)
    }

    /// Without a running gateway: takes the lock, reads once, stores what came.
    private func checkAlone(settings: GatewaySettings, data: DataDirectory, account: AccountID) async throws {
        let logger = LineLogHandler.logger(settings: settings)
        let assembly = try GatewayAssembly.open(settings: settings, data: data, logger: logger)
        let outcome = await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await assembly.context.writer.run() }
            let outcome = await assembly.dependencies.checks.check(account: account, reference: id)
            group.cancelAll()
            return outcome
        }
        await assembly.client.shutdown()
        try assembly.store.close()
        StandardOutput.write(try Self.describe(outcome))
    }

    private static func describe(_ outcome: CheckOutcome) throws(GatewayFailure) -> String {
        switch outcome {
        case .updated(let call):
            return CallSummary(call: call).json
        case .notFound:
            throw GatewayFailure(.negative, "no call with this id is known here; give the gateway's id or Bolna's")
        case .unknownToBolna:
            throw GatewayFailure(.negative, "Bolna does not know this call any more; what is believed of it stands")
        case .coolingDown(let retryAfter):
            throw GatewayFailure(.unavailable, "the call was read just now; try again in \(retryAfter.seconds) s")
        case .bolnaFailed(let detail):
            throw GatewayFailure(.unavailable, "Bolna did not answer as expected: \(detail)")
        case .busy(let retryAfter):
            throw GatewayFailure(.unavailable, "no read is free now; try again in \(retryAfter.seconds) s")
        case .noToken:
            throw GatewayFailure(.unavailable, "bolna.token is not set: Bolna cannot be asked without it")
        }
    }
}

/// What one line of JSON says of a call.
struct CallSummary {
    let call: CallRecord

    /// Ids, status and freshness.
    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("id")
            writer.value(call.call.rawValue)
            writer.key("executionId")
            writer.value(call.execution.rawValue)
            writer.key("status")
            writer.value(call.state?.status.word)
            writer.key("asOf")
            writer.value(call.state.map { $0.current.statusAsOf.iso8601() })
        }
        return writer.text
    }
}

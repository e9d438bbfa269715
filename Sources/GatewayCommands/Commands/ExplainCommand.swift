import ArgumentParser
import BolnaClient
import BolnaWire
import CallDomain
import Foundation
import GatewayHTTP
import SQLiteStore

/// `gateway explain`: why a call is believed to be as it is.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract:
            "Tells why a call is believed to be as it is: the evidence, what each rule did, what is expected next.",
        discussion: """
            Goes through a running gateway; where none runs, it reads the database without touching it. Everything is \
            recomputed from the journal and compared with what is stored; a difference ends in exit code 1. Times are UTC.
            """)

    /// How the result is printed.
    enum Output: String, CaseIterable, ExpressibleByArgument {
        /// Sentences, for people.
        case table
        /// One JSON object.
        case json
        /// One row for each step of the evidence.
        case csv
    }

    @OptionGroup var settingsOptions: SettingsOptions
    @OptionGroup var accountOption: AccountOption
    @Argument(help: "The gateway's id of the call, or Bolna's.")
    var id: String
    @Option(help: "table, json or csv.")
    var output = Output.table

    func run() async throws {
        let account = try accountOption.id()
        let settings = try settingsOptions.load()
        let data = try DataDirectory(path: settings.dataDirectory)
        let body = try await ask(data, account) ?? Self.read(id, of: account, settings: settings, data: data)
        let printout = try JSONDecoder().decode(ExplanationPrintout.self, from: Data(body))
        switch output {
        case .json: StandardOutput.write(String(decoding: body, as: UTF8.self))
        case .table: StandardOutput.write(printout.table)
        case .csv: StandardOutput.write(printout.csv)
        }
        guard printout.journal.isEqual else { throw GatewayFailure(.negative, printout.journal.text) }
    }

    /// The explanation of a running gateway; nil where none runs.
    private func ask(_ data: DataDirectory, _ account: AccountID) async throws(GatewayFailure) -> [UInt8]? {
        guard let segment = id.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-", "_", "."]))
        else { throw GatewayFailure(.negative, "the id cannot be part of an address") }
        guard
            let answer = try await RunningGateway(data: data).send(
                path: "/api/v1/calls/\(segment)/explain", account: account)
        else { return nil }
        guard answer.status == 200 else { throw RunningGateway.failure(answer) }
        return answer.body
    }

    /// The explanation from the database alone.
    private static func read(
        _ id: String, of account: AccountID, settings: GatewaySettings, data: DataDirectory
    ) throws(GatewayFailure) -> [UInt8] {
        let store = try StoredGateway.open(settings: settings, data: data)
        let owner = Principal(account: account, scopes: Set(Scope.allCases), actor: "file")
        let explanation: CallExplanation?
        do {
            explanation = try store.dossier(account: account, reference: id).map { dossier throws(StoreError) in
                let incidents = try store.incidents(
                    account: account, from: dossier.record.createdAt, to: .distantFuture)
                return dossier.explained(incidents: incidents, now: RealWorld.now())
            }
        } catch {
            throw GatewayFailure(.unavailable, error.message)
        }
        guard let document = explanation.flatMap({ ExplanationDocument($0, for: owner) }) else {
            throw GatewayFailure(.negative, "no call with this id is known here; give the gateway's id or Bolna's")
        }
        return document.json.bytes
    }
}

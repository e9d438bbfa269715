import ArgumentParser
import BolnaClient
import BolnaWire
import Foundation
import GatewayHTTP
import GatewayService

/// `gateway ruling`: a person decides that statements of a call do not count.
struct RulingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ruling",
        abstract: "Decides that statements of a call's journal do not count.",
        discussion: """
            The statements stay in the journal, the ruling beside them, with who made it and why; a later ruling that \
            names this one voids it. A read that is named counts again once Bolna repeats it. Goes through a running \
            gateway; where none runs, it takes the database's lock and acts itself.
            """)

    @OptionGroup var settingsOptions: SettingsOptions
    @OptionGroup var accountOption: AccountOption
    @Argument(help: "The gateway's id of the call, or Bolna's.")
    var id: String
    @Option(
        name: .customLong("withdraw"), parsing: .upToNextOption,
        help: "Positions in the call's journal, as gateway explain and the API's journal name them.")
    var positions: [Int64]
    @Option(help: "Why, in a sentence; it is kept with the ruling.")
    var note: String
    @Option(help: "table, json or csv.")
    var output = RowFormat.table

    func run() async throws {
        let settings = try settingsOptions.load()
        let data = try DataDirectory(path: settings.dataDirectory)
        guard let segment = id.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-", "_", "."]))
        else {
            throw GatewayFailure(.negative, "the id cannot be part of an address")
        }
        let path = "/api/v1/calls/\(segment)/rulings"
        let account = try accountOption.id()
        if let answer = try await RunningGateway(data: data).send(path: path, body: body, account: account) {
            guard answer.status == 201 else { throw RunningGateway.failure(answer) }
            return try write(answer.body)
        }
        try await StandaloneGateway(settings: settings, data: data).act { assembly in
            try write(
                try await RulingReading.rule(
                    body, of: id, service: assembly.dependencies.rulings,
                    for: StandaloneGateway.principal(of: account), trail: assembly.context.trail,
                    at: assembly.context.now()))
        }
    }

    /// The ruling as the API takes it.
    private var body: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("withdraws")
            json.array { json in for position in positions { json.value(position) } }
            json.member("note", note)
        }
        return json.bytes
    }

    private func write(_ answer: [UInt8]) throws {
        guard output != .json else { return StandardOutput.write(String(decoding: answer, as: UTF8.self)) }
        let ruling = try JSONDecoder().decode(MadeRuling.self, from: Data(answer))
        switch output {
        case .csv: StandardOutput.write(exactly: ruling.csv)
        default: StandardOutput.write(ruling.text)
        }
    }
}

/// What came of a ruling, as it is printed.
struct MadeRuling: Decodable {
    var callId: String
    var executionId: String
    var status: String?
    var outcome: String
    var rule: String
    var statusBefore: String?
    var changedFields: [String]

    /// One sentence.
    var text: String {
        let change =
            statusBefore == status
            ? "is still \(status ?? "not known")" : "is \(status ?? "not known"), it was \(statusBefore ?? "not known")"
        let fields = changedFields.isEmpty ? "" : "; changed: \(changedFields.joined(separator: ", "))"
        return TerminalText.safe("Call \(executionId) (\(callId)) \(change)\(fields).")
    }

    /// A header and a row.
    var csv: String {
        CSVText.lines([
            ["execution_id", "call_id", "status", "outcome", "rule", "status_before", "changed_fields"],
            [
                executionId, callId, status ?? "", outcome, rule, statusBefore ?? "",
                changedFields.joined(separator: " "),
            ],
        ])
    }
}

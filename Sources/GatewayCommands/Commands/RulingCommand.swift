import ArgumentParser
import BolnaClient
import BolnaWire
import Foundation

/// `gateway ruling`: a person decides that statements of a call do not count.
struct RulingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ruling",
        abstract: "Decides that statements of a call's journal do not count.",
        discussion: """
            The statements stay in the journal, the ruling beside them, with who made it and why; a later ruling that \
            names this one voids it. A read that is named counts again once Bolna repeats it. Goes through a running \
            gateway.
            """)

    @OptionGroup var settingsOptions: SettingsOptions
    @Argument(help: "The gateway's id of the call, or Bolna's.")
    var id: String
    @Option(
        name: .customLong("withdraw"), parsing: .upToNextOption,
        help: "Positions in the call's journal, as gateway explain and the API's journal name them.")
    var positions: [Int64]
    @Option(help: "Why, in a sentence; it is kept with the ruling.")
    var note: String

    func run() async throws {
        let settings = try settingsOptions.load()
        let data = try DataDirectory(path: settings.dataDirectory)
        guard let segment = id.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-", "_", "."]))
        else {
            throw GatewayFailure(.negative, "the id cannot be part of an address")
        }
        var json = JSONWriter()
        json.object { json in
            json.key("withdraws")
            json.array { json in for position in positions { json.value(position) } }
            json.member("note", note)
        }
        let path = "/api/v1/calls/\(segment)/rulings"
        guard let answer = try await RunningGateway(data: data).send(path: path, body: json.bytes) else {
            throw GatewayFailure(.unavailable, "no gateway runs over this data directory: start gateway serve")
        }
        guard answer.status == 201 else { throw RunningGateway.failure(answer) }
        StandardOutput.write(String(decoding: answer.body, as: UTF8.self))
    }
}

import ArgumentParser
import BolnaWire
import CallDomain
import Foundation

/// `gateway forget`: deletes what is stored of a person, by a telephone number.
struct ForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Deletes what is stored of a person, by a telephone number, and keeps it from coming back.",
        discussion: """
            Calls from or to the number, and calls, deliveries and requests that name it anywhere in their bytes, lose \
            all that tells of a person and are not shown any more. Later webhooks, reads, replays and imports that name it \
            are dropped, and it is not dialled. A person cannot be brought back. Numbers are compared by all their digits, \
            country code included, however they are written: with + or 00 or without, in groups or not. Goes through a running gateway; where none runs, it takes the database's lock and acts \
            itself. That it was asked for is in the audit.
            """)

    @OptionGroup var settingsOptions: SettingsOptions
    @OptionGroup var account: AccountOption
    @Option(help: "The number, as + and all its digits with the country code, such as +14155550100.")
    var number: String
    @Flag(help: "Only count what would be deleted.")
    var dryRun = false
    @Flag(help: "Do not ask on the terminal.")
    var yes = false
    @Option(help: "table or json.")
    var output = OutputFormat.table

    func run() async throws {
        let settings = try settingsOptions.load()
        let gateway = try GatewayDesk(settings)
        let account = try self.account.id()
        if !dryRun, !yes {
            try Self.confirm(try await Self.forget(number, isDryRun: true, account, gateway).document)
        }
        let (document, text) = try await Self.forget(number, isDryRun: dryRun, account, gateway)
        StandardOutput.write(output == .json ? text : document.text)
    }

    private static func forget(
        _ number: String, isDryRun: Bool, _ account: AccountID, _ gateway: GatewayDesk
    ) async throws -> (document: ForgetDocument, text: String) {
        var json = JSONWriter()
        json.object { json in
            json.member("number", number)
            json.member("dryRun", isDryRun)
        }
        let body = try await gateway.ask("/api/v1/forget", body: json.bytes, account: account)
        return (try JSONDecoder().decode(ForgetDocument.self, from: Data(body)), String(decoding: body, as: UTF8.self))
    }

    /// Asks on the terminal; without one, --yes must be given.
    private static func confirm(_ document: ForgetDocument) throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw ValidationError(
                "there is no terminal to ask on: give --yes, or --dry-run to see what would be deleted")
        }
        StandardError.write(document.text)
        StandardError.write("Delete this for good? Type yes to go on.")
        guard readLine() == "yes" else { throw GatewayFailure(.negative, "nothing was deleted") }
    }
}

/// What forgetting took away, or would take away, as it is printed.
struct ForgetDocument: Decodable {
    var dryRun: Bool
    var calls: Int
    var quarantine: Int
    var dials: Int
    var refusals: Int
    var remains: [String]?

    /// Counts, then where the number may still be.
    var text: String {
        let counts =
            "\(calls) calls, \(quarantine) deliveries kept aside, \(dials) requests to place a call, "
            + "\(refusals) refused deliveries"
        let first = dryRun ? "Would be deleted: \(counts)" : "Deleted: \(counts)"
        return ([first] + (remains ?? [])).joined(separator: "\n")
    }
}

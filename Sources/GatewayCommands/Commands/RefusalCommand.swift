import ArgumentParser
import BolnaClient
import CallDomain
import Foundation

/// `gateway refusals`: deliveries that were answered 401, and judging them again.
struct RefusalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refusals",
        abstract: "Lists the newest deliveries that were refused, and verifies them again.",
        discussion: """
            Refused deliveries are remembered in the memory of a running gateway alone, the newest 256. Once a missing \
            secret or source address has been mended, a refused delivery can be judged again; what is then accepted is \
            stored with its first time of receipt.
            """,
        subcommands: [List.self, Verify.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists them, newest first.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var account: AccountOption
        @Option(help: "table or json.")
        var output = OutputFormat.table

        private struct Page: Decodable {
            struct Row: Decodable {
                var id: Int
                var receivedAt: String
                var reason: String
                var peer: String
                var credentials: [String]
                var canBeVerified: Bool
            }

            var data: [Row]
        }

        func run() async throws {
            let body = try await RefusalCommand.send(settingsOptions, account, path: "/api/v1/refusals")
            if output == .json { return StandardOutput.write(String(decoding: body, as: UTF8.self)) }
            let rows = try JSONDecoder().decode(Page.self, from: Data(body)).data
            guard !rows.isEmpty else { return StandardOutput.write("no refusal is remembered") }
            for row in rows {
                let brought = row.credentials.isEmpty ? "nothing" : row.credentials.joined(separator: " and ")
                let note = row.canBeVerified ? "" : ", cut: cannot be verified"
                StandardOutput.write(
                    "\(row.id)  \(row.receivedAt)  \(row.reason)  from \(row.peer), brought \(brought)\(note)")
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Judges one again, and stores it where it is accepted.")
        @OptionGroup var settingsOptions: SettingsOptions
        @OptionGroup var account: AccountOption
        @Argument(help: "The number of the refusal.")
        var id: Int

        private struct Verdict: Decodable {
            var verdict: String
            var reason: String?
            var trust: String?
            var status: String?
        }

        func run() async throws {
            let path = "/api/v1/refusals/\(id)/verify"
            let body = try await RefusalCommand.send(settingsOptions, account, path: path, body: Array("{}".utf8))
            let verdict = try JSONDecoder().decode(Verdict.self, from: Data(body))
            guard verdict.verdict == "accepted" else {
                throw GatewayFailure(.negative, "it is refused again: \(verdict.reason ?? "no reason given")")
            }
            let reason = verdict.reason.map { ", \($0)" } ?? ""
            StandardOutput.write("accepted, \(verdict.trust ?? ""): \(verdict.status ?? "")\(reason)")
        }
    }

    /// The body of a running gateway's good answer.
    private static func send(
        _ settingsOptions: SettingsOptions, _ account: AccountOption, path: String, body: [UInt8]? = nil
    ) async throws -> [UInt8] {
        let data = try DataDirectory(path: try settingsOptions.load().dataDirectory)
        guard let answer = try await RunningGateway(data: data).send(path: path, body: body, account: account.id())
        else {
            throw GatewayFailure(.unavailable, "no gateway runs over this data directory: start gateway serve")
        }
        guard answer.status == 200 else { throw RunningGateway.failure(answer) }
        return answer.body
    }
}

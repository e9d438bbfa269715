import BolnaClient
import BolnaWire
import CallDomain
import Foundation

/// Writes an address into an agent at Bolna: shows what is there, asks, and reads it back.
struct WebhookURLSetter {
    let running: RunningGateway
    let account: AccountID
    let agent: String
    /// Whether the person at the terminal is asked.
    let mayAsk: Bool

    /// What the gateway says of an agent.
    private struct Standing: Decodable {
        var name: String?
        var webhookUrl: String?
        /// The secret whose token is in the address; nil where it has none of ours.
        var tokenSecret: String?
        var version: String

        var address: String {
            guard let webhookUrl else { return "none" }
            return webhookUrl + (tokenSecret.map { "   (token of the secret \($0))" } ?? "")
        }
    }

    /// Sets the address; `shown` is what is printed of it.
    func set(_ url: String, shown: String) async throws {
        let path = "/api/v1/agents/\(agent.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")/webhook"
        let before = try await send(path)
        StandardOutput.write(
            """
            Agent \(before.name.map { "\($0) (\(agent))" } ?? agent)
              now   \(before.address)
              new   \(shown)
            """)
        if mayAsk, try !isWanted() { throw GatewayFailure(.negative, "nothing was changed") }
        var json = JSONWriter()
        json.object { json in
            json.member("url", url)
            json.member("version", before.version)
        }
        let after = try await send(path, body: json.bytes)
        StandardOutput.write("Set. Bolna now has   \(after.address)")
    }

    private func isWanted() throws -> Bool {
        guard isatty(STDIN_FILENO) == 1 else {
            throw GatewayFailure(.negative, "nothing was changed: say --yes where nobody can be asked")
        }
        StandardOutput.write(exactly: "Write the new address into the agent? [y/N] ")
        return ["y", "yes"].contains((readLine() ?? "").lowercased())
    }

    private func send(_ path: String, body: [UInt8]? = nil) async throws -> Standing {
        guard let answer = try await running.send(path: path, body: body, account: account) else {
            throw GatewayFailure(.unavailable, "no gateway runs over this data directory: start gateway serve")
        }
        guard answer.status == 200 else { throw RunningGateway.failure(answer) }
        return try JSONDecoder().decode(Standing.self, from: Data(answer.body))
    }
}

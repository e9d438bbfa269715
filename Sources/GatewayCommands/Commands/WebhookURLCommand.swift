import ArgumentParser
import CallDomain
import Foundation
import WebhookTrust

/// `gateway webhook-url`: what to enter in Bolna so that its webhooks reach the gateway and are trusted.
struct WebhookURLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook-url",
        abstract: "Prints the webhook address and token to enter in Bolna.",
        discussion: """
            The token is HMAC-SHA256 of the account and agent under the webhook secret: it is valid for that agent \
            alone, or for all agents of the account where none is named. Enter it as a static header where you can; \
            in the address it may show up in the logs of proxies.
            """)

    @OptionGroup var settingsOptions: SettingsOptions
    @Option(help: "The host name that Bolna reaches the gateway by.")
    var host = "localhost"
    @Option(help: "The port that Bolna reaches the gateway by; the listen port unless told otherwise.")
    var port: Int?
    @Option(help: "Bolna's id of the agent; all agents unless told otherwise.")
    var agent: String?

    func run() async throws {
        let settings = try settingsOptions.load()
        let data = try DataDirectory(path: settings.dataDirectory)
        let minted = try data.secret(in: data.webhookSecret).map { [$0] } ?? []
        guard let secret = (settings.webhookSecrets.isEmpty ? minted : settings.webhookSecrets).first else {
            throw GatewayFailure(
                .negative, "there is no webhook secret yet: set webhook.secret, or start gateway serve once to mint one"
            )
        }
        let account = AccountID.default
        let agentID = agent.map(AgentID.init(rawValue:))
        let token = try WebhookToken.mint(
            secret: WebhookSecret(label: "current", value: secret), account: account, agent: agentID)
        let segment = (agent ?? "-").addingPercentEncoding(
            withAllowedCharacters: .alphanumerics.union(["-", "_", "."]))
        let base = "https://\(host):\(port ?? settings.listenPort)/webhooks/bolna/\(account.rawValue)/\(segment ?? "-")"
        StandardOutput.write(
            """
            With a static header (preferred):
              webhook URL   \(base)
              Add headers   {"Authorization": "Bearer \(token)"}

            With the token in the address:
              webhook URL   \(base)/\(token)
            """)
    }
}

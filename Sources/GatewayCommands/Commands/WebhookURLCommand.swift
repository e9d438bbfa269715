import ArgumentParser
import BolnaClient
import CallDomain
import Foundation
import WebhookTrust

/// `gateway webhook-url`: what to enter in Bolna so that its webhooks reach the gateway and are trusted, and entering it.
struct WebhookURLCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook-url",
        abstract: "Prints the webhook address and token to enter in Bolna, or writes the address into an agent.",
        discussion: """
            The token is HMAC-SHA256 of the account and agent under the newest webhook secret: it is valid for that \
            agent alone, or for all agents of the account where none is named. Enter it as a static header where you \
            can; in the address it may show up in the logs of proxies. With --set a running gateway writes the address, \
            token included, into the agent at Bolna, once you have seen what is there: Bolna's API takes no headers.
            """)

    @OptionGroup var settingsOptions: SettingsPlaceOptions
    @OptionGroup var account: AccountOption
    @Option(help: "The host name that Bolna reaches the gateway by; that of listen.publicURL, else localhost.")
    var host: String?
    @Option(help: "The port that Bolna reaches the gateway by; the listen port unless told otherwise.")
    var port: Int?
    @Option(help: "Bolna's id of the agent; all agents unless told otherwise.")
    var agent: String?
    @Flag(help: "Write the address into the agent at Bolna; shows what is there, and asks first.")
    var set = false
    @Flag(
        help:
            "With --set: leave the token out of the address, since a header carries it or the sender's address counts.")
    var withoutToken = false
    @Flag(help: "With --set: do not ask.")
    var yes = false

    func validate() throws {
        if set, agent == nil { throw ValidationError("--set needs --agent: each agent has an address of its own.") }
        if (yes || withoutToken) && !set { throw ValidationError("--yes and --without-token go with --set.") }
        if let port, !(1...65_535).contains(port) { throw ValidationError("--port must be from 1 to 65535.") }
    }

    func run() async throws {
        let settings = try settingsOptions.load()
        let data = try DataDirectory(path: settings.dataDirectory)
        let account = try account.id()
        let running = RunningGateway(data: data)
        let entry = try await entry(account: account, settings: settings, data: data, running: running)
        if set, host == nil, settings.publicURL == nil {
            throw ValidationError("--set needs --host or listen.publicURL: where Bolna reaches the gateway.")
        }
        let base = try origin(settings) + entry.path
        guard set, let agent else { return StandardOutput.write(entry.text(base: base)) }
        try await WebhookURLSetter(running: running, account: account, agent: agent, mayAsk: !yes)
            .set(withoutToken ? base : "\(base)/\(entry.token)", shown: withoutToken ? base : "\(base)/***")
    }

    /// Where Bolna reaches the gateway: as the options say, else as the settings do.
    private func origin(_ settings: GatewaySettings) throws -> String {
        if host == nil, port == nil, let url = settings.publicURL { return try BolnaBaseURL(validating: url).text }
        let port = port ?? settings.listenPort
        return "https://\(host ?? "localhost")\(port == 443 ? "" : ":\(port)")"
    }

    /// What a running gateway says; for the account of the settings also what they say themselves.
    private func entry(
        account: AccountID, settings: GatewaySettings, data: DataDirectory, running: RunningGateway
    ) async throws -> WebhookEntry {
        let query = agent.flatMap { $0.addingPercentEncoding(withAllowedCharacters: Self.unreserved) }
        let path = "/api/v1/webhook-address" + (query.map { "?agent=\($0)" } ?? "")
        if let answer = try await running.send(path: path, account: account) {
            guard answer.status == 200 else { throw RunningGateway.failure(answer) }
            return try JSONDecoder().decode(WebhookEntry.self, from: Data(answer.body))
        }
        guard account == .default else {
            throw GatewayFailure(
                .unavailable, "no gateway runs over this data directory, and only it can open the account's secrets")
        }
        let minted = try data.secret(in: data.webhookSecret).map { [$0] } ?? []
        guard let secret = (settings.webhookSecrets.isEmpty ? minted : settings.webhookSecrets).first else {
            throw GatewayFailure(
                .negative, "there is no webhook secret yet: set webhook.secret, or start gateway serve once to mint one"
            )
        }
        let token = try WebhookToken.mint(
            secret: WebhookSecret(label: "current", value: secret), account: account,
            agent: agent.map(AgentID.init(rawValue:)))
        let segment = agent?.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? "-"
        return WebhookEntry(path: "/webhooks/bolna/\(account.rawValue)/\(segment)", token: token)
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}

/// What to enter in Bolna.
struct WebhookEntry: Decodable {
    /// A secret that is accepted.
    struct Secret: Decodable {
        var label: String
        var lastUsed: String?
    }

    /// The path of the address, without the token.
    var path: String
    /// The token of the newest secret.
    var token: String
    /// The label of the newest secret; nil where no gateway runs.
    var tokenSecret: String?
    /// All accepted secrets, the newest first; nil where no gateway runs.
    var secrets: [Secret]?

    /// For a person.
    func text(base: String) -> String {
        var text = """
            With a static header (preferred):
              webhook URL   \(base)
              Add headers   {"Authorization": "Bearer \(token)"}

            With the token in the address:
              webhook URL   \(base)/\(token)
            """
        guard let secrets, let tokenSecret else { return text }
        text += "\n\nThe token is that of the secret \(tokenSecret), the newest. Accepted secrets:"
        for secret in secrets {
            text += "\n  \(secret.label)   \(secret.lastUsed.map { "last used \($0)" } ?? "not used yet")"
        }
        return text
    }
}

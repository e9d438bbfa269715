import BolnaWire
import CallDomain
import Foundation
import GatewayService
import HTTPTypes
import Hummingbird
import Logging
import WebhookTrust

/// `/api/v1/agents` and `/api/v1/webhook-address`: which agents there are, where their webhooks go, and where they should.
struct AgentRoutes: Sendable {
    private let dependencies: GatewayDependencies
    private let bodyLimit: Int

    init(dependencies: GatewayDependencies, bodyLimit: Int) {
        self.dependencies = dependencies
        self.bodyLimit = bodyLimit
    }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/agents", .scoped(.read, list)),
            Route(.get, "/api/v1/agents/{id}/webhook", .scoped(.admin, webhook)),
            Route(.post, "/api/v1/agents/{id}/webhook", .scoped(.admin, setWebhook)),
            Route(.get, "/api/v1/webhook-address", .scoped(.admin, address)),
        ]
    }

    private func desk() throws(Problem) -> AgentDesk {
        guard let desk = dependencies.agents else { throw Problem(.noToken) }
        return desk
    }

    @Sendable private func list(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let agents = try await Self.telling { [desk = try desk()] () async throws(AgentDesk.Failure) in
            try await desk.agents(of: principal.account)
        }
        return .object { json in
            json.key("data")
            json.array { json in
                for agent in agents {
                    json.object { json in
                        json.member("id", agent.id.rawValue)
                        json.member("name", agent.name)
                    }
                }
            }
        }
    }

    @Sendable private func webhook(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let agent = AgentID(rawValue: try request.parameter("id"))
        let standing = try await Self.telling { [desk = try desk()] () async throws(AgentDesk.Failure) in
            try await desk.webhook(of: agent, account: principal.account)
        }
        return try response(standing, agent: agent, account: principal.account)
    }

    @Sendable private func setWebhook(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let agent = AgentID(rawValue: try request.parameter("id"))
        let wish = try WebhookWish.read(try await request.readBody(upTo: bodyLimit))
        let standing = try await Self.telling { [desk = try desk()] () async throws(AgentDesk.Failure) in
            try await desk.setWebhook(wish.url, of: agent, account: principal.account, expecting: wish.version)
        }
        dependencies.trail.note(.webhookURLSet, "agent \(agent.rawValue)", by: principal, at: request.receivedAt)
        dependencies.logger.info(
            "An agent's webhook address was set.",
            metadata: ["account": "\(principal.account.rawValue)", "agent.id": "\(agent.rawValue)"])
        return try response(standing, agent: agent, account: principal.account)
    }

    private func response(_ standing: AgentDesk.Standing, agent: AgentID, account: AccountID) throws -> Response {
        let url = standing.webhook.url
        let label = try url.flatMap { url in
            try WebhookAddress.token(in: url, account: account).flatMap { token in
                try WebhookToken.verify(
                    token.text, secrets: dependencies.live.trusts.secrets(of: account), account: account,
                    agent: token.agent)
            }
        }
        return .object { json in
            json.member("agentId", agent.rawValue)
            json.member("name", standing.webhook.name)
            json.member("webhookUrl", url.map(WebhookAddress.masked))
            json.member("tokenSecret", label)
            json.member("version", standing.version.hex)
        }
    }

    /// What to enter in Bolna: the path of the address, the token of the newest secret, and which secrets are still used.
    @Sendable private func address(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let account = principal.account
        let agent = request.query.text("agent").map(AgentID.init(rawValue:))
        let secrets = dependencies.live.trusts.secrets(of: account)
        guard let newest = secrets.first else {
            throw Problem(.notFound, "The account has no webhook secret yet.")
        }
        let token = try WebhookToken.mint(secret: newest, account: account, agent: agent)
        return .object { json in
            json.member("account", account.rawValue)
            json.member("agentId", agent?.rawValue)
            json.member("path", WebhookAddress.path(account: account, agent: agent))
            json.member("token", token)
            json.member("tokenSecret", newest.label)
            json.key("secrets")
            json.array { json in
                for secret in secrets {
                    json.object { json in
                        json.member("label", secret.label)
                        json.member("lastUsed", dependencies.uses.lastUse(ofSecret: secret.label, account: account))
                    }
                }
            }
        }
    }

    /// Does something with Bolna, and tells what went wrong as a problem.
    private static func telling<Value: Sendable>(
        _ body: () async throws(AgentDesk.Failure) -> Value
    ) async throws(Problem) -> Value {
        do throws(AgentDesk.Failure) {
            return try await body()
        } catch {
            switch error {
            case .notFound: throw Problem(.notFound, "Bolna has no such agent in this account.")
            case .changed:
                throw Problem(.conflict, "The address at Bolna is not the one that was shown any more; look again.")
            case .noToken: throw Problem(.noToken)
            case .busy(let retryAfter): throw Problem(.busy, retryAfter: retryAfter)
            case .bolnaFailed(let detail): throw Problem(.bolnaFailed, detail)
            }
        }
    }
}

/// What a client wants to be set, read strictly: a member that is not known is refused.
struct WebhookWish: Hashable, Sendable {
    /// The address; nil is none.
    var url: String?
    /// The state in which it was shown.
    var version: ContentDigest

    /// Reads a body, `{"url": "https://…", "version": "…"}`.
    static func read(_ body: [UInt8]) throws(Problem) -> WebhookWish {
        let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        guard let object, Set(object.keys) == ["url", "version"], let version = object["version"] as? String,
            let digest = Hex.decode(version).flatMap(ContentDigest.init(bytes:))
        else {
            throw Problem(.badRequest, "The body must be {\"url\": \"https://…\" or null, \"version\": \"…\"}.")
        }
        if object["url"] is NSNull { return WebhookWish(url: nil, version: digest) }
        guard let url = object["url"] as? String, WebhookAddress.isAcceptable(url) else {
            throw Problem(
                .badRequest, "url must be an https address of at most \(WebhookAddress.longest) bytes, without a user.")
        }
        return WebhookWish(url: url, version: digest)
    }
}

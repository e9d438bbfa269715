import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird
import WebhookTrust

/// `/api/v1/account` for an account's administrators, and `/api/v1/accounts` for those of the machine.
struct AccountRoutes: Sendable {
    private let dependencies: GatewayDependencies
    private let keeper: AccountKeeper
    private let bodyLimit: Int
    private let isLocal: Bool

    /// Without a keeper there are no routes; those that are about several accounts are there only where `isLocal` says
    /// that whoever asks reaches all of them.
    static func routes(dependencies: GatewayDependencies, bodyLimit: Int, isLocal: Bool) -> [Route] {
        guard let keeper = dependencies.keeper else { return [] }
        let group = AccountRoutes(
            dependencies: dependencies, keeper: keeper, bodyLimit: bodyLimit, isLocal: isLocal)
        return group.own + (isLocal ? group.all : [])
    }

    private init(dependencies: GatewayDependencies, keeper: AccountKeeper, bodyLimit: Int, isLocal: Bool) {
        self.dependencies = dependencies
        self.keeper = keeper
        self.bodyLimit = bodyLimit
        self.isLocal = isLocal
    }

    private var own: [Route] {
        [
            Route(.get, "/api/v1/account", .scoped(.admin, show)),
            Route(.post, "/api/v1/account", .scoped(.admin, change)),
            Route(.post, "/api/v1/account/secrets", .scoped(.admin, addSecret)),
            Route(.post, "/api/v1/account/secrets/{label}/retire", .scoped(.admin, retireSecret)),
        ]
    }

    private var all: [Route] {
        [
            Route(.get, "/api/v1/accounts", .scoped(.admin, list)),
            Route(.post, "/api/v1/accounts", .scoped(.admin, add)),
            Route(
                .post, "/api/v1/accounts/{id}/disable",
                .scoped(.admin) { try await setDisabled(true, request: $0, principal: $1) }),
            Route(
                .post, "/api/v1/accounts/{id}/enable",
                .scoped(.admin) { try await setDisabled(false, request: $0, principal: $1) }),
        ]
    }

    @Sendable private func show(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await answer(for: principal.account)
    }

    @Sendable private func change(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let wish = try AccountWish(try await request.readBody(upTo: bodyLimit))
        try wish.check(principal, tokenScopes: dependencies.tokens.scopes)
        _ = try await keeper.change(principal.account, wish, by: principal)
        return try await answer(for: principal.account)
    }

    @Sendable private func addSecret(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let body = try StrictBody(try await request.readBody(upTo: bodyLimit), known: ["label", "value"])
        let label = try body.text("label", atMost: SealedSecret.longestLabel)
        guard label.map(SealedSecret.isLabel) ?? true else {
            throw body.wrong("label", "1 to \(SealedSecret.longestLabel) of a-z, A-Z, 0-9, -, _ and .")
        }
        let value = try body.text("value", atMost: AccountWish.longestSecret)
        guard value?.isEmpty != true else { throw body.wrong("value", "at least one byte") }
        let added = try await keeper.addSecret(value, label: label, to: principal.account, by: principal)
        return .object(.created) { json in
            json.member("label", added.label)
            json.member("secret", added.minted)
        }
    }

    @Sendable private func retireSecret(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        try await keeper.retireSecret(try request.parameter("label"), of: principal.account, by: principal)
        return try await answer(for: principal.account)
    }

    @Sendable private func list(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let (stored, secrets) = try await keeper.accounts()
        let byID = Dictionary(stored.map { ($0.id, $0) }) { _, last in last }
        return .object { json in
            json.key("data")
            json.array { json in
                for account in dependencies.accounts.all {
                    document(account, byID[account.id], secrets).write(into: &json)
                }
            }
        }
    }

    @Sendable private func add(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let wish = try AccountWish(try await request.readBody(upTo: bodyLimit), namesAccount: true)
        let account = try await keeper.add(wish, by: principal)
        return try await answer(for: account.id, status: .created)
    }

    private func setDisabled(
        _ isDisabled: Bool, request: RouteRequest, principal: Principal
    ) async throws -> Response {
        guard let id = AccountID(validating: try request.parameter("id")) else { throw Self.noSuchAccount }
        _ = try await keeper.setDisabled(id, isDisabled, by: principal)
        return try await answer(for: id)
    }

    private static let noSuchAccount = Problem(.notFound, "There is no account of this name.")

    private func answer(for id: AccountID, status: HTTPResponse.Status = .ok) async throws -> Response {
        let (stored, secrets) = try await keeper.accounts()
        guard let serviced = dependencies.accounts[id] else { throw Self.noSuchAccount }
        var json = JSONWriter(reserving: 1_024)
        document(serviced, stored.first { $0.id == id }, secrets).write(into: &json)
        return .json(json, status: status)
    }

    private func document(
        _ serviced: GatewayAccount, _ stored: StoredAccount?, _ secrets: [OwnedSecret]
    ) -> AccountDocument {
        let uses = dependencies.uses
        guard stored != nil else {
            let labels = dependencies.live.trusts.secrets(of: serviced.id).map(\.label)
            return AccountDocument(
                serviced: serviced, stored: nil,
                secrets: labels.map { label in
                    AccountDocument.Secret(
                        label: label, kind: .webhook,
                        lastUsedAt: uses.lastUse(ofSecret: label, account: serviced.id))
                })
        }
        let own = secrets.filter { $0.account == serviced.id }.map(\.secret)
        return AccountDocument(
            serviced: serviced, stored: stored,
            secrets: own.map { secret in
                AccountDocument.Secret(
                    label: secret.label, kind: secret.kind, createdAt: secret.createdAt, retiredAt: secret.retiredAt,
                    lastUsedAt: secret.kind == .webhook
                        ? uses.lastUse(ofSecret: secret.label, account: serviced.id) : nil)
            })
    }
}

extension SealedSecret {
    /// Whether a text may be a secret's label.
    static func isLabel(_ text: String) -> Bool {
        (1...longestLabel).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }
}

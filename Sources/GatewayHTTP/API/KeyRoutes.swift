import BolnaWire
import CallDomain
import GatewayService
import HTTPTypes
import Hummingbird

/// `/api/v1/keys`: an account's API keys. A key is shown once, when it is minted.
struct KeyRoutes: Sendable {
    private let dependencies: GatewayDependencies
    private let keeper: AccountKeeper
    private let bodyLimit: Int

    /// Without a keeper there are no routes.
    static func routes(dependencies: GatewayDependencies, bodyLimit: Int) -> [Route] {
        guard let keeper = dependencies.keeper else { return [] }
        return KeyRoutes(dependencies: dependencies, keeper: keeper, bodyLimit: bodyLimit).routes
    }

    private var routes: [Route] {
        [
            Route(.get, "/api/v1/keys", .scoped(.admin, list)),
            Route(.post, "/api/v1/keys", .scoped(.admin, mint)),
            Route(.post, "/api/v1/keys/{id}/revoke", .scoped(.admin, revoke)),
        ]
    }

    @Sendable private func list(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        .object { json in
            json.key("data")
            json.array { json in
                for key in dependencies.live.keys.keys(of: principal.account) {
                    json.object { KeyDocument(key: key, now: request.receivedAt).writeMembers(into: &$0) }
                }
            }
        }
    }

    @Sendable private func mint(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        let wish = try KeyWish(try await request.readBody(upTo: bodyLimit), by: principal)
        let minted = try await keeper.mintKey(wish, for: principal.account, by: principal)
        return .object(.created) { json in
            json.member("key", minted.secret)
            KeyDocument(key: minted.key, now: request.receivedAt).writeMembers(into: &json)
        }
    }

    @Sendable private func revoke(_ request: RouteRequest, _ principal: Principal) async throws -> Response {
        guard let id = APIKeyID(validating: try request.parameter("id")) else {
            throw Problem(.notFound, "The account has no such key.")
        }
        try await keeper.revokeKey(id, of: principal.account, by: principal)
        return .object { json in
            json.member("id", id.rawValue)
            json.member("state", StoredAPIKey.State.revoked.rawValue)
        }
    }
}

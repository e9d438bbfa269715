import AsyncHTTPClient
import CallDomain
import GatewayService
import HTTPTypes
import NIOCore
import NIOHTTP1
import SQLiteStore
import Testing
import WebhookTrust

@testable import GatewayHTTP

/// Every route that is served × everybody who must not be.
@Suite("Authorization matrix")
struct AuthorizationMatrixTests {
    /// Somebody who asks.
    private struct Visitor {
        var name: String
        var fields: [String: String]
        var status: UInt

        init(_ name: String, _ fields: [String: String], _ status: UInt) {
            self.name = name
            self.fields = fields
            self.status = status
        }

        static func bearer(_ name: String, _ text: String, _ status: UInt) -> Visitor {
            Visitor(name, ["Authorization": "Bearer \(text)"], status)
        }
    }

    private static let disabled = AccountID(rawValue: "disabled")

    private static func run(_ body: @escaping @Sendable (TestGateway) async throws -> Void) async throws {
        try await TestGateway.run { dependencies, _ in
            dependencies.tokens = TokenVerifier(
                settings: TokenSettings(
                    secret: TokenMaker.secret, audience: "gateway", accountClaim: "org",
                    scopes: Set(Scope.allCases), mostPerMinute: StoredAPIKey.perMinuteRange.upperBound))
            dependencies.live.directory.replace([
                GatewayAccount(id: .default, hasToken: true), GatewayAccount(id: TestGateway.other, hasToken: true),
                GatewayAccount(id: disabled, hasToken: true, isDisabled: true),
            ])
        } _: { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            _ = try await gateway.post("made-up body")
            try await body(gateway)
        }
    }

    private static func mint(
        _ name: String, in gateway: TestGateway, account: AccountID = .default,
        scopes: Set<Scope> = Set(Scope.allCases), change: (inout StoredAPIKey) -> Void = { _ in }
    ) throws -> (text: APIKeyText, key: StoredAPIKey) {
        let text = try APIKeyText.mint()
        var key = StoredAPIKey(
            id: text.id, account: account, label: name, digest: try text.digest, scopes: scopes,
            mostPerMinute: StoredAPIKey.perMinuteRange.upperBound, createdAt: gateway.wall.now)
        change(&key)
        return (text, key)
    }

    private static func token(_ members: String, end: Int = TokenMaker.now + 300) throws -> String {
        try TokenMaker.hs256("{\"id\":\"u1\",\"exp\":\(end),\(members)}")
    }

    /// Those whom every route has to turn away, whatever scope it takes.
    private static func strangers(_ gateway: TestGateway) throws -> [Visitor] {
        let now = gateway.wall.now
        let expired = try mint("expired", in: gateway) { $0.expiresAt = now }
        let revoked = try mint("revoked", in: gateway) { $0.revokedAt = now }
        let ofDisabled = try mint("of a disabled account", in: gateway, account: disabled)
        let good = try mint("good", in: gateway)
        gateway.dependencies.live.keys.replace([expired.key, revoked.key, ofDisabled.key, good.key])
        let other = try APIKeyText.mint().secret
        // The name of a key that there is, with the random part of another.
        let mixed = String(good.text.secret.prefix(17) + other.dropFirst(17))
        let right = #""aud":"gateway","org":"default""#
        let goodToken = try token(right)
        let match = KeyRing.Match(
            principal: Principal(account: .default, scopes: Set(Scope.allCases), actor: "session"),
            mostPerMinute: StoredAPIKey.perMinuteRange.upperBound)
        let sessions = gateway.dependencies.sessions
        let goodSession = try sessions.begin(at: now) { _ in match }
        let idleStart = now.advanced(by: .zero - SessionBook.usualIdle)
        let idleSession = try sessions.begin(at: idleStart) { _ in match }
        let keylessSession = try sessions.begin(at: now) { _ in nil }
        let ofDisabledSession = try sessions.begin(at: now) { _ in
            var match = match
            match.principal.account = disabled
            return match
        }
        func ownPage(_ name: String, _ session: String) -> Visitor {
            Visitor(name, ["Cookie": "__Host-gateway=\(session)", "Sec-Fetch-Site": "same-origin"], 401)
        }
        let unsigned = try TokenMaker.token(
            #"{"alg":"none"}"#, "{\"id\":\"u1\",\"exp\":\(TokenMaker.now + 300),\(right)}"
        ) { _ in [] }
        return [
            Visitor("nobody", [:], 401),
            .bearer("nonsense", "nonsense", 401),
            .bearer("an empty key", "", 401),
            .bearer("a key that is none of ours", other, 401),
            .bearer("another key's name", mixed, 401),
            .bearer("an expired key", expired.text.secret, 401),
            .bearer("a revoked key", revoked.text.secret, 401),
            .bearer("a key of a disabled account", ofDisabled.text.secret, 401),
            Visitor("a good key, not as bearer", ["Authorization": "Basic \(good.text.secret)"], 401),
            Visitor("a good key in another field", ["X-API-Key": good.text.secret], 401),
            Visitor(
                "a good key in a cookie",
                ["Cookie": "token=\(good.text.secret)", "Sec-Fetch-Site": "same-origin"], 401),
            .bearer("an expired token", try token(right, end: TokenMaker.now - 61), 401),
            .bearer("a token for others", try token(#""aud":"else","org":"default""#), 401),
            .bearer("a token without account", try token(#""aud":"gateway""#), 401),
            .bearer("a token of no account", try token(#""aud":"gateway","org":"made-up""#), 401),
            .bearer("a token of a disabled account", try token(#""aud":"gateway","org":"disabled""#), 401),
            .bearer(
                "a token signed by another",
                try TokenMaker.hs256("{\"id\":\"u1\",\"exp\":\(TokenMaker.now + 300),\(right)}", secret: "another"),
                401),
            .bearer("a token without signature", unsigned, 401),
            Visitor(
                "a token in a cookie, sent by a page of another site",
                ["Cookie": "token=\(goodToken)", "Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"], 403),
            Visitor(
                "two tokens in cookies",
                ["Cookie": "token=\(goodToken); token=\(goodToken)", "Sec-Fetch-Site": "same-origin"], 401),
            ownPage("a session that there is not", String(repeating: "A", count: 43)),
            ownPage("a session that was unused for too long", idleSession),
            ownPage("a session whose key opens nothing any more", keylessSession),
            ownPage("a session of a disabled account", ofDisabledSession),
            Visitor(
                "a good session, sent by a page of another site",
                ["Cookie": "__Host-gateway=\(goodSession)", "Sec-Fetch-Site": "cross-site"], 403),
        ]
    }

    /// Those who have everything but the scope.
    private static func without(_ scope: Scope, in gateway: TestGateway) throws -> [Visitor] {
        let most = try mint("all but \(scope.rawValue)", in: gateway, scopes: Set(Scope.allCases).subtracting([scope]))
        gateway.dependencies.live.keys.replace([most.key])
        return [.bearer("a key with all scopes but \(scope.rawValue)", most.text.secret, 403)]
            + Scope.allCases.filter { $0 != scope }.map {
                .bearer("a key with \($0.rawValue) alone", "key-\($0.rawValue)", 403)
            }
    }

    @Test("Every route has its row, every row its route, and both say the same")
    func isWhole() async throws {
        try await Self.run { gateway in
            let served = GatewayServer.table(gateway.configuration, gateway.dependencies).routes
            let names = Set(served.map(\.name))
            #expect(names.count == served.count, "two routes have one name")
            let local = RouteTable.api(
                dependencies: gateway.dependencies, apiBodyLimit: 1, webhookBodyLimit: 1, stream: StreamSettings(),
                isLocal: true
            ).routes.filter { !names.contains($0.name) }
            var rows = AuthorizationTable.rows
            for (routes, isLocal) in [(served, false), (local, true)] {
                for route in routes {
                    let row = rows.removeValue(forKey: route.name)
                    let stated: AuthorizationTable.Access =
                        route.scope.map { isLocal ? .local($0) : .scope($0) } ?? .open
                    #expect(row == stated, "\(route.name): state in AuthorizationTable.rows what it takes")
                }
            }
            #expect(rows.isEmpty, "there are no such routes")
        }
    }

    @Test("Every guarded route turns away everybody who may not use it, and nobody else")
    func refuses() async throws {
        try await Self.run { gateway in
            let call = try await Self.callID(gateway)
            let guarded = GatewayServer.table(gateway.configuration, gateway.dependencies).routes
                .filter { $0.scope != nil }
            let strangers = try Self.strangers(gateway)
            var cells = 0
            for route in guarded {
                for visitor in strangers {
                    let answer = try await Self.ask(gateway, route, call: call, fields: visitor.fields)
                    #expect(answer.status == visitor.status, "\(route.name) by \(visitor.name)")
                    #expect(!Self.shows(answer.text), "\(route.name) by \(visitor.name)")
                    cells += 1
                }
            }
            for route in guarded {
                guard let scope = route.scope else { continue }
                for visitor in try Self.without(scope, in: gateway) {
                    let answer = try await Self.ask(gateway, route, call: call, fields: visitor.fields)
                    #expect(answer.status == visitor.status, "\(route.name) by \(visitor.name)")
                    #expect(!Self.shows(answer.text), "\(route.name) by \(visitor.name)")
                    cells += 1
                }
                let needsReveal = AuthorizationTable.revealing.contains(route.name)
                let key = needsReveal ? TestGateway.allScopes : "key-\(scope.rawValue)"
                let right = ["Authorization": "Bearer \(key)"]
                let answer = try await Self.ask(gateway, route, call: call, fields: right)
                #expect(![401, 403, 405, 500].contains(answer.status), "\(route.name) by whom it is for")
            }
            #expect(cells >= guarded.count * 20)
            print("authorization matrix: \(guarded.count) guarded routes, \(cells) refusals")
        }
    }

    @Test("A key of another account, with all scopes, sees nothing of this one, whichever account it names")
    func otherAccount() async throws {
        try await Self.run { gateway in
            let call = try await Self.callID(gateway)
            let guarded = GatewayServer.table(gateway.configuration, gateway.dependencies).routes
                .filter { $0.scope != nil }
            var shown = 0
            for route in guarded {
                let own = try await Self.ask(
                    gateway, route, call: call, fields: ["Authorization": "Bearer \(TestGateway.allScopes)"])
                if Self.shows(own.text) { shown += 1 }
                let others = [
                    ["Authorization": "Bearer key-other"],
                    ["Authorization": "Bearer key-other", "Gateway-Account": "default"],
                    ["Authorization": "Bearer \(try Self.token(#""aud":"gateway","org":"other""#))"],
                ]
                for fields in others {
                    let answer = try await Self.ask(gateway, route, call: call, fields: fields)
                    #expect(!Self.shows(answer.text), "\(route.name)")
                    // What is about one call or entry is not there for others; agents are Bolna's, asked with one's own token.
                    let isAboutOne = route.pattern.contains("{id}") || route.pattern.contains("{callId}")
                    let isAboutAgent = route.pattern.hasPrefix("/api/v1/agents/")
                    #expect(!isAboutOne || isAboutAgent || answer.status == 404, "\(route.name): \(answer.status)")
                }
            }
            // That nothing is seen says something only where there is something to see.
            #expect(shown >= 8, "\(shown)")
            print(
                "authorization matrix: \(guarded.count) routes × 3 of another account; "
                    + "\(shown) show their own account something")
        }
    }

    // MARK: Asking

    private static func callID(_ gateway: TestGateway) async throws -> String {
        let calls = try gateway.store.calls(account: .default, query: CallQuery(), after: nil, limit: 1)
        return try #require(calls.calls.first).call.rawValue
    }

    private static func shows(_ text: String) -> Bool { AuthorizationTable.ownWords.contains { text.contains($0) } }

    /// Asks a route; of a stream, which has no end, only the head.
    private static func ask(
        _ gateway: TestGateway, _ route: Route, call: String, fields: [String: String]
    ) async throws -> (status: UInt, text: String) {
        let path = route.segments.map { segment in
            switch segment {
            case .literal(let text): "/" + text
            case .parameter(let name): "/" + AuthorizationTable.value(of: name, in: route.pattern, call: call)
            }
        }.joined()
        var request = HTTPClientRequest(url: "https://127.0.0.1:\(gateway.port)\(path)")
        request.method = .init(rawValue: route.method.rawValue)
        for (name, value) in fields { request.headers.add(name: name, value: value) }
        if route.method != .get {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(Array((AuthorizationTable.bodies[route.name] ?? "{}").utf8))
        }
        let response = try await gateway.client.execute(request, timeout: .seconds(30))
        guard response.headers.first(name: "content-type") != MediaType.events else {
            return (response.status.code, "")
        }
        return (response.status.code, String(buffer: try await response.body.collect(upTo: 1 << 20)))
    }
}

import CallDomain
import Foundation
import GatewayService
import Testing
import WebhookTrust

@testable import GatewayHTTP

@Suite("Credentials over HTTP")
struct CredentialTests {
    private static func withTokens(
        set: (inout GatewayDependencies, inout GatewayServerConfiguration) throws -> Void = { _, _ in },
        _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.run { dependencies, configuration in
            dependencies.tokens = TokenVerifier(
                settings: TokenSettings(secret: TokenMaker.secret, scopes: [.read, .check]))
            try set(&dependencies, &configuration)
        } _: { gateway in
            try await body(gateway)
        }
    }

    @Test("A token is taken as bearer and in both cookies; a header that opens nothing is not helped by a cookie")
    func places() async throws {
        try await Self.withTokens { gateway in
            let token = try TokenMaker.hs256()
            for fields in [
                ["Authorization": "Bearer \(token)"], ["Authorization": "bearer  \(token)"],
                ["Cookie": "token=\(token)"], ["Cookie": "a=b; authToken=\(token)"],
                ["Cookie": "token=\(token); authToken=other"],
            ] {
                let answer = try await gateway.send("GET", "/api/v1/me", headers: fields)
                #expect(answer.status == 200, "\(fields.keys)")
                #expect(answer.text == #"{"account":"default","actor":"user u1","scopes":["read","check"]}"#)
            }
            let other = try await gateway.send(
                "GET", "/api/v1/me", headers: ["Authorization": "Bearer key-read", "Cookie": "token=\(token)"])
            #expect(other.text.contains(#""actor":"read""#))
            for authorization in ["Bearer wrong", "Basic dTpw", "Bearer"] {
                let answer = try await gateway.send(
                    "GET", "/api/v1/me", headers: ["Authorization": authorization, "Cookie": "token=\(token)"])
                #expect(answer.status == 401, "\(authorization)")
            }
        }
    }

    @Test("The predecessor's frontends get its shape of error, and their calls with their cookie")
    func predecessor() async throws {
        try await Self.withTokens { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let path = "/api/client-call/call-history"
            let answer = try await gateway.send(
                "GET", path, headers: ["Cookie": "token=\(try TokenMaker.hs256())", "Sec-Fetch-Site": "same-origin"])
            #expect(answer.status == 200)
            #expect(answer.text.contains(#""executionId":"exec-1""#))
            let refused = try await gateway.send("GET", path, headers: ["Cookie": "token=x.y.z"])
            #expect(refused.status == 401)
            #expect(refused.text.hasPrefix(#"{"success":false,"message":""#))
        }
    }

    static let sites: [([String: String], Bool)] = [
        (["Sec-Fetch-Site": "same-origin"], true), (["Sec-Fetch-Site": "cross-site"], false),
        (["Sec-Fetch-Site": "same-site", "Origin": "https://evil.example"], false), ([:], false),
        (["Origin": "https://evil.example"], false), (["Origin": "null"], false),
        (["Origin": "https://app.example.com"], true), (["Origin": "http://app.example.com"], false),
        (["Origin": "https://app.example.com", "Sec-Fetch-Site": "cross-site"], true),
    ]

    @Test(
        "A cookie changes something only for a page of ours or of a site that is named; a bearer may come from anywhere",
        arguments: sites)
    func crossSite(fields: [String: String], isAllowed: Bool) async throws {
        try await Self.withTokens { _, configuration in
            configuration.origins = ["https://app.example.com"]
        } _: { gateway in
            let token = try TokenMaker.hs256()
            let path = "/api/v1/calls/none/check"
            let byCookie = try await gateway.send(
                "POST", path, headers: fields.merging(["Cookie": "token=\(token)"]) { $1 })
            #expect(byCookie.status == (isAllowed ? 404 : 403))
            #expect(isAllowed || byCookie.text.contains("/problems/cross-site"))
            let byBearer = try await gateway.send("POST", path, key: token, headers: fields)
            #expect(byBearer.status == 404)
        }
    }

    @Test("Pages of a named site may read answers and ask beforehand; those of others are told nothing")
    func sharing() async throws {
        try await Self.withTokens { _, configuration in
            configuration.origins = ["https://app.example.com"]
        } _: { gateway in
            let cookie = "token=\(try TokenMaker.hs256())"
            for (origin, isShared) in [("https://app.example.com", true), ("https://evil.example", false)] {
                let read = try await gateway.send(
                    "GET", "/api/client-call/call-history", headers: ["Origin": origin, "Cookie": cookie])
                #expect(read.status == 200)
                #expect(read.headers["access-control-allow-origin"] == (isShared ? origin : nil))
                #expect(read.headers["access-control-allow-credentials"] == (isShared ? "true" : nil))
                #expect(read.headers["vary"] == "Origin")
                let asked = try await gateway.send(
                    "OPTIONS", "/api/client-call/call-history/check-status/1",
                    headers: ["Origin": origin, "Access-Control-Request-Method": "POST"])
                #expect(asked.status == (isShared ? 204 : 405))
                #expect(asked.headers["access-control-allow-methods"] == (isShared ? "POST" : nil))
                #expect(asked.headers["access-control-allow-origin"] == (isShared ? origin : nil))
            }
            let nowhere = try await gateway.send(
                "OPTIONS", "/webhooks/bolna",
                headers: ["Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"])
            #expect(nowhere.status == 405)
            #expect(nowhere.headers["access-control-allow-origin"] == nil)
        }
    }

    @Test("Answers tell how the quota stands; one too many is 429, says when to come back, and another key goes on")
    func limits() async throws {
        let (text, second) = (try APIKeyText.mint(), try APIKeyText.mint())
        try await TestGateway.run { gateway in
            let keys = try [text, second].map { text in
                StoredAPIKey(
                    id: text.id, account: .default, label: "", digest: try text.digest, scopes: [.read, .check],
                    mostPerMinute: 20, createdAt: gateway.wall.now)
            }
            gateway.dependencies.live.keys.replace(keys)
            let first = try await gateway.send("GET", "/api/v1/me", key: text.secret)
            #expect(first.headers["ratelimit-policy"] == #""requests";q=20;w=60"#)
            #expect(first.headers["ratelimit"] == #""requests";r=19;t=3"#)
            let check = try await gateway.send("POST", "/api/v1/calls/none/check", key: text.secret)
            #expect(check.status == 404)
            #expect(check.headers["ratelimit-policy"] == #""requests";q=20;w=60, "checks";q=2;w=60"#)
            #expect(check.headers["ratelimit"] == #""requests";r=18;t=6, "checks";r=1;t=30"#)
            let forbidden = try await gateway.send("GET", "/api/v1/health", key: text.secret)
            #expect(forbidden.status == 403)
            #expect(forbidden.headers["ratelimit"] == #""requests";r=17;t=9"#)
            for _ in 1...17 { _ = try await gateway.send("GET", "/api/v1/me", key: text.secret) }
            let tooMany = try await gateway.send("GET", "/api/v1/me", key: text.secret)
            #expect(tooMany.status == 429)
            #expect(tooMany.headers["retry-after"] == "3")
            #expect(tooMany.headers["ratelimit"] == #""requests";r=0;t=60"#)
            #expect(tooMany.text.contains("/problems/too-many-requests"))
            let metrics = try await gateway.send("GET", "/metrics", port: gateway.operatorPort, scheme: "http")
            #expect(metrics.text.contains("\ngw_requests_throttled_total{quota=\"requests\"} 1\n"))
            #expect(try await gateway.send("GET", "/api/v1/me", key: second.secret).status == 200)
            gateway.wall.advance(by: .seconds(3))
            #expect(try await gateway.send("GET", "/api/v1/me", key: text.secret).status == 200)
        }
    }

    @Test("A session has the quota of its key, and spends it together with the key")
    func sessionLimits() async throws {
        let text = try APIKeyText.mint()
        try await TestGateway.run { gateway in
            let key = StoredAPIKey(
                id: text.id, account: .default, label: "", digest: try text.digest, scopes: [.read], mostPerMinute: 8,
                createdAt: gateway.wall.now)
            gateway.dependencies.live.keys.replace([key])
            let signedIn = try await gateway.send(
                "POST", "/sign-in",
                headers: ["Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"],
                body: Array("key=\(text.secret)".utf8))
            let cookie = try #require(signedIn.headers["set-cookie"]).prefix { $0 != ";" }
            let session = ["Cookie": String(cookie), "Sec-Fetch-Site": "same-origin"]
            let first = try await gateway.send("GET", "/api/v1/me", headers: session)
            #expect(first.headers["ratelimit-policy"] == #""requests";q=8;w=60"#)
            let second = try await gateway.send("GET", "/api/v1/me", key: text.secret)
            #expect(second.headers["ratelimit"]?.hasPrefix(#""requests";r=5;"#) == true)
        }
    }

    @Test("After too many wrong keys an address is heard no more for a while, not even with the right one")
    func wrongKeys() async throws {
        try await Self.withTokens { dependencies, _ in
            dependencies.throttle = RequestThrottle(wrongKeysPerMinute: 3)
        } _: { gateway in
            // Nothing shown, and a token that only ended, are no guesses.
            let ended = try TokenMaker.hs256("{\"id\":\"u1\",\"exp\":\(TokenMaker.now - 100)}")
            for _ in 1...5 {
                #expect(try await gateway.send("GET", "/api/v1/me").status == 401)
                #expect(try await gateway.send("GET", "/api/v1/me", key: ended).status == 401)
            }
            for key in ["wrong", "x.y.z", try TokenMaker.hs256(secret: "another")] {
                #expect(try await gateway.send("GET", "/api/v1/me", key: key).status == 401)
            }
            let blocked = try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes)
            #expect(blocked.status == 429)
            #expect(blocked.headers["retry-after"] == "20")
            // Webhooks are judged by what they bring, and are not shut out.
            #expect(try await gateway.post(TestGateway.execution("exec-1", "ringing")).status == 200)
            gateway.wall.advance(by: .seconds(20))
            #expect(try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes).status == 200)
        }
    }

    @Test("A key that was ended, or whose account is out of service, is no guess and shuts out nobody")
    func endedKeys() async throws {
        let texts = try (1...3).map { _ in try APIKeyText.mint() }
        try await Self.withTokens { dependencies, _ in
            dependencies.throttle = RequestThrottle(wrongKeysPerMinute: 1)
        } _: { gateway in
            let now = gateway.wall.now
            var keys = try texts.map { text in
                StoredAPIKey(
                    id: text.id, account: .default, label: "", digest: try text.digest, scopes: [.read],
                    mostPerMinute: 60, createdAt: now)
            }
            keys[0].expiresAt = now
            keys[1].revokedAt = now
            keys[2].account = AccountID(rawValue: "gone")
            gateway.dependencies.live.keys.replace(keys)
            let fields = ["Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"]
            for text in texts {
                #expect(try await gateway.send("GET", "/api/v1/me", key: text.secret).status == 401)
                let signIn = try await gateway.send(
                    "POST", "/sign-in", headers: fields, body: Array("key=\(text.secret)".utf8))
                #expect(signIn.status == 401)
            }
            #expect(try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes).status == 200)
            // The name alone is no key.
            let guess = String(texts[0].secret.dropLast(4)) + "AAAA"
            #expect(try await gateway.send("GET", "/api/v1/me", key: guess).status == 401)
            #expect(try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes).status == 429)
        }
    }

    @Test("A session that has ended gives way to a token beside it, and is forgotten where there is none")
    func deadSession() async throws {
        try await Self.withTokens { gateway in
            let dead = "__Host-gateway=" + String(repeating: "A", count: 43)
            let both = "\(dead); token=\(try TokenMaker.hs256())"
            let answer = try await gateway.send("GET", "/api/v1/me", headers: ["Cookie": both])
            #expect(answer.status == 200)
            #expect(answer.text.contains(#""actor":"user u1""#))
            let page = try await gateway.send("GET", "/calls", headers: ["Cookie": dead])
            #expect(page.status == 401)
            #expect(page.headers["set-cookie"]?.hasPrefix("__Host-gateway=; ") == true)
            #expect(page.headers["set-cookie"]?.contains("Max-Age=0") == true)
        }
    }

    @Test(
        "A token of another application in a cookie is one guess however often it comes, and none where nothing verifies tokens",
        arguments: [true, false])
    func foreignCookies(verifiesTokens: Bool) async throws {
        try await TestGateway.run { dependencies, _ in
            dependencies.throttle = RequestThrottle(wrongKeysPerMinute: 2)
            guard verifiesTokens else { return }
            dependencies.tokens = TokenVerifier(settings: TokenSettings(secret: TokenMaker.secret, scopes: [.read]))
        } _: { gateway in
            let dead = "__Host-gateway=" + String(repeating: "A", count: 43)
            let foreign = try TokenMaker.hs256(secret: "another")
            for _ in 1...5 {
                let answer = try await gateway.send(
                    "GET", "/api/v1/me", headers: ["Cookie": "\(dead); token=\(foreign)"])
                #expect(answer.status == 401)
            }
            #expect(try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes).status == 200)
            let other = try await gateway.send("GET", "/api/v1/me", headers: ["Cookie": "token=opaque"])
            #expect(other.status == 401)
            let right = try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes)
            #expect(right.status == (verifiesTokens ? 429 : 200))
        }
    }

    @Test("A key of the settings opens whatever its length, up to what the settings take")
    func longKey() throws {
        let key = String(repeating: "k", count: KeyRing.longestKey)
        let principal = Principal(account: .default, scopes: [.read], actor: "key")
        let ring = try KeyRing(fixed: [(key, principal)])
        let now = Timestamp(seconds: 1_772_615_708)
        #expect(try ring.find(key, at: now)?.principal == principal)
        #expect(try ring.find(key + "k", at: now) == nil)
    }

    @Test("Wrong keys of others behind an address shut out no session, and signing in is counted as any request")
    func sessions() async throws {
        let text = try APIKeyText.mint()
        try await Self.withTokens { dependencies, _ in
            dependencies.throttle = RequestThrottle(wrongKeysPerMinute: 1)
        } _: { gateway in
            gateway.dependencies.live.keys.replace([
                StoredAPIKey(
                    id: text.id, account: .default, label: "", digest: try text.digest, scopes: [.read],
                    mostPerMinute: 3, createdAt: gateway.wall.now)
            ])
            let fields = ["Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"]
            func signIn() async throws -> TestGateway.Answer {
                try await gateway.send("POST", "/sign-in", headers: fields, body: Array("key=\(text.secret)".utf8))
            }
            let first = try await signIn()
            let cookie = first.headers["set-cookie"]?.split(separator: ";").first.map(String.init) ?? ""
            #expect(try await gateway.send("GET", "/api/v1/me", key: "wrong").status == 401)
            #expect(try await gateway.send("GET", "/api/v1/me", key: text.secret).status == 429)
            #expect(try await gateway.send("GET", "/api/v1/me", headers: ["Cookie": cookie]).status == 200)
            gateway.wall.advance(by: .seconds(60))
            for _ in 1...3 { #expect(try await signIn().headers["set-cookie"] != nil) }
            let fourth = try await signIn()
            #expect(fourth.status == 429 && fourth.headers["set-cookie"] == nil)
        }
    }

    @Test("Neither a token nor the reason of its refusal is told to the client")
    func silent() async throws {
        try await Self.withTokens { gateway in
            let ended = try TokenMaker.hs256("{\"id\":\"u1\",\"exp\":1}")
            let forged = try TokenMaker.hs256(secret: "another")
            let answers = [
                try await gateway.send("GET", "/api/v1/me", key: ended),
                try await gateway.send("GET", "/api/v1/me", key: forged),
                try await gateway.send("GET", "/api/v1/me", key: "wrong"),
            ]
            #expect(Set(answers.map(\.text)).count == 1)
            #expect(Set(answers.map(\.status)) == [401])
        }
    }
}

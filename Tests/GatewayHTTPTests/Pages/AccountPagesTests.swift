import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import SQLiteStore
import Testing
import WebhookTrust

@Suite("Pages of accounts and keys") struct AccountPagesTests {
    private static let form = ["Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"]

    /// Signs in with a key and returns what a browser then sends along.
    private static func signIn(_ gateway: TestGateway, key: String) async throws -> [String: String] {
        let answer = try await gateway.send("POST", "/sign-in", headers: form, body: Array("key=\(key)".utf8))
        #expect(answer.status == 303)
        let cookie = try #require(answer.headers["set-cookie"])
        return form.merging(["Cookie": String(cookie.prefix { $0 != ";" })]) { $1 }
    }

    private static func post(
        _ gateway: TestGateway, _ path: String, _ fields: String, _ session: [String: String]
    ) async throws -> TestGateway.Answer {
        try await gateway.send("POST", path, headers: session, body: Array(fields.utf8))
    }

    /// What the page that a form leads to shows this one time.
    private static func secret(
        by answer: TestGateway.Answer, _ gateway: TestGateway, _ session: [String: String]
    ) async throws -> String {
        #expect(answer.status == 303)
        let page = try await gateway.send("GET", try #require(answer.headers["location"]), headers: session)
        #expect(page.status == 200 && page.headers["cache-control"] == "no-store")
        return String(try #require(page.text.firstMatch(of: #/<code id="secret">([^<]+)</#)?.1))
    }

    /// Says yes to what a page asks.
    private static func confirm(
        _ question: TestGateway.Answer, _ gateway: TestGateway, _ session: [String: String]
    ) async throws -> TestGateway.Answer {
        let form = try #require(
            question.text.firstMatch(
                of: #/action="([^"]+)"[^>]*id="confirm"><input type="hidden" name="([^"]+)" value="([^"]*)"/#))
        let path = form.1.replacing("&amp;", with: "&")
        return try await post(gateway, String(path), "\(form.2)=\(form.3)&confirmed=yes", session)
    }

    private static func trail(_ gateway: TestGateway, _ account: String) throws -> [AuditRecord] {
        try gateway.store.auditTrail(account: AccountID(rawValue: account), before: nil, limit: 50).records
            .reversed().map(\.record)
    }

    @Test("An account's administrator mints a key that is shown once, and revokes it after being asked")
    func keys() async throws {
        try await TestGateway.run { gateway in
            let session = try await Self.signIn(gateway, key: TestGateway.allScopes)
            let list = try await gateway.send("GET", "/accounts", headers: session)
            #expect(list.status == 303 && list.headers["location"] == "/accounts/default")

            let minted = try await Self.post(
                gateway, "/accounts/default/keys",
                "label=till+3%3Cb%3E&scope-read=on&scope-check=on&expires-days=30&per-minute=60", session)
            let key = try await Self.secret(by: minted, gateway, session)
            #expect(
                try await gateway.send("GET", "/api/v1/me", key: key).text.contains("\"scopes\":[\"read\",\"check\"]"))

            let page = try await gateway.send("GET", "/accounts/default", headers: session)
            #expect(page.status == 200 && !page.text.contains(key))
            #expect(page.text.contains("till 3&lt;b&gt;") && page.text.contains("key minted"))
            let stored = try #require(gateway.live.keys.keys(of: .default).first)
            #expect(
                stored.mostPerMinute == 60 && stored.expiresAt == gateway.wall.now.advanced(by: .seconds(30 * 86_400)))

            let fields = "key=\(stored.id.rawValue)"
            let question = try await Self.post(gateway, "/accounts/default/keys/revoke", fields, session)
            #expect(question.status == 200 && question.text.contains("name=\"confirmed\""))
            #expect(try await gateway.send("GET", "/api/v1/me", key: key).status == 200, "nothing was confirmed")
            let revoked = try await Self.post(
                gateway, "/accounts/default/keys/revoke", fields + "&confirmed=yes", session)
            #expect(revoked.headers["location"] == "/accounts/default?notice=revoked")
            #expect(try await gateway.send("GET", "/api/v1/me", key: key).status == 401)
            let done = try Self.trail(gateway, "default").map(\.action)
            #expect(done.filter { $0 != .signedIn } == [.keyMinted, .keyRevoked])
            #expect(try Self.trail(gateway, "default").allSatisfy { $0.actor == "all" })
        }
    }

    @Test("A webhook secret that cannot be opened is shown as such, and can be retired")
    func damagedSecret() async throws {
        try await TestGateway.run { gateway in
            let session = try await Self.signIn(gateway, key: "key-machine")
            #expect(try await Self.post(gateway, "/accounts", "id=acme", session).status == 303)
            let torn = SealedSecret(kind: .webhook, label: "torn", sealed: [1, 2, 3], createdAt: gateway.wall.now)
            let owned = OwnedSecret(account: AccountID(rawValue: "acme"), secret: torn)
            _ = try gateway.store.apply([.account(.putSecret(owned), record: nil)])
            let page = try await gateway.send("GET", "/accounts/acme", headers: session)
            #expect(page.text.contains("<code>torn</code>") && page.text.contains("cannot be opened"))

            let question = try await Self.post(gateway, "/accounts/acme/secrets/retire", "label=torn", session)
            let answer = try await Self.confirm(question, gateway, session)
            #expect(answer.headers["location"] == "/accounts/acme?notice=retired")
            let after = try await gateway.send("GET", "/accounts/acme", headers: session)
            #expect(!after.text.contains("cannot be opened"))
            let again = try await Self.post(gateway, "/accounts/acme/secrets/retire", "label=torn", session)
            #expect(again.status == 400)
        }
    }

    @Test("Nobody gives a key more than one has; what is wrong with a form is told on its page")
    func limits() async throws {
        try await TestGateway.run { gateway in
            let session = try await Self.signIn(gateway, key: "key-admin")
            let cases = [
                ("keys", "scope-reveal=on", 403), ("keys", "label=x", 400),
                ("keys", "scope-admin=on&per-minute=1", 400),
                ("keys", "scope-admin=on&expires-days=soon", 400), ("keys/revoke", "key=000000000000", 400),
                ("secrets", "label=a+b", 400), ("secrets", "label=x", 409), ("secrets/retire", "label=nothing", 400),
                ("settings", "label=x", 409), ("service", "service=off&confirmed=yes", 403),
            ]
            for (path, fields, status) in cases {
                let answer = try await Self.post(gateway, "/accounts/default/\(path)", fields, session)
                #expect(answer.status == status, "\(path) \(fields)")
                #expect(answer.text.contains("id=\"complaint\"") && answer.text.contains("Account default"), "\(path)")
            }
            #expect(gateway.live.keys.keys(of: .default).isEmpty)
            let added = try await Self.post(gateway, "/accounts", "id=acme", session)
            #expect(added.status == 403 && gateway.live.directory[AccountID(rawValue: "acme")] == nil)
        }
    }

    @Test("Another account is not there, whatever is asked of it, and a page elsewhere changes nothing")
    func others() async throws {
        try await TestGateway.run { gateway in
            let session = try await Self.signIn(gateway, key: TestGateway.allScopes)
            #expect(try await gateway.send("GET", "/accounts/other", headers: session).status == 404)
            for path in ["settings", "agents", "service", "keys", "keys/revoke", "secrets", "secrets/retire"] {
                let answer = try await Self.post(
                    gateway, "/accounts/other/\(path)", "scope-read=on&service=off&confirmed=yes", session)
                #expect(answer.status == 404, "\(path)")
                let elsewhere = session.merging(["Sec-Fetch-Site": "cross-site"]) { $1 }
                let forged = try await Self.post(gateway, "/accounts/default/\(path)", "scope-read=on", elsewhere)
                #expect(forged.status == 403 && forged.text.contains("another site"), "\(path)")
            }
            #expect(gateway.live.keys.keys(of: TestGateway.other).isEmpty)
            #expect(gateway.live.keys.keys(of: .default).isEmpty)
        }
    }

    @Test("An account that accepts no source address keeps it so when its form is saved as it is shown")
    func noAddresses() async throws {
        try await TestGateway.run { gateway in
            #expect(try await gateway.control("/api/v1/accounts", body: #"{"id":"acme"}"#).status == 201)
            let session = try await Self.signIn(gateway, key: "key-machine")
            func save(_ addresses: String) async throws -> [String]? {
                let saved = try await Self.post(
                    gateway, "/accounts/acme/settings", "label=Acme&addresses=\(addresses)", session)
                #expect(saved.status == 303)
                return try #require(gateway.store.accounts().first { $0.id.rawValue == "acme" }).sourceAddresses
            }
            #expect(try await save("none") == [])
            let page = try await gateway.send("GET", "/accounts/acme", headers: session)
            #expect(page.text.contains("name=\"addresses\" value=\"none\""))
            #expect(try await save("") == nil)
        }
    }

    @Test("The key of the machine opens the accounts alone, adds one, and takes it out of service and back")
    func machine() async throws {
        try await TestGateway.run { gateway in
            let signedIn = try await gateway.send(
                "POST", "/sign-in", headers: Self.form, body: Array("key=key-machine&next=%2Fcalls".utf8))
            #expect(signedIn.headers["location"] == "/accounts")
            let session = try await Self.signIn(gateway, key: "key-machine")
            for path in ["/calls", "/health", "/quarantine", "/reports"] {
                #expect(try await gateway.send("GET", path, headers: session).status == 403, "\(path)")
            }
            let added = try await Self.post(gateway, "/accounts", "id=acme&label=Acme", session)
            #expect(added.headers["location"] == "/accounts/acme?notice=added")
            #expect(try await Self.post(gateway, "/accounts", "id=acme", session).status == 409)
            #expect(try await Self.post(gateway, "/accounts", "id=Not+good", session).status == 400)
            #expect(try await gateway.send("GET", "/accounts", headers: session).text.contains("Acme"))

            let changed = try await Self.post(
                gateway, "/accounts/acme/settings",
                "label=Acme+2&trust-addressed=refuse&days-bodies=7&days-transcripts=7&days-calls=&days-audit=30"
                    + "&addresses=192.0.2.1,+198.51.100.0/24&token=canary-token", session)
            #expect(changed.status == 200, "bodies and transcripts are kept for a shorter time: one is asked")
            #expect(try await Self.confirm(changed, gateway, session).status == 303)
            let account = AccountID(rawValue: "acme")
            let serviced = try #require(gateway.live.directory[account])
            #expect(serviced.hasToken && !serviced.polls && serviced.trustPolicy.addressed == .refuse)
            #expect(serviced.retention.bodies == .seconds(7 * 86_400) && serviced.retention.calls == nil)
            let secret = try await Self.secret(
                by: try await Self.post(gateway, "/accounts/acme/secrets", "", session), gateway, session)
            let key = try await Self.secret(
                by: try await Self.post(gateway, "/accounts/acme/keys", "scope-read=on&scope-reveal=on", session),
                gateway, session)
            let page = try await gateway.send("GET", "/accounts/acme", headers: session)
            for canary in ["canary-token", secret, key] { #expect(!page.text.contains(canary)) }
            let body = TestGateway.execution("exec-1", "ringing")
            #expect(try await gateway.post(body, account: "acme", secret: secret).status == 200)
            #expect(try await gateway.send("GET", "/api/v1/calls/exec-1", key: key).status == 200)

            let off = "service=off"
            #expect(try await Self.post(gateway, "/accounts/acme/service", off, session).status == 200)
            #expect(try await gateway.send("GET", "/api/v1/calls/exec-1", key: key).status == 200, "not confirmed")
            #expect(
                try await Self.post(gateway, "/accounts/acme/service", off + "&confirmed=yes", session).status == 303)
            #expect(try await gateway.send("GET", "/api/v1/calls/exec-1", key: key).status == 401)
            #expect(try await gateway.post(body, account: "acme", secret: secret).status == 401)
            #expect(try await Self.post(gateway, "/accounts/acme/service", "service=on", session).status == 303)
            #expect(try await gateway.send("GET", "/api/v1/calls/exec-1", key: key).status == 200)

            let label = try #require(gateway.live.trusts.secrets(of: account).first?.label)
            _ = try await Self.post(gateway, "/accounts/acme/secrets/retire", "label=\(label)&confirmed=yes", session)
            #expect(try await gateway.post(body, account: "acme", secret: secret).status == 401)
            #expect(
                try Self.trail(gateway, "acme").filter { $0.action != .reveal }.map(\.action) == [
                    .accountChanged, .accountChanged, .secretAdded, .secretAdded, .keyMinted, .accountDisabled,
                    .accountEnabled, .secretRetired,
                ])
        }
    }
}

import CallDomain
import Foundation
import SQLiteStore
import Synchronization
import Testing
import WebhookTrust

@Suite("AccountRoutes")
struct AccountRoutesTests {
    private let execution = TestGateway.execution("exec-1", "ringing")

    @Test("An account that is added takes webhooks and opens to its keys without a restart; disabled, neither")
    func liveAccount() async throws {
        try await TestGateway.run { gateway in
            #expect(try await gateway.control("/api/v1/accounts", body: #"{"id":"acme","label":"Acme"}"#).status == 201)
            let secret = try await gateway.addSecret("acme")
            let key = try await gateway.mintKey("acme")
            #expect(try await gateway.post(execution, account: "acme", secret: secret.value).status == 200)
            #expect(try await gateway.post(execution, account: "acme", secret: TestGateway.secret).status == 401)
            let call = try await gateway.send("GET", "/api/v1/calls/exec-1", key: key.key)
            #expect(call.status == 200)
            #expect(try await gateway.send("GET", "/api/v1/calls/exec-1", key: TestGateway.allScopes).status == 404)

            let disabled = try await gateway.control("/api/v1/accounts/acme/disable", body: "")
            #expect(disabled.text.contains("\"disabledAt\":\"2026-"))
            #expect(try await gateway.post(execution, account: "acme", secret: secret.value).status == 401)
            #expect(try await gateway.send("GET", "/api/v1/calls", key: key.key).status == 401)

            #expect(try await gateway.control("/api/v1/accounts/acme/enable", body: "").status == 200)
            #expect(try await gateway.post(execution, account: "acme", secret: secret.value).status == 200)
            #expect(try await gateway.send("GET", "/api/v1/calls", key: key.key).status == 200)
            let trail = try gateway.store.auditTrail(account: AccountID(rawValue: "acme"), before: nil, limit: 9)
            #expect(
                trail.records.reversed().map(\.record.action) == [
                    .accountChanged, .secretAdded, .keyMinted, .accountDisabled, .accountEnabled,
                ])
            #expect(trail.records.allSatisfy { $0.record.actor == "socket" })
        }
    }

    @Test("Who may not what the application's users may cannot set the secret that makes them")
    func tokenSecret() async throws {
        try await TestGateway.run { gateway in
            #expect(try await gateway.control("/api/v1/accounts", body: #"{"id":"acme"}"#).status == 201)
            let wish = Array(#"{"tokenSecret":"a-secret-of-thirty-two-characters"}"#.utf8)
            for (scopes, status) in [("\"admin\"", 403), ("\"admin\",\"read\",\"check\",\"dial\"", 200)] {
                let key = try await gateway.mintKey("acme", scopes: scopes)
                #expect(try await gateway.send("POST", "/api/v1/account", key: key.key, body: wish).status == status)
            }
        }
    }

    @Test("An account whose secret is damaged costs itself alone: others change, and keys are revoked at once")
    func damaged() async throws {
        let log = CanaryLog()
        try await TestGateway.run(log: log) { gateway in
            let key = try await gateway.mintKey("default")
            #expect(try await gateway.control("/api/v1/accounts", body: #"{"id":"acme"}"#).status == 201)
            let good = try await gateway.addSecret("acme")
            let acme = AccountID(rawValue: "acme")
            for (kind, label) in [(SealedSecret.Kind.bolnaToken, SealedSecret.singleLabel), (.webhook, "torn")] {
                let torn = SealedSecret(kind: kind, label: label, sealed: [1, 2, 3], createdAt: gateway.wall.now)
                _ = try gateway.store.apply([
                    .account(.putSecret(OwnedSecret(account: acme, secret: torn)), record: nil)
                ])
            }
            #expect(try await gateway.control("/api/v1/keys/\(key.id)/revoke", body: "").status == 200)
            #expect(try await gateway.send("GET", "/api/v1/me", key: key.key).status == 401)
            #expect(try await gateway.control("/api/v1/accounts", body: #"{"id":"new"}"#).status == 201)
            #expect(try await gateway.post(execution, account: "acme", secret: good.value).status == 200)
            #expect(log.text.contains("account=acme damaged="))
            #expect(log.text.contains("bolna-token") && log.text.contains("webhook torn"))
        }
    }

    @Test("A key is shown once, ends by its time or at once by revocation, and its use is noted")
    func keys() async throws {
        try await TestGateway.run { gateway in
            let brief = try await gateway.mintKey("default", more: ",\"expiresInSeconds\":60,\"label\":\"brief\"")
            let lasting = try await gateway.mintKey("default", scopes: "\"read\",\"operate\"")
            for key in [brief, lasting] {
                #expect(try await gateway.send("GET", "/api/v1/me", key: key.key).status == 200)
            }
            #expect(try await gateway.send("GET", "/api/v1/health", key: brief.key).status == 403)
            #expect(try await gateway.send("GET", "/api/v1/health", key: lasting.key).status == 200)
            let me = try await gateway.send("GET", "/api/v1/me", key: brief.key)
            #expect(me.text.contains("key brief (\(brief.id))"))
            gateway.wall.advance(by: .seconds(60))
            #expect(try await gateway.send("GET", "/api/v1/me", key: brief.key).status == 401)
            #expect(try await gateway.control("/api/v1/keys/\(lasting.id)/revoke", body: "").status == 200)
            #expect(try await gateway.send("GET", "/api/v1/me", key: lasting.key).status == 401)
            let again = try await gateway.control("/api/v1/keys/\(lasting.id)/revoke", body: "")
            #expect(again.status == 409)
            let list = try await gateway.control("/api/v1/keys")
            for word in ["\"expired\"", "\"revoked\"", "\"lastUsedAt\":\"2026-"] { #expect(list.text.contains(word)) }
            #expect(!list.text.contains(brief.key) && !list.text.contains(lasting.key))
        }
    }

    /// Stores what it is given, and then says that it failed.
    private final class DoubtfulStore: JournalStore {
        let isDoubtful = Mutex(false)
        private let store: SQLiteStore

        init(_ store: SQLiteStore) { self.store = store }

        func apply(_ batch: [JournalEntry]) throws(StoreError) -> [JournalReceipt] {
            let receipts = try store.apply(batch)
            guard !isDoubtful.withLock({ $0 }) else {
                throw StoreError(kind: .io, message: "the sync failed")
            }
            return receipts
        }
    }

    @Test("A revocation that is stored although its commit is said to have failed holds at once")
    func doubtfulRevocation() async throws {
        let doubtful = Mutex<DoubtfulStore?>(nil)
        try await TestGateway.run(journal: { store in
            let made = DoubtfulStore(store)
            doubtful.withLock { $0 = made }
            return made
        }) { gateway in
            let key = try await gateway.mintKey("default")
            #expect(try await gateway.send("GET", "/api/v1/me", key: key.key).status == 200)
            doubtful.withLock { $0 }?.isDoubtful.withLock { $0 = true }
            let revoked = try await gateway.control("/api/v1/keys/\(key.id)/revoke", body: "")
            #expect(revoked.status == 503)
            #expect(try await gateway.send("GET", "/api/v1/me", key: key.key).status == 401)
            doubtful.withLock { $0 }?.isDoubtful.withLock { $0 = false }
        }
    }

    @Test("A key can mint only keys of its own account that can do no more, and needs the scope admin")
    func minting() async throws {
        try await TestGateway.run { gateway in
            let admin = try await gateway.mintKey("default", scopes: "\"admin\",\"read\"")
            func mint(_ scopes: String, key: String) async throws -> TestGateway.Answer {
                try await gateway.send(
                    "POST", "/api/v1/keys", key: key, headers: ["Gateway-Account": "other"],
                    body: Array("{\"scopes\":[\(scopes)]}".utf8))
            }
            let minted = try await mint("\"read\"", key: admin.key)
            #expect(minted.status == 201)
            let me = try await gateway.send("GET", "/api/v1/me", key: try TestGateway.text("key", in: minted))
            #expect(me.text.contains("\"account\":\"default\""))
            #expect(try await mint("\"read\",\"reveal\"", key: admin.key).status == 403)
            #expect(try await mint("\"read\"", key: "key-read").status == 403)
            #expect(try await mint("", key: admin.key).status == 400)
            #expect(try await mint("\"all\"", key: admin.key).status == 400)
        }
    }

    @Test("Only the control socket reaches other accounts, and only those there are")
    func reach() async throws {
        try await TestGateway.run { gateway in
            #expect(try await gateway.control("/api/v1/me", account: "other").text.contains("\"account\":\"other\""))
            #expect(try await gateway.control("/api/v1/me", account: "nobody").status == 404)
            #expect(try await gateway.control("/api/v1/me", account: "../x").status == 404)
            for path in ["/api/v1/accounts", "/api/v1/accounts/other/disable"] {
                let answer = try await gateway.send("POST", path, key: TestGateway.allScopes, body: [])
                #expect(answer.status == 404)
            }
            let me = try await gateway.send(
                "GET", "/api/v1/me", key: TestGateway.allScopes, headers: ["Gateway-Account": "other"])
            #expect(me.text.contains("\"account\":\"default\""))
        }
    }

    @Test("Two accounts see nothing of each other's keys and secrets, and cannot change them")
    func apart() async throws {
        try await TestGateway.run { gateway in
            var keys: [(account: String, admin: String, id: String, label: String)] = []
            for account in ["one", "two"] {
                #expect(try await gateway.control("/api/v1/accounts", body: "{\"id\":\"\(account)\"}").status == 201)
                let secret = try await gateway.addSecret(account)
                let key = try await gateway.mintKey(account, scopes: "\"admin\",\"read\"")
                keys.append((account, key.key, key.id, secret.label))
            }
            for (own, foreign) in [(keys[0], keys[1]), (keys[1], keys[0])] {
                let list = try await gateway.send("GET", "/api/v1/keys", key: own.admin)
                #expect(list.text.contains(own.id) && !list.text.contains(foreign.id))
                let account = try await gateway.send("GET", "/api/v1/account", key: own.admin)
                #expect(account.text.contains(own.label) && !account.text.contains(foreign.label))
                for path in ["/api/v1/keys/\(foreign.id)/revoke", "/api/v1/account/secrets/\(foreign.label)/retire"] {
                    let answer = try await gateway.send("POST", path, key: own.admin, body: [])
                    #expect(answer.status == 409)
                }
                #expect(try await gateway.send("GET", "/api/v1/me", key: foreign.admin).status == 200)
            }
        }
    }

    @Test("What a request names is changed, all else stays; misspelt members change nothing")
    func change() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.control("/api/v1/accounts", body: #"{"id":"acme","label":"Acme","polls":false}"#)
            let changed = try await gateway.control(
                "/api/v1/account", account: "acme",
                body: """
                    {"trust":{"addressed":"apply"},"sourceAddresses":["192.0.2.0/24"],"token":"bn-canary",\
                    "settings":{"suppressedStatuses":["ringing"],"artefacts":{"recording":true}},\
                    "agents":{"agent-1":{"deadlinesMs":{"talking":1800000}}},\
                    "retentionDays":{"calls":null,"audit":90}}
                    """)
            #expect(changed.status == 200, "\(changed.text)")
            for part in [
                #""label":"Acme""#, #""polls":false"#, #""hasToken":true"#, #""addressed":"apply","none":"refuse""#,
                #""sourceAddresses":["192.0.2.0/24"]"#, #""suppressedStatuses":["ringing"]"#,
                #""artefacts":{"recording":true}"#, #""agent-1":{"suppressedStatuses":null"#, #""talking":1800000"#,
                #""bodies":30,"transcripts":180,"calls":null,"audit":90"#,
            ] { #expect(changed.text.contains(part), "\(part)") }
            #expect(!changed.text.contains("canary"))
            for wrong in [
                #"{"lable":"x"}"#, #"{"trust":{"addressed":"yes"}}"#, #"{"sourceAddresses":["nowhere"]}"#,
                #"{"retentionDays":{"bodies":500}}"#, #"{"retentionDays":{"bodies":1}}"#, #"{"token":"with blank"}"#,
                #"{"settings":{"deadlinesMs":{"talking":0}}}"#, #"{"polls":"on"}"#, "[]", "{",
            ] {
                let answer = try await gateway.control("/api/v1/account", account: "acme", body: wrong)
                #expect(answer.status == 400, "\(wrong)")
            }
            let removed = try await gateway.control(
                "/api/v1/account", account: "acme", body: #"{"token":null,"sourceAddresses":null}"#)
            #expect(removed.text.contains(#""hasToken":false"#) && removed.text.contains(#""sourceAddresses":null"#))
            let same = try await gateway.control("/api/v1/accounts", body: #"{"id":"acme"}"#)
            #expect(same.status == 409)
            #expect(try await gateway.control("/api/v1/accounts", body: #"{"id":"No Name"}"#).status == 400)
        }
    }

    @Test("The account of the settings is not changed by requests; its keys are")
    func ofSettings() async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.control("/api/v1/account", body: #"{"label":"x"}"#)
            #expect(answer.status == 409 && answer.text.contains("settings"))
            #expect(try await gateway.control("/api/v1/account/secrets", body: "{}").status == 409)
            #expect(try await gateway.control("/api/v1/accounts/default/disable", body: "").status == 409)
            #expect(try await gateway.control("/api/v1/account").text.contains("\"isOfSettings\":true"))
            #expect(try await gateway.mintKey("default").key.hasPrefix("gwk_"))
        }
    }

    @Test("While a secret is being replaced no webhook is refused, and the old one's last use is told")
    func rotation() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.control("/api/v1/accounts", body: #"{"id":"acme"}"#)
            let old = try await gateway.addSecret("acme")
            let statuses = try await withThrowingTaskGroup(of: UInt.self) { group in
                group.addTask { try await gateway.addSecret("acme").value.isEmpty ? 500 : 200 }
                for number in 1...200 {
                    group.addTask {
                        try await gateway.post(
                            TestGateway.execution("exec-\(number)", "ringing"), account: "acme", secret: old.value
                        ).status
                    }
                }
                return try await group.reduce(into: [UInt]()) { $0.append($1) }
            }
            #expect(statuses.count == 201)
            #expect(statuses.allSatisfy { $0 == 200 })
            let account = try await gateway.control("/api/v1/account", account: "acme")
            #expect(account.text.contains("\"label\":\"\(old.label)\""))
            #expect(account.text.components(separatedBy: "\"lastUsedAt\":\"2026-").count == 2)
            let path = "/api/v1/account/secrets/\(old.label)/retire"
            #expect(try await gateway.control(path, account: "acme", body: "").status == 200)
            #expect(try await gateway.post(execution, account: "acme", secret: old.value).status == 401)
        }
    }

    @Test("A stored secret is nowhere in the database's files to be read")
    func sealed() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.control("/api/v1/accounts", body: #"{"id":"acme","token":"bn-token-canary-4711"}"#)
            let secret = try await gateway.addSecret("acme")
            let key = try await gateway.mintKey("acme")
            let folder = URL(filePath: gateway.socket).deletingLastPathComponent()
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
            where name.hasPrefix("gateway.sqlite") {
                let bytes = try Data(contentsOf: folder.appending(path: name))
                for canary in ["bn-token-canary-4711", secret.value, key.key] {
                    #expect(bytes.range(of: Data(canary.utf8)) == nil, "\(name)")
                }
            }
        }
    }
}

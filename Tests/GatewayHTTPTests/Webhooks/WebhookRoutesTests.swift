import CallDomain
import GatewayHTTP
import GatewayService
import SQLiteStore
import Testing
import WebhookTrust

@Suite("WebhookRoutes")
struct WebhookRoutesTests {
    private static let ringing = TestGateway.execution("exec-1", "ringing")

    @Test(
        "A signed delivery is answered 200 once it is stored",
        arguments: [
            "/webhooks/bolna", "/webhooks/bolna/default", "/webhooks/bolna/default/-",
            "/webhooks/bolna/default/agent-1",
            "/api/client-call/call-history/webhook",
        ])
    func stores(path: String) async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.post(Self.ringing, to: path)
            #expect(answer.status == 200)
            #expect(answer.text == #"{"status":"stored"}"#)
            let call = try gateway.store.call(account: .default, reference: "exec-1", withBody: false)
            #expect(call?.state?.status == .ringing)
        }
    }

    @Test("The same bytes again are answered 200 as a duplicate")
    func duplicates() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(Self.ringing)
            gateway.wall.advance(by: .seconds(10))
            let again = try await gateway.post(Self.ringing)
            #expect(again.status == 200)
            #expect(again.text == #"{"status":"duplicate"}"#)
        }
    }

    @Test("A signed body that cannot be used is answered 200 and kept aside")
    func quarantines() async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.post("not json")
            #expect(answer.status == 200)
            #expect(answer.text == #"{"status":"quarantined","reason":"not-json"}"#)
            #expect(try gateway.store.quarantine(account: .default, before: nil, limit: 5).count == 1)
        }
    }

    @Test("A token in the address, and one in the header, are accepted")
    func tokens() async throws {
        try await TestGateway.run { gateway in
            let secret = try WebhookSecret(label: "test", value: TestGateway.secret)
            let token = try WebhookToken.mint(secret: secret, account: .default, agent: AgentID(rawValue: "agent-1"))
            let body = Array(Self.ringing.utf8)
            let inAddress = try await gateway.send("POST", "/webhooks/bolna/default/agent-1/\(token)", body: body)
            #expect(inAddress.text == #"{"status":"stored"}"#)
            let inHeader = try await gateway.send(
                "POST", "/webhooks/bolna/default/agent-1", headers: ["Authorization": "Bearer \(token)"], body: body)
            #expect(inHeader.text == #"{"status":"duplicate"}"#)
            let ofOther = try await gateway.send("POST", "/webhooks/bolna/default/agent-2/\(token)", body: body)
            #expect(ofOther.status == 401)
        }
    }

    @Test("An API key opens no webhook address, and a webhook's token or secret opens no other")
    func keysAndTokens() async throws {
        try await TestGateway.run { gateway in
            let body = Array(Self.ringing.utf8)
            let inHeader = try await gateway.send(
                "POST", "/webhooks/bolna/default", key: TestGateway.allScopes, body: body)
            #expect(inHeader.status == 401)
            let inAddress = try await gateway.send(
                "POST", "/webhooks/bolna/default/-/\(TestGateway.allScopes)", body: body)
            #expect(inAddress.status == 401)
            #expect(gateway.refusals.newest.map(\.reason) == ["wrong-token", "wrong-token"])
            let secret = try WebhookSecret(label: "test", value: TestGateway.secret)
            let token = try WebhookToken.mint(secret: secret, account: .default, agent: nil)
            for key in [token, TestGateway.secret] {
                #expect(try await gateway.send("GET", "/api/v1/me", key: key).status == 401)
            }
            // Beside a token that is right, a key in the header does no harm.
            let both = try await gateway.send(
                "POST", "/webhooks/bolna/default/-/\(token)", key: TestGateway.allScopes, body: body)
            #expect(both.status == 200)
        }
    }

    @Test("A signature that is there twice is refused, though each would do")
    func twice() async throws {
        try await TestGateway.run { gateway in
            let body = Self.ringing
            let signature = try TestGateway.signature(of: Array(body.utf8), at: gateway.wall.now)
            let text = try await RawConnection.exchange(
                port: gateway.port,
                [
                    "POST /webhooks/bolna HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Content-Length: \(body.utf8.count)\r\nBolna-Signature: \(signature)\r\n"
                        + "Bolna-Signature: \(signature)\r\n\r\n\(body)"
                ])
            #expect(text.hasPrefix("HTTP/1.1 401 "))
            #expect(gateway.refusals.newest.map(\.reason) == ["malformed-signature"])
        }
    }

    @Test("Whatever is wrong with a sender, the answer is the same, and nothing is stored")
    func refuses() async throws {
        try await TestGateway.run { gateway in
            let body = Array(Self.ringing.utf8)
            let good = try TestGateway.signature(of: body, at: gateway.wall.now)
            let flipped = String(good.dropLast()) + (good.last == "0" ? "1" : "0")
            let stale = try TestGateway.signature(of: body, at: gateway.wall.now.advanced(by: .seconds(-301)))
            var answers = [
                try await gateway.post(Self.ringing, signature: flipped),
                try await gateway.post(Self.ringing, signature: stale),
                try await gateway.post(Self.ringing, signature: "nonsense"),
                try await gateway.post(Self.ringing, to: "/webhooks/bolna/unknown", signature: good),
                try await gateway.post(Self.ringing, to: "/webhooks/bolna/NOT%20AN%20ACCOUNT", signature: good),
            ]
            answers.append(try await gateway.send("POST", "/webhooks/bolna/default", body: body))
            for answer in answers {
                #expect(answer.status == 401)
                #expect(answer.text == answers[0].text)
                #expect(answer.headers == answers[0].headers)
            }
            #expect(answers[0].headers["content-type"] == "application/problem+json")
            #expect(try gateway.store.call(account: .default, reference: "exec-1", withBody: false) == nil)
            #expect(try gateway.store.quarantine(account: .default, before: nil, limit: 5).isEmpty)
            #expect(
                gateway.refusals.newest.map(\.reason) == [
                    "no-credentials", "unknown-account", "unknown-account", "malformed-signature", "stale-signature",
                    "wrong-signature",
                ])
        }
    }

    @Test("Only POST is taken", arguments: ["GET", "PUT", "DELETE", "TRACE"])
    func methods(method: String) async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.send(method, "/webhooks/bolna/default")
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "POST")
        }
    }

    @Test("Standard Webhooks headers sign a delivery")
    func standardWebhooks() async throws {
        try await TestGateway.run { gateway in
            let body = Array(Self.ringing.utf8)
            let seconds = gateway.wall.now.rawValue / 1_000_000
            let code = try WebhookSecret.standardCode(
                secret: TestGateway.secret, prefix: "msg_1.\(seconds).", body: body)
            let fields = [
                "webhook-id": "msg_1", "webhook-timestamp": "\(seconds)", "webhook-signature": "v1,\(code)",
            ]
            let answer = try await gateway.send("POST", "/webhooks/bolna/default", headers: fields, body: body)
            #expect(answer.status == 200)
            #expect(answer.text == #"{"status":"stored"}"#)
            let forged = fields.merging(["webhook-id": "msg_2"]) { $1 }
            #expect(try await gateway.send("POST", "/webhooks/bolna", headers: forged, body: body).status == 401)
        }
    }

    @Test("A signature that comes again is harmless and counted; the same body signed anew is not counted")
    func repetitions() async throws {
        try await TestGateway.run { gateway in
            let signature = try TestGateway.signature(of: Array(Self.ringing.utf8), at: gateway.wall.now)
            #expect(try await gateway.post(Self.ringing, signature: signature).text == #"{"status":"stored"}"#)
            gateway.wall.advance(by: .seconds(30))
            #expect(try await gateway.post(Self.ringing).text == #"{"status":"duplicate"}"#)
            #expect(gateway.witness.repetitions(of: .default) == 0)
            #expect(try await gateway.post(Self.ringing, signature: signature).text == #"{"status":"duplicate"}"#)
            #expect(gateway.witness.repetitions(of: .default) == 1)
            let text = gateway.registry.exposition()
            #expect(text.contains(#"gw_webhook_signatures_repeated_total{account="default"} 1"#))
            #expect(text.contains(#"gw_webhook_secret_last_used_timestamp_seconds{account="default",secret="test"}"#))
            let health = try await gateway.send("GET", "/api/v1/health", key: TestGateway.allScopes)
            #expect(health.text.contains(#""secrets":[{"label":"test","lastUsed":"2026-03-04T"#))
            #expect(health.text.contains(#""repeatedSignatures":1"#))
            gateway.wall.advance(by: .seconds(271))
            #expect(try await gateway.post(Self.ringing, signature: signature).status == 401)
        }
    }

    @Test("The signature of a delivery that could not be stored is not remembered: sent again, it is no repetition")
    func busyIsNoRepetition() async throws {
        try await TestGateway.run { gateway in
            let body = Array(Self.ringing.utf8)
            let signature = try TestGateway.signature(of: body, at: gateway.wall.now)
            try gateway.store.close()
            let refused = try await gateway.post(Self.ringing, signature: signature)
            #expect(refused.status == 503 && refused.headers["retry-after"] != nil)
            let credentials = DeliveryCredentials(signatureHeaders: [signature], account: .default)
            let content = try #require(try credentials.signedContent(body: ContentHash.sha256(body)))
            #expect(!gateway.witness.isRepeated(content, of: .default, at: gateway.wall.now))
            #expect(
                gateway.witness.isRepeated(content, of: .default, at: gateway.wall.now),
                "the same content is looked for")
        }
    }

    @Test("An address in X-Forwarded-For counts behind a trusted proxy only")
    func forwarded() async throws {
        let body = Array(Self.ringing.utf8)
        try await TestGateway.run(trustedProxies: ["127.0.0.0/8"]) { gateway in
            let behind = try await gateway.send(
                "POST", "/webhooks/bolna", headers: ["X-Forwarded-For": "198.51.100.1, 13.203.39.153"], body: body)
            #expect(behind.status == 200)
            let madeUp = try await gateway.send(
                "POST", "/webhooks/bolna", headers: ["X-Forwarded-For": "13.203.39.153, 198.51.100.1"], body: body)
            #expect(madeUp.status == 401)
            #expect(gateway.refusals.newest.first?.peer == "198.51.100.1")
        }
        try await TestGateway.run { gateway in
            for field in ["X-Forwarded-For", "X-Real-IP", "Forwarded"] {
                let value = field == "Forwarded" ? "for=13.203.39.153" : "13.203.39.153"
                let stranger = try await gateway.send("POST", "/webhooks/bolna", headers: [field: value], body: body)
                #expect(stranger.status == 401)
            }
            #expect(gateway.refusals.newest.first?.peer == "127.0.0.1")
        }
    }
}

extension WebhookSecret {
    /// The code that a sender by Standard Webhooks would write; a secret that is no base64 is its own key.
    fileprivate static func standardCode(secret: String, prefix: String, body: [UInt8]) throws -> String {
        let key = Base64.decode(String(secret.dropFirst(6))) ?? Array(secret.utf8)
        return Base64.encode(try HMACSHA256(key: key).code(prefix: Array(prefix.utf8), for: body))
    }
}

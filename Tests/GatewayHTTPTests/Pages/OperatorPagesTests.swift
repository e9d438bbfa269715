import AsyncHTTPClient
import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import NIOCore
import NIOHTTP1
import SQLiteStore
import Synchronization
import Testing
import WebhookTrust

@Suite("Pages of operators, by their routes") struct OperatorPagesTests {
    private static let form = ["Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"]

    private static func signIn(_ gateway: TestGateway, key: String = TestGateway.allScopes) async throws
        -> [String: String]
    {
        let answer = try await gateway.send("POST", "/sign-in", headers: form, body: Array("key=\(key)".utf8))
        let cookie = try #require(answer.headers["set-cookie"])
        return form.merging(["Cookie": String(cookie.prefix { $0 != ";" })]) { $1 }
    }

    private static func trail(_ gateway: TestGateway) async throws -> [AuditRecord] {
        _ = try await gateway.send("GET", "/api/v1/audit", key: TestGateway.allScopes)
        return try gateway.store.auditTrail(account: .default, before: nil, limit: 100).records.reversed().map(\.record)
    }

    // MARK: The test webhook

    /// Runs with a public address that leads to what `answer` makes of a post.
    private static func runTest(
        _ answer:
            @escaping @Sendable (TestGateway, String, [(name: String, value: String)], [UInt8]) async ->
            BolnaAnswer.Outcome,
        _ body: @escaping @Sendable (TestGateway, String) async throws -> Void
    ) async throws {
        let running = Mutex<TestGateway?>(nil)
        try await TestGateway.run(set: { dependencies, _ in
            dependencies.publicAddress = PublicAddress(url: "https://gateway.example.com") { path, fields, body in
                guard let gateway = running.withLock({ $0 }) else {
                    return .failed(TransportFailure(kind: .cancelled, detail: "no gateway"))
                }
                return await answer(gateway, path, fields, body)
            }
        }) { gateway in
            running.withLock { $0 = gateway }
            defer { running.withLock { $0 = nil } }
            let session = try await signIn(gateway)
            let page = try await gateway.send("POST", "/health/test-webhook", headers: session, body: [])
            #expect(page.status == 200)
            try await body(gateway, page.text)
        }
    }

    private static let through:
        @Sendable (TestGateway, String, [(name: String, value: String)], [UInt8]) async ->
            BolnaAnswer.Outcome = { gateway, path, fields, body in
                let headers = Dictionary(fields.map { ($0.name, $0.value) }) { _, last in last }
                guard let answer = try? await gateway.send("POST", path, headers: headers, body: body) else {
                    return .failed(TransportFailure(kind: .broken, detail: "none"))
                }
                return .response(status: Int(answer.status), retryAfter: nil, body: Array(answer.text.utf8))
            }

    @Test("A test webhook comes back, is kept as no call's, and neither makes a call nor speaks for an agent's path")
    func comesThrough() async throws {
        try await Self.runTest(Self.through) { gateway, text in
            #expect(text.contains("Test webhook came through.") && text.contains("signature by test was accepted"))
            #expect(try gateway.store.calls(account: .default, query: CallQuery(), after: nil, limit: 9).calls.isEmpty)
            let kept = try gateway.store.quarantine(
                account: .default, query: QuarantineQuery(), slice: QuarantineSlice(limit: 9))
            #expect(kept.count == 1 && kept.first?.delivery.reason == .workflow && kept.first?.settlement != nil)
            #expect(try gateway.store.quarantineCounts(account: .default, query: QuarantineQuery()).open == 0)
            #expect(gateway.dependencies.health.standings(account: .default, at: gateway.wall.now).isEmpty)
            #expect(
                try gateway.store.takeDue(of: [.default], at: .distantFuture, limit: 9, lease: .seconds(1)).calls
                    .isEmpty)
            #expect(try await Self.trail(gateway).contains { $0.action == .webhookTested })
        }
    }

    @Test("What goes wrong with a test webhook is told in a sentence")
    func goesWrong() async throws {
        let cases: [(BolnaAnswer.Outcome, String)] = [
            (.failed(TransportFailure(kind: .dns, detail: "x")), "leads nowhere"),
            (.failed(TransportFailure(kind: .connect, detail: "x")), "Nobody takes connections"),
            (.failed(TransportFailure(kind: .tls, detail: "x")), "certificate at"),
            (.response(status: 200, retryAfter: nil, body: []), "something else listens there"),
            (.response(status: 302, retryAfter: nil, body: []), "redirect"),
            (.response(status: 401, retryAfter: nil, body: []), "another gateway"),
            (.response(status: 421, retryAfter: nil, body: []), "listen.hosts"),
            (.response(status: 500, retryAfter: nil, body: []), "answered 500"),
        ]
        for (outcome, words) in cases {
            try await Self.runTest({ _, _, _, _ in outcome }) { _, text in
                #expect(text.contains("Test webhook failed.") && text.contains(words), "\(words)")
            }
        }
        try await Self.runTest({ gateway, path, fields, body in
            gateway.wall.advance(by: .seconds(3_600))
            return await Self.through(gateway, path, fields, body)
        }) { _, text in #expect(text.contains("It came here and was refused: stale signature")) }
    }

    @Test("Without a public address nothing is sent, and the page says what to set")
    func noAddress() async throws {
        try await TestGateway.run { gateway in
            let session = try await Self.signIn(gateway)
            let page = try await gateway.send("POST", "/health/test-webhook", headers: session, body: [])
            #expect(page.status == 200 && page.text.contains("Set listen.publicURL"))
        }
    }

    @Test("The page of health tells the last webhook of each agent, what is due, and what may be asked")
    func health() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            gateway.wall.advance(by: .seconds(600))
            let session = try await Self.signIn(gateway)
            let page = try await gateway.send("GET", "/health", headers: session).text
            #expect(page.contains("data-label=\"last webhook\"><time datetime=\"2026-03-04T09:15:08"))
            #expect(page.contains("<a href=\"/calls?overdue=yes\">1</a>"))
            #expect(page.contains("Listings</dt><dd>50 of 50 at once"))
            #expect(page.contains("Webhooks come in time and are relied on."))
        }
    }

    // MARK: Refused deliveries

    @Test("A refused delivery is shown masked, stays refused until what was wrong is mended, and is stored then")
    func refused() async throws {
        let secret = "whsec_another-secret-of-the-tests"
        try await TestGateway.run { gateway in
            let json = TestGateway.execution("exec-1", "completed")
            let code = try HMACSHA256(key: secret).code(
                prefix: Array("\(gateway.wall.now.rawValue / 1_000_000).".utf8), for: Array(json.utf8))
            let signature = "t=\(gateway.wall.now.rawValue / 1_000_000),v1=\(Hex.encode(code))"
            #expect(try await gateway.post(json, signature: signature).status == 401)

            let masked = try await Self.signIn(gateway, key: "key-masked")
            let list = try await gateway.send("GET", "/quarantine", headers: masked)
            #expect(list.text.contains("wrong signature") && list.text.contains("Verify again"))
            #expect(!list.text.contains(signature))
            let page = try await gateway.send("GET", "/quarantine/refused/1", headers: masked)
            #expect(page.status == 200 && !page.text.contains("4155550100") && !page.text.contains("Asha"))
            #expect(!page.text.contains(signature) && page.text.contains("bolna-signature"))
            let still = try await gateway.send("POST", "/quarantine/refused/1/verify", headers: masked, body: [])
            #expect(still.status == 200 && still.text.contains("Still refused."))
            #expect(try gateway.store.calls(account: .default, query: CallQuery(), after: nil, limit: 9).calls.isEmpty)

            let other = try await Self.signIn(gateway, key: "key-other")
            #expect(try await gateway.send("GET", "/quarantine/refused/1", headers: other).status == 404)
            #expect(!(try await gateway.send("GET", "/quarantine", headers: other).text.contains("wrong signature")))

            try gateway.trust([secret])
            let stored = try await gateway.send("POST", "/quarantine/refused/1/verify", headers: masked, body: [])
            #expect(stored.status == 200 && stored.text.contains("it is stored, with its first time of receipt"))
            #expect(try await gateway.send("GET", "/api/v1/calls/exec-1", key: "key-read").status == 200)
            #expect(try await gateway.send("GET", "/quarantine/refused/1", headers: masked).status == 404)
            #expect(try await Self.trail(gateway).contains { $0.action == .refusalAccepted })
        }
    }

    // MARK: Payloads

    @Test("A step's bytes are shown beside what changed since the step before, to who may see them alone")
    func payload() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            gateway.wall.advance(by: .seconds(20))
            _ = try await gateway.post(TestGateway.execution("exec-1", "in-progress", minute: 1))
            let session = try await Self.signIn(gateway)
            let panel = try await gateway.send("GET", "/calls/exec-1", headers: session).text
            let links = panel.matches(of: #/<a class="raw" href="([^"]+)"/#).map { String($0.1) }
            #expect(links.count == 2)
            let first = try await gateway.send("GET", try #require(links.first), headers: session)
            #expect(first.status == 200 && first.text.contains("It is the first of the call."))
            let page = try await gateway.send("GET", try #require(links.last), headers: session)
            #expect(page.text.contains("<code>status</code>"))
            #expect(page.text.contains("<del>ringing</del>") && page.text.contains("<ins>in-progress</ins>"))
            #expect(page.text.contains("&quot;transcript&quot; : &quot;user: hello&quot;"))
            #expect(!page.text.contains("<code>transcript</code>"), "it is the same in both")

            let masked = try await Self.signIn(gateway, key: "key-masked")
            #expect(!(try await gateway.send("GET", "/calls/exec-1", headers: masked).text.contains("class=\"raw\"")))
            #expect(try await gateway.send("GET", try #require(links.last), headers: masked).status == 403)
            let other = try await Self.signIn(gateway, key: "key-other")
            #expect(try await gateway.send("GET", try #require(links.last), headers: other).status == 404)
            let call = try #require(links.last?.split(separator: "/").dropLast().joined(separator: "/"))
            #expect(try await gateway.send("GET", "/\(call)/99", headers: session).status == 404)
        }
    }

    // MARK: Who saw what, and for how long

    @Test("What pages show of persons is written down, by whom, for those alone who are shown it")
    func revealsAreNoted() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            _ = try await gateway.post("made-up body")
            let call = try #require(
                try gateway.store.calls(account: .default, query: CallQuery(), after: nil, limit: 1).calls.first
            ).call.rawValue
            let paths = [
                "/calls", "/calls/rows", "/calls/exec-1", "/calls/exec-1/panel", "/quarantine/1", "/calls/export.csv",
            ]
            let masked = try await Self.signIn(gateway, key: "key-masked")
            for path in paths { _ = try await gateway.send("GET", path, headers: masked) }
            let before = try await Self.trail(gateway)
            #expect(before.filter { $0.action == .reveal }.isEmpty)
            let session = try await Self.signIn(gateway)
            for path in paths + ["/calls/exec-1/transcript"] {
                #expect(try await gateway.send("GET", path, headers: session).status == 200, "\(path)")
            }
            let records = try await Self.trail(gateway).filter { $0.actor == "all" }
            #expect(
                Set(records.filter { $0.action == .reveal }.map(\.subject)) == [
                    "lists of calls", "call \(call)", "kept aside 1",
                ])
            #expect(records.contains { $0.action == .signedIn })
            #expect(try await Self.trail(gateway).count { $0.action == .export } == 2)
        }
    }

    @Test("What a page asks for by itself keeps no session alive; what a person does, does")
    func idle() async throws {
        try await TestGateway.run { gateway in
            let session = try await Self.signIn(gateway)
            func isOpen(_ path: String, byItself: Bool) async throws -> Bool {
                let more = byItself ? ["Gateway-Refresh": "1"] : [:]
                return try await gateway.send("GET", path, headers: session.merging(more) { $1 }).status == 200
            }
            gateway.wall.advance(by: .seconds(11 * 3_600))
            #expect(try await isOpen("/calls", byItself: false))
            gateway.wall.advance(by: .seconds(11 * 3_600))
            #expect(try await isOpen("/calls/rows", byItself: true), "it was used eleven hours ago")
            var request = HTTPClientRequest(url: "https://127.0.0.1:\(gateway.port)/api/v1/changes")
            for (name, value) in session { request.headers.add(name: name, value: value) }
            request.headers.add(name: "Accept", value: "text/event-stream")
            let stream = try await gateway.client.execute(request, timeout: .seconds(30))
            #expect(stream.status == .ok)
            gateway.wall.advance(by: .seconds(3_600))
            // The stream itself asks again whether its session is open, and ends where it is not.
            for try await _ in stream.body {}
            #expect(try await isOpen("/calls", byItself: false) == false)
        }
    }

    @Test("A number is found by its end where it may be seen, else in full alone")
    func numberEnd() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let all = try await Self.signIn(gateway)
            let masked = try await Self.signIn(gateway, key: "key-masked")
            func found(_ search: String, _ session: [String: String]) async throws -> Bool {
                try await gateway.send("GET", "/calls/rows?q=\(search)", headers: session).text.contains("<tr ")
            }
            for search in ["0100", "555-0100", "(415)+555+0100", "%2B14155550100", "0111"] {
                #expect(try await found(search, all), "\(search)")
            }
            #expect(try await found("0101", all) == false)
            #expect(try await found("4155550199", all) == false)
            #expect(try await found("%2B14155550100", masked))
            for search in ["0100", "5550100", "4155550100"] {
                #expect(try await found(search, masked) == false, "\(search)")
            }
        }
    }

    @Test("Where calls are looked at one by one, a page has no more than any other, and the next goes on behind it")
    func pages() async throws {
        try await TestGateway.run { gateway in
            for number in 0..<120 {
                gateway.wall.advance(by: .seconds(1))
                let json = TestGateway.execution("exec-\(number)", "busy")
                    .replacing("outbound", with: number.isMultiple(of: 3) ? "inbound" : "outbound")
                _ = try await gateway.post(json)
            }
            let session = try await Self.signIn(gateway)
            var path: String? = "/calls?direction=outbound"
            var seen: [Set<String>] = []
            while let next = path, seen.count < 9 {
                let text = try await gateway.send("GET", next, headers: session).text
                seen.append(Set(text.matches(of: #/<tr data-id="([^"]+)"/#).map { String($0.1) }))
                path = text.firstMatch(of: #/<a href="([^"]+)" rel="next"/#)
                    .map { String($0.1).replacing("&amp;", with: "&") }
            }
            #expect(seen.map(\.count) == [50, 30])
            #expect(seen.reduce(into: Set<String>()) { $0.formUnion($1) }.count == 80)
        }
    }
}

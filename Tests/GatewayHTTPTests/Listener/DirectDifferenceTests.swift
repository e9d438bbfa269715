import CallDomain
import GatewayService
import HummingbirdCore
import NIOCore
import SQLiteStore
import ServiceLifecycle
import Testing
import WebhookTrust

@testable import GatewayHTTP

/// The same requests to two listeners of the same routes: one answers webhooks on its event loops, one in tasks.
@Suite("Direct routes and tasks", .timeLimit(.minutes(10)))
struct DirectDifferenceTests {
    /// A listener of its own, over a gateway's routes.
    private struct OwnListener: Service {
        let gateway: TestGateway
        let isDirect: Bool
        let onBound: @Sendable (Int) -> Void

        func run() async throws {
            var limits = gateway.configuration.limits
            limits.bodyBytes = 100_000
            let dependencies = gateway.dependencies
            let responder = GatewayResponder(
                table: GatewayServer.table(gateway.configuration, dependencies), authenticator: .nobody, isSecure: true,
                visitors: VisitorRules(hosts: ["localhost", "127.0.0.1"]), now: dependencies.now,
                logger: dependencies.logger)
            let certificates = gateway.certificates
            let listener = Listener(
                address: .hostname("127.0.0.1", port: 0), tls: { certificates.context }, limits: limits,
                metrics: dependencies.metrics, isDirect: isDirect, clock: ContinuousClock(),
                logger: dependencies.logger)
            try await listener.run(responder: responder) { channel in onBound(channel.localAddress?.port ?? 0) }
        }
    }

    /// Runs a body beside such a listener, and returns its answers and what was counted.
    private static func heard(
        isDirect: Bool, _ body: @escaping @Sendable (TestGateway, _ port: Int) async throws -> [String]
    ) async throws -> [String] {
        nonisolated(unsafe) var heard: [String] = []
        try await TestGateway.run(set: { _, configuration in configuration.webhookBodyLimit = 50_000 }) { gateway in
            let (ports, bound) = AsyncStream.makeStream(of: Int.self)
            let group = ServiceGroup(
                services: [OwnListener(gateway: gateway, isDirect: isDirect) { bound.yield($0) }],
                logger: gateway.dependencies.logger)
            async let running: Void = group.run()
            var ends = ports.makeAsyncIterator()
            let port = await ends.next() ?? 0
            var answers = try await body(gateway, port)
            answers += gateway.registry.exposition().split(separator: "\n").map(String.init).filter {
                $0.hasPrefix("gw_deliveries_received_total") || $0.hasPrefix("gw_listener_limits_total")
                    || $0.hasPrefix("gw_webhook_signatures_repeated")
            }
            answers += gateway.refusals.newest.map { "\($0.reason) \($0.account) \($0.peer) \($0.credentials.names)" }
            await group.triggerGracefulShutdown()
            try await running
            heard = answers
        }
        return heard
    }

    private static func request(
        _ target: String, _ body: String, method: String = "POST", fields: String = "", signed: Bool = true,
        isLast: Bool = true, host: String = "Host: localhost\r\n", version: String = "1.1"
    ) throws -> String {
        let signature =
            signed ? try TestGateway.signature(of: Array(body.utf8), at: Timestamp(seconds: 1_772_615_708)) : ""
        return "\(method) \(target) HTTP/\(version)\r\n\(host)\(isLast ? "Connection: close\r\n" : "")"
            + (signed ? "Bolna-Signature: \(signature)\r\n" : "")
            + "\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func exchanges() throws -> [[String]] {
        let ringing = TestGateway.execution("exec-1", "ringing")
        let path = "/webhooks/bolna/default"
        let chunked = "POST \(path) HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        let token = try WebhookToken.mint(
            secret: try WebhookSecret(label: "test", value: TestGateway.secret), account: .default, agent: nil)
        let signature = try TestGateway.signature(of: Array("{}".utf8), at: Timestamp(seconds: 1_772_615_708))
        let long = String(repeating: " ", count: 60_000)
        return [
            [try request(path, ringing)], [try request(path, ringing)],
            [try request(path + "?a=1", ringing)], [try request(path + "?a=1&a=2", ringing)],
            [try request("/webhooks/bolna", "not json")], [try request(path, "")],
            [try request("/webhooks/bolna/default/agent-9", ringing)],
            [try request("/webhooks/bolna/default/-/\(token)", ringing, signed: false)],
            [try request("/webhooks/bolna/def%61ult/", ringing)], [try request("/webhooks/bolna/%zz", ringing)],
            [try request("/webhooks/bolna/a/b/c/d", ringing)],
            [try request("/api/client-call/call-history/webhook", ringing)],
            [try request("/webhooks/bolna/unknown", ringing)],
            [try request("/webhooks/bolna/NOT%20AN%20ACCOUNT", ringing)],
            [try request(path, ringing, fields: "X-Forwarded-For: 13.203.39.153\r\n", signed: false)],
            [try request(path, ringing, fields: "Authorization: Bearer nonsense\r\n", signed: false)],
            [try request(path, ringing, fields: "Bolna-Signature: again\r\n")],
            [try request(path, ringing, fields: "Accept: text/html\r\n", signed: false)],
            [try request(path, ringing, host: "Host: elsewhere.example\r\n")],
            [try request(path, ringing, host: "")],
            [try request("https://localhost\(path)", ringing)],
            [try request(path, ringing, version: "1.0")],
            [try request(path, ringing, fields: "Expect: 100-continue\r\n")],
            [try request(path, ringing, fields: "Content-Encoding: gzip\r\n")],
            [try request(path, long, signed: false)],
            [try request(path, ringing, fields: "Upgrade: websocket\r\n", isLast: false)],
            [chunked + "Bolna-Signature: \(signature)\r\nConnection: close\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"],
            [chunked + "\r\nea60\r\n\(long)\r\n"], [chunked + "\r\nnonsense\r\n"],
        ]
            + (try ["GET", "HEAD", "PUT", "OPTIONS", "TRACE", "INVENTED"].map {
                [try request(path, "", method: $0)]
            }) + [
                [
                    try request(path, ringing, isLast: false)
                        + request("/none", "", method: "GET", isLast: false)
                        + request(path, "not json", isLast: false)
                        + request(path, ringing, signed: false, isLast: false)
                        + request("/none", "", method: "GET", isLast: false)
                        + request(path, ringing)
                ],
                [
                    try request(path, ringing, isLast: false) + request(path, ringing, isLast: false)
                        + "nonsense\r\n\r\n"
                ],
                [String(repeating: try request(path, ringing, isLast: false), count: 24)],
            ]
    }

    @Test("Each request is answered with the same bytes, over HTTP/1.1")
    func bytes() async throws {
        let exchanges = try Self.exchanges()
        let post: @Sendable (TestGateway, Int) async throws -> [String] = { _, port in
            var answers: [String] = []
            for texts in exchanges { answers.append(try await RawConnection.exchange(port: port, texts)) }
            return answers
        }
        let direct = try await Self.heard(isDirect: true, post)
        let tasks = try await Self.heard(isDirect: false, post)
        for (index, (one, other)) in zip(direct, tasks).enumerated() {
            #expect(
                one == other, "exchange \(index): \(index < exchanges.count ? exchanges[index][0].prefix(200) : "")")
            if index < exchanges.count { #expect(one.hasPrefix("HTTP/1.1 "), "exchange \(index)") }
        }
        #expect(direct.count == tasks.count)
    }

    /// What is sent at first, alone and so plain that it passes the decoder by, and what is sent once that is answered.
    private static func conversations() throws -> [(first: String, then: [String])] {
        let path = "/webhooks/bolna/default"
        let ringing = TestGateway.execution("exec-1", "ringing")
        let last = try request(path, ringing)
        let plain = try request(path, ringing, isLast: false)
        let half = plain.index(plain.endIndex, offsetBy: -20)
        return [
            (plain, [last]), (plain, [plain + last]), (plain, [plain + "nonsense\r\n\r\n"]),
            (plain, [try request("/none", "", method: "GET", isLast: false) + last]),
            (plain, [String(plain[..<half]), String(plain[half...]) + last]),
            (try request(path, ringing, signed: false, isLast: false), [last]),
            (try request(path, "not json", isLast: false), [last]),
            (try request(path, String(repeating: " ", count: 40_000), isLast: false), [last]),
            (try request("/webhooks/bolna/unknown", ringing, isLast: false), [last]),
            (try request("/webhooks/none/of/these/at/all", ringing, isLast: false), [last]),
            (try request(path, ringing, isLast: false, host: "Host: elsewhere.example\r\n"), [last]),
            (plain, [String(repeating: plain, count: 24)]),
        ]
    }

    @Test("Requests on kept connections are answered with the same bytes")
    func conversations() async throws {
        let conversations = try Self.conversations()
        let post: @Sendable (TestGateway, Int) async throws -> [String] = { _, port in
            var answers: [String] = []
            for (first, then) in conversations {
                answers.append(try await RawConnection.exchange(port: port, [first], then: then))
            }
            return answers
        }
        let direct = try await Self.heard(isDirect: true, post)
        let tasks = try await Self.heard(isDirect: false, post)
        for (index, (one, other)) in zip(direct, tasks).enumerated() { #expect(one == other, "conversation \(index)") }
        #expect(direct.count == tasks.count)
    }

    @Test("Each request is answered alike over HTTP/2, and where nothing can be stored")
    func streams() async throws {
        let post: @Sendable (TestGateway, Int) async throws -> [String] = { gateway, port in
            let ringing = Array(TestGateway.execution("exec-1", "ringing").utf8)
            let signed = ["Bolna-Signature": try TestGateway.signature(of: ringing, at: gateway.wall.now)]
            let path = "/webhooks/bolna/default"
            var answers: [TestGateway.Answer] = [
                try await gateway.send("POST", path, headers: signed, body: ringing, port: port),
                try await gateway.send("POST", path, headers: signed, body: ringing, port: port),
                try await gateway.send("POST", path, body: ringing, port: port),
                try await gateway.send(
                    "POST", path, headers: signed, body: [UInt8](repeating: 32, count: 60_000), port: port),
                try await gateway.send("GET", path, port: port),
                try await gateway.send("POST", "/webhooks/none/at/all", headers: signed, body: ringing, port: port),
                try await gateway.send("POST", path, headers: ["Host": "elsewhere"], body: ringing, port: port),
            ]
            try gateway.store.close()
            answers.append(try await gateway.send("POST", path, headers: signed, body: ringing, port: port))
            return answers.map { answer in
                "\(answer.version) \(answer.status) \(answer.headers.sorted { $0.key < $1.key }) \(answer.text)"
            }
        }
        let direct = try await Self.heard(isDirect: true, post)
        let tasks = try await Self.heard(isDirect: false, post)
        #expect(direct == tasks)
        #expect(direct.contains { $0.hasPrefix("HTTP/2.0 503 ") })
    }
}

import CallDomain
import Foundation
import GatewayHTTP
import Logging
import Synchronization
import Testing

/// Numbers, names, words and tokens are sent into the gateway by every way in, and looked for in everything that comes
/// out of it and is not meant for those who may see them.
@Suite struct CanaryTests {
    /// What came out of the gateway, by where.
    private final class Outlet: Sendable {
        private let texts = Mutex<[(place: String, text: String)]>([])

        func take(_ place: String, _ text: String) { texts.withLock { $0.append((place, text)) } }

        var all: [(place: String, text: String)] { texts.withLock { $0 } }

        /// Each canary with where it was found.
        func leaks(of canaries: [Canary]) -> [String] {
            all.flatMap { place, text in
                Canary.found(canaries, in: text).map { "\($0.kind.rawValue) in \(place)" }
            }
        }
    }

    /// The canaries in turns, so that each of them is planted.
    private struct Basket {
        private var rest: [Canary.Kind: [Canary]]
        private(set) var planted: Set<Canary> = []
        private let all: [Canary.Kind: [Canary]]

        init(_ canaries: [Canary]) {
            all = Dictionary(grouping: canaries, by: \.kind)
            rest = all
        }

        mutating func next(_ kind: Canary.Kind) -> String {
            if rest[kind, default: []].isEmpty { rest[kind] = all[kind] }
            guard let canary = rest[kind]?.popLast() else { return "" }
            planted.insert(canary)
            return canary.text
        }
    }

    private static func execution(_ id: String, _ status: String, _ basket: inout Basket) -> String {
        let (to, from) = (basket.next(.number), basket.next(.number))
        return """
            {"id":"\(id)","agent_id":"agent-1","status":"\(status)","created_at":"2026-03-04T09:00:00Z",\
            "updated_at":"2026-03-04T09:05:08Z","transcript":"user: \(basket.next(.words))",\
            "summary":"\(basket.next(.words))","extracted_data":{"name":"\(basket.next(.name))"},\
            "error_message":"cannot reach \(to)","telephony_data":{"to_number":"\(to)","from_number":"\(from)",\
            "call_type":"outbound","hangup_reason":"\(to) hung up",\
            "recording_url":"https://example.com/\(basket.next(.token)).mp3",\
            "provider_call_id":"\(basket.next(.token))"},\
            "context_details":{"recipient_data":{"leadId":"\(basket.next(.name))",\
            "callerName":"\(basket.next(.name))","projectName":"\(basket.next(.words))",\
            "userId":"\(basket.next(.name))"}},"retry_history":[{"note":"\(basket.next(.name))"}],\
            "batch_run_details":{"note":"\(basket.next(.words))"}}
            """
    }

    @Test("200 planted canaries appear in no log line, metric, error, or answer to those who may not see them")
    func nothingLeaks() async throws {
        let canaries = Canary.planted(seed: 4)
        #expect(canaries.count == Canary.count)
        let log = CanaryLog()
        let outlet = Outlet()
        let planted = Mutex<Set<Canary>>([])
        try await TestGateway.run(log: log) { gateway in
            var basket = Basket(canaries)
            try await Self.deliver(to: gateway, &basket, outlet)
            try await Self.refuse(at: gateway, &basket, outlet)
            try await Self.ask(gateway, &basket, outlet)
            try await Self.dial(gateway, &basket, outlet)
            try await Self.search(gateway, &basket)
            try await Self.look(at: gateway, outlet)
            planted.withLock { $0 = basket.planted }
        }
        outlet.take("log", log.text)
        #expect(planted.withLock { $0.count } == Canary.count, "every canary must have been planted")
        #expect(log.count > 50)
        #expect(outlet.all.count > 100)
        let leaks = outlet.leaks(of: canaries)
        #expect(leaks == [], "\(leaks.prefix(20))")

        // A planted leak is found, so that the search itself is known to work.
        let leak = try #require(canaries.first { $0.kind == .number })
        var logger = Logger(label: "leak") { _ in log }
        logger.logLevel = .trace
        logger.trace("A line", metadata: ["number": "\(leak.text.dropFirst(1))"])
        outlet.take("log after the leak", log.text)
        #expect(outlet.leaks(of: canaries) == ["number in log after the leak"])
    }

    /// Webhooks, good and bad, with canaries in their bodies, addresses and fields.
    private static func deliver(
        to gateway: TestGateway, _ basket: inout Basket, _ outlet: Outlet
    ) async throws {
        for number in 0..<30 {
            let body = execution("e\(number)", number.isMultiple(of: 2) ? "completed" : "ringing", &basket)
            outlet.take("webhook", try await gateway.post(body).text)
            let copies = [
                String(body.dropLast(2)), body.replacingOccurrences(of: "\"status\"", with: "\"state\""),
                "[\(body),{\"id\":5,\"status\":[\"\(basket.next(.name))\"]}]",
                "{\"status\":\"\(basket.next(.words))\",\"\(basket.next(.words))\":{\"id\":\"\(basket.next(.number))\"}}",
            ]
            outlet.take("bad webhook", try await gateway.post(copies[number % copies.count]).text)
            outlet.take(
                "other agent", try await gateway.post(body, to: "/webhooks/bolna/default/another-agent").text)
            let signature = "t=1,v1=\(basket.next(.token))"
            outlet.take("unsigned webhook", try await gateway.post(body, signature: signature).text)
        }
    }

    /// Requests that are refused, with canaries wherever a client can put text.
    private static func refuse(
        at gateway: TestGateway, _ basket: inout Basket, _ outlet: Outlet
    ) async throws {
        for round in 0..<20 {
            let token = basket.next(.token)
            let number = basket.next(.number).dropFirst()
            let name = basket.next(.name)
            let requests: [(String, String, String?)] = [
                ("GET", "/api/v1/calls", token), ("GET", "/api/v1/calls/\(token)", "key-masked"),
                ("GET", "/api/v1/calls?limit=\(number)", "key-masked"),
                ("GET", "/api/v1/calls?from=\(name)", "key-masked"),
                ("GET", "/api/v1/calls?cursor=\(token)", "key-masked"),
                ("GET", "/api/v1/calls?text=\(name)", "key-masked"),
                ("GET", "/api/v1/changes?since=\(name)", "key-masked"),
                ("GET", "/api/v1/quarantine?reason=\(name)", "key-masked"),
                ("GET", "/api/v1/reports/reconciliation?from=\(name)", "key-masked"),
                ("GET", "/api/v1/reports/reconciliation/figures/\(name)/calls", "key-masked"),
                ("GET", "/\(name)/\(token)", "key-masked"), ("PUT", "/api/v1/calls/\(name)", token),
                ("POST", "/webhooks/bolna/default/-/\(token)", nil), ("POST", "/webhooks/bolna/\(name)", nil),
                ("POST", "/api/v1/quarantine/replay", "key-masked"), ("POST", "/api/v1/calls", "key-masked"),
                ("POST", "/api/v1/forget", "key-masked"), ("POST", "/api/v1/calls/e0/rulings", "key-masked"),
                ("GET", "/api/client-call/call-history/details/\(name)", "key-masked"),
                ("GET", "/api/client-call/call-history?page=\(number)", "key-masked"),
            ]
            let (method, path, key) = requests[round % requests.count]
            let body = method == "POST" ? Array("{\"number\":\"+\(number)\",\"\(round)\":\"\(name)\"}".utf8) : nil
            let answer = try await gateway.send(
                method, path, key: key, headers: ["Cookie": "token=\(token)", "X-Name": name], body: body)
            outlet.take("\(method) refusal \(round): \(answer.status)", answer.text)
        }
    }

    /// Checks of calls, with a Bolna that fails in many ways and puts canaries into its errors.
    private static func ask(_ gateway: TestGateway, _ basket: inout Basket, _ outlet: Outlet) async throws {
        for number in 0..<12 {
            let body = Array("{\"message\":\"\(basket.next(.number)) of \(basket.next(.name))\"}".utf8)
            switch number % 6 {
            case 0: gateway.bolna.answer("e\(number)", .response(status: 500, retryAfter: nil, body: body))
            case 1: gateway.bolna.answer("e\(number)", .response(status: 401, retryAfter: nil, body: body))
            case 2: gateway.bolna.answer("e\(number)", .response(status: 404, retryAfter: nil, body: body))
            case 3: gateway.bolna.answer("e\(number)", .response(status: 200, retryAfter: nil, body: body))
            case 4:
                let other = Array(execution("another", "completed", &basket).utf8)
                gateway.bolna.answer("e\(number)", .response(status: 200, retryAfter: nil, body: other))
            default:
                let same = Array(execution("e\(number)", "completed", &basket).utf8)
                gateway.bolna.answer("e\(number)", .response(status: 200, retryAfter: nil, body: same))
            }
            let answer = try await gateway.send("POST", "/api/v1/calls/e\(number)/check", key: "key-masked", body: [])
            outlet.take("check \(number): \(answer.status)", answer.text)
        }
    }

    /// Calls that are placed, refused, or unanswered.
    private static func dial(_ gateway: TestGateway, _ basket: inout Basket, _ outlet: Outlet) async throws {
        for round in 0..<6 {
            let text = Array("{\"message\":\"\(basket.next(.name)) may not call\"}".utf8)
            switch round % 3 {
            case 0: gateway.bolna.answerDial(.response(status: 500, retryAfter: nil, body: text))
            case 1: gateway.bolna.answerDial(.failed(TransportFailure(kind: .timeout, detail: "timed out")))
            default:
                let placed = Array("{\"status\":\"queued\",\"execution_id\":\"dialled-\(round)\"}".utf8)
                gateway.bolna.answerDial(.response(status: 200, retryAfter: nil, body: placed))
            }
            let wish = """
                {"agentId":"agent-1","recipientPhoneNumber":"\(basket.next(.number))","leadId":"\(basket.next(.name))",\
                "projectName":"\(basket.next(.words))","userId":"\(basket.next(.name))","callerName":"\(basket.next(.name))","userData":{"note":"\(basket.next(.words))"}}
                """
            let answer = try await gateway.send("POST", "/api/v1/calls", key: "key-masked", body: Array(wish.utf8))
            outlet.take("dial \(round): \(answer.status)", answer.text)
        }
    }

    /// Searches by numbers and names, by those who may. The answers are for who asked; what must not tell of them is
    /// everything else.
    private static func search(_ gateway: TestGateway, _ basket: inout Basket) async throws {
        for path in [
            "/api/v1/calls?number=", "/calls?number=", "/calls?q=", "/calls/rows?q=", "/calls?lead=",
            "/calls/export.csv?q=", "/calls/export.ndjson?number=", "/api/v1/calls?lead=", "/api/v1/calls?text=",
            "/api/client-call/call-history/lead/", "/calls?unknown=",
        ] {
            let text = path.contains("text") || path.contains("lead") ? basket.next(.name) : basket.next(.number)
            let word = text.replacing("+", with: "%2B")
            for key in [TestGateway.allScopes, "key-masked", "nobody"] {
                _ = try await gateway.send("GET", path + word, key: key, headers: ["Referer": "https://x/?q=\(text)"])
            }
        }
    }

    /// Everything that a key without `reveal` can look at, and the metrics.
    private static func look(at gateway: TestGateway, _ outlet: Outlet) async throws {
        var paths = [
            "/api/v1/calls?limit=200", "/api/v1/quarantine?state=all&limit=200", "/api/v1/refusals", "/api/v1/health",
            "/api/v1/audit", "/api/v1/reports/reconciliation?output=json", "/api/v1/reports/reconciliation?output=html",
            "/api/client-call/call-history?pageSize=200", "/api/client-call/call-history/recordings?pageSize=200",
            "/api/v1/reports/reconciliation/figures/calls/calls?output=csv",
            "/calls", "/calls/rows", "/calls/export.csv", "/calls/export.ndjson", "/calls/new", "/reports",
            "/reports/figures/calls", "/quarantine?state=all", "/health",
        ]
        for number in 0..<12 {
            paths += ["", "/journal", "/explain"].map { "/api/v1/calls/e\(number)\($0)" }
            paths += ["/api/client-call/call-history/details/e\(number)", "/api/v1/quarantine/\(number + 1)"]
            paths += ["/calls/e\(number)", "/calls/e\(number)/panel", "/quarantine/\(number + 1)"]
        }
        for path in paths {
            let answer = try await gateway.send("GET", path, key: "key-masked")
            #expect(answer.status == 200, "what is not shown cannot leak: \(path)")
            outlet.take(path, answer.text)
        }
        for path in ["/metrics", "/readyz", "/livez"] {
            outlet.take(path, try await gateway.send("GET", path, port: gateway.operatorPort, scheme: "http").text)
        }
    }
}

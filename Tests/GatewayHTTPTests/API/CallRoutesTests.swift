import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import SQLiteStore
import Testing

@Suite("CallRoutes")
struct CallRoutesTests {
    /// The address of the next page in a `Link` field.
    private static func next(in link: String?) -> String? {
        guard let link, link.hasPrefix("<"), let end = link.firstIndex(of: ">"), link.hasSuffix("rel=\"next\"") else {
            return nil
        }
        return String(link[link.index(after: link.startIndex)..<end])
    }

    @Test("Pages follow their links from the newest call to the oldest, each call once")
    func pages() async throws {
        try await TestGateway.run { gateway in
            for number in 1...5 {
                _ = try await gateway.post(TestGateway.execution("exec-\(number)", "ringing", minute: number))
                gateway.wall.advance(by: .seconds(1))
            }
            var path: String? = "/api/v1/calls?limit=2&status=ringing"
            var seen: [String] = []
            while let next = path {
                let answer = try await gateway.send("GET", next, key: TestGateway.allScopes)
                #expect(answer.status == 200)
                seen += (1...5).map { "exec-\($0)" }.filter { answer.text.contains("\"\($0)\"") }.reversed()
                path = Self.next(in: answer.headers["link"])
                #expect(seen.count <= 5)
            }
            #expect(Set(seen) == Set((1...5).map { "exec-\($0)" }))
            #expect(seen.count == 5)
        }
    }

    @Test("A cursor of another account, and one that is none, are refused")
    func foreignCursors() async throws {
        try await TestGateway.run { gateway in
            for number in 1...2 {
                _ = try await gateway.post(TestGateway.execution("exec-\(number)", "ringing"))
            }
            let page = try await gateway.send("GET", "/api/v1/calls?limit=1", key: TestGateway.allScopes)
            let next = try #require(Self.next(in: page.headers["link"]))
            #expect(try await gateway.send("GET", next, key: TestGateway.allScopes).status == 200)
            #expect(try await gateway.send("GET", next, key: "key-other").status == 400)
            #expect(try await gateway.send("GET", "/api/v1/calls?cursor=nonsense", key: "key-other").status == 400)
        }
    }

    @Test("Calls of another account are not found and not listed")
    func accounts() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            #expect(try await gateway.send("GET", "/api/v1/calls/exec-1", key: TestGateway.allScopes).status == 200)
            #expect(try await gateway.send("GET", "/api/v1/calls/exec-1", key: "key-other").status == 404)
            let list = try await gateway.send("GET", "/api/v1/calls", key: "key-other")
            #expect(list.text == #"{"data":[],"nextCursor":null}"#)
        }
    }

    @Test(
        "Bad parameters are answered 400",
        arguments: [
            "limit=0", "limit=201", "limit=x", "from=yesterday", "limit=1&limit=2", "text=%FF",
        ])
    func badParameters(query: String) async throws {
        try await TestGateway.run { gateway in
            let answer = try await gateway.send("GET", "/api/v1/calls?\(query)", key: TestGateway.allScopes)
            #expect(answer.status == 400)
            #expect(answer.headers["content-type"] == "application/problem+json")
        }
    }

    @Test(
        "A list and a call have entity tags: 304 while nothing changed, 200 with another tag after a change",
        arguments: ["/api/v1/calls", "/api/v1/calls/exec-1"])
    func entityTags(path: String) async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing", minute: 1))
            let first = try await gateway.send("GET", path, key: TestGateway.allScopes)
            let tag = try #require(first.headers["etag"])
            #expect(tag.hasPrefix("W/") == (path == "/api/v1/calls"))
            let same = try await gateway.send(
                "GET", path, key: TestGateway.allScopes, headers: ["If-None-Match": "\"other\", \(tag)"])
            #expect(same.status == 304)
            #expect(same.text.isEmpty)
            #expect(same.headers["etag"] == tag)
            let masked = try await gateway.send(
                "GET", path, key: "key-masked", headers: ["If-None-Match": tag])
            #expect(masked.status == 200)
            gateway.wall.advance(by: .seconds(5))
            _ = try await gateway.post(TestGateway.execution("exec-1", "in-progress", minute: 2))
            let changed = try await gateway.send(
                "GET", path, key: TestGateway.allScopes, headers: ["If-None-Match": tag])
            #expect(changed.status == 200)
            #expect(changed.headers["etag"] != tag)
        }
    }

    @Test("A list is no longer the one a client has once a call was erased, though nobody is told of a change")
    func erasedFromList() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let first = try await gateway.send("GET", "/api/v1/calls", key: TestGateway.allScopes)
            let known = ["If-None-Match": try #require(first.headers["etag"])]
            let same = try await gateway.send("GET", "/api/v1/calls", key: TestGateway.allScopes, headers: known)
            #expect(same.status == 304)
            let record = try #require(try gateway.store.call(account: .default, reference: "exec-1", withBody: false))
            _ = try gateway.store.apply([
                .erase(Erasure(account: .default, calls: [record.call], at: record.updatedAt))
            ])
            let after = try await gateway.send("GET", "/api/v1/calls", key: TestGateway.allScopes, headers: known)
            #expect(after.status == 200)
        }
    }

    @Test("Without reveal numbers are masked, and words, recordings and bodies are absent")
    func masks() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let secrets = ["4155550100", "4155550111", "user: hello", "r.mp3", "Asha"]
            for path in [
                "/api/v1/calls", "/api/v1/calls/exec-1", "/api/v1/calls/exec-1/journal",
                "/api/client-call/call-history", "/api/client-call/call-history/details/exec-1",
            ] {
                let masked = try await gateway.send("GET", path, key: "key-masked")
                #expect(masked.status == 200)
                for secret in secrets { #expect(!masked.text.contains(secret), "\(secret) in \(path)") }
            }
            let details = try await gateway.send("GET", "/api/v1/calls/exec-1", key: "key-masked")
            #expect(details.text.contains(#""to":"+14*******00""#))
            let revealed = try await gateway.send("GET", "/api/v1/calls/exec-1", key: TestGateway.allScopes)
            for secret in secrets { #expect(revealed.text.contains(secret)) }
            let journal = try await gateway.send("GET", "/api/v1/calls/exec-1/journal", key: TestGateway.allScopes)
            #expect(journal.text.contains(#""outcome":"created","rule":"first-statement""#))
            #expect(journal.text.contains("user: hello"))
        }
    }

    @Test("Numbers in an error message are masked without reveal, codes and words are not")
    func masksErrors() async throws {
        try await TestGateway.run { gateway in
            let body = TestGateway.execution("exec-1", "failed")
                .replacing(#""transcript":"#, with: #""error_message":"480 from +14155550100","transcript":"#)
            _ = try await gateway.post(body)
            for path in ["/api/v1/calls/exec-1", "/api/client-call/call-history/details/exec-1"] {
                let masked = try await gateway.send("GET", path, key: "key-masked")
                #expect(masked.text.contains("480 from +14*******00"), "\(path)")
                #expect(!masked.text.contains("4155550100"), "\(path)")
                let revealed = try await gateway.send("GET", path, key: TestGateway.allScopes)
                #expect(revealed.text.contains("480 from +14155550100"), "\(path)")
            }
        }
    }

    @Test("Words that one may not read cannot be searched for either")
    func searches() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "completed"))
            let path = "/api/v1/calls?text=hello"
            let revealed = try await gateway.send("GET", path, key: TestGateway.allScopes)
            #expect(revealed.text.contains(#""executionId":"exec-1""#))
            #expect(try await gateway.send("GET", path, key: "key-masked").status == 403)
        }
    }

    @Test(
        "A body larger than the API takes is answered 413, whether it says so or grows",
        arguments: ["Content-Length: 65537\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n10001\r\n"])
    func largeBodies(fields: String) async throws {
        try await TestGateway.run { gateway in
            let text = try await RawConnection.exchange(
                port: gateway.port,
                [
                    "POST /api/v1/calls HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer key-all\r\n\(fields)",
                    fields.contains("chunked") ? String(repeating: " ", count: 65_537) : "",
                ])
            #expect(text.hasPrefix("HTTP/1.1 413 "))
            #expect(text.contains("/problems/body-too-large"))
        }
    }

    @Test("A call says how fresh its status is, and what is expected next")
    func freshness() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "initiated"))
            let answer = try await gateway.send("GET", "/api/v1/calls/exec-1", key: TestGateway.allScopes)
            let start = #""freshness":{"status":"initiated","source":"webhook","asOf":"2026-03-04T09:15:08.000Z","#
            #expect(answer.text.contains(start + #""verified":true,"expects":{"what":"ringing","by":"#))
        }
    }

    @Test("A check that Bolna answers shows the call as it is now; the next one has to wait")
    func checks() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing", minute: 1))
            gateway.wall.advance(by: .seconds(5))
            let body = Array(TestGateway.execution("exec-1", "completed", minute: 2).utf8)
            gateway.bolna.answer("exec-1", .response(status: 200, retryAfter: nil, body: body))
            let answer = try await gateway.send("POST", "/api/v1/calls/exec-1/check", key: TestGateway.allScopes)
            #expect(answer.status == 200)
            #expect(answer.text.contains(#""status":"completed","source":"check""#))
            let again = try await gateway.send("POST", "/api/v1/calls/exec-1/check", key: TestGateway.allScopes)
            #expect(again.status == 429)
            #expect(again.headers["retry-after"] == "5")
            let nobody = try await gateway.send("POST", "/api/v1/calls/none/check", key: TestGateway.allScopes)
            #expect(nobody.status == 404)
        }
    }
}

@Suite("RouteTable")
struct RouteTableTests {
    @Test("What is not there is 404, other methods are 405 with Allow, each in the shape of its API")
    func absent() async throws {
        try await TestGateway.run { gateway in
            let nothing = try await gateway.send("GET", "/api/v2/calls", key: TestGateway.allScopes)
            #expect(nothing.status == 404)
            #expect(nothing.text == #"{"type":"/problems/not-found","title":"Not found","status":404}"#)
            let method = try await gateway.send("DELETE", "/api/v1/calls", key: TestGateway.allScopes)
            #expect(method.status == 405)
            #expect(method.headers["allow"] == "GET, HEAD, POST")
            let predecessors = try await gateway.send("GET", "/api/client-call/none")
            #expect(predecessors.text == #"{"success":false,"message":"Not found"}"#)
            let head = try await gateway.send("HEAD", "/api/v1/me", key: TestGateway.allScopes)
            #expect(head.status == 200)
            #expect(head.text.isEmpty)
            let get = try await gateway.send("GET", "/api/v1/me", key: TestGateway.allScopes)
            // What is left of a quota is less after each request.
            #expect(head.headers.filter { $0.key != "ratelimit" } == get.headers.filter { $0.key != "ratelimit" })
            let options = try await gateway.send("OPTIONS", "/api/v1/me")
            #expect(options.status == 405)
            #expect(options.headers["allow"] == "GET, HEAD")
        }
    }

    @Test(
        "Addresses are decoded once, segment by segment; broken escapes lead nowhere",
        arguments: [
            ("exec%2D1", 200), ("exec%252D1", 404), ("exec-1%2F..%2Fexec-1", 404), ("exec-1/../exec-1", 404),
            ("%zz", 404), ("%FF", 404), ("%00", 404),
        ])
    func escapes(segment: String, status: Int) async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            let text = try await RawConnection.exchange(
                port: gateway.port,
                [
                    "GET /api/v1/calls/\(segment) HTTP/1.1\r\nHost: localhost\r\n"
                        + "Authorization: Bearer key-all\r\nConnection: close\r\n\r\n"
                ])
            #expect(text.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test("Every answer forbids sniffing and storing")
    func securityFields() async throws {
        try await TestGateway.run { gateway in
            for path in ["/api/v1/me", "/none"] {
                let answer = try await gateway.send("GET", path, key: TestGateway.allScopes)
                #expect(answer.headers["x-content-type-options"] == "nosniff")
                #expect(answer.headers["cache-control"] == "no-store")
                #expect(answer.headers["date"]?.hasSuffix(" GMT") == true)
            }
        }
    }

    @Test("Refused deliveries are shown and counted to the account they were addressed to, and to no other")
    func refusalsByAccount() async throws {
        try await TestGateway.run { gateway in
            for path in ["default", "default/-", "other", "made-up"] {
                let answer = try await gateway.post("{}", to: "/webhooks/bolna/\(path)", signature: "nonsense")
                #expect(answer.status == 401)
            }
            for (key, account, count) in [(TestGateway.allScopes, "default", 2), ("key-other", "other", 1)] {
                let refusals = try await gateway.send("GET", "/api/v1/refusals", key: key)
                #expect(refusals.text.components(separatedBy: #""account":""#).count == count + 1)
                #expect(refusals.text.components(separatedBy: #""account":"\#(account)""#).count == count + 1)
                let answer = try await gateway.send("GET", "/api/v1/health", key: key)
                #expect(answer.text.contains(#""refusedDeliveries":\#(count),"#))
            }
        }
    }

    @Test("Operators see quarantine, refusals and health of their account")
    func operations() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            _ = try await gateway.post("not json")
            _ = try await gateway.post("{}", signature: "nonsense")
            let quarantine = try await gateway.send("GET", "/api/v1/quarantine", key: TestGateway.allScopes)
            #expect(quarantine.text.contains(#""reason":"not-json""#))
            #expect(!quarantine.text.contains("not json"), "a list has no bodies, whoever asks; an entry has")
            let entry = try await gateway.send("GET", "/api/v1/quarantine/1", key: TestGateway.allScopes)
            #expect(entry.text.contains(#""body":"not json""#))
            let hidden = try await gateway.send("GET", "/api/v1/quarantine/1", key: "key-masked")
            #expect(hidden.text.contains(#""body":null"#))
            let refusals = try await gateway.send("GET", "/api/v1/refusals", key: TestGateway.allScopes)
            #expect(refusals.text.contains(#""reason":"malformed-signature""#))
            let health = try await gateway.send("GET", "/api/v1/health", key: TestGateway.allScopes)
            #expect(health.text.contains(#""hasToken":true"#))
        }
    }
}

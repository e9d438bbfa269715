import CallDomain
import Foundation
import Testing

@Suite("Pages") struct PageRoutesTests {
    private static let form = ["Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"]

    /// Signs in with a key and returns the cookie a browser would send.
    private func signIn(_ gateway: TestGateway, key: String = TestGateway.allScopes) async throws -> [String: String] {
        let answer = try await gateway.send(
            "POST", "/sign-in", headers: Self.form, body: Array("key=\(key)&next=%2Fcalls".utf8))
        #expect(answer.status == 303 && answer.headers["location"] == "/calls")
        let cookie = try #require(answer.headers["set-cookie"])
        #expect(cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Strict") && !cookie.contains("Max-Age"))
        return ["Cookie": String(cookie.prefix { $0 != ";" }), "Sec-Fetch-Site": "same-origin"]
    }

    @Test("Without a session every page is the one to sign in, answered 401; the session opens pages and the API")
    func session() async throws {
        try await TestGateway.run { gateway in
            for path in ["/calls", "/calls/x", "/reports", "/quarantine", "/health", "/calls/export.csv"] {
                let answer = try await gateway.send("GET", path)
                #expect(answer.status == 401, "\(path)")
                #expect(answer.text.contains("name=\"key\"") && answer.text.contains("value=\"\(path)\""))
            }
            let wrong = try await gateway.send("POST", "/sign-in", headers: Self.form, body: Array("key=nobody".utf8))
            #expect(wrong.status == 401 && wrong.headers["set-cookie"] == nil && !wrong.text.contains("nobody"))
            let foreign = try await gateway.send(
                "POST", "/sign-in",
                headers: ["Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"],
                body: Array("key=\(TestGateway.allScopes)".utf8))
            #expect(foreign.status == 403 && foreign.headers["set-cookie"] == nil)

            let session = try await signIn(gateway)
            #expect(try await gateway.send("GET", "/calls", headers: session).status == 200)
            #expect(try await gateway.send("GET", "/api/v1/me", headers: session).text.contains("\"all\""))
            var elsewhere = session
            elsewhere["Sec-Fetch-Site"] = "cross-site"
            let refused = try await gateway.send(
                "POST", "/api/v1/quarantine/discard", headers: elsewhere, body: Array("{\"filter\":{}}".utf8))
            #expect(refused.status == 403 && refused.text.contains("cross-site"))
            let out = try await gateway.send("POST", "/sign-out", headers: session, body: [])
            #expect(out.status == 200 && out.headers["set-cookie"]?.contains("Max-Age=0") == true)
            #expect(try await gateway.send("GET", "/calls", headers: session).status == 401)
        }
    }

    @Test("Pages carry what keeps them from harm, and are not kept; what they load is kept for ever")
    func fields() async throws {
        try await TestGateway.run { gateway in
            let session = try await signIn(gateway)
            let page = try await gateway.send("GET", "/calls", headers: session)
            let policy = try #require(page.headers["content-security-policy"])
            for part in [
                "default-src 'none'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
                "frame-ancestors 'none'", "require-trusted-types-for 'script'",
            ] {
                #expect(policy.contains(part), "\(part)")
            }
            #expect(!policy.contains("unsafe") && !page.text.contains("style=\"") && !page.text.contains("<style"))
            #expect(page.headers["cache-control"] == "no-store" && page.headers["x-content-type-options"] == "nosniff")
            #expect(page.headers["referrer-policy"] == "same-origin")
            #expect(page.headers["cross-origin-resource-policy"] == "same-origin")
            let sheet = try #require(page.text.firstMatch(of: #/href="(/assets/[0-9a-f]+/pages\.css)"/#)?.1)
            let asset = try await gateway.send("GET", String(sheet))
            #expect(asset.status == 200 && asset.headers["content-type"] == "text/css; charset=utf-8")
            #expect(asset.headers["cache-control"]?.contains("immutable") == true)
            #expect(try await gateway.send("GET", "/assets/000000000000/pages.css").status == 404)
        }
    }

    @Test(
        "Texts from calls are escaped; without the scope reveal numbers are masked and words absent, exports included")
    func masking() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("<script>&id", "completed"))
            let all = try await signIn(gateway)
            let open = try await gateway.send("GET", "/calls/%3Cscript%3E%26id", headers: all)
            #expect(open.status == 200)
            #expect(!open.text.contains("<script>&") && open.text.contains("&lt;script&gt;&amp;id"))
            #expect(open.text.contains("hello") && open.text.contains("+14155550100") && open.text.contains("Asha"))

            let masked = try await signIn(gateway, key: "key-masked")
            for path in [
                "/calls", "/calls/rows", "/calls/%3Cscript%3E%26id", "/calls/export.csv", "/calls/export.ndjson",
            ] {
                let answer = try await gateway.send("GET", path, headers: masked)
                #expect(answer.status == 200, "\(path)")
                for secret in ["4155550100", "4155550111", "hello", "Asha", "example.com/r.mp3"] {
                    #expect(!answer.text.contains(secret), "\(path) \(secret)")
                }
            }
            #expect(try await gateway.send("GET", "/calls/export.csv?q=hello", headers: masked).status == 403)
            #expect(
                try await gateway.send("GET", "/calls?q=hello", headers: masked).text.contains("needs the scope reveal")
            )
            #expect(
                try await gateway.send("GET", "/calls/%3Cscript%3E%26id/transcript", headers: masked).status == 403)
        }
    }

    @Test("One sees what one's scopes reach, and nothing of another account")
    func scopes() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("call-a", "ringing"))
            let reader = try await signIn(gateway, key: "key-read")
            let page = try await gateway.send("GET", "/calls/call-a", headers: reader)
            #expect(
                page.status == 200 && !page.text.contains("href=\"/health\"") && !page.text.contains("Check status"))
            for path in ["/health", "/reports", "/quarantine", "/calls/new"] {
                let answer = try await gateway.send("GET", path, headers: reader)
                #expect(answer.status == 403 && answer.text.contains("<h1>"), "\(path)")
            }
            let other = try await signIn(gateway, key: "key-other")
            #expect(try await gateway.send("GET", "/calls/call-a", headers: other).status == 404)
            #expect(try await gateway.send("GET", "/calls", headers: other).text.contains("No call yet"))
        }
    }

    @Test("Filters narrow the list, a known id leads to its call, and rows are told by tag")
    func filters() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("call-a", "ringing"))
            _ = try await gateway.post(TestGateway.execution("call-b", "busy"))
            let session = try await signIn(gateway)
            func rows(_ query: String) async throws -> Int {
                let answer = try await gateway.send("GET", "/calls/rows\(query)", headers: session)
                #expect(answer.status == 200, "\(query)")
                return answer.text.components(separatedBy: "<tr ").count - 1
            }
            #expect(try await rows("") == 2)
            #expect(try await rows("?status=live") == 1)
            #expect(try await rows("?status=unanswered,failing") == 1)
            #expect(try await rows("?direction=inbound") == 0)
            #expect(try await rows("?direction=outbound&source=webhook") == 2)
            #expect(try await rows("?source=poll") == 0)
            #expect(try await rows("?q=%2B1+415+555+0100") == 2)
            #expect(try await rows("?q=asha&recording=yes") == 2)
            #expect(try await rows("?from=2026-03-04T09:00&to=2026-03-04T09:01") == 2)
            #expect(try await rows("?to=2026-03-04") == 0)
            #expect(try await gateway.send("GET", "/calls?q=call-a", headers: session).status == 303)
            for query in ["?source=nonsense", "?time=soon", "?from=later", "?status=a&status=b", "?cursor=x"] {
                #expect(try await gateway.send("GET", "/calls\(query)", headers: session).status == 400, "\(query)")
            }
            let first = try await gateway.send("GET", "/calls/rows", headers: session)
            let known = session.merging(["If-None-Match": first.headers["etag"] ?? ""]) { $1 }
            #expect(try await gateway.send("GET", "/calls/rows", headers: known).status == 304)
        }
    }

    @Test("An address that leads nowhere is a page for people, a problem for programs")
    func nowhere() async throws {
        try await TestGateway.run { gateway in
            let page = try await gateway.send("GET", "/nowhere", headers: ["Accept": "text/html,*/*"])
            #expect(page.status == 404 && page.text.contains("<h1>Not found</h1>"))
            let problem = try await gateway.send("GET", "/nowhere")
            #expect(problem.status == 404 && problem.headers["content-type"] == "application/problem+json")
        }
    }
}

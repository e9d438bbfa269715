import CallDomain
import GatewayHTTP
import GatewayService
import SQLiteStore
import Testing

@Suite("Pages in the states that mislead") struct PageStatesTests {
    private static let form = ["Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"]

    private static func signIn(_ gateway: TestGateway) async throws -> [String: String] {
        let answer = try await gateway.send(
            "POST", "/sign-in", headers: form, body: Array("key=\(TestGateway.allScopes)".utf8))
        let cookie = try #require(answer.headers["set-cookie"])
        return form.merging(["Cookie": String(cookie.prefix { $0 != ";" })]) { $1 }
    }

    @Test("A check that finds the same values says that nothing is new, whoever tells them now")
    func nothingNew() async throws {
        try await TestGateway.run { gateway in
            let json = TestGateway.execution("exec-1", "completed")
            _ = try await gateway.post(json)
            let session = try await Self.signIn(gateway).merging(["Sec-Fetch-Mode": "cors"]) { $1 }
            func check(_ json: String) async throws -> String {
                gateway.wall.advance(by: .seconds(60))
                gateway.bolna.answer("exec-1", .response(status: 200, retryAfter: nil, body: Array(json.utf8)))
                return try await gateway.send("POST", "/calls/exec-1/check", headers: session, body: []).text
            }
            let before = try #require(
                try gateway.store.call(account: .default, reference: "exec-1", withBody: false)?.cursor)
            #expect(try await check(json).contains("Bolna says completed; nothing new."))
            let after = try #require(
                try gateway.store.call(account: .default, reference: "exec-1", withBody: false)?.cursor)
            #expect(before != after, "what is believed is told by the read now")
            let more = json.replacing("user: hello", with: "user: hello, it is me")
            #expect(try await check(more).contains("Bolna says completed; details are new."))
        }
    }

    @Test("Of a list that goes on the count is that of the page, and its rows tell where the older ones begin")
    func counts() async throws {
        try await TestGateway.run { gateway in
            for number in 0..<50 {
                gateway.wall.advance(by: .seconds(1))
                _ = try await gateway.post(TestGateway.execution("exec-\(number)", "busy"))
            }
            let session = try await Self.signIn(gateway)
            func rows(_ query: String = "") async throws -> String {
                try await gateway.send("GET", "/calls/rows\(query)", headers: session).text
            }
            #expect(try await rows().contains("id=\"count\">50 calls<"))
            #expect(try await !rows().contains("rel=\"next\""))
            _ = try await gateway.post(TestGateway.execution("exec-50", "busy"))
            let text = try await rows()
            #expect(text.contains("id=\"count\">the newest 50 calls<") && text.contains("rel=\"next\""))
            #expect(try await rows("?status=busy").contains("the newest 50 matching calls"))
            let older = try #require(text.firstMatch(of: #/<a href="\/calls(\?cursor=[^"]+)" rel="next"/#)?.1)
            let rest = try await rows(String(older))
            #expect(rest.contains("the oldest call<"))
            // Opened from there, a call leads back there, to its row.
            let link = try #require(rest.firstMatch(of: #/class="row-link" id="[^"]+" href="([^"]+)"/#)?.1)
            #expect(link.contains("cursor="))
            let page = try await gateway.send("GET", String(link), headers: session).text
            let close = try #require(page.firstMatch(of: #/class="close" href="([^"]+)"/#)?.1)
            #expect(close.hasPrefix("/calls\(older)#row-"))
        }
    }

    @Test("Calls lead to those beside them in the list")
    func beside() async throws {
        try await TestGateway.run { gateway in
            for number in 0..<3 {
                gateway.wall.advance(by: .seconds(1))
                _ = try await gateway.post(TestGateway.execution("exec-\(number)", "busy"))
            }
            let session = try await Self.signIn(gateway)
            func links(_ path: String) async throws -> [String: String] {
                let text = try await gateway.send("GET", path, headers: session).text
                let found = text.matches(of: #/<a href="([^"]+)" rel="(prev|next)" id="call-/#)
                return Dictionary(uniqueKeysWithValues: found.map { (String($0.2), String($0.1)) })
            }
            let list = try await gateway.send("GET", "/calls/rows?status=busy", headers: session).text
            let rows = list.matches(of: #/class="row-link" id="[^"]+" href="([^"]+)"/#).map { String($0.1) }
            #expect(rows.count == 3)
            #expect(try await links(rows[0]) == ["next": rows[1]])
            #expect(try await links(rows[1]) == ["prev": rows[0], "next": rows[2]])
            #expect(try await links(rows[2]) == ["prev": rows[1]])
        }
    }

    @Test("A filter's word that means nothing is refused with those that do; a status that calls have is taken")
    func filterWords() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "paused-oddly"))
            let session = try await Self.signIn(gateway)
            let cases = [
                ("status=nonsense", "status must be one of live, unanswered, failing, scheduled"),
                ("status=busy,nonsense", "status must be one of"), ("status=,", "status must be one of"),
                ("direction=sideways", "direction must be outbound or inbound."),
                ("recording=no", "recording must be yes."), ("overdue=1", "overdue must be yes."),
            ]
            for (query, words) in cases {
                for path in ["/calls", "/calls/rows", "/calls/export.csv"] {
                    let answer = try await gateway.send("GET", "\(path)?\(query)", headers: session)
                    #expect(answer.status == 400 && answer.text.contains(words), "\(path)?\(query)")
                }
            }
            let page = try await gateway.send("GET", "/calls?status=paused-oddly", headers: session)
            #expect(page.status == 200 && page.text.contains("<tr data-id="))
        }
    }

    @Test("Health asks whether webhooks are set where none ever came, and tells of disk, queue and listener")
    func health() async throws {
        try await TestGateway.run { gateway in
            let session = try await Self.signIn(gateway)
            func page() async throws -> String { try await gateway.send("GET", "/health", headers: session).text }
            #expect(try await page().contains("None was ever accepted: is webhook_url set"))
            let hint = #"{"id":"exec-2","status":"ringing","agent_id":"agent-2"}"#
            _ = try await gateway.post(hint)
            // Only a read has told of this agent's call.
            let read = TestGateway.execution("exec-2", "completed").replacing("agent-1", with: "agent-3")
            gateway.bolna.answer("exec-2", .response(status: 200, retryAfter: nil, body: Array(read.utf8)))
            _ = try await gateway.send("POST", "/api/v1/calls/exec-2/check", key: TestGateway.allScopes, body: [])
            let text = try await page()
            #expect(text.contains("Of 1 agent none was ever accepted: is webhook_url set in Bolna?"))
            #expect(!text.contains("Every agent's webhooks are relied on"))
            #expect(text.contains("connections; since the start no client met a limit.") && text.contains(" free."))
            #expect(text.contains("Everything that came is on disk."))
        }
    }

    @Test("A page that tells of a problem keeps the menu; the address of signing out leads on")
    func problems() async throws {
        try await TestGateway.run { gateway in
            let session = try await Self.signIn(gateway)
            let browser = session.merging(["Accept": "text/html,*/*"]) { $1 }
            for path in ["/calls/nowhere", "/nowhere", "/calls?source=nonsense"] {
                let answer = try await gateway.send("GET", path, headers: browser)
                #expect(answer.text.contains("href=\"/health\"") && answer.text.contains("Sign out"), "\(path)")
            }
            #expect(
                try await !gateway.send("GET", "/nowhere", headers: ["Accept": "text/html"]).text.contains("Sign out"))
            let foreign = browser.merging(["Sec-Fetch-Site": "cross-site"]) { $1 }
            #expect(try await !gateway.send("GET", "/nowhere", headers: foreign).text.contains("Sign out"))
            let out = try await gateway.send("GET", "/sign-out", headers: browser)
            #expect(out.status == 303 && out.headers["location"] == "/sign-in")
            #expect(try await gateway.send("GET", "/calls", headers: session).status == 200, "a link signs nobody out")
        }
    }

    @Test("Where all that was kept aside is settled, the page says so and leads there")
    func settled() async throws {
        try await TestGateway.run { gateway in
            let session = try await Self.signIn(gateway)
            #expect(
                try await gateway.send("GET", "/quarantine", headers: session).text
                    .contains("Every delivery that came could be used."))
            _ = try await gateway.post("made-up body")
            _ = try await gateway.send(
                "POST", "/api/v1/quarantine/discard", key: TestGateway.allScopes, body: Array("{\"ids\":[1]}".utf8))
            let text = try await gateway.send("GET", "/quarantine", headers: session).text
            #expect(text.contains("Nothing is open") && text.contains("1 was settled"))
            #expect(text.contains("href=\"/quarantine?state=settled\"") && !text.contains("could be used"))
        }
    }

    @Test("A report says where the window before was not recorded, and its charts lead to what they count")
    func report() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            gateway.wall.advance(by: .seconds(20))
            _ = try await gateway.post(TestGateway.execution("exec-1", "in-progress", minute: 1))
            gateway.wall.advance(by: .seconds(20))
            let session = try await Self.signIn(gateway)
            let page = try await gateway.send("GET", "/reports?from=-1h", headers: session).text
            #expect(page.contains("before: not recorded") && !page.contains("before: 0"))
            #expect(page.contains("of which nothing was recorded"))
            #expect(page.contains("Latency of webhooks") && page.contains("100 % of 2 changes by webhook"))
            let link = try #require(
                page.firstMatch(of: #/<th scope="row"><a href="(\/reports\/figures\/changes[^"]+)"/#)?.1)
            let list = try await gateway.send(
                "GET", String(link).replacing("&amp;", with: "&"), headers: session)
            #expect(list.status == 200 && list.text.contains("exec-1"))
            let again = try await gateway.send("GET", "/reports?from=-1h", headers: session).text
            #expect(page == again)
        }
    }

    @Test("Agents have the names of Bolna's listing, and nothing is asked for them")
    func names() async throws {
        try await TestGateway.run { gateway in
            _ = try await gateway.post(TestGateway.execution("exec-1", "ringing"))
            let session = try await Self.signIn(gateway)
            #expect(try await gateway.send("GET", "/calls", headers: session).text.contains(">agent-1</code>"))
            gateway.bolna.answerOthers { endpoint in
                guard case .agents = endpoint else { return nil }
                return .response(
                    status: 200, retryAfter: nil,
                    body: Array(#"[{"id":"agent-1","agent_name":"Front <desk>"}]"#.utf8))
            }
            _ = try await gateway.send("GET", "/api/v1/agents", key: TestGateway.allScopes)
            for path in ["/calls", "/calls/exec-1", "/calls/new", "/health", "/reports", "/calls?agent=agent-1"] {
                let text = try await gateway.send("GET", path, headers: session).text
                #expect(text.contains("Front &lt;desk&gt;"), "\(path)")
            }
        }
    }

    @Test("The first page says the whole address, and how to try it")
    func firstRun() async throws {
        try await TestGateway.run { gateway in
            let session = try await Self.signIn(gateway)
            let page = try await gateway.send("GET", "/calls", headers: session).text
            let address = "https://127.0.0.1:\(gateway.port)/webhooks/bolna/default/-/TOKEN"
            #expect(page.contains("<code>\(address)</code>") && page.contains("curl \(address) \\"))
        }
    }
}

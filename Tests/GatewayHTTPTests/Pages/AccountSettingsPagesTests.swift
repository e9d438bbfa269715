import CallDomain
import Foundation
import GatewayHTTP
import GatewayService
import SQLiteStore
import Testing

@Suite("Pages of accounts: what is asked once more, what is shown once, and agents") struct AccountSettingsPagesTests {
    /// A gateway with an account `acme`, and somebody who is signed in with the key for all accounts.
    private struct Desk: Sendable {
        let gateway: TestGateway
        let session: [String: String]

        static let account = AccountID(rawValue: "acme")
        private static let form = [
            "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin",
        ]

        static func run(_ body: @escaping @Sendable (Desk) async throws -> Void) async throws {
            try await TestGateway.run { gateway in
                let desk = Desk(gateway: gateway, session: try await signIn(gateway, "key-machine"))
                #expect(try await desk.post("/accounts", "id=acme").status == 303)
                try await body(desk)
            }
        }

        static func signIn(_ gateway: TestGateway, _ key: String) async throws -> [String: String] {
            let answer = try await gateway.send(
                "POST", "/sign-in", headers: form, body: Array("key=\(key)".utf8))
            let cookie = try #require(answer.headers["set-cookie"])
            return form.merging(["Cookie": String(cookie.prefix { $0 != ";" })]) { $1 }
        }

        func post(_ path: String, _ fields: String) async throws -> TestGateway.Answer {
            try await gateway.send("POST", path, headers: session, body: Array(fields.utf8))
        }

        func get(_ path: String) async throws -> TestGateway.Answer {
            try await gateway.send("GET", path, headers: session)
        }

        /// Says yes to what a page asks.
        func confirm(_ question: TestGateway.Answer) async throws -> TestGateway.Answer {
            let form = try #require(
                question.text.firstMatch(
                    of: #/action="([^"]+)"[^>]*id="confirm"><input type="hidden" name="([^"]+)" value="([^"]*)"/#))
            return try await post(String(form.1).replacing("&amp;", with: "&"), "\(form.2)=\(form.3)&confirmed=yes")
        }

        var stored: StoredAccount? {
            get throws { try gateway.store.accounts().first { $0.id == Self.account } }
        }

        var hasToken: Bool { gateway.live.directory[Self.account]?.hasToken ?? false }
    }

    private static let usual = "days-bodies=30&days-transcripts=180&days-calls=400&days-audit=400&polls=on"
    private static let shorter = "days-bodies=7&days-transcripts=180&days-calls=400&days-audit=400&polls=on"

    @Test("A key is shown once: loading its page again, or as somebody else, or too late, shows and mints nothing")
    func shownOnce() async throws {
        try await Desk.run { desk in
            func keys() -> Int { desk.gateway.live.keys.keys(of: Desk.account).count }
            let minted = try await desk.post("/accounts/acme/keys", "scope-read=on")
            let address = try #require(minted.headers["location"])
            #expect(minted.status == 303 && !minted.text.contains("gwk_") && keys() == 1)
            let other = try await Desk.signIn(desk.gateway, TestGateway.allScopes)
            #expect(try await desk.gateway.send("GET", address, headers: other).status == 404)
            let elsewhere = address.replacing("/acme/", with: "/default/")
            #expect(try await desk.gateway.send("GET", elsewhere, headers: other).status == 303)
            let page = try await desk.get(address)
            #expect(page.status == 200 && page.text.contains("gwk_") && page.headers["cache-control"] == "no-store")
            let again = try await desk.get(address)
            #expect(again.status == 303 && again.headers["location"] == "/accounts/acme?notice=shown")
            #expect(try await desk.get("/accounts/acme?notice=shown").text.contains("shown one time"))
            #expect(keys() == 1)

            let late = try await desk.post("/accounts/acme/secrets", "")
            desk.gateway.wall.advance(by: .seconds(60))
            #expect(try await desk.get(try #require(late.headers["location"])).status == 303)
        }
    }

    @Test("Keeping data for a shorter time asks first, says what would go, and holds once it is confirmed")
    func retention() async throws {
        try await Desk.run { desk in
            #expect(try await desk.post("/accounts/acme/settings", Self.usual).status == 303, "nothing is shortened")
            let address = try #require(try await desk.post("/accounts/acme/secrets", "").headers["location"])
            let page = try await desk.get(address)
            let secret = String(try #require(page.text.firstMatch(of: #/<code id="secret">([^<]+)</#)?.1))
            let body = TestGateway.execution("exec-1", "ringing")
            #expect(try await desk.gateway.post(body, account: "acme", secret: secret).status == 200)
            let question = try await desk.post("/accounts/acme/settings", Self.shorter)
            #expect(question.status == 200)
            #expect(question.text.contains("Raw bodies: kept 7 days instead of 30 days. Nothing is older now."))
            #expect(try desk.stored?.retention.bodies == .seconds(30 * 86_400), "nothing was confirmed")

            desk.gateway.wall.advance(by: .seconds(8 * 86_400))
            let aged = Desk(gateway: desk.gateway, session: try await Desk.signIn(desk.gateway, "key-machine"))
            let asked = try await aged.post("/accounts/acme/settings", Self.shorter)
            #expect(asked.text.contains("1 body is older"))
            #expect(try await aged.confirm(asked).status == 303)
            #expect(try aged.stored?.retention.bodies == .seconds(7 * 86_400))
            let repeated = try await aged.confirm(asked)
            #expect(repeated.status == 400 && repeated.text.contains("asked too long ago"))
            #expect(
                try await aged.post("/accounts/acme/settings", Self.usual).status == 303, "longer is not asked about")
            let expired = try await aged.post("/accounts/acme/settings", Self.shorter)
            aged.gateway.wall.advance(by: .seconds(600))
            #expect(try await aged.confirm(expired).status == 400)
        }
    }

    @Test("A first token is taken as it is; replacing or forgetting it asks, and never writes it into a page")
    func token() async throws {
        try await Desk.run { desk in
            #expect(try await desk.post("/accounts/acme/settings", Self.usual + "&token=first").status == 303)
            #expect(desk.hasToken)
            let question = try await desk.post("/accounts/acme/settings", Self.usual + "&token=canary-second")
            #expect(question.status == 200 && question.text.contains("token for Bolna is replaced"))
            #expect(!question.text.contains("canary-second"))
            #expect(try await desk.confirm(question).status == 303)
            let forgetting = try await desk.post("/accounts/acme/settings", Self.usual + "&forget-token=on")
            #expect(forgetting.text.contains("is forgotten") && desk.hasToken)
            #expect(try await desk.confirm(forgetting).status == 303)
            #expect(!desk.hasToken)
            let wrong = try await desk.post("/accounts/acme/settings", Self.usual + "&days-nothing=1&token=a+b")
            #expect(wrong.status == 400 && wrong.text.contains("id=\"complaint\""))
        }
    }

    @Test("What is set for one agent, or for all, is shown, changed and forgotten as on the command line")
    func agents() async throws {
        try await Desk.run { desk in
            let agent = AgentID(rawValue: "agent 1".replacing(" ", with: "-"))
            let empty = try await desk.get("/accounts/acme/agents?agent=agent-1")
            #expect(empty.status == 200 && !empty.text.contains("id=\"forget\""))
            let kept = try await desk.post(
                "/accounts/acme/agents",
                "agent=agent-1&sends=some&silent-ringing=on&silent-queued=on&artefact-recording=yes&artefact-cost=no"
                    + "&due-talking=1800&due-ended=0.5")
            #expect(kept.headers["location"] == "/accounts/acme?notice=changed")
            let wanted = AgentSettings(
                suppressedStatuses: [.ringing, .queued], artefacts: [.recording: true, .finalCost: false],
                deadlines: [.talking: .seconds(1_800), .ended: .milliseconds(500)])
            #expect(try desk.stored?.agents == [agent: wanted])
            let page = try await desk.get("/accounts/acme")
            #expect(page.text.contains("sends no queued, ringing; cost never comes; recording comes"))
            let form = try await desk.get("/accounts/acme/agents?agent=agent-1")
            for part in ["silent-ringing\" checked", "value=\"1800\"", "value=\"0.500\"", "id=\"forget\""] {
                #expect(form.text.contains(part), "\(part)")
            }
            // All agents are another form; what it does not name goes.
            #expect(try await desk.post("/accounts/acme/agents", "sends=some&silent-queued=on").status == 303)
            #expect(try desk.stored?.settings == AgentSettings(suppressedStatuses: [.queued]))
            #expect(try await desk.post("/accounts/acme/agents", "agent=agent-2&sends=all").status == 303)
            #expect(
                try desk.stored?.agents[AgentID(rawValue: "agent-2")] == AgentSettings(suppressedStatuses: []))

            let question = try await desk.post("/accounts/acme/agents", "agent=agent-1&forget=yes&sends=all")
            #expect(question.status == 200 && question.text.contains("Forget what is set for the agent agent-1?"))
            #expect(try desk.stored?.agents[agent] == wanted)
            #expect(try await desk.confirm(question).status == 303)
            #expect(try desk.stored?.agents[agent] == nil)
        }
    }

    @Test("Statuses that are ticked without being said to be left out are no change that is made and forgotten")
    func ticks() async throws {
        try await Desk.run { desk in
            for sends in ["", "all"] {
                let answer = try await desk.post(
                    "/accounts/acme/agents", "agent=agent-1&sends=\(sends)&silent-ringing=on&due-talking=77")
                #expect(answer.status == 400 && answer.text.contains("every status but those below”, or take"))
                #expect(answer.text.contains("silent-ringing\" checked") && answer.text.contains("value=\"77\""))
                #expect(answer.text.contains("value=\"\(sends)\" selected"))
            }
            #expect(try desk.stored?.agents.isEmpty == true)
        }
    }

    @Test("A form that is refused is shown again with what was typed, secrets apart")
    func typed() async throws {
        try await Desk.run { desk in
            let settings = try await desk.post(
                "/accounts/acme/settings",
                "label=Acme+%3CLtd%3E&days-bodies=31&days-calls=soon&addresses=10.0.0.1&trust-none=hint&token=canary-1")
            #expect(settings.status == 400 && settings.text.contains("id=\"settings\" open"))
            for part in ["value=\"Acme &lt;Ltd&gt;\"", "value=\"31\"", "value=\"soon\"", "value=\"10.0.0.1\""] {
                #expect(settings.text.contains(part), "\(part)")
            }
            #expect(!settings.text.contains("name=\"polls\" checked") && !settings.text.contains("canary-1"))
            #expect(!settings.text.contains("id=\"mint\" open"))

            let key = try await desk.post(
                "/accounts/acme/keys", "label=till+3&per-minute=many&expires-days=30&scope-operate=on")
            #expect(key.status == 400 && key.text.contains("id=\"mint\" open"))
            for part in [
                "value=\"till 3\"", "value=\"many\"", "value=\"30\" selected", "name=\"scope-operate\" checked",
            ] { #expect(key.text.contains(part), "\(part)") }
            #expect(!key.text.contains("name=\"scope-read\" checked"))

            let secret = try await desk.post("/accounts/acme/secrets", "label=a+b")
            #expect(secret.status == 400 && secret.text.contains("id=\"add-secret\" open"))
            #expect(secret.text.contains("value=\"a b\""))
        }
    }

    @Test("What cannot be set for an agent is told on its page, and there is none of the settings' account")
    func wrongAgents() async throws {
        try await Desk.run { desk in
            for fields in ["agent=a&due-talking=0", "agent=a&due-talking=soon", "agent=a&due-talking=1e300"] {
                let answer = try await desk.post("/accounts/acme/agents", fields)
                #expect(answer.status == 400 && answer.text.contains("id=\"complaint\""), "\(fields)")
            }
            #expect(try await desk.get("/accounts/acme/agents?agent=a+b").status == 400)
            #expect(try desk.stored?.agents.isEmpty == true)
            #expect(try await desk.get("/accounts/default/agents").status == 404)
        }
    }
}

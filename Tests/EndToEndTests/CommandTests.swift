import Foundation
import Testing

@Suite("The command line") struct CommandTests {
    private func run(
        _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:]
    ) async throws -> (code: Int32, output: String, errors: String) {
        await (try GatewayProcess(arguments, in: folder.url, environment: environment)).end()
    }

    @Test(
        "Exit codes are those that are documented",
        arguments: [
            (["--help"], 0), (["--version"], 0), (["config", "check"], 0), (["nonsense"], 64),
            (["serve", "--set", "listen.port=many"], 78), (["config", "check", "--config", "/nowhere.yaml"], 78),
            (["report"], 1), (["report", "--from", "soon"], 64), (["report", "--figure", "x"], 64),
            (["report", "--figure", "api-requests", "--agent", "a"], 64),
            (["report", "--from", "2024-01-01", "--to", "2026-01-01"], 64),
            (["quarantine", "discard", "--all"], 64), (["quarantine", "list"], 1),
            (["ruling", "abc", "--withdraw", "1", "--note", "x"], 1), (["replay", "--policy", "/nowhere"], 78),
            (["replay", "--policy", "/nowhere", "--from", "soon"], 64), (["doctor", "--output", "pdf"], 64),
            (["simulate", "--seeds", "0"], 64), (["simulate", "--seeds", "1"], 0),
            (["simulate", "economy", "--seeds", "99"], 64), (["simulate", "order", "--output", "csv"], 64),
            (["explain", "abc"], 1), (["check", "abc"], 1), (["webhook-url"], 1), (["demo", "--calls", "0"], 64),
        ] as [([String], Int32)])
    func exitCodes(arguments: [String], code: Int32) async throws {
        let end = try await run(arguments, in: TemporaryFolder())
        #expect(end.code == code, "\(arguments): \(end.errors)")
        if code == 78 || code == 1 { #expect(end.errors.hasPrefix("gateway: ")) }
    }

    @Test("A second gateway over the same data is refused with a sentence, and commands go through the first")
    func oneOwner() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(in: folder)
        let second = try await run(["serve"], in: folder, environment: ServeFixture.environment)
        #expect(second.code == 69)
        _ = try await fixture.poster.post(signed: Array(try Payloads.text("07-lifecycle-6-completed.json").utf8))
        let report = try await run(["report"], in: folder)
        #expect(report.code == 0)
        #expect(report.output.contains("Webhook statements"))
        let check = try await run(["check", "f54886af-64c6-5dec-8a52-c3f9ab4af601"], in: folder)
        #expect(check.code == 69, "there is no token, so the check cannot succeed: \(check.output)")
        #expect(check.errors.hasPrefix("gateway: ") && !check.errors.contains("{"), "a sentence, not JSON")
        #expect(try await fixture.stop() == 0)
        let afterwards = try await run(["report", "--output", "json"], in: folder)
        #expect(afterwards.code == 0)
        let listed = try await run(["report", "--figure", "webhook-deliveries", "--output", "csv"], in: folder)
        #expect(listed.output.contains("\r\nf54886af-64c6-5dec-8a52-c3f9ab4af601,"))
        #expect(
            afterwards.output.contains(
                "\"id\":\"webhook-deliveries\",\"group\":\"Deliveries\",\"title\":\"Webhook statements\""))
    }

    @Test("A report is written to a file as a page that stands alone, about an account and as of a position")
    func reports() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(in: folder)
        _ = try await fixture.poster.post(signed: Array(try Payloads.text("07-lifecycle-6-completed.json").utf8))
        let page = try await run(["report", "--output", "html", "--from", "-1h"], in: folder)
        #expect(page.code == 0 && page.output.hasPrefix("<!doctype html>"))
        #expect(!page.output.contains("<a href"), "a file has no address to lead to")
        #expect(page.output.contains("<code>webhook-deliveries</code>"))
        let typo = try await run(["report", "--account", "typo"], in: folder)
        #expect(typo.code == 0 && typo.output.contains("Nothing is known of this account"))
        let early = try await run(["report", "--as-of", "0", "--output", "csv"], in: folder)
        #expect(early.code == 0 && early.output.contains("\r\nwebhook-deliveries,Deliveries,Webhook statements,0,"))
        #expect(early.output.contains("\r\ncoverage,Coverage,"))
        let beyond = try await run(["report", "--as-of", "999999"], in: folder)
        #expect(beyond.code == 1 && beyond.errors.hasPrefix("gateway: Reports can be computed as of positions"))
        let long = try await run(["report", "--from", "2024-01-01", "--to", "2026-01-01"], in: folder)
        #expect(long.errors.contains("the window must be at most 92 days") && !long.errors.contains("--the"))
        #expect(try await fixture.stop() == 0)
    }

    @Test("A ruling is made through the running gateway, and by the command itself where none runs")
    func rulings() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(in: folder)
        let id = "f54886af-64c6-5dec-8a52-c3f9ab4af601"
        _ = try await fixture.poster.post(signed: Array(try Payloads.text("07-lifecycle-6-completed.json").utf8))
        let journal = try await fixture.poster.get("/api/v1/calls/\(id)/journal", key: ServeFixture.key)
        let digits = journal.body.components(separatedBy: "\"position\":").dropFirst().first?.prefix { $0.isNumber }
        let position = String(try #require(digits))
        let made = try await run(["ruling", id, "--withdraw", position, "--note", "none of ours"], in: folder)
        #expect(made.code == 0 && made.output.hasPrefix("Call \(id) ("), "\(made.errors)")
        let unknown = try await run(["ruling", id, "--withdraw", "999999", "--note", "x"], in: folder)
        #expect(unknown.code == 1 && unknown.errors.contains("no entry at 999999"))
        #expect(try await fixture.stop() == 0)
        let alone = try await run(
            ["ruling", id, "--withdraw", position, "--note", "once more", "--output", "csv"], in: folder)
        #expect(alone.code == 0 && alone.output.hasPrefix("execution_id,call_id,status,"), "\(alone.errors)")
        let audit = try await run(["audit", "--output", "csv"], in: folder).output
        #expect(audit.contains("socket,ruling,call ") && audit.contains("command,ruling,call "), "\(audit)")
        let json = try await run(["ruling", "none", "--withdraw", "1", "--note", "x", "--output", "json"], in: folder)
        #expect(json.code == 1 && json.errors.contains("gateway: The account has no such call."), "\(json.errors)")
    }

    @Test("The doctor tells by exit code whether anything fails, and looks at the database that is set")
    func doctor() async throws {
        let folder = try TemporaryFolder()
        let fixture = try await ServeFixture.start(
            in: folder, environment: ServeFixture.environment.merging(["GATEWAY_STORE_URL": "sqlite:other.db"]) { $1 })
        #expect(try await fixture.stop() == 0)
        let settings = ["--set", "store.url=sqlite:other.db", "--set", "listen.port=0", "--set", "operator.port=0"]
        let sound = try await run(["doctor", "--output", "csv"] + settings, in: folder)
        #expect(sound.output.hasPrefix("check,grade,text,advice\r\n"))
        #expect(sound.output.contains("mode of database,ok,"), "\(sound.output)")
        #expect((sound.code == 1) == sound.output.contains(",fail,"))
        let database = folder.url.appending(path: "other.db").path
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: database)
        let open = try await run(["doctor"] + settings, in: folder)
        #expect(open.code == 1 && open.output.contains("fail  mode of database"), "\(open.output)")
    }

    @Test("Only a start of serve makes secrets: another command would keep its API key from being shown")
    func noSecretsBeforeServe() async throws {
        let folder = try TemporaryFolder()
        let check = try await run(["check", "abc"], in: folder, environment: ["GATEWAY_BOLNA_TOKEN": "canary"])
        #expect(check.code == 1)
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "data/api-key").path))
    }

    @Test("First-start secrets are for the owner alone, and kept over restarts; no secret is shown by config")
    func firstStart() async throws {
        let folder = try TemporaryFolder()
        var environment = ServeFixture.environment
        environment["GATEWAY_API_KEY"] = nil
        environment["GATEWAY_WEBHOOK_SECRET"] = nil
        let files = ["api-key", "admin-key", "webhook-secret", "gateway.key", "gateway.crt"]
        var contents: [[String]] = []
        for _ in 1...2 {
            let fixture = try await ServeFixture.start(in: folder, environment: environment)
            #expect(try await fixture.stop() == 0)
            let urls = files.map { folder.url.appending(path: "data/\($0)") }
            contents.append(try urls.map { try String(contentsOf: $0, encoding: .utf8) })
            for url in urls {
                let mode = try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(url.lastPathComponent)")
            }
        }
        #expect(contents[0] == contents[1])
        let token = "canary-token-of-bolna"
        let shown = try await run(["config", "show"], in: folder, environment: ["GATEWAY_BOLNA_TOKEN": token])
        #expect(shown.code == 0)
        #expect(!(shown.output + shown.errors).contains(token))
        #expect(shown.output.contains("environment GATEWAY_BOLNA_TOKEN"))
        let url = try await run(["webhook-url", "--host", "gateway.example.com"], in: folder)
        #expect(url.code == 0)
        #expect(url.output.contains("https://gateway.example.com:8443/webhooks/bolna/default/-/"))
    }
}

import Foundation
import Testing

@testable import GatewayCommands

@Suite("SettingRule, secrets and what is shown")
struct SettingRuleTests {
    private func load(
        _ environment: [String: String] = [:], flags: [(key: String, value: String)] = []
    ) -> SettingsLoader.Outcome {
        SettingsLoader(environment: environment, file: "/dev/null", flags: flags).load()
    }

    /// Runs with a file of this text and mode, which is removed at the end.
    private func withFile<Result>(_ text: String, mode: Int = 0o600, _ body: (String) throws -> Result) throws -> Result
    {
        let file = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(file.path)
    }

    @Test("The defaults keep every rule")
    func defaults() {
        #expect(load().mistakes == [])
        #expect(load().warnings == [])
    }

    @Test(
        "Settings that do not fit each other are refused",
        arguments: [
            (["operator.port": "8443"], "operator.port"),
            (["operator.port": "8443", "operator.host": "0.0.0.0"], "operator.port"),
            (["operator.port": "9000", "listen.port": "9000", "listen.host": "127.0.0.1"], "operator.port"),
            (["limits.headerFieldBytes": "64KiB"], "limits.headerFieldBytes"),
            (["limits.connectionsPerAddress": "20000"], "limits.connectionsPerAddress"),
            (["reopen.window": "1m"], "reopen.window"),
            (["retention.bodies": "200d"], "retention.bodies"),
            (["retention.transcripts": "forever"], "retention.bodies"),
            (["sessions.idle": "8d"], "sessions.idle"),
            (["reopen.pause": "1h", "reopen.window": "59m"], "reopen.window"),
            (["journal.mostBytes": "1MiB", "webhook.bodyLimit": "2MiB"], "journal.mostBytes"),
            (["limits.bodyBytesInAll": "1MiB", "webhook.bodyLimit": "2MiB"], "limits.bodyBytesInAll"),
        ])
    func refused(values: [String: String], key: String) {
        let outcome = load(flags: values.map { ($0.key, $0.value) })
        #expect(outcome.mistakes.count == 1)
        let origin = values[key] == nil ? "default" : "flag"
        #expect(outcome.mistakes.first?.hasPrefix("\(key) (\(origin)): expected ") == true)
    }

    @Test(
        "Settings that fit each other are accepted",
        arguments: [
            ["operator.port": "0", "listen.port": "0"],
            ["operator.port": "9000", "listen.port": "9000", "listen.host": "192.0.2.1"],
            ["limits.headerFieldBytes": "32KiB"],
            ["listen.host": "::", "operator.host": "::1"],
            ["listen.host": "gateway.example.com"],
            ["store.url": "sqlite:/var/lib/gateway/calls.db"],
            ["bolna.baseURL": "https://localhost:8443/bolna"],
        ])
    func accepted(values: [String: String]) {
        #expect(load(flags: values.map { ($0.key, $0.value) }).mistakes == [])
    }

    @Test("A key is taken up to the length up to which it opens something")
    func keyLength() {
        for name in ["GATEWAY_API_KEY", "GATEWAY_ADMIN_KEY"] {
            let longest = String(repeating: "k", count: 4_096)
            #expect(load([name: longest]).mistakes == [])
            #expect(load([name: longest + "k"]).mistakes.count == 1)
        }
    }

    @Test(
        "Origins are taken as browsers state them, which is without the port that a scheme has anyway",
        arguments: [
            ("https://app.example.com", true), ("https://app.example.com:8443", true),
            ("http://localhost:443", true), ("https://app.example.com:443", false), ("http://localhost:80", false),
            ("https://app.example.com:", false),
        ])
    func origins(origin: String, isTaken: Bool) {
        #expect(load(flags: [("api.origins", origin)]).mistakes.isEmpty == isTaken)
    }

    @Test("A rule about a value that is wrong already says nothing more")
    func noSecondMistake() {
        let outcome = load(flags: [("listen.port", "x"), ("operator.port", "8443")])
        #expect(outcome.mistakes.count == 1)
        #expect(outcome.mistakes.first?.hasPrefix("listen.port") == true)
    }

    @Test("A secret is never taken from a flag, which every user of the machine can read")
    func secretAsFlag() {
        for key in SettingKey.all where key.isSecret {
            let outcome = load(flags: [(key.name, "canary-canary-canary")])
            #expect(outcome.mistakes.first?.contains(key.fileEnvironmentName) == true)
            #expect(!outcome.mistakes.joined().contains("canary"))
            #expect(key.show(outcome.settings) == nil)
        }
    }

    @Test("A secret and its file together are refused, in the environment and in the file")
    func bothWays() throws {
        for key in SettingKey.all where key.isSecret {
            let environment = load([key.environmentName: "canary", key.fileEnvironmentName: "/dev/null"])
            #expect(environment.mistakes.count == 1)
            #expect(environment.mistakes.first?.contains("found both") == true)
            let parts = key.name.split(separator: ".")
            let text = "\(parts[0]):\n  \(parts[1]): canary\n  \(parts[1])File: /dev/null\n"
            let file = try withFile(text) { SettingsLoader(environment: [:], file: $0, flags: []).load() }
            #expect(file.mistakes.contains { $0.hasPrefix(key.name) && $0.contains("found both") })
            #expect(!(environment.mistakes + file.mistakes).joined().contains("canary"))
        }
    }

    @Test("A secret's file in the environment wins over the secret in the file")
    func fileOverFile() throws {
        let outcome = try withFile("first-secret\n") { secret in
            try withFile("bolna:\n  token: second-secret\n") { file in
                SettingsLoader(environment: ["GATEWAY_BOLNA_TOKEN_FILE": secret], file: file, flags: []).load()
            }
        }
        #expect(outcome.mistakes == [])
        #expect(outcome.settings.bolnaToken == "first-secret")
        #expect(outcome.origins["bolna.token"] == "file named by environment GATEWAY_BOLNA_TOKEN_FILE")
    }

    @Test(
        "A secret's file must be there, be text, and hold something",
        arguments: ["/nonexistent/secret", "/", "/dev/null"])
    func wrongSecretFile(path: String) {
        let outcome = load(["GATEWAY_API_KEY_FILE": path])
        #expect(outcome.mistakes.count == 1)
        #expect(outcome.mistakes.first?.hasPrefix("api.key (") == true)
    }

    @Test(
        "The file of authorities must be there and hold a certificate",
        arguments: ["/nonexistent/ca.pem", "/dev/null", "/"])
    func wrongAuthorities(path: String) {
        let outcome = load(["GATEWAY_BOLNA_CA_FILE": path])
        #expect(
            outcome.mistakes == [
                "bolna.caFile (environment GATEWAY_BOLNA_CA_FILE): expected a readable file with a PEM certificate"
            ])
    }

    @Test("A file without end is not read to its end")
    func endlessFile() {
        #expect(load(["GATEWAY_API_KEY_FILE": "/dev/zero"]).mistakes.count == 1)
        let outcome = SettingsLoader(environment: [:], file: "/dev/zero", flags: []).load()
        #expect(outcome.mistakes == ["/dev/zero: expected a readable text file of at most 1 MiB"])
    }

    @Test(
        "A secret in a file that others can open is refused, with the command that closes it",
        arguments: [(0o600, nil), (0o640, nil), (0o400, nil), (0o644, "640"), (0o660, "640"), (0o602, "600")])
    func permissions(mode: Int, closed: String?) throws {
        let secret = try withFile("some-secret", mode: mode) { load(["GATEWAY_API_KEY_FILE": $0]) }
        let file = try withFile("api:\n  key: some-secret\n", mode: mode) {
            SettingsLoader(environment: [:], file: $0, flags: []).load()
        }
        for outcome in [secret, file] {
            guard let closed else {
                #expect(outcome.mistakes == [])
                #expect(outcome.settings.apiKey == "some-secret")
                continue
            }
            #expect(outcome.mistakes.count == 1)
            #expect(outcome.mistakes.first?.contains("chmod \(closed) /") == true)
            #expect(outcome.mistakes.first?.contains("some-secret") == false)
        }
        #expect(
            try withFile("log:\n  level: info\n", mode: 0o644) {
                SettingsLoader(environment: [:], file: $0, flags: []).load().mistakes
            } == [])
    }

    @Test("What is shown masks secrets and names where each value came from")
    func shown() {
        let outcome = load(
            ["GATEWAY_BOLNA_TOKEN": "bn-canary", "GATEWAY_WEBHOOK_SECRET": "canary-1,canary-2"],
            flags: [("listen.port", "9443")])
        let rows = outcome.rows
        #expect(rows.map(\.key) == SettingKey.all.map(\.name))
        #expect(!rows.contains { $0.value.contains("canary") })
        #expect(rows.first { $0.key == "bolna.token" }?.value == "(set)")
        #expect(rows.first { $0.key == "bolna.token" }?.origin == "environment GATEWAY_BOLNA_TOKEN")
        #expect(rows.first { $0.key == "api.key" }?.value == "(not set)")
        #expect(rows.first { $0.key == "listen.port" }?.value == "9443")
        #expect(rows.first { $0.key == "listen.port" }?.origin == "flag")
        #expect(rows.first { $0.key == "listen.host" }?.origin == "default")
    }

    @Test("A wrong value is quoted without what may hold a password, cut, and without control characters")
    func quotes() {
        let mistakes = load([
            "GATEWAY_BOLNA_BASE_URL": "https://user:canary@host", "GATEWAY_STORE_URL": "postgresql://u:canary@host",
            "GATEWAY_LOG_LEVEL": "\u{1B}[31m" + String(repeating: "x", count: 100),
        ]).mistakes.joined(separator: "\n")
        #expect(!mistakes.contains("canary"))
        #expect(!mistakes.contains("\u{1B}"))
        #expect(!mistakes.contains(String(repeating: "x", count: 61)))
        #expect(mistakes.contains("found “\u{FFFD}[31mxxx"))
    }

    @Test("A mistake in YAML is named by its line, without the text around it")
    func wrongYAML() throws {
        let outcome = try withFile("bolna:\n  token: \"canary\n  x: [\n") {
            SettingsLoader(environment: [:], file: $0, flags: []).load()
        }
        #expect(outcome.mistakes.count == 1)
        #expect(outcome.mistakes.first?.contains("expected YAML") == true)
        #expect(!outcome.mistakes.joined().contains("canary"))
    }
}

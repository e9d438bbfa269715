import Foundation
import Testing

@testable import GatewayCommands

@Suite struct SettingsLoaderTests {
    /// Loads with a file of this text; nil: without a file.
    private func load(
        file text: String? = nil, environment: [String: String] = [:], flags: [(key: String, value: String)] = []
    ) throws -> SettingsLoader.Outcome {
        guard let text else {
            return SettingsLoader(environment: environment, file: Self.emptyFile, flags: flags).load()
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        defer { try? FileManager.default.removeItem(at: file) }
        return SettingsLoader(environment: environment, file: file.path, flags: flags).load()
    }

    private static let emptyFile = "/dev/null"
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test("The commented file holds every key, with the defaults of the code")
    func fileEqualsDefaults() throws {
        let text = try String(contentsOf: Self.repository.appending(path: "config/gateway.yaml"), encoding: .utf8)
        let outcome = try load(file: text)
        #expect(outcome.mistakes == [])
        let defaults = GatewaySettings()
        for key in SettingKey.all {
            #expect(key.show(outcome.settings) == key.show(defaults), "\(key.name)")
            let isNamed = outcome.origins[key.name] != nil || key.show(defaults) == nil
            #expect(isNamed, "\(key.name) is not in config/gateway.yaml")
            let lastPart = key.name.split(separator: ".").last ?? ""
            #expect(text.contains("  \(lastPart):"), "\(key.name) is not in config/gateway.yaml")
        }
    }

    @Test(
        "The names of the environment are those that other programs rely on",
        arguments: [
            ("listen.host", "GATEWAY_LISTEN_HOST"), ("listen.port", "GATEWAY_LISTEN_PORT"),
            ("operator.host", "GATEWAY_OPERATOR_HOST"), ("operator.port", "GATEWAY_OPERATOR_PORT"),
            ("tls.certificate", "GATEWAY_TLS_CERTIFICATE"), ("tls.privateKey", "GATEWAY_TLS_PRIVATE_KEY"),
            ("data.directory", "GATEWAY_DATA_DIRECTORY"), ("store.url", "GATEWAY_STORE_URL"),
            ("bolna.baseURL", "GATEWAY_BOLNA_BASE_URL"), ("bolna.token", "GATEWAY_BOLNA_TOKEN"),
            ("bolna.caFile", "GATEWAY_BOLNA_CA_FILE"), ("webhook.secret", "GATEWAY_WEBHOOK_SECRET"),
            ("api.key", "GATEWAY_API_KEY"), ("poll.interval", "GATEWAY_POLL_INTERVAL"),
            ("expectations.scale", "GATEWAY_EXPECTATIONS_SCALE"),
            ("webhook.bodyLimit", "GATEWAY_WEBHOOK_BODY_LIMIT"),
        ])
    func environmentNames(key: String, name: String) {
        #expect(SettingKey.all.first { $0.name == key }?.environmentName == name)
    }

    @Test("Flags win over the environment, which wins over the file, which wins over the default")
    func precedence() throws {
        let file = "listen:\n  port: 1001\n  host: file\noperator:\n  port: 1002\n"
        let outcome = try load(
            file: file, environment: ["GATEWAY_LISTEN_PORT": "2001", "GATEWAY_LISTEN_HOST": "environment"],
            flags: [("listen.port", "3001")])
        #expect(outcome.mistakes == [])
        #expect(outcome.settings.listenPort == 3001)
        #expect(outcome.settings.listenHost == "environment")
        #expect(outcome.settings.operatorPort == 1002)
        #expect(outcome.settings.operatorHost == "127.0.0.1")
        #expect(outcome.origins["listen.port"] == "flag")
        #expect(outcome.origins["listen.host"] == "environment GATEWAY_LISTEN_HOST")
        #expect(outcome.origins["operator.port"]?.hasSuffix(".yaml:5") == true)
        #expect(outcome.origins["operator.host"] == nil)
    }

    @Test("A secret can be a file, named in the environment or in the file")
    func secretFiles() throws {
        let secret = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID().uuidString)")
        try "bn-from-a-file\n".write(to: secret, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret.path)
        defer { try? FileManager.default.removeItem(at: secret) }
        let byEnvironment = try load(environment: ["GATEWAY_BOLNA_TOKEN_FILE": secret.path])
        #expect(byEnvironment.settings.bolnaToken == "bn-from-a-file")
        let byFile = try load(file: "bolna:\n  tokenFile: \(secret.path)\n")
        #expect(byFile.settings.bolnaToken == "bn-from-a-file")
    }

    @Test("Several webhook secrets are separated by commas; an empty variable is one that is not set")
    func lists() throws {
        let outcome = try load(environment: ["GATEWAY_WEBHOOK_SECRET": "one,two", "GATEWAY_API_KEY": ""])
        #expect(outcome.settings.webhookSecrets == ["one", "two"])
        #expect(outcome.settings.apiKey == nil)
        #expect(outcome.mistakes == [])
    }

    @Test("Every mistake is reported at once, with key, origin and what was expected")
    func allMistakesAtOnce() throws {
        let outcome = try load(
            file: "listen:\n  port: many\n", environment: ["GATEWAY_POLL_INTERVAL": "soon"],
            flags: [("log.level", "loud")])
        #expect(outcome.mistakes.count == 3)
        #expect(outcome.mistakes[0].contains("listen.port"))
        #expect(outcome.mistakes[0].contains(".yaml:2"))
        #expect(outcome.mistakes[0].contains("a whole number from 0 to 65535"))
        #expect(outcome.mistakes[1].contains("poll.interval (environment GATEWAY_POLL_INTERVAL)"))
        #expect(outcome.mistakes[1].contains("30s"))
        #expect(outcome.mistakes[2].contains("log.level (flag): expected one of trace, debug"))
    }

    @Test("An unknown key names the nearest one; an unknown variable is a warning")
    func unknownNames() throws {
        let outcome = try load(
            file: "listen:\n  prot: 1\nnothing:\n  likeit: 2\n", environment: ["GATEWAY_LISTEN_PROT": "1"])
        #expect(outcome.mistakes.count == 2)
        #expect(outcome.mistakes.first?.contains("“listen.prot”; did you mean listen.port?") == true)
        #expect(outcome.mistakes.last?.contains("did you mean") == false)
        #expect(
            outcome.warnings == [
                "GATEWAY_LISTEN_PROT in the environment is no setting of the gateway; did you mean GATEWAY_LISTEN_PORT?"
            ])
    }

    @Test("A wrong secret is never repeated in the message")
    func secretsStaySecret() throws {
        let outcome = try load(environment: ["GATEWAY_WEBHOOK_SECRET": "canary-one,,canary-two"])
        #expect(outcome.mistakes.count == 1)
        #expect(!outcome.mistakes.joined().contains("canary"))
    }

    @Test(
        "A wrong file is refused with a sentence",
        arguments: [
            "listen: [", "- a\n- b\n", "just words", "listen:\n  port: {a: 1}\n  x: &a 1\n", "\u{0}", "listen: 8443",
            "? [a]\n: 1\n", "listen:\n  port: 1\n  port: 2\n",
        ])
    func wrongFiles(text: String) throws {
        #expect(!(try load(file: text)).mistakes.isEmpty)
    }

    @Test("A file that was named must be there")
    func missingFile() {
        let outcome = SettingsLoader(environment: [:], file: "/nowhere/gateway.yaml", flags: []).load()
        #expect(outcome.mistakes == ["--config /nowhere/gateway.yaml: there is no such file"])
    }
}

@Suite struct SettingTextTests {
    @Test("Durations and sizes are written as they are read", arguments: ["250ms", "30s", "75s", "5m", "24h", "7d"])
    func durations(text: String) throws {
        let duration = try #require(SettingText.duration(text))
        #expect(SettingText.duration(SettingText.duration(duration)) == duration)
    }

    @Test("Sizes are written as they are read", arguments: ["1", "1000", "64KiB", "1MiB", "3GiB"])
    func sizes(text: String) throws {
        #expect(SettingText.size(try #require(SettingText.size(text))) == text)
    }

    @Test(
        "The distance of words counts letters to change", arguments: [("port", "prot", 2), ("a", "", 1), ("A", "a", 0)])
    func distance(left: String, right: String, distance: Int) {
        #expect(NearestName.distance(left, right) == distance)
    }
}

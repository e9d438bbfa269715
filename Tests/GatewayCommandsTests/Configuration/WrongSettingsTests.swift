import Testing

@testable import GatewayCommands

@Suite("Wrong settings")
struct WrongSettingsTests {
    @Test("Every wrong value is refused with its key, where it stands, and what was expected", arguments: table)
    func refused(_ wrong: WrongSetting) throws {
        let key = try #require(SettingKey.all.first { $0.name == wrong.key })
        let outcome = SettingsLoader(
            environment: [key.environmentName: wrong.value], file: "/dev/null", flags: []
        ).load()
        let mistake = try #require(outcome.mistakes.first)
        #expect(outcome.mistakes.count == 1)
        #expect(mistake.hasPrefix("\(wrong.key) (environment \(key.environmentName)): expected "))
        #expect(mistake.contains(wrong.expected))
        #expect(key.show(outcome.settings) == key.show(GatewaySettings()))
    }

    @Test("An empty value is refused in a flag, where it can only be a slip")
    func empty() {
        for key in SettingKey.all {
            let outcome = SettingsLoader(environment: [:], file: "/dev/null", flags: [(key.name, "")]).load()
            #expect(outcome.mistakes.count == 1)
            #expect(outcome.mistakes.first?.hasPrefix("\(key.name) (flag): expected ") == true)
        }
    }

    /// A value that no setting may take.
    struct WrongSetting: Sendable, CustomTestStringConvertible {
        let key: String
        let value: String
        let expected: String
        var testDescription: String { "\(key) = \(value.debugDescription)" }
    }

    static let table: [WrongSetting] =
        rows(["listen.port", "operator.port"], numbers + ["65536"], "a whole number from 0 to 65535")
        + rows(["limits.connections", "limits.headerFields", "journal.mostEntries"], numbers + ["0"], "a whole number")
        + rows(
            ["poll.interval", "reopen.pause", "reopen.window", "expectations.ended", "limits.idle"],
            ["30", "s", "-5s", "1.5s", "30 s", "5 minutes", "0s", "10000d", "99999999999999999999d", "30S"],
            "a duration such as 250ms, 30s")
        + rows(
            ["webhook.bodyLimit", "limits.headerBytes"],
            ["-1", "1MB", "1 MiB", "MiB", "1e6", "0", "99999999999999999999KiB"], "a size such as 65536, 64KiB")
        + rows(["expectations.scale"], ["x", "0", "-1", "nan", "inf", "101"], "a number from")
        + rows(["webhook.trust.addressed"], ["allow", "Apply", "apply "], "one of apply, hint, refuse")
        + rows(["webhook.trust.none"], ["apply", "HINT"], "one of hint, refuse")
        + rows(
            ["webhook.sourceAddresses"],
            ["x", "1.2.3", "1.2.3.4/33", "1.2.3.4/24", "::/129", "1.2.3.4,,5.6.7.8", "1.2.3.4/", "01.2.3.4"],
            "addresses or CIDR blocks")
        + rows(
            ["listen.host", "operator.host"],
            [
                "http://localhost", "localhost:8443", "127.0.0.1:8443", "300.1.1.1", "1.2.3", "[::1]", "::1::", "a b",
                "-a", "a-", "a..b", ".", "a_b", "é", String(repeating: "a", count: 64), "a\u{0}",
            ], "an IP address or a host name")
        + rows(
            ["bolna.baseURL"],
            [
                "http://api.bolna.ai", "api.bolna.ai", "https://", "https://u:p@api.bolna.ai",
                "https://api.bolna.ai?x=1", "https://api.bolna.ai/#x", "https://api.bolna.ai:99999", "https://a b",
                "ftp://api.bolna.ai",
            ], "an address that starts with https://")
        + rows(["bolna.token"], ["bn 1", "bn-1\r\nX: y", "é", String(repeating: "x", count: 4_097)], "an API key")
        + rows(["api.key"], [String(repeating: "x", count: 4_097)], "a text of at most")
        + rows(
            ["store.url"], ["postgresql://localhost", "gateway.db", "sqlite", "sqlite:\n"], "sqlite: or sqlite:PATH")
        + rows(["webhook.secret"], [",", "a,,b", "a,"], "one or several secrets")
        + rows(["data.directory", "tls.certificate", "tls.privateKey"], ["a\u{0}b", "a\nb"], "the path of")
        + rows(["log.level"], ["loud", "Info", "warn"], "one of trace, debug")
        + rows(["log.format"], ["xml", "JSON"], "one of auto, text, json")

    private static let numbers = ["x", "-1", "1.5", "1e3", "0x10", "99999999999999999999", " 1", "١"]

    private static func rows(_ keys: [String], _ values: [String], _ expected: String) -> [WrongSetting] {
        keys.flatMap { key in values.map { WrongSetting(key: key, value: $0, expected: expected) } }
    }
}

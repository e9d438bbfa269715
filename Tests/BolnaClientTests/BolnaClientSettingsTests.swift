import BolnaClient
import CallDomain
import Testing

@Suite("BolnaClientSettings")
struct BolnaClientSettingsTests {
    @Test(
        "A base address is https with a host and perhaps a path",
        arguments: [
            ("https://api.bolna.ai", "https://api.bolna.ai"),
            ("https://api.bolna.ai/", "https://api.bolna.ai"),
            ("https://api.bolna.ai:8443/v9//", "https://api.bolna.ai:8443/v9"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ])
    func goodAddresses(address: String, text: String) throws {
        #expect(try BolnaBaseURL(validating: address).text == text)
        #expect(BolnaBaseURL.standard.text == "https://api.bolna.ai")
    }

    @Test(
        "Another address is refused, and its reason holds nothing of it",
        arguments: [
            "", "api.bolna.ai", "http://api.bolna.ai", "ftp://canary", "file:///canary", "https://",
            "https://user:canary@api.bolna.ai", "https://canary@api.bolna.ai", "https://api.bolna.ai?canary",
            "https://api.bolna.ai/#canary", "https://api.bolna.ai:canary", "https://api.bolna.ai:99999",
            "https://ca nary", "https://api.bolna.ai\r\nHost: canary", "canary://api.bolna.ai",
        ])
    func badAddresses(address: String) {
        let error = #expect(throws: BolnaClientError.self) { try BolnaBaseURL(validating: address) }
        #expect(error?.description.contains("canary") == false)
        #expect(error?.description.isEmpty == false)
    }

    @Test(
        "A token that cannot stand in a header is none",
        arguments: ["", " bn-1", "bn-1\n", "bn 1", "bn-1\r\nX: y", "é"])
    func badTokens(token: String) {
        #expect(BolnaToken(token) == nil)
    }

    @Test("Nothing that prints a token or credentials shows it")
    func hiddenToken() throws {
        let token = try #require(BolnaToken("bn-canary"))
        let credentials = BolnaCredentials([AccountID(rawValue: "default"): token])
        var dumped = ""
        dump(token, to: &dumped)
        dump(credentials, to: &dumped)
        for text in ["\(token)", String(reflecting: token), "\(credentials)", String(reflecting: credentials), dumped] {
            #expect(!text.contains("canary"))
            #expect(!text.isEmpty)
        }
    }
}

import HTTPTypes
import Testing

@testable import GatewayHTTP

@Suite("Requests that pages of other sites make") struct CrossSiteRuleTests {
    private func head(_ method: HTTPRequest.Method, _ fields: [String: String]) -> HTTPRequest {
        var head = HTTPRequest(method: method, scheme: "https", authority: "gateway.example:8443", path: "/")
        for (name, value) in fields {
            if let name = HTTPField.Name(name) { head.headerFields[name] = value }
        }
        return head
    }

    @Test(
        "Changes are taken from our pages only",
        arguments: [
            (["Sec-Fetch-Site": "same-origin"], true), (["Sec-Fetch-Site": "same-site"], false),
            (["Sec-Fetch-Site": "cross-site"], false), (["Sec-Fetch-Site": "none"], false),
            (["Origin": "https://gateway.example:8443"], true), (["Origin": "https://GATEWAY.example:8443"], true),
            (["Origin": "http://gateway.example:8443"], false), (["Origin": "https://gateway.example"], false),
            (["Origin": "https://gateway.example:8443.evil.example"], false), (["Origin": "null"], false), ([:], false),
            (["Origin": "https://gateway.example:8443", "Sec-Fetch-Site": "cross-site"], false),
        ] as [([String: String], Bool)])
    func changes(fields: [String: String], isAllowed: Bool) {
        #expect(CrossSiteRule.allows(head(.post, fields)) == isAllowed)
        #expect(CrossSiteRule.allows(head(.delete, fields)) == isAllowed)
    }

    @Test("A site that is named may change something through the API alone, not through pages")
    func namedSites() {
        let site = "https://app.example.com"
        for (path, isAllowed) in [("/api/v1/calls", true), ("/accounts/x/keys/revoke", false), ("/apix", false)] {
            var head = head(.post, ["Origin": site, "Sec-Fetch-Site": "same-site"])
            head.path = path
            #expect(CrossSiteRule.allows(head, origins: [site]) == isAllowed, "\(path)")
        }
    }

    @Test(
        "Reads are refused to parts of other sites' pages, but not to links from them",
        arguments: [
            ([:], true), (["Sec-Fetch-Site": "none"], true), (["Sec-Fetch-Site": "same-origin"], true),
            (["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"], true),
            (["Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"], false),
            (["Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"], false),
        ] as [([String: String], Bool)])
    func reads(fields: [String: String], isAllowed: Bool) {
        #expect(CrossSiteRule.allows(head(.get, fields)) == isAllowed)
    }

    @Test(
        "A cookie that is there twice is none",
        arguments: [
            ("__Host-gateway=a", "a"), ("x=1; __Host-gateway=a; y=2", "a"), ("__Host-gateway=a; __Host-gateway=b", nil),
            ("__Host-gatewayx=a", nil), ("", nil), ("__Host-gateway", nil),
        ] as [(String, String?)])
    func cookies(field: String, value: String?) {
        #expect(SessionCookie.read(head(.get, ["Cookie": field])) == value)
    }

    @Test(
        "After signing in one goes on to addresses of ours only",
        arguments: [
            ("/calls?q=a", "/calls?q=a"), ("/", "/"), (nil, "/calls"), ("", "/calls"),
            ("https://evil.example", "/calls"),
            ("//evil.example", "/calls"), ("/\\evil.example", "/calls"), ("/calls\r\nSet-Cookie: a=b", "/calls"),
            ("/sign-out", "/calls"), ("javascript:alert(1)", "/calls"),
        ] as [(String?, String)])
    func next(text: String?, address: String) {
        #expect(SignInPage.address(text) == address)
    }
}

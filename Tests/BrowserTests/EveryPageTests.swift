import Foundation
import Testing

@Suite("Every page, in a browser", .serialized) struct EveryPageTests {
    /// The most bytes of a page with all it loads.
    private static let mostBytes = 150 * 1_024

    private static let pages: [(name: String, path: String)] = [
        ("calls", "/calls"), ("calls-filtered", "/calls?status=completed&agent=agent-1"),
        ("no-match", "/calls?status=failed"),
        ("call", "/calls/call-1"), ("call-running", "/calls/call-2"), ("dial", "/calls/new"), ("reports", "/reports"),
        ("figure", "/reports/figures/webhook-deliveries"), ("quarantine", "/quarantine"), ("entry", "/quarantine/1"),
        ("health", "/health"), ("not-found", "/calls/nowhere"), ("bad-request", "/calls?source=nonsense"),
    ]

    private func fill(_ stage: Stage) async throws {
        let talk = (0..<40).map { "\($0.isMultiple(of: 2) ? "assistant" : "user"): line \($0) of what was said" }
        try await stage.post(call: "call-1", "in-progress", secondsAgo: 200)
        try await stage.post(
            call: "call-1", "completed", secondsAgo: 100, transcript: talk.joined(separator: "\n"), isFinal: true)
        try await stage.post(call: "call-2", "ringing", number: "+14155550122", secondsAgo: 5)
        for number in 3..<60 {
            try await stage.post(
                call: "call-\(number)", number.isMultiple(of: 5) ? "no-answer" : "completed",
                number: "+141555501\(10 + number % 90)", secondsAgo: Double(number * 50), isFinal: true)
        }
        try await stage.post("{\"status\":\"busy\",\"telephone\":\"+14155550199\"}")
    }

    @Test("No page, light or dark, narrow or wide, has a fault that axe finds, overflows, or is too heavy")
    func everyPage() async throws {
        try await Stage.run { stage in
            try await fill(stage)
            try await Browser.run { browser in
                for dark in [false, true] {
                    for width in [320, 1_920] {
                        try await browser.look(width: width, dark: dark)
                        try await browser.open(stage.address + "/sign-in")
                        try await check("sign-in", browser, width: width, dark: dark)
                    }
                }
                try await browser.look(width: 1_280)
                try await stage.signIn(browser)
                for (name, path) in Self.pages {
                    for (width, dark) in [(320, false), (320, true), (1_920, false), (1_920, true)] {
                        try await browser.look(width: width, dark: dark)
                        try await browser.open(stage.address + path)
                        try await check(name, browser, width: width, dark: dark)
                    }
                    let bytes = try await browser.value(
                        """
                        performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
                            .filter((e) => !e.name.includes('/api/')).reduce((sum, e) => sum + e.decodedBodySize, 0)
                        """)
                    print("\(name): \(bytes) bytes with all it loads")
                    #expect((bytes as? Int ?? .max) <= Self.mostBytes, "\(name)")
                }
                #expect(try await browser.complaints() == [])
            }
        }
    }

    private func check(_ name: String, _ browser: Browser, width: Int, dark: Bool) async throws {
        let look = "\(name)-\(width)-\(dark ? "dark" : "light")"
        #expect(try await Axe.violations(in: browser) == [], "\(look)")
        let overflow = try await browser.value("document.documentElement.scrollWidth - innerWidth") as? Int
        #expect((overflow ?? 1) <= 0, "\(look) is wider than its window")
        let ground = try await browser.value("getComputedStyle(document.body).backgroundColor") as? String ?? ""
        let first = ground.split { !$0.isNumber }.first.flatMap { Int($0) } ?? -1
        #expect(dark ? (0..<80).contains(first) : first > 200, "\(look): \(ground)")
        let height = try await browser.value("document.documentElement.scrollHeight") as? Int ?? 900
        try await browser.look(width: width, height: min(max(height, 700), 2_400), dark: dark)
        try await Pictures.keep(look, of: browser)
    }

    @Test("Without scripts one signs in, filters, opens a call, checks it and signs out")
    func withoutScripts() async throws {
        try await Stage.run { stage in
            try await fill(stage)
            try await Browser.run { browser in
                try await browser.setScripts(on: false)
                try await browser.open(stage.address + "/calls?status=live")
                try await browser.type(Stage.key, into: "#key")
                try await browser.click("#sign-in button")
                #expect(try await browser.text("#rows .c-status").hasPrefix("ringing"))
                try await Pictures.keep("without-scripts", of: browser)
                try await browser.click("#rows .row-link")
                #expect(try await browser.text("#panel-title").contains("+14155550122"))
                try await browser.click("#check-button")
                #expect(try await browser.text("#notice").contains("Bolna does not know this call"))
                try await browser.click("#close")
                #expect(try await browser.text("#rows .c-status").hasPrefix("ringing"))
                #expect(try await browser.address().hasSuffix("/calls?status=live"))
                try await browser.click(".who button")
                #expect(try await browser.text("[role=status]") == "You are signed out.")
            }
        }
    }
}

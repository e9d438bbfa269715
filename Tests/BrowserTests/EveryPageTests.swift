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
        ("health", "/health"), ("refusal", "/quarantine/refused/1"), ("account", "/accounts/default"),
        ("not-found", "/calls/nowhere"), ("bad-request", "/calls?source=nonsense"),
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
        let refused = "{\"id\":\"call-99\",\"status\":\"busy\",\"telephone\":\"+14155550199\"}"
        for _ in 0..<3 { try await stage.post(refused, secret: "wrong", expecting: 401...401) }
    }

    @Test("No page, light or dark, narrow or wide, has a fault that axe finds, overflows, or is too heavy")
    func everyPage() async throws {
        try await Stage.run { stage in
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
                for name in ["calls", "reports", "quarantine"] {
                    try await check("empty-\(name)", "/\(name)", of: stage, in: browser)
                }
                try await fill(stage)
                for (name, path) in Self.pages { try await check(name, path, of: stage, in: browser) }
                // What forms lead to, and one of the steps of a call, whose place in the journal is not known before.
                try await browser.open(stage.address + "/calls/call-1")
                let raw = try await browser.value(
                    "document.querySelector('.timeline li:last-child .raw').getAttribute('href')")
                try await check("payload", raw as? String ?? "", of: stage, in: browser)
                try await browser.open(stage.address + "/sign-in")
                try await browser.click(".who button")
                try await browser.wait(for: "document.querySelector('#key')")
                try await stage.signIn(browser, at: "/accounts", key: Stage.adminKey)
                try await check("accounts", "/accounts", of: stage, in: browser)
                try await browser.type("acme", into: "#add [name=id]")
                try await browser.click("#add button")
                try await browser.click("#add-secret summary")
                try await browser.click("#add-secret button")
                try await browser.wait(for: "document.querySelector('#secret')")
                try await checkLooks("shown-once", browser) {}
                try await browser.click("main a")
                try await browser.click("#service button")
                try await browser.wait(for: "document.querySelector('#confirm')")
                try await checkLooks("confirm", browser) {}
                try await check("account-stored", "/accounts/acme", of: stage, in: browser)
                try await check("agent", "/accounts/acme/agents?agent=agent-1", of: stage, in: browser)
                #expect(try await browser.complaints() == [])
            }
        }
    }

    /// Looks at a page in every way, and weighs it.
    private func check(_ name: String, _ path: String, of stage: Stage, in browser: Browser) async throws {
        try await checkLooks(name, browser) { try await browser.open(stage.address + path) }
        let bytes = try await browser.value(
            """
            performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
                .filter((e) => !e.name.includes('/api/')).reduce((sum, e) => sum + e.decodedBodySize, 0)
            """)
        print("\(name): \(bytes) bytes with all it loads")
        #expect((bytes as? Int ?? .max) <= Self.mostBytes, "\(name)")
    }

    /// Looks at a page narrow and wide, light and dark, each time opened anew where it can be.
    private func checkLooks(_ name: String, _ browser: Browser, open: () async throws -> Void) async throws {
        for (width, dark) in [(320, false), (320, true), (1_920, false), (1_920, true)] {
            try await browser.look(width: width, dark: dark)
            try await open()
            try await browser.run(
                script: "document.querySelectorAll('details.action').forEach((d) => { d.open = true; })")
            try await check(name, browser, width: width, dark: dark)
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
                #expect(try await browser.address().contains("/calls?status=live#row-"))
                try await browser.click(".who button")
                #expect(try await browser.text("[role=status]") == "You are signed out.")
            }
        }
    }
}

import Foundation
import Testing

@Suite("The operators' pages, in a browser", .serialized) struct OperatorPageTests {
    /// As many entries are replayed by one request at most.
    private static let pageOfRun = 200

    private static let ofAgentB =
        "{\"id\":\"call-of-b\",\"agent_id\":\"agent-b\",\"status\":\"completed\","
        + "\"updated_at\":\"2026-03-04T09:15:08Z\",\"transcript\":\"user: hello\"}"

    @Test("What is kept aside is tried, then replayed, and is a call")
    func quarantine() async throws {
        try await Stage.run { stage in
            try await stage.post(Self.ofAgentB, to: "/webhooks/bolna/default/agent-a")
            try await stage.post("{\"status\":\"busy\"}")
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/quarantine")
                #expect(try await browser.value("document.querySelectorAll('.plain tbody tr').length") as? Int == 2)
                try await Pictures.keep("quarantine-filled", of: browser)
                try await browser.open(stage.address + "/quarantine/1")
                #expect(try await browser.text(".body").contains("agent-b"))
                try await browser.click("[name=accept-agents]")
                try await browser.click("form.line button")
                try await browser.wait(for: "document.querySelector('#run')")
                #expect(try await browser.text(".tiles").contains("would be stored"))
                #expect(
                    try await browser.promise("fetch('/api/v1/calls/call-of-b').then((r) => r.status)") as? Int == 404)
                try await browser.click("#run button")
                try await browser.wait(for: "document.querySelector('#progress-text').textContent.includes('Finished')")
                #expect(try await browser.text("#progress-text").contains("1 stored"))
                #expect(try await browser.text("h1") == "Replay: what happened")
                let shown =
                    "[...document.querySelectorAll('[data-dry], #run, #go-on')].filter((e) => e.checkVisibility())"
                #expect(try await browser.value("\(shown).length") as? Int == 0, "what was tried is told no more")
                #expect(try await browser.text("#back") == "Back to the quarantine")
                #expect(
                    try await browser.promise("fetch('/api/v1/calls/call-of-b').then((r) => r.status)") as? Int == 200)
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test("Replaying all that match is counted first, tells how far it is, and is stopped between two pages")
    func stopping() async throws {
        try await Stage.run { stage in
            for number in 0..<(Self.pageOfRun + 5) { try await stage.post("{\"status\":\"busy\",\"n\":\(number)}") }
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/quarantine")
                try await browser.click("form [name=action][value=replay] ~ button")
                #expect(try await browser.text("body:has(#run) h1") == "Replay: what would happen")
                #expect(try await browser.text("#run button") == "Replay \(Self.pageOfRun + 5) entries")
                // The second page is asked for only once somebody has stopped it.
                try await browser.run(
                    script: """
                        window.ask = window.fetch;
                        let asked = 0;
                        window.fetch = (address, options) => ++asked < 2 ? window.ask(address, options)
                            : new Promise((_, fail) => options.signal.addEventListener("abort", () => fail(options.signal.reason)));
                        """)
                try await browser.click("#run button")
                let first = "\(Self.pageOfRun) of \(Self.pageOfRun + 5) done"
                try await browser.wait(
                    for: "document.querySelector('#progress-text').textContent.startsWith('\(first)')")
                #expect(
                    try await browser.value("document.querySelector('#progress-bar').value") as? Int == Self.pageOfRun)
                try await Pictures.keep("quarantine-running", of: browser)
                try await browser.click("#cancel")
                try await browser.wait(
                    for: "document.querySelector('#progress-text').textContent.endsWith('what is done stays done.')")
                #expect(try await browser.value("document.querySelector('#back').hidden") as? Bool == false)
                try await browser.run(script: "window.fetch = window.ask")
                try await browser.click("#go-on")
                let all = "\(Self.pageOfRun + 5) of \(Self.pageOfRun + 5) done"
                try await browser.wait(
                    for: """
                        document.querySelector('#progress-text').textContent.startsWith('\(all)')
                            && document.querySelector('#progress-text').textContent.endsWith('Finished.')
                        """)
                #expect(try await browser.value("document.querySelector('#go-on').hidden") as? Bool == true)
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test("A report's figure leads to the calls it counts")
    func report() async throws {
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 20)
            try await stage.post(call: "call-1", "in-progress", secondsAgo: 10)
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/reports?from=-1h")
                #expect(try await browser.text(".coverage").isEmpty == false)
                #expect(try await browser.text(".tiles").contains("Missed webhooks"))
                // A bar leads where its row of the table does.
                try await browser.run(
                    script: """
                        const row = document.querySelector(".plot tr[data-step]");
                        const svg = row.closest(".plot").querySelector("svg");
                        const box = svg.getBoundingClientRect();
                        const step = box.width / Number(row.closest(".plot").dataset.steps);
                        svg.dispatchEvent(new MouseEvent("click", { bubbles: true, clientX: box.left + (Number(row.dataset.step) + 0.5) * step }));
                        """)
                try await browser.wait(for: "location.pathname === '/reports/figures/changes'")
                #expect(try await browser.value("document.querySelectorAll('.plain tbody tr').length") as? Int == 2)
                try await browser.open(stage.address + "/reports?from=-1h")
                try await browser.click(".figures .n a")
                try await browser.wait(for: "location.pathname.startsWith('/reports/figures/')")
                try await browser.click(".plain tbody a")
                try await browser.wait(for: "document.querySelector('#panel')")
                #expect(try await browser.text("#panel-title").contains("+14155550100"))
            }
        }
    }

    @Test("A test webhook goes through the public address over verified TLS, and what came of it is a sentence")
    func testWebhook() async throws {
        try await Stage.run(knowsItself: true) { stage in
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/health")
                try await browser.click("#test-webhook button")
                #expect(try await browser.text("#test-result").hasPrefix("Test webhook came through."))
                #expect(try await browser.text("#poller").contains("at once"))
                try await Pictures.keep("health-tested", of: browser)
                try await browser.open(stage.address + "/calls")
                #expect(try await browser.text("#empty h2") == "No call yet")
                try await browser.open(stage.address + "/quarantine?state=settled")
                #expect(try await browser.value("document.querySelectorAll('.plain tbody tr').length") as? Int == 1)
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test("A delivery that was refused is looked at, and verified again")
    func refused() async throws {
        try await Stage.run { stage in
            try await stage.post("{\"id\":\"call-9\",\"status\":\"ringing\"}", secret: "wrong", expecting: 401...401)
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/quarantine")
                #expect(try await browser.text(".refused").contains("wrong signature"))
                try await browser.click(".refused a")
                #expect(try await browser.text(".body").contains("call-9"))
                try await browser.click("#verify")
                #expect(try await browser.text("#still").hasPrefix("Still refused."))
                try await Pictures.keep("refusal-still", of: browser)
                #expect(try await browser.complaints() == [])
            }
        }
    }
}

import Foundation
import Testing

@Suite("What a list says of itself while it is open, in a browser", .serialized) struct LivenessTests {
    private static let state = "document.querySelector('#live').dataset.state"

    /// Has the tests reach the streams that a page opens; `address` is what a page makes of theirs.
    private static func followStreams(_ browser: Browser, address: String = "address") async throws {
        try await browser.runOnEveryPage(
            """
            window.streams = [];
            window.EventSource = class extends EventSource {
                constructor(address) {
                    super(\(address));
                    window.streams.push(this);
                }
            };
            """)
    }

    @Test("Changes show while events come without a pause")
    func denseEvents() async throws {
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 20)
            try await Browser.run { browser in
                try await Self.followStreams(browser)
                try await stage.signIn(browser)
                try await browser.wait(for: "\(Self.state) === 'live'")
                try await browser.run(
                    script: """
                        setInterval(() => window.streams[0].dispatchEvent(
                            new MessageEvent("call", { data: '{"call":{"id":"another"}}' })), 5);
                        """)
                try await stage.post(call: "call-1", "in-progress", secondsAgo: 10)
                try await browser.wait(
                    for: "document.querySelector('#rows .c-status').textContent.includes('in progress')")
                #expect(try await browser.text("#live") == "Live")
            }
        }
    }

    @Test("What new calls push off a full page is behind the link to the older ones; what left the filter says so")
    func fullPage() async throws {
        try await Stage.run { stage in
            for number in 1...50 {
                try await stage.post(call: "call-\(number)", "busy", secondsAgo: Double(4_000 - 60 * number))
            }
            try await Browser.run { browser in
                try await stage.signIn(browser)
                try await browser.wait(for: "\(Self.state) === 'live'")
                #expect(try await browser.value("document.querySelector('.pages [rel=next]')") is NSNull)
                try await stage.post(call: "new-1", "ringing", secondsAgo: 2)
                try await stage.post(call: "new-2", "ringing", secondsAgo: 1)
                try await browser.wait(for: "document.querySelector('#newer').textContent === 'Show 2 new calls'")
                let marks = "[...document.querySelectorAll('.apart')].map((m) => m.dataset.text).join()"
                #expect(
                    try await browser.value(marks) as? String == "not updated,not updated")
                #expect(try await Axe.violations(in: browser) == [])
                try await Pictures.keep("pushed-off", of: browser)
                try await browser.click("#newer")
                #expect(try await browser.value("document.querySelectorAll('#rows tr').length") as? Int == 50)
                #expect(try await browser.text("#count") == "the newest 50 calls")
                try await browser.click(".pages [rel=next]")
                try await browser.wait(for: "location.search.startsWith('?cursor=')")
                #expect(try await browser.value("document.querySelectorAll('#rows tr').length") as? Int == 2)

                try await browser.open(stage.address + "/calls?status=ringing")
                try await browser.wait(for: "\(Self.state) === 'live'")
                try await stage.post(call: "new-1", "completed", isFinal: true)
                try await browser.wait(for: "\(marks) === 'no longer matches'")
                #expect(try await Axe.violations(in: browser) == [])
                try await Pictures.keep("no-longer-matches", of: browser)
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test("A gateway that has gone silent is called stale after two missed heartbeats, and live once it answers")
    func silence() async throws {
        try await Stage.run { stage in
            try await Browser.run { browser in
                try await browser.runOnEveryPage(
                    "window.ahead = 0; const now = Date.now; Date.now = () => now() + window.ahead;")
                try await stage.signIn(browser)
                try await browser.wait(for: "\(Self.state) === 'live'")
                try await stage.whileHeld {
                    try await browser.run(script: "window.ahead = 40000")
                    try await browser.wait(for: "\(Self.state) === 'stale'")
                    #expect(try await browser.text("#trouble").hasPrefix("The gateway does not answer."))
                    try await Pictures.keep("stale", of: browser)
                }
                try await browser.wait(for: "\(Self.state) === 'live'", within: .seconds(60))
            }
        }
    }

    @Test("Where no stream is to be had, the list asks, says so once, and keeps to it while streams are tried again")
    func refused() async throws {
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 20)
            try await Browser.run { browser in
                try await Self.followStreams(browser, address: "'/api/v1/changes?since=none'")
                try await stage.signIn(browser)
                try await browser.wait(for: "\(Self.state) === 'polling'")
                try await browser.run(
                    script: """
                        window.said = 0;
                        for (const id of ["announcer", "live"]) new MutationObserver((all) => { window.said += all.length; })
                            .observe(document.getElementById(id), { childList: true, attributeFilter: ["data-state"] });
                        """)
                #expect(try await browser.text("#live") == "Asking every 5 s")
                try await stage.post(call: "call-1", "in-progress", secondsAgo: 10)
                try await browser.wait(
                    for: "document.querySelector('#rows .c-status').textContent.includes('in progress')")
                try await browser.wait(
                    for: "window.streams.length > 1 && window.streams.every((s) => s.readyState === EventSource.CLOSED)"
                )
                #expect(try await browser.value("window.said") as? Int == 0)
            }
        }
    }
}

import Foundation
import Testing

@Suite("What an open list does with what it missed, in a browser", .serialized) struct CatchingUpTests {
    private static let state = "document.querySelector('#live').dataset.state"
    private static let status = "document.querySelector('#rows .c-status').textContent"

    /// Has what a page asks for be answered with `window.answer` where its address has `window.part` in it, and lets its
    /// streams and its clock be reached; with `window.isDeaf` it hears no heartbeat of the gateway's.
    private static func reach(_ browser: Browser) async throws {
        try await browser.runOnEveryPage(
            """
            window.part = null;
            window.answer = 503;
            const ask = window.fetch;
            window.fetch = (address, options) => window.part && String(address).includes(window.part)
                ? Promise.resolve(new Response("", { status: window.answer, headers: { "Retry-After": "1" } }))
                : ask(address, options);
            window.streams = [];
            window.EventSource = class extends EventSource {
                constructor(address) {
                    super(address);
                    window.streams.push(this);
                    this.addEventListener("heartbeat", (event) => {
                        if (window.isDeaf && event.isTrusted) event.stopImmediatePropagation();
                    });
                }
            };
            window.ahead = 0;
            const now = Date.now;
            Date.now = () => now() + window.ahead;
            """)
    }

    private static func refuse(_ part: String, with answer: Int = 503, in browser: Browser) async throws {
        try await browser.run(script: "window.part = '\(part)'; window.answer = \(answer);")
    }

    private static func relent(_ browser: Browser) async throws { try await browser.run(script: "window.part = null") }

    @Test("Rows that could not be asked for are not called live, whatever the stream says, and are asked for again")
    func rowsRefused() async throws {
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 20)
            try await Browser.run { browser in
                try await Self.reach(browser)
                try await stage.signIn(browser)
                try await browser.wait(for: "\(Self.state) === 'live'")
                try await Self.refuse("/calls/rows", in: browser)
                try await stage.post(call: "call-1", "in-progress", secondsAgo: 10)
                try await browser.wait(for: "\(Self.state) === 'behind'")
                try await browser.run(script: "window.streams[0].dispatchEvent(new MessageEvent('heartbeat'))")
                #expect(try await browser.text("#live") == "Catching up…")
                #expect(try await browser.value("\(Self.status).includes('ringing')") as? Bool == true)
                try await Pictures.keep("behind", of: browser)
                try await Self.relent(browser)
                try await browser.wait(for: "\(Self.status).includes('in progress') && \(Self.state) === 'live'")
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test("An open call that could not be asked for is asked for again; one that is forgotten is shown no longer")
    func panelRefused() async throws {
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 20)
            try await Browser.run { browser in
                try await Self.reach(browser)
                try await stage.signIn(browser, at: "/calls/call-1")
                try await browser.wait(for: "\(Self.state) === 'live'")
                try await Self.refuse("/panel", in: browser)
                try await stage.post(call: "call-1", "in-progress", secondsAgo: 10)
                try await browser.wait(for: "\(Self.state) === 'behind'")
                try await Self.relent(browser)
                try await browser.wait(
                    for:
                        "document.querySelector('#panel .status').textContent === 'in progress' && \(Self.state) === 'live'"
                )

                try await browser.run(script: "document.querySelector('#panel-title').focus()")
                try await Self.refuse("/panel", with: 404, in: browser)
                try await stage.post(call: "call-1", "completed", secondsAgo: 5, isFinal: true)
                try await browser.wait(
                    for: "document.querySelector('#panel-title').textContent === 'This call is no longer there'")
                #expect(try await browser.value("document.body.innerText.includes('4155550100')") as? Bool == false)
                #expect(try await browser.value("document.title.includes('4155550100')") as? Bool == false)
                #expect(try await browser.value("document.activeElement.id") as? String == "panel-title")
                #expect(try await Axe.violations(in: browser) == [])
                try await Pictures.keep("forgotten", of: browser)
                try await browser.click("#close")
                try await browser.wait(for: "location.pathname === '/calls'")
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test("A new stream goes on after the last change that was heard of")
    func resume() async throws {
        try await Stage.run { stage in
            try await Browser.run { browser in
                try await Self.reach(browser)
                try await stage.signIn(browser)
                try await browser.wait(for: "\(Self.state) === 'live'")
                try await browser.run(
                    script: "window.streams[0].addEventListener('call', (e) => { window.last = e.lastEventId; })")
                try await stage.post(call: "call-1", "ringing")
                try await browser.wait(for: "window.last && document.querySelector('#rows tr')")
                // The clock jumps, as after a sleep: the stream is old, and another one is opened.
                try await browser.run(script: "window.isDeaf = true; window.ahead = 40000")
                try await browser.wait(for: "window.streams.length > 1")
                try await browser.run(script: "window.isDeaf = false")
                #expect(
                    try await browser.value(
                        "new URL(window.streams[1].url).searchParams.get('since') === window.last") as? Bool == true)
                try await browser.wait(for: "\(Self.state) === 'live'")
            }
        }
    }

    @Test("Neither new calls nor trouble move a row, and what tells of them is seen beside an open call, too")
    func nothingMoves() async throws {
        let top = "document.querySelector('#rows tr').getBoundingClientRect().top"
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 600)
            try await Browser.run { browser in
                try await stage.signIn(browser)
                for (number, width) in [320, 900, 1_280, 1_920].enumerated() {
                    try await browser.look(width: width)
                    try await browser.open(stage.address + "/calls")
                    try await browser.wait(for: "\(Self.state) === 'live'")
                    let before = try await browser.value(top) as? Double
                    try await stage.post(
                        call: "new-\(number)", "ringing", number: "+1415555012\(number)",
                        secondsAgo: Double(60 - number))
                    try await browser.wait(
                        for: "document.querySelector('#newer').checkVisibility({ visibilityProperty: true })")
                    #expect(try await browser.value(top) as? Double == before, "new calls at \(width)")
                    try await Pictures.keep("newer-\(width)", of: browser)
                    try await browser.setOffline(true)
                    try await browser.wait(for: "!document.querySelector('#trouble').hidden")
                    #expect(try await browser.value(top) as? Double == before, "trouble at \(width)")
                    #expect(try await Axe.violations(in: browser) == [])
                    try await Pictures.keep("trouble-\(width)", of: browser)
                    try await browser.setOffline(false)
                    try await browser.wait(for: "\(Self.state) === 'live'")
                }
                try await browser.look(width: 900)
                try await browser.open(stage.address + "/calls/call-1")
                try await browser.wait(for: "\(Self.state) === 'live'")
                try await browser.setOffline(true)
                for id in ["live", "pause", "trouble"] {
                    try await browser.wait(
                        for: "document.querySelector('#\(id)').checkVisibility({ visibilityProperty: true })")
                }
                #expect(try await browser.value("document.querySelector('.list').checkVisibility()") as? Bool == false)
                try await Pictures.keep("call-trouble-900", of: browser)
                try await browser.look(width: 320)
                try await Pictures.keep("call-trouble-320", of: browser)
                try await browser.setOffline(false)
            }
        }
    }

    @Test("What left the filter goes once new calls are let in; a row knows when its call began once that is told")
    func goneRows() async throws {
        try await Stage.run { stage in
            try await stage.post(#"{"id":"call-1","agent_id":"agent-1","status":"ringing"}"#)
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/calls?status=live")
                try await browser.wait(for: "\(Self.state) === 'live'")
                try await browser.run(script: "window.at = document.querySelector('#rows tr').dataset.at")
                try await stage.post(call: "call-1", "in-progress", secondsAgo: 4_000)
                try await browser.wait(for: "Number(document.querySelector('#rows tr').dataset.at) < Number(window.at)")
                try await stage.post(call: "call-1", "completed", secondsAgo: 10, isFinal: true)
                try await browser.wait(for: "document.querySelector('.apart')?.dataset.text === 'no longer matches'")
                try await stage.post(call: "new-1", "ringing")
                try await browser.wait(for: "!document.querySelector('#newer').hidden")
                try await browser.click("#newer")
                #expect(try await browser.value("document.querySelectorAll('#rows tr').length") as? Int == 1)
                #expect(try await browser.text("#rows .c-status") == "ringing")
                #expect(
                    try await browser.value("document.activeElement.matches('#rows tr:first-child .row-link')")
                        as? Bool == true)
            }
        }
    }

    @Test("Where the session has ended, every page of calls says so, and nothing that is pressed hides it")
    func signedOut() async throws {
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 20)
            try await Browser.run { browser in
                try await Self.reach(browser)
                try await stage.signIn(browser, at: "/calls/call-1")
                try await browser.wait(for: "\(Self.state) === 'live'")
                try await Self.refuse("/check", with: 401, in: browser)
                try await browser.click("#check-button")
                try await browser.wait(for: "\(Self.state) === 'signed-out'")
                #expect(try await browser.text("#notice") == "Your session has ended. Sign in again to ask.")
                #expect(try await browser.text("#trouble a") == "Sign in again")
                #expect(try await browser.value("document.querySelector('#pause').hidden") as? Bool == true)
                try await Pictures.keep("signed-out", of: browser)

                // A page that may show no rows for want of a scope hears of it, too.
                let key = try await browser.promise(
                    """
                    fetch("/api/v1/keys", { method: "POST", credentials: "omit", body: '{"scopes":["read"]}',
                        headers: { Authorization: "Bearer \(Stage.key)" } }).then((r) => r.json()).then((k) => k.key)
                    """)
                try await browser.open(stage.address + "/calls")
                try await browser.click(".who button")
                try await browser.wait(for: "document.querySelector('#key')")
                try await stage.signIn(browser, at: "/calls?q=hello", key: key as? String ?? "")
                // The page of signing in has such a heading, too.
                try await browser.wait(
                    for: "document.querySelector('.state h2').textContent.includes('needs the scope reveal')")
                try await browser.wait(for: "\(Self.state) === 'live'")
                _ = try await browser.promise(
                    "fetch('/sign-out', { method: 'POST', redirect: 'manual' }).then(() => true)")
                try await browser.wait(for: "\(Self.state) === 'signed-out'")
            }
        }
    }

    @Test("The focus stays on the step it was on while the timeline grows")
    func focusOnStep() async throws {
        let focused = "document.activeElement.getAttribute('href')"
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "initiated", secondsAgo: 30)
            try await stage.post(call: "call-1", "ringing", secondsAgo: 20)
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/calls/call-1")
                try await browser.wait(for: "\(Self.state) === 'live'")
                try await browser.run(
                    script: "document.querySelector('.timeline li:last-child .raw').focus(); window.step = \(focused);")
                try await stage.post(call: "call-1", "in-progress", secondsAgo: 10)
                try await browser.wait(for: "document.querySelectorAll('.timeline .raw').length === 3")
                #expect(try await browser.value("\(focused) === window.step") as? Bool == true)
            }
        }
    }
}

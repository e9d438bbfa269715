import Foundation
import Testing

@Suite("The page of a call, in a browser", .serialized) struct CallPageTests {
    @Test("A call is placed from the form, has an address of its own, and is checked at Bolna")
    func placeAndCheck() async throws {
        try await Stage.run { stage in
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/calls/new")
                try await browser.type(stage.agent, into: "#agent")
                try await browser.type("12", into: "#to")
                try await browser.click("form.stack button")
                try await browser.wait(for: "document.querySelector('[role=alert]')")
                #expect(try await browser.text("[role=alert]").contains("E.164"))
                try await browser.run(script: "document.querySelector('#to').value = ''")
                try await browser.type("+1 415 555-0187", into: "#to")
                try await browser.click("form.stack button")
                try await browser.wait(for: "document.querySelector('#panel')")
                #expect(try await browser.text("#panel-title").contains("+14155550187"))

                try await browser.click("#check-button")
                try await browser.wait(for: "document.querySelector('#notice').textContent !== ''")
                let sentence = try await browser.text("#notice")
                #expect(sentence.hasPrefix("Bolna says") || sentence.hasPrefix("Changed:"), "\(sentence)")
                #expect(try await browser.text("#check-button").hasPrefix("Check again in"))
                try await Pictures.keep("checked", of: browser)
                // From a window of its own, the address leads to the same call.
                let address = try await browser.address()
                try await browser.open("about:blank")
                try await browser.open(address)
                #expect(try await browser.text("#panel-title").contains("+14155550187"))
                try await browser.wait(for: "document.querySelector('#check-button').textContent === 'Check status'")
            }
        }
    }

    @Test("While Bolna is asked the button says so; the place where the answer will be told is there before")
    func asking() async throws {
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 60)
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/calls/call-1")
                try await browser.wait(for: "document.querySelector('#live').dataset.state === 'live'")
                #expect(try await browser.value("document.querySelector('#notice').checkVisibility()") as? Bool == true)
                try await browser.run(script: "window.region = document.querySelector('#notice')")
                try await browser.run(
                    script: """
                        const ask = window.fetch;
                        window.fetch = (address, options) => options?.method === "POST"
                            ? new Promise((done) => { window.answer = () => done(ask(address, options)); }) : ask(address, options);
                        """)
                try await browser.click("#check-button")
                try await browser.wait(for: "document.querySelector('#check-button.busy')")
                #expect(try await browser.text("#check-button") == "Asking Bolna…")
                #expect(
                    try await browser.value(
                        "getComputedStyle(document.querySelector('.busy'), '::before').animationName")
                        as? String == "turn")
                try await Pictures.keep("asking", of: browser)
                try await browser.run(script: "window.answer()")
                try await browser.wait(for: "window.region.textContent.includes('Bolna does not know this call')")
                #expect(try await browser.value("document.querySelector('.busy')") is NSNull)
            }
        }
    }

    @Test("What was said is shown as it is, whatever it pretends to be, and the open page follows the call")
    func hostileTexts() async throws {
        try await Stage.run { stage in
            let attack =
                "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>{{title}}"
            try await stage.post(call: "call-1", "ringing", secondsAgo: 60, name: attack)
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/calls/call-1")
                try await browser.wait(for: "document.querySelector('#live').dataset.state === 'live'")
                try await stage.post(
                    call: "call-1", "completed", transcript: "assistant: Hello\nuser: \(attack)", name: attack,
                    isFinal: true)
                try await browser.wait(for: "document.querySelector('.talk .caller')")
                #expect(try await browser.text(".talk .caller .said") == attack)
                #expect(try await browser.text("#panel [data-part=head] .status") == "completed")
                #expect(try await browser.value("document.title") as? String != "taken")
                #expect(try await browser.value("document.querySelectorAll('#panel img').length") as? Int == 0)
                #expect(try await browser.text(".waiting").hasPrefix("Recording processing"))
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test("A step's bytes open above the page with what changed, and the page stays where it was")
    func payload() async throws {
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 60)
            try await stage.post(call: "call-1", "in-progress", secondsAgo: 30)
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/calls/call-1")
                try await browser.click(".timeline li:last-child .raw")
                #expect(try await browser.text("dialog .diff").contains("in-progress"))
                #expect(try await browser.text("dialog .body").contains("telephony_data"))
                try await Pictures.keep("payload-dialog", of: browser)
                #expect(try await Axe.violations(in: browser) == [])
                try await browser.press("\u{E00C}")
                try await browser.wait(for: "!document.querySelector('dialog')")
                #expect(try await browser.address().hasSuffix("/calls/call-1"))
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test("A recording plays from where one seeks, and goes on there after one was elsewhere")
    func player() async throws {
        try await Stage.run { stage in
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/calls/new")
                // Without the route there is nothing to play.
                let status = try await browser.promise(
                    "fetch('/api/v1/calls/nowhere/recording').then((r) => r.json()).then((p) => p.detail ?? '')")
                guard status as? String == "The account has no such call." else { return }
                try await browser.type(stage.agent, into: "#agent")
                try await browser.type("+14155550187", into: "#to")
                try await browser.click("form.stack button")
                // Calls of the simulator end within seconds at its speed; checking tells when there is a recording.
                try await browser.wait(
                    for: """
                        document.querySelector('#audio') || (document.querySelector('#check-button')
                            ?.textContent === 'Check status' && document.querySelector('#check-button').click(), false)
                        """, within: .seconds(90))
                try await browser.wait(for: "document.querySelector('#audio').readyState > 0")
                try await browser.run(script: "document.querySelector('#audio').currentTime = 5")
                try await browser.wait(for: "document.querySelector('#audio').seeking === false")
                try await browser.run(script: "document.querySelector('#audio').play()")
                try await browser.wait(for: "document.querySelector('#audio').currentTime > 5.2")
                try await browser.click("[data-skip='-10']")
                #expect((try await browser.value("document.querySelector('#audio').currentTime") as? Double ?? 99) < 5)
                try await browser.run(script: "document.querySelector('#audio').currentTime = 6")
                try await browser.wait(for: "document.querySelector('#audio').currentTime > 6.2")
                let address = try await browser.address()
                try await browser.open(stage.address + "/health")
                try await browser.open(address)
                try await browser.wait(for: "document.querySelector('#audio').currentTime >= 6")
                try await Pictures.keep("player", of: browser)
            }
        }
    }
}

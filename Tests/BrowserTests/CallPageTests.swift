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
                try await browser.wait(for: "!document.querySelector('#notice').hidden")
                let sentence = try await browser.text("#notice")
                #expect(sentence.hasPrefix("Bolna says") || sentence.hasPrefix("Changed:"), "\(sentence)")
                #expect(try await browser.text("#check-button").hasPrefix("Check again in"))
                try await Pictures.keep("checked", of: browser)
                // From a window of its own, the address leads to the same call.
                let address = try await browser.address()
                try await browser.open("about:blank")
                try await browser.open(address)
                #expect(try await browser.text("#panel-title").contains("+14155550187"))
                try await browser.wait(for: "!document.querySelector('#check-button').disabled")
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
}

import Foundation
import Testing

@Suite("Keys, zones and columns of the list of calls, in a browser", .serialized) struct CallKeysTests {
    private static let focused = "document.activeElement.closest('tr')?.dataset.id"

    private static func row(_ index: Int, in browser: Browser) async throws -> String {
        try await browser.value("document.querySelectorAll('#rows tr')[\(index)].dataset.id") as? String ?? ""
    }

    @Test("From a call one goes on to those beside it, and back to its row; keys of one character can be turned off")
    func place() async throws {
        try await Stage.run { stage in
            for number in 1...3 {
                try await stage.post(
                    call: "call-\(number)", "busy", number: "+1415555010\(number)", secondsAgo: Double(100 - number))
            }
            try await Browser.run { browser in
                // So narrow that the list is not beside the call.
                try await browser.look(width: 900)
                try await stage.signIn(browser)
                try await browser.wait(for: "document.querySelector('#live').dataset.state === 'live'")
                let (second, third) = (try await Self.row(1, in: browser), try await Self.row(2, in: browser))
                try await browser.press("j")
                try await browser.press("j")
                #expect(try await browser.value(Self.focused) as? String == second)
                try await browser.press("\u{E007}")
                try await browser.wait(for: "document.querySelector('#panel')?.dataset.id === '\(second)'")
                try await browser.wait(for: "document.querySelector('#live').dataset.state === 'live'")
                try await browser.press("j")
                try await browser.wait(for: "document.querySelector('#panel')?.dataset.id === '\(third)'")
                #expect(try await browser.value("document.querySelector('#call-after')") is NSNull)
                try await browser.wait(for: "document.querySelector('#live').dataset.state === 'live'")
                try await Pictures.keep("call-900", of: browser)
                try await browser.press("\u{E00C}")
                try await browser.wait(for: "location.pathname === '/calls' && \(Self.focused) === '\(third)'")
                try await browser.wait(for: "document.querySelector('#live').dataset.state === 'live'")
                try await browser.press("k")
                #expect(try await browser.value(Self.focused) as? String == second)

                try await browser.click("#keys-toggle")
                #expect(try await browser.text("#keys-toggle") == "Turn shortcuts on")
                for key in ["j", "/"] { try await browser.press(key) }
                #expect(try await browser.value("document.activeElement.id") as? String == "keys-toggle")
                try await browser.open(stage.address + "/calls")
                #expect(try await browser.text("#keys-toggle") == "Turn shortcuts on")
                try await browser.click("#keys-toggle")
                try await browser.press("/")
                #expect(try await browser.value("document.activeElement.id") as? String == "q")
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test("Times are in the viewer's zone wherever they stand, also in fields and on paper; addresses have UTC")
    func zone() async throws {
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 20)
            try await Browser.run { browser in
                try await browser.setZone("Asia/Kathmandu")
                try await stage.signIn(browser, at: "/calls?from=2026-03-04T00:00")
                let field = "document.querySelector('[name=from]').value"
                try await browser.wait(for: "\(field) === '2026-03-04T05:45'")
                #expect(try await browser.text(".chip").contains("5:45"))
                #expect(try await browser.text(".fields .zone").contains("Kat"))
                try await browser.click(".more .fields button")
                try await browser.wait(for: "location.search === '?from=2026-03-04T00%3A00'")

                let started = "document.querySelector('#rows .c-started time').textContent"
                try await browser.wait(for: "\(started).includes('ago')")
                try await browser.run(script: "dispatchEvent(new Event('beforeprint'))")
                #expect(try await browser.value("\(started).includes('ago')") as? Bool == false)
                try await browser.run(script: "dispatchEvent(new Event('afterprint'))")
                #expect(try await browser.value("\(started).includes('ago')") as? Bool == true)

                try await browser.click(".row-link")
                try await browser.wait(
                    for: "document.querySelector('[data-part=why] time')?.title.includes('Kat')")
                #expect(try await browser.text("[data-part=why]").contains("UTC") == false)
                try await browser.open(stage.address + "/reports?from=2026-03-04&to=2026-03-05")
                try await browser.wait(for: "\(field) === '2026-03-04T05:45'")
                #expect(try await browser.text(".coverage").contains("UTC") == false)
                try await browser.look(width: 400)
                try await browser.open(stage.address + "/calls")
                #expect(try await browser.text(".bar .here").contains("Kat"))
            }
        }
    }

    @Test("No row shows above the heading, and columns that were chosen stay beside an open call where there is room")
    func columns() async throws {
        try await Stage.run { stage in
            for number in 1...40 { try await stage.post(call: "call-\(number)", "busy", secondsAgo: Double(number)) }
            try await Browser.run { browser in
                try await browser.look(width: 1_920)
                try await stage.signIn(browser)
                try await browser.click(".menu summary")
                try await browser.click("[name=column-id]")
                try await browser.click(".menu form button")
                try await browser.wait(for: "document.querySelector('th.c-id')")
                try await browser.run(script: "document.querySelector('.list').scrollTop = 333")
                let above = """
                    (() => { const box = document.querySelector('.list').getBoundingClientRect();
                        return [1, 5, 9, 13].map((y) => document.elementFromPoint(box.left + 60, box.top + y)?.closest('tbody') ?? null)
                            .filter((e) => e !== null).length; })()
                    """
                #expect(try await browser.value(above) as? Int == 0)
                try await Pictures.keep("scrolled", of: browser)
                try await browser.click("#rows tr:nth-child(12) .row-link")
                try await browser.wait(for: "document.querySelector('#panel')")
                for column in ["id", "agent", "cost", "direction", "source"] {
                    #expect(
                        try await browser.value("document.querySelector('th.c-\(column)').checkVisibility()") as? Bool
                            == true, "\(column)")
                }
                try await Pictures.keep("call-1920-all-columns", of: browser)
                try await browser.look(width: 1_100)
                #expect(
                    try await browser.value("document.querySelector('th.c-id').checkVisibility()") as? Bool == false)
                #expect(
                    try await browser.value("document.querySelector('th.c-number').checkVisibility()") as? Bool == true)
            }
        }
    }
}

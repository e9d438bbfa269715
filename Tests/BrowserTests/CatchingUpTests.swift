import Foundation
import Testing

@Suite("What an open list does with what it missed, in a browser", .serialized) struct CatchingUpTests {
    private static let state = "document.querySelector('#live').dataset.state"

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
}

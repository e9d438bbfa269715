import Foundation
import Testing

@Suite("The list of calls, in a browser", .serialized) struct CallListTests {
    @Test("Calls show as they come, rows change in place, and new ones wait behind a button")
    func live() async throws {
        try await Stage.run { stage in
            try await Browser.run { browser in
                try await stage.signIn(browser)
                #expect(try await browser.text("#empty h2") == "No call yet")
                try await browser.wait(for: "document.querySelector('#live').dataset.state === 'live'")
                try await stage.post(call: "call-1", "ringing", secondsAgo: 20)
                try await browser.wait(for: "document.querySelectorAll('#rows tr').length === 1")
                #expect(try await browser.text("#rows .c-status") == "ringing")
                #expect(try await browser.value("document.querySelector('#empty').hidden") as? Bool == true)

                try await browser.run(script: "window.row = document.querySelector('#rows tr')")
                let sent = ContinuousClock.now
                try await stage.post(call: "call-1", "in-progress", secondsAgo: 10)
                try await browser.wait(
                    for: "document.querySelector('#rows .c-status').textContent.includes('in progress')")
                print("a change was seen \(ContinuousClock.now - sent) after its webhook was sent")
                #expect(try await browser.value("window.row === document.querySelector('#rows tr')") as? Bool == true)

                try await stage.post(call: "call-2", "queued", number: "+14155550122")
                try await browser.wait(for: "!document.querySelector('#newer').hidden")
                #expect(try await browser.text("#newer") == "Show 1 new call")
                #expect(try await browser.value("document.querySelectorAll('#rows tr').length") as? Int == 1)
                try await browser.click("#newer")
                #expect(try await browser.text("#rows tr:first-child .c-number") == "+14155550122")

                try await browser.click("#pause")
                #expect(try await browser.text("#live") == "Paused")
                try await browser.click("#pause")
                try await browser.setOffline(true)
                try await browser.wait(
                    for: "['offline', 'reconnecting'].includes(document.querySelector('#live').dataset.state)")
                try await Pictures.keep("offline", of: browser)
                try await browser.setOffline(false)
                try await browser.wait(for: "document.querySelector('#live').dataset.state === 'live'")
                #expect(try await browser.complaints().filter { !$0.contains("INTERNET_DISCONNECTED") } == [])
            }
        }
    }

    @Test("Filters stand in the address, go with the back button, and the keyboard moves through the list")
    func filters() async throws {
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 30)
            try await stage.post(call: "call-2", "busy", number: "+14155550122", secondsAgo: 20, name: "Ravi")
            try await Browser.run { browser in
                try await stage.signIn(browser)
                try await browser.click(".more summary")
                try await browser.run(script: "document.querySelector('[name=status]').value = 'busy'")
                try await browser.click(".more .fields button")
                try await browser.wait(for: "location.search === '?status=busy'")
                #expect(try await browser.value("document.querySelectorAll('#rows tr').length") as? Int == 1)
                #expect(try await browser.text(".chip").contains("status: busy"))
                try await browser.back()
                try await browser.wait(
                    for: "location.search === '' && document.querySelectorAll('#rows tr').length === 2")

                try await browser.press("/")
                try await browser.type("ravi", into: "#q")
                try await browser.click(".search button")
                try await browser.wait(for: "location.search === '?q=ravi'")
                #expect(try await browser.text("#rows .c-number") == "+14155550122")
                try await browser.open(stage.address + "/calls?status=failed")
                #expect(try await browser.text("#no-match h2") == "No call matches")

                try await browser.open(stage.address + "/calls")
                try await browser.wait(for: "document.querySelector('#live').dataset.state === 'live'")
                try await browser.press("j")
                try await browser.press("j")
                #expect(
                    try await browser.value("document.activeElement.closest('tr').dataset.id") as? String
                        == (try await browser.value("document.querySelectorAll('#rows tr')[1].dataset.id") as? String))
                try await browser.press("\u{E007}")
                try await browser.wait(for: "document.querySelector('#panel')")
                try await browser.press("\u{E00C}")
                try await browser.wait(for: "location.pathname === '/calls'")
            }
        }
    }

    @Test("Columns that were chosen stay, and exports hold what is filtered")
    func columnsAndExport() async throws {
        try await Stage.run { stage in
            try await stage.post(call: "call-1", "ringing", secondsAgo: 30)
            try await stage.post(call: "call-2", "busy", number: "+14155550122", secondsAgo: 20)
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/calls?status=busy")
                try await browser.click(".menu summary")
                try await browser.click("[name=column-cost]")
                try await browser.click("[name=column-id]")
                try await browser.click(".menu form button")
                try await browser.wait(for: "location.search === '?status=busy' && document.querySelector('th.c-id')")
                #expect(try await browser.value("document.querySelector('th.c-cost')") is NSNull)
                let csv = try await browser.promise(
                    "fetch(document.querySelector('.export a').href).then((r) => r.text())")
                let lines = (csv as? String ?? "").split(whereSeparator: \.isNewline)
                #expect(lines.count == 2)
                #expect(lines.last?.contains("call-2,busy") == true)
                let json = try await browser.promise(
                    "fetch(document.querySelectorAll('.export a')[1].href).then((r) => r.text())")
                #expect((json as? String)?.contains("\"executionId\":\"call-2\"") == true)
            }
        }
    }
}

import Foundation
import Testing

@Suite("Signing in and out, in a browser", .serialized) struct SignInTests {
    @Test("A key opens the page that was asked for; signing out closes it; a wrong key opens nothing")
    func inAndOut() async throws {
        try await Stage.run { stage in
            try await Browser.run { browser in
                try await browser.open(stage.address + "/health")
                #expect(try await browser.text("h1") == "Sign in")
                try await browser.type("wrong", into: "#key")
                try await browser.click("#sign-in button")
                try await browser.wait(for: "document.querySelector('[role=alert]')")
                #expect(try await browser.text("[role=alert]").contains("opens nothing"))
                #expect(try await browser.value("document.cookie") as? String == "")

                try await browser.type(Stage.key, into: "#key")
                try await browser.click("#sign-in button")
                try await browser.wait(for: "document.querySelector('.who')")
                #expect(try await browser.text("h1") == "Health")
                #expect(try await browser.value("document.cookie") as? String == "", "no script sees the session")

                try await browser.open(stage.address + "/")
                #expect(try await browser.address() == stage.address + "/calls")
                try await browser.click(".who button")
                try await browser.wait(
                    for: "document.querySelector('[role=status]')?.textContent.includes('signed out')")
                try await browser.open(stage.address + "/calls")
                #expect(try await browser.text("h1") == "Sign in")
            }
        }
    }

    @Test("An open list says when its session has ended, and leads back to itself")
    func sessionEnds() async throws {
        try await Stage.run { stage in
            try await Browser.run { browser in
                try await stage.signIn(browser)
                try await browser.wait(for: "document.querySelector('#live').dataset.state === 'live'")
                _ = try await browser.promise("fetch('/sign-out', { method: 'POST' })")
                try await stage.post(call: "call-after", "ringing")
                try await browser.wait(for: "document.querySelector('#live').dataset.state === 'signed-out'")
                #expect(try await browser.text("#trouble").contains("Sign in again"))
                try await Pictures.keep("signed-out", of: browser)
            }
        }
    }
}

import Foundation
import Testing

@Suite("The administrators' pages, in a browser", .serialized) struct AccountPageTests {
    @Test("A key is minted, shown once and copied out, opens what it says, and is revoked after being asked")
    func keys() async throws {
        try await Stage.run { stage in
            try await Browser.run { browser in
                try await stage.signIn(browser, at: "/accounts")
                #expect(try await browser.text("h1") == "Account default")
                try await browser.click("#mint summary")
                try await browser.type("till 3", into: "#mint [name=label]")
                try await browser.click("#mint [name=scope-operate]")
                try await Pictures.keep("account-minting", of: browser)
                try await browser.click("#mint button")
                let key = try await browser.text("#secret")
                #expect(key.hasPrefix("gwk_"))
                try await Pictures.keep("shown-once", of: browser)
                try await browser.run(script: "location.reload()")
                #expect(try await browser.text("#notice").contains("shown one time"))
                #expect(
                    try await browser.value("document.querySelectorAll('.keys-table tbody tr').length") as? Int == 1)
                #expect(try await browser.text(".keys-table").contains("till 3"))
                #expect(try await browser.value("document.body.innerText.includes('\(key)')") as? Bool == false)
                func opens(_ path: String) async throws -> Int? {
                    let fetch = "fetch('\(path)', { credentials: 'omit', headers: { Authorization: 'Bearer \(key)' } })"
                    return try await browser.promise("\(fetch).then((r) => r.status)") as? Int
                }
                #expect(try await opens("/api/v1/health") == 200)
                #expect(try await opens("/api/v1/keys") == 403)

                try await browser.click(".keys-table button")
                #expect(try await browser.text("body:has(#confirm) h1") == "Revoke the key till 3?")
                try await Pictures.keep("confirm", of: browser)
                try await browser.click("main a")
                #expect(try await opens("/api/v1/health") == 200, "nothing was confirmed")
                try await browser.click(".keys-table button")
                try await browser.click("#confirm button")
                #expect(try await browser.text("#notice") == "The key opens nothing any more.")
                #expect(try await opens("/api/v1/health") == 401)
                #expect(try await browser.text(".audit").contains("key revoked"))
                try await Pictures.keep("account-revoked", of: browser)
                #expect(try await browser.complaints() == [])
            }
        }
    }

    @Test("The key for all accounts adds one and takes it out of service, also without scripts")
    func accounts() async throws {
        try await Stage.run { stage in
            try await Browser.run { browser in
                try await browser.setScripts(on: false)
                try await browser.open(stage.address + "/sign-in")
                try await browser.type(Stage.adminKey, into: "#key")
                try await browser.click("#sign-in button")
                #expect(try await browser.text("body:has(#add) h1") == "Accounts")
                try await browser.type("acme", into: "#add [name=id]")
                try await browser.type("Acme Ltd", into: "#add [name=label]")
                try await browser.click("#add button")
                #expect(try await browser.text("body:has(#service) h1") == "Account acme")
                try await browser.click("#add-secret summary")
                try await browser.click("#add-secret button")
                #expect(try await browser.text("#secret").hasPrefix("whsec_"))
                try await browser.click("main a")
                try await browser.click("#service button")
                #expect(try await browser.text("body:has(#confirm) h1") == "Take the account acme out of service?")
                try await browser.click("#confirm button")
                #expect(try await browser.text("#notice") == "The account is out of service.")
                try await Pictures.keep("account-disabled", of: browser)
                // Without what was just said on it, so that what is said next is not taken for it.
                try await browser.open(stage.address + "/accounts/acme")
                try await browser.click("#service button")
                #expect(try await browser.text("#notice") == "The account is in service again.")
                try await browser.open(stage.address + "/accounts")
                #expect(try await browser.text(".plain").contains("Acme Ltd"))
                try await Pictures.keep("accounts-filled", of: browser)
                try await browser.setScripts(on: true)
            }
        }
    }

    @Test(
        "What is set for an agent is kept and forgotten, and keeping data shorter is asked once more, without scripts")
    func settings() async throws {
        try await Stage.run { stage in
            try await Browser.run { browser in
                try await browser.setScripts(on: false)
                try await browser.open(stage.address + "/sign-in?next=%2Faccounts")
                try await browser.type(Stage.adminKey, into: "#key")
                try await browser.click("#sign-in button")
                try await browser.type("acme", into: "#add [name=id]")
                try await browser.click("#add button")
                try await browser.click("#agent summary")
                try await browser.type("agent-1", into: "#agent [name=agent]")
                try await browser.click("#agent button")
                #expect(try await browser.text("body:has(#agent-settings) h1") == "Agent agent-1")
                try await browser.click("#agent-settings [name=sends] option[value=some]")
                try await browser.click("#agent-settings [name=silent-ringing]")
                try await browser.type("90", into: "#agent-settings [name=due-ringing]")
                try await Pictures.keep("agent-setting", of: browser)
                try await browser.click("#agent-settings button.primary")
                #expect(
                    try await browser.text("#agents ~ table").contains("sends no ringing; ringing due after 1 min 30 s")
                )
                try await browser.click("#agents ~ table tr:last-child a")
                try await browser.click("#forget")
                #expect(
                    try await browser.text("body:has(#confirm) h1") == "Forget what is set for the agent agent-1?")
                try await browser.click("#confirm button")
                #expect(try await browser.text("body:has(#notice) #agents ~ table").contains("agent-1") == false)

                try await browser.open(stage.address + "/accounts/acme")
                try await browser.click("#settings summary")
                // Control and A choose what is there, for what is typed to take its place.
                try await browser.type("\u{E009}a\u{E009}40", into: "#settings [name=days-transcripts]")
                try await browser.click("#settings button.primary")
                #expect(try await browser.text("body:has(#confirm) h1") == "Change the account acme?")
                #expect(try await browser.text("#confirm-what").contains("kept 40 days instead of 180 days"))
                try await Pictures.keep("confirm-settings", of: browser)
                try await browser.click("#confirm button")
                #expect(try await browser.text("#notice") == "Changed; it holds from now on.")
                #expect(try await browser.text(".facts").contains("40 days"))
                try await browser.setScripts(on: true)
            }
        }
    }
}

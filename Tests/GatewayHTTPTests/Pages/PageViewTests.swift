import CallDomain
import Foundation
import Testing

@testable import GatewayHTTP

@Suite("What pages show") struct PageViewTests {
    @Test(
        "Durations, money and names are written for people",
        arguments: [
            (0.4, "0:00"), (59.6, "1:00"), (92, "1:32"), (3_723, "1:02:03"), (-1, "–"), (.infinity, "–"),
        ])
    func durations(seconds: Double, text: String) { #expect(PageText.duration(seconds) == text) }

    @Test func money() {
        #expect(PageText.money(cents: 12.4)?["text"] as? String == "$0.124")
        #expect(PageText.money(cents: 1_234.56)?["text"] as? String == "$12.346")
        #expect(PageText.money(cents: -5)?["value"] as? String == "-0.050")
        #expect(PageText.money(cents: .nan) == nil)
        #expect(PageText.words(camel: "hangupReason") == "hangup reason")
    }

    @Test("A transcript becomes turns; lines without a speaker go on with the turn before")
    func turns() {
        let turns = CallPanel.turns(of: "assistant: Hello: you?\nuser:yes\nindeed\n\nAssistant: fine")
        #expect(turns.map(\.who) == ["Agent", "Caller", "Agent"])
        #expect(turns.map(\.text) == ["Hello: you?", "yes indeed", "fine"])
        #expect(CallPanel.turns(of: "no speaker").map(\.text) == ["no speaker"])
        #expect(CallPanel.turns(of: "").isEmpty)
    }

    @Test(
        "A spreadsheet takes no field for a formula, and numbers stay numbers",
        arguments: [
            ("=1+1", "'=1+1"), ("@a", "'@a"), ("+14155550100", "+14155550100"), ("-3.5", "-3.5"), ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""), ("+1=cmd", "'+1=cmd"), ("", ""),
        ])
    func fields(text: String, field: String) { #expect(CallCSV.field(text) == field) }

    @Test("A body that may not be revealed shows its structure, but nobody's name, number or words")
    func bodies() {
        let body = """
            {"id":"call-1","status":"completed","transcript":"user: hello","telephony_data":{"to_number":"+14155550100"},\
            "+14155550122":1,"amount":14155550133,"list":["Asha",2,true,null]}
            """
        let shown = ShownBody(masked: Array(body.utf8))
        for open in ["call-1", "completed", "transcript", "to_number", "true", "2"] {
            #expect(shown.text.contains(open), "\(open)")
        }
        for secret in ["hello", "4155550100", "4155550122", "4155550133", "Asha"] {
            #expect(!shown.text.contains(secret), "\(secret)")
        }
        let odd =
            #"{"status":["Asha"],"type":"Asha from Pune","Asha of Pune":{"id":"x-1"},"event":{"id":"call ended"}}"#
        let shownOdd = ShownBody(masked: Array(odd.utf8)).text
        #expect(!shownOdd.contains("Asha") && !shownOdd.contains("Pune") && !shownOdd.contains("call ended"))
        #expect(shownOdd.contains("x-1") && shownOdd.contains("status"))
        #expect(ShownBody(masked: Array("Asha +14155550100".utf8)).text == "(17 bytes that are not JSON)")
        #expect(!ShownBody(masked: Array("\"Asha\"".utf8)).text.contains("Asha"))
        let deep = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
        #expect(ShownBody(masked: Array(deep.utf8)).text.contains("…"))
        #expect(ShownBody(revealed: Array("plain".utf8)).text == "plain")
        #expect(ShownBody(revealed: [UInt8](repeating: 0x61, count: 100_000)).note != nil)
    }
}

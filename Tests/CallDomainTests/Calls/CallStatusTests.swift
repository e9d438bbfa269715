import CallDomain
import Testing

@Suite("CallStatus")
struct CallStatusTests {
    @Test("Every known status is read from its own word")
    func words() {
        for status in CallStatus.known { #expect(CallStatus(spelling: status.word) == status) }
    }

    @Test(
        "Odd spellings are understood",
        arguments: [
            ("No_Answer", CallStatus.noAnswer), ("in progress", .inProgress), ("CONNECTED", .inProgress),
            ("balance_low", .balanceLow), ("cancelled", .canceled), (" queued\n", .queued),
            ("transcribing", .unknown("transcribing")),
        ])
    func spellings(_ spelling: String, _ status: CallStatus) {
        #expect(CallStatus(spelling: spelling) == status)
    }

    @Test(
        "Nothing but blanks and control characters is no status", arguments: ["", " ", "--", "_ _", "\0", "\u{7F}\t"])
    func empty(_ spelling: String) {
        #expect(CallStatus(spelling: spelling) == nil)
    }

    @Test(
        "A kept word is short, free of control characters, and read back as itself",
        arguments: [
            "ring\0ing", "\u{1B}[31mred", String(repeating: "x", count: 63) + "-y", String(repeating: "é", count: 40),
            "a" + String(repeating: "é", count: 40), String(repeating: "🙂", count: 20) + "z",
        ])
    func keptWords(_ spelling: String) throws {
        let status = try #require(CallStatus(spelling: spelling))
        #expect(status.word.utf8.count <= CallStatus.longestWord)
        #expect(status.word.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F })
        #expect(!status.word.unicodeScalars.contains("\u{FFFD}"))
        #expect(CallStatus(spelling: status.word) == status)
    }
}

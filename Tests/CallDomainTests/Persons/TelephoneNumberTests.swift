import CallDomain
import Testing

@Suite struct TelephoneNumberTests {
    private static let number = "+14155550100"

    @Test(
        "A number is given in full and without ornament",
        arguments: [
            ("+14155550100", true), ("+12345678", true), ("+123456789012345", true), ("14155550100", false),
            ("0014155550100", false), ("+1 415 555 0100", false), ("+1234567", false), ("+1234567890123456", false),
            ("+04155550100", false), ("+", false), ("", false), ("+1415555010०", false), ("+1415555010a", false),
        ])
    func form(text: String, isNumber: Bool) {
        #expect((TelephoneNumber(text) != nil) == isNumber)
    }

    @Test(
        "However it is written, it is the same number",
        arguments: [
            "+14155550100", "14155550100", "0014155550100", "+1 415 555 0100", "+1 (415) 555-0100", "001 415-555-0100",
            "1 415 555 0100", "1.415.555.0100", "+1\u{A0}415\u{A0}555\u{A0}0100", "x14155550100x", "to +14155550100.",
            "call 5, 14155550100", "+1 415 555 0100 5 times", "+4930123456 14155550100", "+14155550100+14155550111",
            "{\"to\":\"+14155550100\",\"from\":14155550111}", "5 14155550100", "+ 14155550100", "\\u002b14155550100",
        ])
    func spellings(text: String) throws {
        #expect(try #require(TelephoneNumber(Self.number)).isNamed(in: text))
    }

    @Test(
        "The zero that is dialled at home is no part of a number that is written with its country code",
        arguments: [
            "+49 (0)151 23456789", "+49 (0) 151 23456789", "+49(0)15123456789", "+49 (0151) 23456789",
            "+49 0151 23456789", "0049 (0)151 23456789", "00 49 (0)151 2345 6789", "+4915123456789",
        ])
    func homeZero(text: String) throws {
        #expect(try #require(TelephoneNumber("+4915123456789")).isNamed(in: text))
    }

    @Test(
        "A number in groups without a sign is found after and before what is none of it",
        arguments: [
            "2026-03-04 1 415 555 0100", "10:02:11 1 415 555 0100", "+4930123456 1 415 555 0100",
            "+49 30 123456 78 1 415 555 0100", "5 1-415-555-0100", "1 415 555 0100 5 times",
            "1 415 555 0100 2026-03-04", "2026-03-04 1 415 555 0100 2026-03-05", "0049 30 123456 1 415 555 0100",
        ])
    func neighbours(text: String) throws {
        #expect(try #require(TelephoneNumber(Self.number)).isNamed(in: text))
    }

    @Test("A zero that belongs to a number stays, and a second one is not taken for one that is dialled")
    func otherZeros() throws {
        #expect(try #require(TelephoneNumber("+390612345678")).isNamed(in: "+39 06 1234 5678"))
        #expect(try !#require(TelephoneNumber("+4915123456789")).isNamed(in: "+49 (00)151 23456789"))
        #expect(try !#require(TelephoneNumber("+4915123456789")).isNamed(in: "+49 151 (0)23456789"))
    }

    @Test(
        "Part of another number is not the number, and neither is a date",
        arguments: [
            ("+14155550100", "114155550100"), ("+14155550100", "1415555010"), ("+14155550100", ""),
            ("+14155550100", "+1 415 555 01001"), ("+14155550100", "14155550100 and 5".replacing("0100", with: "0101")),
            ("+14155551", "+14155550100"), ("+14155550", "14155550100"), ("+4155550100", "+1 4155550100"),
            ("+4155550100", "+1 415 555 0100"), ("+20261130", "2026-11-30T11:10:53Z"),
            ("+26113011", "2026-11-30 11:10:53"), ("+15555010", "call 1 5555010"),
        ])
    func others(number: String, text: String) throws {
        #expect(try !#require(TelephoneNumber(number)).isNamed(in: text))
    }

    @Test("Numbers of an old form are whole runs of digits, and none that is a number today; so many are looked at")
    func oldForms() {
        var found: [String] = []
        let text = Array("1234567 012345678 12345678 01234567890123456 123456 +0491234567 7654321".utf8)
        let isAny = TelephoneNumber.isAnyOfOldForm(in: text, atMost: 3) { digits in
            found.append(String(decoding: digits, as: UTF8.self))
            return false
        }
        #expect(!isAny && found == ["1234567", "012345678", "0491234567"])
        #expect(TelephoneNumber.isAnyOfOldForm(in: text, atMost: 4) { $0 == Array("7654321".utf8) })
    }

    @Test("What is looked at is bounded, whatever the bytes are")
    func bound() {
        let bytes = Array(String(repeating: "12345678,", count: 100).utf8)
        var count = 0
        #expect(
            !TelephoneNumber.isAny(in: bytes, atMost: 10) { _ in
                count += 1
                return false
            })
        #expect(count == 10)
        let hostile = Array(String(repeating: "00 ", count: 100_000).utf8)
        #expect(!TelephoneNumber.isAny(in: hostile) { _ in true })
        let groups = Array(String(repeating: "1 ", count: 100_000).utf8)
        #expect(!TelephoneNumber.isAny(in: groups) { $0.contains(UInt8(ascii: "2")) })
    }
}

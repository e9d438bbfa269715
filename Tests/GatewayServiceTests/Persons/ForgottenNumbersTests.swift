import CallDomain
import Testing

@testable import GatewayService

@Suite struct ForgottenNumbersTests {
    private let numbers = ForgottenNumbers { ContentDigest(of: Array($0.utf8)) }
    private let other = AccountID(rawValue: "other")

    private func forget(_ text: String) throws { numbers.add(try #require(numbers.number(text, of: .default))) }

    @Test("A number is its digits, however it is written, and of one account")
    func digits() throws {
        try forget("+1 (415) 555-0100")
        #expect(numbers.contains("14155550100", of: .default))
        #expect(numbers.contains("+1-415-555-0100", of: .default))
        #expect(!numbers.contains("+14155550101", of: .default))
        #expect(!numbers.contains("+14155550100", of: other))
        #expect(numbers.number("+1", of: .default) == nil)
        #expect(numbers.number("1234567890123456", of: .default) == nil)
        #expect(
            numbers.number("+14155550100", of: .default)?.digest != numbers.number("+14155550100", of: other)?.digest)
    }

    @Test(
        "Bytes name a number where a run of digits is it",
        arguments: [
            ("to +14155550100.", true), ("14155550100", true), ("x14155550100x", true), ("114155550100", false),
            ("1415555010", false), ("", false), ("14155550100 and 5", true), ("5 and 7 and 1415555", false),
        ])
    func bodies(text: String, isNamed: Bool) throws {
        try forget("+14155550100")
        #expect(numbers.isNamed(in: Array(text.utf8), of: .default) == isNamed)
        #expect(!numbers.isNamed(in: Array(text.utf8), of: other))
    }

    @Test("The work on one body is bounded")
    func bound() throws {
        try forget("+14155550100")
        let noise = String(repeating: "1234567 ", count: ForgottenNumbers.mostRuns - 1)
        #expect(numbers.isNamed(in: Array((noise + "14155550100").utf8), of: .default))
        #expect(!numbers.isNamed(in: Array((noise + "1234567 14155550100").utf8), of: .default))
    }

    @Test("Without a key nothing can be forgotten")
    func noKey() {
        #expect(ForgottenNumbers().number("+14155550100", of: .default) == nil)
        #expect(ForgottenNumbers().check == nil)
    }
}

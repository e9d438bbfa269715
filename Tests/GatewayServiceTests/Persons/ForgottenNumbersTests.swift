import CallDomain
import Testing

@testable import GatewayService

@Suite struct ForgottenNumbersTests {
    private let numbers = ForgottenNumbers { ContentDigest(of: Array($0.utf8)) }
    private let other = AccountID(rawValue: "other")

    private func forget(_ text: String) throws {
        let number = try #require(TelephoneNumber(text))
        numbers.add(try #require(numbers.remembered(number, of: .default)))
    }

    @Test("A number is its digits, however it is written, and of one account")
    func digits() throws {
        try forget("+14155550100")
        #expect(numbers.isNamed(in: "14155550100", of: .default))
        #expect(numbers.isNamed(in: "+1 (415) 555-0100", of: .default))
        #expect(!numbers.isNamed(in: "+14155550101", of: .default))
        #expect(!numbers.isNamed(in: "+14155550100", of: other))
        let number = try #require(TelephoneNumber("+14155550100"))
        #expect(numbers.remembered(number, of: .default)?.digest != numbers.remembered(number, of: other)?.digest)
    }

    @Test("The sides of a call and its bytes are looked at")
    func statements() throws {
        try forget("+14155550100")
        var statement = Statement(executionID: ExecutionID(rawValue: "e"), status: .ringing)
        #expect(!numbers.isForgotten(statement, body: Array("{}".utf8), of: .default))
        #expect(numbers.isForgotten(statement, body: Array("{\"to\":\"0014155550100\"}".utf8), of: .default))
        statement.fields[.toNumber] = .text("1 415 555 0100")
        #expect(numbers.isForgotten(statement, body: [], of: .default))
        #expect(!numbers.isForgotten(statement, body: [], of: other))
    }

    @Test("A number that was forgotten before a country code was asked for stays so, as it was given then")
    func oldForms() throws {
        for digits in ["01701234567", "5550100", "00491701234568"] {
            let digest = ContentDigest(of: Array("default|\(digits)".utf8))
            numbers.add(ForgottenNumber(account: .default, digest: digest))
        }
        for text in ["01701234567", "to 5550100.", "00491701234568"] {
            #expect(numbers.isNamed(in: text, of: .default), "\(text)")
            #expect(!numbers.isNamed(in: text, of: other))
        }
        for text in ["01701234568", "201701234567", "55501001", "15550100"] {
            #expect(!numbers.isNamed(in: text, of: .default), "\(text)")
        }
        var statement = Statement(executionID: ExecutionID(rawValue: "e"), status: .ringing)
        statement.fields[.toNumber] = .text("0170 123-4567")
        #expect(numbers.isForgotten(statement, body: [], of: .default))
    }

    @Test("The work on one body is bounded")
    func bound() throws {
        try forget("+14155550100")
        let noise = String(repeating: "12345678, ", count: ForgottenNumbers.mostNumbers - 1)
        #expect(numbers.isNamed(in: noise + "14155550100", of: .default))
        #expect(!numbers.isNamed(in: noise + "12345678, 14155550100", of: .default))
    }

    @Test("Without a key nothing can be forgotten")
    func noKey() throws {
        #expect(ForgottenNumbers().remembered(try #require(TelephoneNumber("+14155550100")), of: .default) == nil)
        #expect(ForgottenNumbers().check == nil)
    }
}

import CallDomain
import Testing

@testable import WebhookTrust

@Suite struct APIKeyTextTests {
    @Test func readsWhatItMints() throws {
        let key = try APIKeyText.mint()
        let read = try #require(try APIKeyText(parsing: key.secret))
        #expect(read == key)
        #expect(read.id.rawValue.count == 12)
        #expect(try read.digest == key.digest)
    }

    @Test func mintsADifferentKeyEachTime() throws {
        let first = try APIKeyText.mint()
        let second = try APIKeyText.mint()
        #expect(first.id != second.id)
        #expect(first.secret.suffix(51) != second.secret.suffix(51))
    }

    @Test func everyChangedCharacterIsNoticed() throws {
        let secret = Array(try APIKeyText.mint().secret.utf8)
        for index in secret.indices {
            var changed = secret
            changed[index] = changed[index] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
            #expect(try APIKeyText(parsing: String(decoding: changed, as: UTF8.self)) == nil, "index \(index)")
        }
    }

    @Test(arguments: ["", "gwk_", "gwk_0123456789ab_", String(repeating: "g", count: 68)])
    func isNil(text: String) throws {
        #expect(try APIKeyText(parsing: text) == nil)
    }

    @Test func isNeverPrinted() throws {
        let key = try APIKeyText.mint()
        let printed = "\(key) \(String(reflecting: key)) \(String(describing: Mirror(reflecting: key).children.count))"
        #expect(!printed.contains(key.secret.dropFirst(17).prefix(12)))
        #expect(printed.contains(key.id.rawValue))
    }
}

import Testing

@testable import WebhookTrust

@Suite struct SecretSealerTests {
    private let sealer: SecretSealer
    private let secret = Array("bn-0123456789abcdef".utf8)

    init() throws { sealer = SecretSealer(key: try SealingKey.mint()) }

    @Test(arguments: [0, 1, 15, 16, 17, 1_000, SecretSealer.longestSecret])
    func opensWhatItSealed(length: Int) throws {
        let secret = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let sealed = try sealer.seal(secret, for: "account a, bolna token")
        #expect(sealed.count == length + 37)
        #expect(try sealer.open(sealed, for: "account a, bolna token") == secret)
    }

    @Test func sealsTheSameSecretDifferentlyEachTime() throws {
        #expect(try sealer.seal(secret, for: "p") != sealer.seal(secret, for: "p"))
    }

    @Test func theSecretIsNotInWhatIsStored() throws {
        let sealed = try sealer.seal(secret, for: "p")
        #expect(!sealed.indices.contains { sealed[$0...].starts(with: secret.prefix(6)) })
    }

    @Test func everyFlippedBitIsNoticed() throws {
        let sealed = try sealer.seal(secret, for: "p")
        for bit in 0..<(sealed.count * 8) {
            var changed = sealed
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: SecretSealer.Failure.self) { try sealer.open(changed, for: "p") }
        }
    }

    @Test func everyCutIsNoticed() throws {
        let sealed = try sealer.seal(secret, for: "p")
        for length in 0..<sealed.count {
            #expect(throws: SecretSealer.Failure.damaged) { try sealer.open(Array(sealed.prefix(length)), for: "p") }
        }
    }

    @Test func opensNowhereElse() throws {
        let sealed = try sealer.seal(secret, for: "account a, bolna token")
        #expect(throws: SecretSealer.Failure.damaged) { try sealer.open(sealed, for: "account b, bolna token") }
    }

    @Test func tellsAnotherKeyFromDamage() throws {
        let sealed = try sealer.seal(secret, for: "p")
        let other = SecretSealer(key: try SealingKey.mint())
        #expect(throws: SecretSealer.Failure.otherKey) { try other.open(sealed, for: "p") }
    }

    @Test func refusesASecretThatIsTooLong() {
        let secret = [UInt8](repeating: 1, count: SecretSealer.longestSecret + 1)
        #expect(throws: SecretSealer.Failure.tooLong) { try sealer.seal(secret, for: "p") }
    }

    @Test func aKeyReadsItsOwnTextAndNothingElse() throws {
        let key = try SealingKey.mint()
        #expect(try SealingKey(text: key.text) == key)
        for text in ["", "seal_", key.text + "A", String(key.text.dropLast()), String(key.text.dropFirst(5))] {
            #expect(try SealingKey(text: text) == nil)
        }
    }

    @Test func aKeyIsNeverPrinted() throws {
        let key = try SealingKey.mint()
        #expect(!"\(key) \(String(reflecting: key))".contains(key.text.dropFirst(5).prefix(8)))
    }
}

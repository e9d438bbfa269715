import Testing
import WebhookTrust

@Suite("Hex")
struct HexTests {
    @Test("Every byte comes back, from digits of either case")
    func roundTrip() {
        let bytes = Array(UInt8.min...UInt8.max)
        let text = Hex.encode(bytes)
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff"))
        #expect(Hex.decode(text) == bytes)
        #expect(Hex.decode(text.uppercased()) == bytes)
    }

    @Test("What is no pair of digits is refused", arguments: ["0", "0g", "g0", " 00", "0x00", "00 ", "é", "0/", "@0"])
    func refused(text: String) {
        #expect(Hex.decode(text) == nil)
    }
}

@Suite("Base64URL")
struct Base64URLTests {
    @Test(
        "The vectors of RFC 4648 hold, without padding",
        arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")])
    func vectors(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test("The two characters of the URL alphabet are used")
    func alphabet() {
        #expect(Base64URL.encode([0xFB, 0xEF, 0xFF]) == "--__")
        #expect(Base64URL.decode("--__") == [0xFB, 0xEF, 0xFF])
    }

    @Test(
        "Padding, other alphabets, impossible lengths and loose bits are refused",
        arguments: ["Zg==", "Zh", "Zm9", "Z", "++//", "Zm 9", "Zm9v\n", "Zéé", "Zm9vY"])
    func refused(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}

@Suite("ConstantTime")
struct ConstantTimeTests {
    @Test("Equal is equal, and any flipped bit or other length is not")
    func compare() {
        let bytes = Array(UInt8(0)..<32)
        #expect(ConstantTime.equal(bytes, bytes))
        #expect(ConstantTime.equal([], []))
        #expect(!ConstantTime.equal(bytes, Array(bytes.dropLast())))
        #expect(!ConstantTime.equal(bytes, []))
        for bit in 0..<(32 * 8) {
            var other = bytes
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!ConstantTime.equal(bytes, other))
        }
    }
}

@Suite("SecureRandom")
struct SecureRandomTests {
    @Test("As many bytes as were asked for, and other ones each time", arguments: [1, 16, 32, SecureRandom.most])
    func counts(count: Int) throws {
        let first = try SecureRandom.bytes(count)
        #expect(first.count == count)
        if count >= 16 { #expect(try SecureRandom.bytes(count) != first) }
    }

    @Test("No bytes are no bytes")
    func none() throws {
        #expect(try SecureRandom.bytes(0).isEmpty)
    }
}

@Suite("Base64")
struct Base64Tests {
    @Test(
        "Known texts, both ways",
        arguments: [
            ([], ""), ([0x66], "Zg=="), ([0x66, 0x6F], "Zm8="), ([0x66, 0x6F, 0x6F], "Zm9v"), ([0xFB, 0xFF], "+/8="),
        ] as [([UInt8], String)])
    func known(bytes: [UInt8], text: String) {
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text) == bytes)
    }

    @Test("Anything else is refused", arguments: ["Zg", "Zg=", "Zh==", "Z===", "====", "-_8=", "Zm9v\n", "Zg==Zg=="])
    func refused(text: String) { #expect(Base64.decode(text) == nil) }
}

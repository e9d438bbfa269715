import CallDomain
import Testing
import WebhookTrust

@Suite("HMACSHA256")
struct HMACSHA256Tests {
    /// The vectors of RFC 4231, section 4; the fifth truncates its output and is not ours.
    static let vectors: [(key: [UInt8], data: [UInt8], code: String)] = [
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            Array(1...25), [UInt8](repeating: 0xCD, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]

    @Test("The vectors of RFC 4231 hold", arguments: vectors.indices)
    func vector(index: Int) throws {
        let vector = Self.vectors[index]
        let hmac = try HMACSHA256(key: vector.key)
        #expect(Hex.encode(try hmac.code(for: vector.data)) == vector.code)
    }

    @Test("A prefix counts as if it stood before the message, wherever the message is cut")
    func prefix() throws {
        let hmac = try HMACSHA256(key: "Jefe")
        let message = Array("what do ya want for nothing?".utf8)
        for cut in 0...message.count {
            let code = try hmac.code(prefix: Array(message[..<cut]), for: Array(message[cut...]))
            #expect(Hex.encode(code) == Self.vectors[1].code)
        }
    }

    @Test("Key and message are taken as UTF-8")
    func unicode() throws {
        // python3: hmac.new("ключ".encode(), "सन्देश".encode(), "sha256").hexdigest()
        let code = try HMACSHA256(key: "ключ").code(for: Array("सन्देश".utf8))
        #expect(Hex.encode(code) == "10ea4deb794fb50069dda9034c17d5ba62e033e8cea82a72d8adebc51de0bcef")
    }

    @Test("An empty key is refused")
    func emptyKey() {
        #expect(throws: CryptoError.emptySecret) { try HMACSHA256(key: [UInt8]()) }
        #expect(throws: CryptoError.emptySecret) { try WebhookSecret(label: "empty", value: "") }
    }

    @Test("One key serves many threads at once")
    func concurrent() async throws {
        let hmac = try HMACSHA256(key: "Jefe")
        let message = Array("what do ya want for nothing?".utf8)
        let codes = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask { try (0..<200).map { _ in Hex.encode(try hmac.code(for: message)) } }
            }
            return try await group.reduce(into: Set<String>()) { $0.formUnion($1) }
        }
        #expect(codes == [Self.vectors[1].code])
    }
}

@Suite("ContentHash")
struct ContentHashTests {
    @Test(
        "SHA-256 of known texts",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "{\"id\":\"f54886af-64c6-5dec-8a52-c3f9ab4af601\",\"status\":\"completed\"}",
                "eebfad70cbbf47f7922f433817c48b81bfff48f1c9f2d0870b3e901cc0fefab5"
            ),
        ])
    func known(text: String, digest: String) throws {
        #expect(Hex.encode(try ContentHash.sha256(Array(text.utf8)).bytes) == digest)
    }
}

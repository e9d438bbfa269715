import CallDomain
import Testing
import WebhookTrust

@Suite("SignatureVerifier")
struct SignatureVerifierTests {
    let secrets: [WebhookSecret]

    init() throws {
        secrets = [
            try WebhookSecret(label: "old", value: Known.secret),
            try WebhookSecret(label: "new", value: Known.secondSecret),
        ]
    }

    func check(
        _ headers: String..., body: [UInt8] = Known.body, secrets: [WebhookSecret]? = nil,
        now: Timestamp = Timestamp(seconds: Known.time)
    ) throws -> SignatureCheck {
        try SignatureVerifier.check(headers: headers, body: body, secrets: secrets ?? self.secrets, now: now)
    }

    @Test("A signature as Python makes it is right, and the answer names its secret")
    func known() throws {
        #expect(try check("t=1772615708,v1=\(Known.signature)") == .signed(secret: "old"))
        #expect(try check("t=1772615708,v1=\(Known.secondSecretSignature)") == .signed(secret: "new"))
        #expect(try check("t=1772615708,v1=\(Known.emptyBodySignature)", body: []) == .signed(secret: "old"))
    }

    @Test("The time is signed as it is written")
    func writtenTime() throws {
        #expect(try check("t=01772615708,v1=\(Known.leadingZeroSignature)") == .signed(secret: "old"))
        #expect(try check("t=01772615708,v1=\(Known.signature)") == .refused(.mismatch))
    }

    @Test("A secret that is not active any more does not sign")
    func rotation() throws {
        #expect(
            try check("t=1772615708,v1=\(Known.signature)", secrets: [secrets[1]]) == .refused(.mismatch))
        #expect(try check("t=1772615708,v1=\(Known.signature)", secrets: []) == .refused(.mismatch))
    }

    @Test("One right code among several is enough, wherever it stands")
    func severalCodes() throws {
        let wrong = String(repeating: "0", count: 64)
        #expect(try check("t=1772615708,v1=\(wrong),v1=\(Known.signature)") == .signed(secret: "old"))
        #expect(try check("v1=\(Known.signature),v1=\(wrong),t=1772615708") == .signed(secret: "old"))
    }

    @Test("Blanks around elements, other schemes and hex of either case are understood")
    func tolerance() throws {
        #expect(try check(" t=1772615708 ,\tv1=\(Known.signature.uppercased()) ") == .signed(secret: "old"))
        #expect(try check("t=1772615708,v0=zzz,v1=\(Known.signature),v2=,x=a=b") == .signed(secret: "old"))
    }

    @Test("Each flipped bit of the code is refused", arguments: 0..<256)
    func flippedCode(bit: Int) throws {
        var code = try #require(Hex.decode(Known.signature))
        code[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(try check("t=1772615708,v1=\(Hex.encode(code))") == .refused(.mismatch))
    }

    @Test("Each flipped bit of the body is refused, and so is a longer or shorter one")
    func flippedBody() throws {
        let header = "t=1772615708,v1=\(Known.signature)"
        for bit in 0..<(Known.body.count * 8) {
            var body = Known.body
            body[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try check(header, body: body) == .refused(.mismatch))
        }
        #expect(try check(header, body: Known.body + [0x0A]) == .refused(.mismatch))
        #expect(try check(header, body: Known.body.dropLast()) == .refused(.mismatch))
    }

    @Test("Another time than the signed one is refused, also inside the tolerance")
    func otherTime() throws {
        #expect(try check("t=1772615709,v1=\(Known.signature)") == .refused(.mismatch))
    }

    @Test(
        "Up to 300 seconds either way are accepted, 301 are not",
        arguments: [
            (-301, false), (-300, true), (-299, true), (0, true), (299, true), (300, true), (301, false),
            (86_400, false), (-86_400, false),
        ] as [(Int64, Bool)])
    func staleness(offset: Int64, isAccepted: Bool) throws {
        let now = Timestamp(seconds: Known.time + offset)
        let expected = isAccepted ? SignatureCheck.signed(secret: "old") : .refused(.stale)
        #expect(try check("t=1772615708,v1=\(Known.signature)", now: now) == expected)
    }

    @Test("A clock at either end of time does not trap", arguments: [Timestamp.distantPast, .distantFuture])
    func extremeClock(now: Timestamp) throws {
        #expect(try check("t=1772615708,v1=\(Known.signature)", now: now) == .refused(.stale))
        #expect(try check("t=9223372036854775807,v1=\(Known.signature)", now: now) == .refused(.stale))
    }

    @Test("No header is missing; two are not to be trusted")
    func headerCount() throws {
        #expect(try check() == .refused(.missing))
        let header = "t=1772615708,v1=\(Known.signature)"
        #expect(try check(header, header) == .refused(.malformed))
    }

    static let malformed: [String] = [
        "", ",", "t", "v1", "t=1772615708", "v1=\(Known.signature)", "t=,v1=\(Known.signature)",
        "t=1772615708,t=1772615708,v1=\(Known.signature)", "t=-1,v1=\(Known.signature)", "t=+1,v1=\(Known.signature)",
        "t=1772615708.0,v1=\(Known.signature)", "t=9223372036854775808,v1=\(Known.signature)",
        "t=١٢٣,v1=\(Known.signature)", "t=1772615708,v1=", "t=1772615708,v1=\(Known.signature)0",
        "t=1772615708,v1=\(Known.signature.dropLast())", "t=1772615708,v1=\(Known.signature.dropLast())g",
        "t=1772615708;v1=\(Known.signature)", "t=1772615708,v1=\(Known.signature),",
        "T=1772615708,v1=\(Known.signature)",
        "t =1772615708,v1=\(Known.signature)", "t=1772615708,V1=\(Known.signature)",
        "t=1772615708,v1=\(Known.signature),v1=00", "{\"t\":1772615708}",
    ]

    @Test("A header of any other form is malformed", arguments: malformed)
    func malformedHeader(header: String) throws {
        #expect(try check(header) == .refused(.malformed))
    }

    @Test("Sixteen codes are looked at, a seventeenth is too many")
    func mostCodes() throws {
        let wrong = String(repeating: "0", count: 64)
        let sixteen = [String](repeating: "v1=\(wrong)", count: 15) + ["v1=\(Known.signature)"]
        #expect(try check("t=1772615708," + sixteen.joined(separator: ",")) == .signed(secret: "old"))
        #expect(try check("t=1772615708,v1=\(wrong)," + sixteen.joined(separator: ",")) == .refused(.malformed))
    }

    @Test("4096 bytes are looked at, 4097 are too many")
    func longestHeader() throws {
        let header = "t=1772615708,v1=\(Known.signature),x="
        let padding = String(repeating: "x", count: SignatureVerifier.longestHeader - header.utf8.count)
        #expect(try check(header + padding) == .signed(secret: "old"))
        #expect(try check(header + padding + "x") == .refused(.malformed))
    }
}

import CallDomain
import Testing
import WebhookTrust

@Suite("StandardSignature")
struct StandardSignatureTests {
    /// The example of the specification's own libraries (standard-webhooks/standard-webhooks: libraries/go/webhook_test.go),
    /// recomputed with Python's `hmac`.
    static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    static let time: Int64 = 1_614_265_330
    static let body = Array(#"{"test": 2432232314}"#.utf8)
    static let code = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    let secrets: [WebhookSecret]

    init() throws {
        secrets = [
            try WebhookSecret(label: "old", value: "whsec_bm90IHRoaXMgb25l"),
            try WebhookSecret(label: "new", value: Known.secret),
        ]
    }

    func check(
        ids: [String] = [id], times: [String] = [String(time)], signatures: [String] = [code], body: [UInt8] = body,
        now: Int64 = time, tolerance: Int64 = SignatureVerifier.tolerance
    ) throws -> SignatureCheck {
        try StandardSignature.check(
            headers: StandardWebhookHeaders(ids: ids, timestamps: times, signatures: signatures), body: body,
            secrets: secrets, now: Timestamp(seconds: now), tolerance: tolerance)
    }

    @Test("The specification's example is right, and the answer names its secret")
    func known() throws { #expect(try check() == .signed(secret: "new")) }

    @Test("A secret counts with and without its prefix, as base64")
    func prefix() throws {
        let bare = try WebhookSecret(label: "bare", value: String(Known.secret.dropFirst(6)))
        #expect(
            try StandardSignature.check(
                headers: StandardWebhookHeaders(
                    ids: [Self.id], timestamps: [String(Self.time)], signatures: [Self.code]), body: Self.body,
                secrets: [bare], now: Timestamp(seconds: Self.time)) == .signed(secret: "bare"))
    }

    @Test("One of several signatures is enough; other versions are skipped")
    func several() throws {
        let wrong = "v1," + Base64.encode(Array(repeating: 0, count: 32))
        #expect(try check(signatures: ["v1a,AAAA \(wrong) \(Self.code)"]) == .signed(secret: "new"))
        #expect(try check(signatures: [wrong]) == .refused(.mismatch))
        #expect(try check(signatures: ["v1a,AAAA"]) == .refused(.malformed))
    }

    @Test("Id, time and body are signed")
    func tampering() throws {
        #expect(try check(ids: ["msg_other"]) == .refused(.mismatch))
        #expect(try check(times: ["1614265331"]) == .refused(.mismatch))
        #expect(try check(body: Self.body + [0x20]) == .refused(.mismatch))
    }

    @Test(
        "The time may lie as far from now as the tolerance, in both directions",
        arguments: [(300, true), (301, false), (-300, true), (-301, false)] as [(Int64, Bool)])
    func tolerance(offset: Int64, isFresh: Bool) throws {
        #expect(try check(now: Self.time + offset) == (isFresh ? .signed(secret: "new") : .refused(.stale)))
        #expect(try check(now: Self.time + 10, tolerance: 9) == .refused(.stale))
    }

    @Test("Without a signature there is none; with one, the other fields must be there, once")
    func fields() throws {
        #expect(try check(signatures: []) == .refused(.missing))
        #expect(try check(ids: []) == .refused(.malformed))
        #expect(try check(times: []) == .refused(.malformed))
        #expect(try check(ids: [Self.id, Self.id]) == .refused(.malformed))
        #expect(try check(times: [String(Self.time), String(Self.time)]) == .refused(.malformed))
        #expect(try check(signatures: [Self.code, Self.code]) == .refused(.malformed))
    }

    @Test(
        "Fields that cannot be read are malformed",
        arguments: [
            ("msg.dot", "1614265330", code), ("", "1614265330", code),
            (String(repeating: "x", count: 257), "1614265330", code), (id, "", code), (id, "-1", code),
            (id, "1614265330.5", code), (id, "99999999999999999999", code), (id, "1614265330", "v1"),
            (id, "1614265330", "v1,AAAA"), (id, "1614265330", "v1,\(code.dropFirst(3).dropLast())"),
            (id, "1614265330", Array(repeating: code, count: 17).joined(separator: " ")),
            (id, "1614265330", code + String(repeating: " ", count: 4_096)),
        ])
    func malformed(id: String, time: String, signature: String) throws {
        #expect(try check(ids: [id], times: [time], signatures: [signature]) == .refused(.malformed))
    }

    @Test("A minted secret is a key of both schemes")
    func minted() throws {
        let minted = try WebhookSecret.mint()
        #expect(minted.hasPrefix("whsec_"))
        #expect(Base64.decode(String(minted.dropFirst(6)))?.count == 32)
    }
}

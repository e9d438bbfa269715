import CallDomain
import Testing
import WebhookTrust

@testable import GatewayHTTP

/// A token, and what is to come of it: a user or a refusal.
struct TokenCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var expected: Result<String, TokenRefusal>
    var make: @Sendable () throws -> String

    init(_ name: String, _ refusal: TokenRefusal, _ make: @escaping @Sendable () throws -> String) {
        testDescription = name
        expected = .failure(refusal)
        self.make = make
    }

    init(_ name: String, user: String, _ make: @escaping @Sendable () throws -> String) {
        testDescription = name
        expected = .success(user)
        self.make = make
    }

    /// Claims that are right but for some.
    static func claims(_ members: String) -> String { "{\"id\":\"u1\",\(members)}" }
}

@Suite("TokenVerifier")
struct TokenVerifierTests {
    private static let now = Timestamp(seconds: Int64(TokenMaker.now))

    private static func keys() async throws -> TokenKeys {
        let keys = TokenKeys()
        try await keys.take(TokenMaker.keySet([try TokenMaker.rsaKey(), TokenMaker.ecKey()]))
        return keys
    }

    private static func outcome(
        _ text: String, _ settings: TokenSettings, keys: TokenKeys, secrets: [AccountID: String] = [:]
    ) async -> Result<Principal, TokenRefusal> {
        let verifier = TokenVerifier(settings: settings, keys: keys, secretOfAccount: { secrets[$0] })
        do throws(TokenRefusal) {
            return .success(try await verifier.principal(of: text, at: now))
        } catch {
            return .failure(error)
        }
    }

    static let algorithms: [TokenCase] = [
        TokenCase("HS256 by the secret", user: "u1") { try TokenMaker.hs256() },
        TokenCase("RS256 by the key it names", user: "u1") { try TokenMaker.rs256() },
        TokenCase("RS256 without a name", user: "u1") { try TokenMaker.rs256(header: #"{"alg":"RS256"}"#) },
        TokenCase("ES256 by the key it names", user: "u1") { try TokenMaker.es256() },
        TokenCase("none, without a signature", .algorithm) {
            try TokenMaker.token(#"{"alg":"none"}"#) { _ in [] }
        },
        TokenCase("none in other letters", .algorithm) { try TokenMaker.token(#"{"alg":"NONE"}"#) { _ in [] } },
        TokenCase("HS256 under the public RSA key", .signature) {
            try TokenMaker.hs256(secret: try TokenMaker.rsaPEM())
        },
        TokenCase("HS256 under the public RSA key, by its name", .signature) {
            try TokenMaker.token(
                #"{"alg":"HS256","kid":"rsa-1"}"#, signedBy: TokenMaker.code(try TokenMaker.rsaPEM()))
        },
        TokenCase("HS256 under the text of the public key", .signature) {
            try TokenMaker.token(
                #"{"alg":"HS256","kid":"rsa-1"}"#, signedBy: TokenMaker.code(try TokenMaker.rsaKey()))
        },
        TokenCase("RS256 in the header, an HMAC by the secret", .signature) {
            try TokenMaker.token(#"{"alg":"RS256","kid":"rsa-1"}"#, signedBy: TokenMaker.code(TokenMaker.secret))
        },
        TokenCase("ES256 in the header, the RSA key's name", .unknownKey) {
            try TokenMaker.token(#"{"alg":"ES256","kid":"rsa-1"}"#, signedBy: TokenMaker.signEC)
        },
        TokenCase("ES256 in the header, signed by RSA", .signature) {
            try TokenMaker.token(#"{"alg":"ES256","kid":"ec-1"}"#, signedBy: TokenMaker.signRSA)
        },
        TokenCase("HS384", .algorithm) {
            try TokenMaker.token(#"{"alg":"HS384"}"#, signedBy: TokenMaker.code(TokenMaker.secret))
        },
        TokenCase("RS512", .algorithm) {
            try TokenMaker.token(#"{"alg":"RS512","kid":"rsa-1"}"#, signedBy: TokenMaker.signRSA)
        },
        TokenCase("A key of its own in the header", .signature) {
            try TokenMaker.token(
                "{\"alg\":\"RS256\",\"jwk\":\(try TokenMaker.rsaKey())}", signedBy: TokenMaker.signOtherRSA)
        },
        TokenCase("A key that nobody trusts", .signature) {
            try TokenMaker.token(#"{"alg":"RS256","kid":"rsa-1"}"#, signedBy: TokenMaker.signOtherRSA)
        },
        TokenCase("An unknown name of a key", .unknownKey) {
            try TokenMaker.rs256(header: #"{"alg":"RS256","kid":"rsa-2"}"#)
        },
        TokenCase("An extension that must be understood", .critical) {
            try TokenMaker.token(
                #"{"alg":"HS256","crit":["exp"],"exp":1}"#, signedBy: TokenMaker.code(TokenMaker.secret))
        },
        TokenCase("A number that no integer holds in the header", user: "u1") {
            try TokenMaker.token(#"{"alg":"HS256","x":1e300}"#, signedBy: TokenMaker.code(TokenMaker.secret))
        },
        TokenCase("Another secret", .signature) { try TokenMaker.hs256(secret: "another") },
        TokenCase("No signature", .signature) {
            try TokenMaker.token(#"{"alg":"HS256"}"#) { _ in [] }
        },
        TokenCase("Half a signature", .signature) {
            try TokenMaker.token(#"{"alg":"HS256"}"#) { Array(try TokenMaker.code(TokenMaker.secret)($0).prefix(16)) }
        },
    ]

    @Test("A signature counts only by the key and algorithm that are ours", arguments: algorithms)
    func algorithm(_ test: TokenCase) async throws {
        let outcome = await Self.outcome(
            try test.make(), TokenSettings(secret: TokenMaker.secret), keys: try await Self.keys())
        #expect(outcome.map(\.actor) == test.expected.map { "user \($0)" })
    }

    static let claims: [TokenCase] = [
        TokenCase("It ends now, within the leeway", user: "u1") {
            try TokenMaker.hs256(TokenCase.claims("\"exp\":\(TokenMaker.now - 59)"))
        },
        TokenCase("It ended, and the leeway is over", .expired) {
            try TokenMaker.hs256(TokenCase.claims("\"exp\":\(TokenMaker.now - 60)"))
        },
        TokenCase("It never ends", .noExpiry) { try TokenMaker.hs256(#"{"id":"u1"}"#) },
        TokenCase("It ends at a text", .expired) {
            try TokenMaker.hs256(TokenCase.claims("\"exp\":\"\(TokenMaker.now + 300)\""))
        },
        TokenCase("It ends at no time there is", .expired) { try TokenMaker.hs256(TokenCase.claims(#""exp":1e300"#)) },
        TokenCase("It ends at half a second", user: "u1") {
            try TokenMaker.hs256(TokenCase.claims("\"exp\":\(TokenMaker.now).5"))
        },
        TokenCase("It lives for a month", user: "u1") {
            try TokenMaker.hs256(TokenCase.claims("\"exp\":\(TokenMaker.now + 31 * 86_400)"))
        },
        TokenCase("It lives for longer", .tooLong) {
            try TokenMaker.hs256(TokenCase.claims("\"exp\":\(TokenMaker.now + 31 * 86_400 + 1)"))
        },
        TokenCase("It was made to live for longer, and ends soon", .tooLong) {
            let made = TokenMaker.now + 300 - 31 * 86_400 - 1
            return try TokenMaker.hs256(TokenCase.claims("\"iat\":\(made),\"exp\":\(TokenMaker.now + 300)"))
        },
        TokenCase("It was made when no time is", user: "u1") {
            try TokenMaker.hs256(TokenCase.claims("\"iat\":\"now\",\"exp\":\(TokenMaker.now + 300)"))
        },
        TokenCase("It begins soon, within the leeway", user: "u1") {
            try TokenMaker.hs256(TokenCase.claims("\"exp\":\(TokenMaker.now + 300),\"nbf\":\(TokenMaker.now + 60)"))
        },
        TokenCase("It begins later", .notYet) {
            try TokenMaker.hs256(TokenCase.claims("\"exp\":\(TokenMaker.now + 300),\"nbf\":\(TokenMaker.now + 61)"))
        },
        TokenCase("A number names the user", user: "42") {
            try TokenMaker.hs256("{\"id\":42,\"exp\":\(TokenMaker.now + 300)}")
        },
        TokenCase("Nobody is named", .user) { try TokenMaker.hs256("{\"exp\":\(TokenMaker.now + 300)}") },
        TokenCase("An empty name", .user) { try TokenMaker.hs256("{\"id\":\"\",\"exp\":\(TokenMaker.now + 300)}") },
        TokenCase("A name with a line in it", .user) {
            try TokenMaker.hs256("{\"id\":\"a\\nb\",\"exp\":\(TokenMaker.now + 300)}")
        },
        TokenCase("A name that is too long", .user) {
            let name = String(repeating: "u", count: TokenSettings.longestUser + 1)
            return try TokenMaker.hs256("{\"id\":\"\(name)\",\"exp\":\(TokenMaker.now + 300)}")
        },
        TokenCase("A name that is an object", .user) {
            try TokenMaker.hs256("{\"id\":{},\"exp\":\(TokenMaker.now + 300)}")
        },
    ]

    @Test("What a token says is compared to what is expected, with a minute's leeway", arguments: claims)
    func claim(_ test: TokenCase) async throws {
        let outcome = await Self.outcome(
            try test.make(), TokenSettings(secret: TokenMaker.secret), keys: TokenKeys())
        #expect(outcome.map(\.actor) == test.expected.map { "user \($0)" })
    }

    static let parties: [(String, TokenRefusal?)] = [
        (#""iss":"app","aud":"gateway""#, nil), (#""iss":"app","aud":["x","gateway"]"#, nil),
        (#""iss":"App","aud":"gateway""#, .issuer), (#""aud":"gateway""#, .issuer),
        (#""iss":["app"],"aud":"gateway""#, .issuer), (#""iss":"app","aud":"gateway2""#, .audience),
        (#""iss":"app","aud":[]"#, .audience), (#""iss":"app""#, .audience),
    ]

    @Test("Issuer and audience are compared letter by letter, where they are set", arguments: parties)
    func issuerAndAudience(members: String, refusal: TokenRefusal?) async throws {
        let text = try TokenMaker.hs256(TokenCase.claims("\"exp\":\(TokenMaker.now + 300),\(members)"))
        let strict = TokenSettings(secret: TokenMaker.secret, issuer: "app", audience: "gateway")
        let outcome = await Self.outcome(text, strict, keys: TokenKeys())
        let expected: Result<String, TokenRefusal> = refusal.map { .failure($0) } ?? .success("user u1")
        #expect(outcome.map(\.actor) == expected)
        let open = await Self.outcome(text, TokenSettings(secret: TokenMaker.secret), keys: TokenKeys())
        #expect(open.map(\.actor) == .success("user u1"))
    }

    @Test(
        "Whatever is no token is refused before anything is computed",
        arguments: ["", ".", "..", "a.b", "a.b.c.d", "e30.e30.", "e30=.e30.AA", "bm8.bm8.AA", "W10.e30.AA"])
    func malformed(text: String) async throws {
        let outcome = await Self.outcome(text, TokenSettings(secret: TokenMaker.secret), keys: TokenKeys())
        #expect(outcome == .failure(.malformed))
    }

    @Test("8 KiB are looked at, and not a byte more")
    func size() async throws {
        func text(padding: Int) throws -> String {
            let padding = String(repeating: "x", count: padding)
            return try TokenMaker.hs256(TokenCase.claims("\"exp\":\(TokenMaker.now + 300),\"p\":\"\(padding)\""))
        }
        let settings = TokenSettings(secret: TokenMaker.secret)
        var (fits, grows) = (0, TokenText.longest)
        while grows - fits > 1 {
            let middle = (fits + grows) / 2
            if try text(padding: middle).utf8.count <= TokenText.longest { fits = middle } else { grows = middle }
        }
        #expect(try text(padding: fits).utf8.count > TokenText.longest - 4)
        let taken = await Self.outcome(try text(padding: fits), settings, keys: TokenKeys())
        #expect(taken.map(\.actor) == .success("user u1"))
        let refused = await Self.outcome(try text(padding: grows), settings, keys: TokenKeys())
        #expect(refused == .failure(.malformed))
    }

    @Test("A claim names the account; where none is set, all are of one; an account's own secret opens it alone")
    func accounts() async throws {
        let end = "\"exp\":\(TokenMaker.now + 300)"
        let (mine, theirs) = (AccountID(rawValue: "mine"), AccountID(rawValue: "theirs"))
        let fixed = TokenSettings(secret: TokenMaker.secret, account: mine)
        let byClaim = TokenSettings(secret: TokenMaker.secret, accountClaim: "org")
        let own = [theirs: "the secret of theirs, and of nobody else"]
        func account(_ members: String, _ settings: TokenSettings, secret: String = TokenMaker.secret) async throws
            -> Result<AccountID, TokenRefusal>
        {
            let text = try TokenMaker.hs256(TokenCase.claims("\(end)\(members)"), secret: secret)
            return await Self.outcome(text, settings, keys: TokenKeys(), secrets: own).map(\.account)
        }
        #expect(try await account("", fixed) == .success(mine))
        #expect(try await account(#","account":"theirs""#, fixed) == .success(mine))
        #expect(try await account(#","org":"theirs""#, byClaim) == .success(theirs))
        for claim in ["", #","org":"No account""#, #","org":7"#, #","org":["theirs"]"#] {
            #expect(try await account(claim, byClaim) == .failure(.account), "\(claim)")
        }
        let secret = try #require(own[theirs])
        #expect(try await account(#","org":"theirs""#, byClaim, secret: secret) == .success(theirs))
        #expect(try await account(#","org":"mine""#, byClaim, secret: secret) == .failure(.signature))
        #expect(try await account("", byClaim, secret: secret) == .failure(.signature))
        #expect(try await account(#","account":"theirs""#, fixed, secret: secret) == .success(theirs))
        #expect(try await account("", TokenSettings()) == .failure(.unknownKey))
    }

    @Test("Users may do what the settings say, until the token ends")
    func principal() async throws {
        let settings = TokenSettings(secret: "short", scopes: [.read, .reveal], requiresExpiry: false)
        let text = try TokenMaker.hs256(secret: "short")
        let principal = try await Self.outcome(text, settings, keys: TokenKeys()).get()
        #expect(principal.scopes == [.read, .reveal])
        let end = Timestamp(seconds: Int64(TokenMaker.now + 360))
        #expect(principal.credential == .token(expiresAt: end))
        let endless = try TokenMaker.hs256(#"{"id":"u1"}"#, secret: "short")
        let other = try await Self.outcome(endless, settings, keys: TokenKeys()).get()
        #expect(other.credential == .token(expiresAt: .distantFuture))
    }
}

@Suite("TokenKeys")
struct TokenKeysTests {
    private static func problem(_ set: [UInt8]) async -> TokenKeyProblem? {
        do throws(TokenKeyProblem) {
            try await TokenKeys().take(set)
            return nil
        } catch {
            return error
        }
    }

    @Test("Keys for other uses are passed over; a set without a key of ours is refused, as are private keys")
    func sets() async throws {
        let (rsa, elliptic) = (try TokenMaker.rsaKey(), TokenMaker.ecKey())
        let foreign = [
            #"{"kty":"oct","alg":"HS256"}"#, #"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#, #"{"kty":"new"}"#,
            try TokenMaker.rsaKey(name: "enc", extra: #","use":"enc""#),
            try TokenMaker.rsaKey(name: "other", extra: #","alg":"RS512""#),
            #"{"kty":"EC","kid":"p384","crv":"P-384","x":"AA","y":"AA"}"#, #"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
        ]
        #expect(try await TokenKeys().take(TokenMaker.keySet(foreign + [rsa, elliptic])) == 2)
        #expect(await Self.problem(TokenMaker.keySet(foreign)) == .noKey)
        #expect(await Self.problem(TokenMaker.keySet([])) == .noKey)
        for text in ["", "[]", "{}", "not json"] { #expect(await Self.problem(Array(text.utf8)) == .malformed) }
        #expect(await Self.problem(TokenMaker.keySet([rsa, rsa])) == .repeatedName("rsa-1"))
        let secret = try TokenMaker.rsaKey(extra: #","d":"AQAB""#)
        #expect(await Self.problem(TokenMaker.keySet([elliptic, secret])) == .privateKey)
        let many = (0...TokenKeys.mostKeys).map { TokenMaker.ecKey(name: "ec-\($0)") }
        #expect(await Self.problem(TokenMaker.keySet(many)) == .tooMany)
        let large = TokenMaker.keySet([rsa]) + Array(repeating: UInt8(ascii: " "), count: TokenKeys.largestSet)
        #expect(await Self.problem(large) == .malformed)
    }

    @Test("A set that cannot be used leaves the keys that were there")
    func keeps() async throws {
        let keys = TokenKeys()
        try await keys.take(TokenMaker.keySet([TokenMaker.ecKey()]))
        await #expect(throws: TokenKeyProblem.malformed) { try await keys.take([]) }
        #expect(keys.candidates(for: try TokenText(try TokenMaker.es256())).count == 1)
        try await keys.take(TokenMaker.keySet([try TokenMaker.rsaKey()]))
        #expect(keys.candidates(for: try TokenText(try TokenMaker.es256())).isEmpty)
    }
}

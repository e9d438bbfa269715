import BolnaClient
import CallDomain
import NIOSSL
import Testing

@Suite("BolnaClient: failures")
struct BolnaClientFailureTests {
    /// Something that goes wrong, and how it is named.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reply: Reply
        let kind: TransportFailure.Kind
        var adjust: @Sendable (inout BolnaClientSettings) -> Void = { _ in }
    }

    static let faults: [Fault] = [
        Fault(
            testDescription: "a body that drips, cut by the limit for all",
            reply: .drip(
                "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), kind: .timeout,
            adjust: { $0.totalTimeout = .seconds(2) }),
        Fault(
            testDescription: "a body that drips, cut for being slow",
            reply: .drip(
                "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"), kind: .timeout,
            adjust: { settings in
                settings.slowTime = .seconds(1)
                settings.totalTimeout = .seconds(60)
            }),
        Fault(
            testDescription: "a header that drips", reply: .drip("HTTP/1.1 200 OK\r\nX-Long: "), kind: .timeout,
            adjust: { $0.totalTimeout = .seconds(2) }),
        Fault(
            testDescription: "no answer at all", reply: .hold, kind: .timeout,
            adjust: { $0.totalTimeout = .seconds(2) }),
        Fault(
            testDescription: "a header that never ends",
            reply: .flood("HTTP/1.1 200 OK\r\n", "X-Noise: \(String(repeating: "n", count: 1_000))\r\n"),
            kind: .tooLarge),
        Fault(
            testDescription: "interim answers without end",
            reply: .flood("", "HTTP/1.1 103 Early Hints\r\nX-Noise: \(String(repeating: "n", count: 1_000))\r\n\r\n"),
            kind: .tooLarge),
        Fault(
            testDescription: "a body larger than allowed, announced",
            reply: .bytes("HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n"), kind: .tooLarge),
        Fault(
            testDescription: "a body larger than allowed, in chunks without end",
            reply: .flood(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "1000\r\n\(String(repeating: "b", count: 4_096))\r\n"), kind: .tooLarge),
        Fault(
            testDescription: "a body that ends early",
            reply: .bytesThenClose("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive5"), kind: .broken),
        Fault(
            testDescription: "a reset in the middle of a body",
            reply: .bytesThenReset("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive5"), kind: .broken),
        Fault(testDescription: "a close instead of an answer", reply: .bytesThenClose(""), kind: .broken),
        Fault(
            testDescription: "an answer that is no HTTP", reply: .bytesThenClose("SSH-2.0-server\r\n"), kind: .broken),
    ]

    @Test("A fault is named, without token and address", arguments: faults)
    func fault(_ fault: Fault) async throws {
        try await ClientFixture.run(settings: fault.adjust, script: { _ in fault.reply }) { fixture in
            let answer = await fixture.send(.execution(ExecutionID(rawValue: "id-canary")))
            let failure = try #require(answer.failure)
            #expect(failure.kind == fault.kind)
            expectNoSecrets(in: answer)
        }
    }

    @Test("The largest body that is allowed is an answer, one byte more is not", arguments: [0, 1])
    func bodyLimit(excess: Int) async throws {
        let body = String(repeating: "b", count: 100 + excess)
        // Without a length the client cannot know beforehand.
        let script: ScriptedServer.Script = { _ in .bytesThenClose("HTTP/1.1 200 OK\r\n\r\n\(body)") }
        try await ClientFixture.run(settings: { $0.largestBody = 100 }, script: script) { fixture in
            let answer = await fixture.send(.me)
            if excess == 0 { #expect(answer.text == body) } else { #expect(answer.failure?.kind == .tooLarge) }
        }
    }

    /// A server that must not be trusted.
    struct Impostor: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let tls: @Sendable (TestAuthority) throws -> TLSConfiguration?
    }

    static let impostors: [Impostor] = [
        Impostor(testDescription: "a certificate for another name") {
            try $0.serverConfiguration(for: "api.example.com")
        },
        Impostor(testDescription: "an expired certificate") { try $0.serverConfiguration(isExpired: true) },
        Impostor(testDescription: "a certificate of another authority") { _ in
            try TestAuthority().serverConfiguration()
        },
        Impostor(testDescription: "no version of TLS that is safe") { authority in
            var configuration = try authority.serverConfiguration()
            configuration.minimumTLSVersion = .tlsv1
            configuration.maximumTLSVersion = .tlsv11
            return configuration
        },
    ]

    @Test("A server that cannot be trusted gets no request", arguments: impostors)
    func impostor(_ impostor: Impostor) async throws {
        try await ClientFixture.run(tls: impostor.tls, script: { _ in .answer("200 OK") }) { fixture in
            let answer = await fixture.send(.me)
            #expect(answer.failure?.kind == .tls)
            #expect(fixture.server.lines.isEmpty)
            expectNoSecrets(in: answer)
        }
    }

    @Test("A server in the clear gets no request")
    func clearText() async throws {
        try await ClientFixture.run(tls: { _ in nil }, script: { _ in .answer("200 OK") }) { fixture in
            let answer = await fixture.send(.me)
            #expect(answer.failure != nil)
            #expect(!fixture.server.lines.contains { $0.contains("/user/me") })
        }
    }

    @Test("Where nobody listens the connection fails, and nothing was sent")
    func refusedConnection() async throws {
        let authority = try TestAuthority()
        let port = try await ScriptedServer.with(tls: nil, script: { _ in .hold }) { $0.port }
        let answer = try await answer(of: "https://127.0.0.1:\(port)", trusting: authority)
        #expect(answer.failure?.kind == .connect)
        expectNoSecrets(in: answer)
    }

    @Test("A name that does not exist is a failure of name resolution")
    func unknownName() async throws {
        let answer = try await answer(of: "https://host-canary.invalid", trusting: TestAuthority())
        #expect(answer.failure?.kind == .dns)
        expectNoSecrets(in: answer)
    }

    @Test("A time limit that is crossed before anything was sent says so")
    func unfinishedConnection() async throws {
        // A listener that speaks no TLS and answers nothing: the connection stands, but its handshake does not end.
        let authority = try TestAuthority()
        try await ScriptedServer.with(tls: nil, script: { _ in .hold }) { server in
            let answer = try await answer(of: "https://127.0.0.1:\(server.port)", trusting: authority) {
                $0.connectTimeout = .milliseconds(200)
            }
            #expect(answer.failure?.kind == .connect)
            #expect(answer.failure?.detail.contains("nothing was sent") == true)
        }
    }

    @Test("A CA file that is not there is a failure of TLS, and nothing is sent")
    func missingAuthority() async throws {
        try await ClientFixture.run(settings: { $0.caFile = "/nonexistent/ca.pem" }, script: { _ in .answer("200 OK") })
        {
            fixture in
            #expect(await fixture.send(.me).failure?.kind == .tls)
            #expect(fixture.server.lines.isEmpty)
        }
    }

    private func answer(
        of address: String, trusting authority: TestAuthority, adjust: (inout BolnaClientSettings) -> Void = { _ in }
    ) async throws -> BolnaAnswer {
        var settings = BolnaClientSettings(baseURL: try BolnaBaseURL(validating: address), caFile: authority.file)
        // A name server may be slow to say no.
        settings.connectTimeout = .seconds(60)
        settings.totalTimeout = .seconds(60)
        settings.slowTime = .seconds(60)
        adjust(&settings)
        let client = try BolnaClient(
            settings: settings, credentials: ClientFixture.credentials(), now: TickingTime().now)
        let answer = await client.send(BolnaRequest(account: ClientFixture.account, endpoint: .me))
        await client.shutdown()
        return answer
    }

    private func expectNoSecrets(in answer: BolnaAnswer, sourceLocation: SourceLocation = #_sourceLocation) {
        var dumped = ""
        dump(answer, to: &dumped)
        for canary in [ClientFixture.token, "127.0.0.1", "host-canary", "id-canary", "https://"] {
            #expect(!dumped.contains(canary), sourceLocation: sourceLocation)
        }
    }
}

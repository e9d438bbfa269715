import BolnaClient
import CallDomain
import Synchronization
import Testing

@Suite("RecordingClient")
struct RecordingClientTests {
    private static let account = ClientFixture.account
    private static let wav = "Content-Type: audio/wav\r\n"

    /// An API and a store of media, of the same authority, and a client of both.
    private struct Fixture {
        let recordings: RecordingClient
        let api: ScriptedServer
        let media: ScriptedServer

        func open(_ range: ByteRange? = nil, stored: String? = nil) async -> RecordingAnswer {
            await recordings.open(
                RecordingRequest(
                    account: account, execution: ExecutionID(rawValue: "e-1"), storedURL: stored, range: range))
        }
    }

    private static func run(
        settings adjust: @Sendable (inout RecordingSettings, Int) -> Void = { _, _ in }, hasToken: Bool = true,
        api script: @escaping @Sendable (ReceivedRequest, Int) -> Reply,
        media: @escaping ScriptedServer.Script = { _ in .answer("200 OK", headers: wav, body: "media") },
        _ body: (Fixture) async throws -> Void
    ) async throws {
        let authority = try TestAuthority()
        try await ScriptedServer.with(tls: try authority.serverConfiguration(for: "localhost"), script: media) {
            store in
            let port = store.port
            try await ScriptedServer.with(
                tls: try authority.serverConfiguration(), script: { script($0, port) }
            ) { server in
                let client = BolnaClientSettings(
                    baseURL: try BolnaBaseURL(validating: "https://127.0.0.1:\(server.port)"), caFile: authority.file)
                var settings = RecordingSettings(hosts: ["localhost:\(store.port)"])
                adjust(&settings, store.port)
                let token = hasToken ? BolnaToken(ClientFixture.token) : nil
                let recordings = try RecordingClient(client: client, settings: settings) { _ in token }
                try await body(Fixture(recordings: recordings, api: server, media: store))
            }
        }
    }

    /// The head and all bytes of an answer that is a recording.
    private static func whole(_ answer: RecordingAnswer) async throws -> (head: RecordingHead, text: String) {
        guard case .stream(let head, let body) = answer else {
            Issue.record("no recording came: \(answer)")
            throw ClientFixture.Unusable()
        }
        var bytes: [UInt8] = []
        for try await chunk in body {
            #expect(chunk.count <= RecordingBody.longestChunk)
            bytes += chunk
        }
        return (head, String(decoding: bytes, as: UTF8.self))
    }

    @Test("Bolna's stable address is asked with the token")
    func stable() async throws {
        try await Self.run(api: { _, _ in .answer("200 OK", headers: Self.wav, body: "RIFF") }) { fixture in
            let (head, text) = try await Self.whole(await fixture.open())
            #expect(head == RecordingHead(contentType: "audio/wav", contentLength: 4))
            #expect(text == "RIFF")
            let request = try #require(await fixture.api.nextRequest())
            #expect(request.line == "GET /recordings/call/e-1 HTTP/1.1")
            #expect(request.headers["authorization"] == "Bearer \(ClientFixture.token)")
            #expect(request.headers["range"] == nil)
        }
    }

    @Test("A redirect is followed to a listed host, and the token stays behind")
    func redirect() async throws {
        try await Self.run(
            api: { _, port in .answer("302 Found", headers: "Location: https://localhost:\(port)/signed?X=1\r\n") }
        ) { fixture in
            let (_, text) = try await Self.whole(await fixture.open(.from(2)))
            #expect(text == "media")
            let request = try #require(await fixture.media.nextRequest())
            #expect(request.line == "GET /signed?X=1 HTTP/1.1")
            #expect(request.headers["authorization"] == nil)
            #expect(request.headers["range"] == "bytes=2-")
        }
    }

    @Test("A redirect to a host that is not listed is not followed")
    func strangeRedirect() async throws {
        try await Self.run(
            settings: { settings, _ in settings.hosts = ["media.example.com"] },
            api: { _, port in .answer("302 Found", headers: "Location: https://localhost:\(port)/signed\r\n") }
        ) { fixture in
            guard case .refused(.host) = await fixture.open() else { return #expect(Bool(false), "it was followed") }
            #expect(fixture.media.connections == 0)
        }
    }

    @Test("A redirect out of https is not followed", arguments: ["http://localhost/x", "file:///etc/passwd"])
    func downgrade(location: String) async throws {
        try await Self.run(api: { _, _ in .answer("302 Found", headers: "Location: \(location)\r\n") }) { fixture in
            guard case .refused(.address) = await fixture.open() else { return #expect(Bool(false), "it was followed") }
        }
    }

    @Test("Redirects end")
    func endless() async throws {
        try await Self.run(
            api: { _, _ in .answer("302 Found", headers: "Location: /recordings/call/e-2\r\n") }
        ) { fixture in
            guard case .refused(.redirects) = await fixture.open() else { return #expect(Bool(false), "no end") }
            #expect(fixture.api.lines.count == 3)
        }
    }

    @Test("A listed name that leads inside leads nowhere")
    func inside() async throws {
        // Listed without its port, so that its address has to be public; libcurl resolves it to this machine.
        try await Self.run(
            settings: { settings, _ in settings.hosts = ["localhost"] }, hasToken: false,
            api: { _, _ in .hold }
        ) { fixture in
            guard case .refused(.privateAddress) = await fixture.open(stored: "https://localhost/x") else {
                return #expect(Bool(false), "it was connected to")
            }
            #expect(fixture.media.connections == 0)
        }
    }

    @Test("The stored address is asked where the stable one has nothing, without the token")
    func stored() async throws {
        try await Self.run(api: { _, _ in .answer("404 Not Found") }) { fixture in
            let stored = "https://localhost:\(fixture.media.port)/old.wav"
            let (_, text) = try await Self.whole(await fixture.open(stored: stored))
            #expect(text == "media")
            let request = try #require(await fixture.media.nextRequest())
            #expect(request.headers["authorization"] == nil)
        }
    }

    @Test("Where the stored address must not be asked, the stable one still is")
    func storedStrange() async throws {
        try await Self.run(api: { _, _ in .answer("404 Not Found") }) { fixture in
            guard case .notFound = await fixture.open(stored: "https://169.254.169.254/latest") else {
                return #expect(Bool(false), "something came")
            }
            #expect(fixture.api.lines == ["GET /recordings/call/e-1 HTTP/1.1"])
        }
    }

    @Test("Without a token Bolna is not asked")
    func noToken() async throws {
        try await Self.run(hasToken: false, api: { _, _ in .hold }) { fixture in
            guard case .noToken = await fixture.open() else { return #expect(Bool(false), "something came") }
            #expect(fixture.api.connections == 0)
        }
    }

    @Test("A part comes as a part")
    func part() async throws {
        try await Self.run(
            api: { _, _ in
                .answer("206 Partial Content", headers: Self.wav + "Content-Range: bytes 1-2/4\r\n", body: "IF")
            }
        ) { fixture in
            let (head, text) = try await Self.whole(await fixture.open(.through(1...2)))
            #expect(head.contentRange == "bytes 1-2/4" && head.contentLength == 2 && text == "IF")
            let request = try #require(await fixture.api.nextRequest())
            #expect(request.headers["range"] == "bytes=1-2")
        }
    }

    @Test("Bytes that are not there are said not to be")
    func beyond() async throws {
        try await Self.run(
            api: { _, _ in .answer("416 Range Not Satisfiable", headers: "Content-Range: bytes */844\r\n") }
        ) { fixture in
            guard case .unsatisfiable(844) = await fixture.open(.from(9_999)) else {
                return #expect(Bool(false), "something else came")
            }
        }
    }

    @Test(
        "What is no recording is not passed on",
        arguments: [
            ("200 OK", "Content-Type: text/html\r\n", RecordingRefusal.contentType),
            ("200 OK", "", .contentType),
            ("200 OK", "Content-Type: audio/wav\r\nContent-Encoding: gzip\r\n", .contentType),
        ])
    func wrongType(status: String, headers: String, refusal: RecordingRefusal) async throws {
        try await Self.run(api: { _, _ in .answer(status, headers: headers, body: "<script>") }) { fixture in
            guard case .refused(refusal) = await fixture.open() else { return #expect(Bool(false), "it came") }
        }
    }

    @Test("Other answers are failures that name the status alone", arguments: [401, 403, 500, 503, 204])
    func otherStatus(status: Int) async throws {
        try await Self.run(api: { _, _ in .answer("\(status) Words", body: status == 204 ? "" : "secret words") }) {
            guard case .failed(let failure) = await $0.open() else { return #expect(Bool(false), "it came") }
            #expect(failure.detail == "the answer was HTTP status \(status)")
        }
    }

    @Test("An announced size beyond the limit is refused before a byte of it")
    func announced() async throws {
        try await Self.run(
            settings: { settings, _ in settings.largest = 10 },
            api: { _, _ in .bytes("HTTP/1.1 200 OK\r\n\(Self.wav)Content-Length: 11\r\n\r\n") }
        ) { fixture in
            guard case .refused(.tooLarge) = await fixture.open() else { return #expect(Bool(false), "it came") }
        }
    }

    @Test("A size that is not announced breaks the transfer at the limit, however much is sent")
    func unannounced() async throws {
        let more = String(repeating: "x", count: 16 << 10)
        try await Self.run(
            settings: { settings, _ in settings.largest = 1 << 20 },
            api: { _, _ in .flood("HTTP/1.1 200 OK\r\n\(Self.wav)\r\n", more) }
        ) { fixture in
            guard case .stream(_, let body) = await fixture.open() else { return #expect(Bool(false), "none came") }
            var count = 0
            await #expect(throws: (any Error).self) { for try await chunk in body { count += chunk.count } }
            #expect(count <= 1 << 20)
            await fixture.api.nextClose()
        }
    }

    @Test("A sender that trickles is given up")
    func drip() async throws {
        try await Self.run(
            settings: { settings, _ in settings.slowTime = .seconds(2) },
            api: { _, _ in .drip("HTTP/1.1 200 OK\r\n\(Self.wav)\r\n") }
        ) { fixture in
            guard case .stream(_, let body) = await fixture.open() else { return #expect(Bool(false), "none came") }
            await #expect(throws: (any Error).self) { for try await _ in body {} }
            await fixture.api.nextClose()
        }
    }

    @Test("A sender that says nothing is given up, in the time for all")
    func silent() async throws {
        try await Self.run(
            settings: { settings, _ in settings.longest = .milliseconds(200) }, api: { _, _ in .hold }
        ) { fixture in
            guard case .failed(let failure) = await fixture.open() else { return #expect(Bool(false), "it came") }
            #expect(failure.kind == .timeout)
        }
    }

    @Test("A transfer that is cut throws, so that half a recording is not taken for a whole one")
    func cut() async throws {
        try await Self.run(
            api: { _, _ in .bytesThenClose("HTTP/1.1 200 OK\r\n\(Self.wav)Content-Length: 9\r\n\r\nRIFF") }
        ) { fixture in
            guard case .stream(_, let body) = await fixture.open() else { return #expect(Bool(false), "none came") }
            await #expect(throws: (any Error).self) { for try await _ in body {} }
        }
    }

    @Test("A body that nobody reads ends its transfer")
    func dropped() async throws {
        let more = String(repeating: "x", count: 16 << 10)
        try await Self.run(api: { _, _ in .flood("HTTP/1.1 200 OK\r\n\(Self.wav)\r\n", more) }) { fixture in
            do {
                guard case .stream = await fixture.open() else { return #expect(Bool(false), "none came") }
            }
            await fixture.api.nextClose()
        }
    }

    @Test("Beyond the bound of transfers at once the answer is busy, and room comes back")
    func busy() async throws {
        try await Self.run(
            settings: { settings, _ in settings.mostAtOncePerAccount = 1 }, api: { _, _ in .hold }
        ) { fixture in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = await fixture.open() }
                _ = await fixture.api.nextRequest()
                guard case .busy = await fixture.open() else { return #expect(Bool(false), "it was opened") }
                group.cancelAll()
                await group.waitForAll()
            }
            await fixture.api.nextClose()
        }
    }
}
